"""``flask standings``: rebuild mends, verify tells and exits 1 where something differs."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import Standing
from tests.factories import World

TABLE = Standing.__table__


def tamper(app: Flask, year: int) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(TABLE.update().where(TABLE.c.teacher_id == 1, TABLE.c.year == year).values(total=7))


def test_verify_and_rebuild(app: Flask, world: World) -> None:
    run = app.test_cli_runner().invoke
    whole = run(args=["standings", "verify"])
    assert (whole.exit_code, whole.stdout) == (0, "standings: 0 differ\n")
    tamper(app, 2026)
    told = run(args=["standings", "verify"])
    assert told.exit_code == 1 and "standings: 1 differ" in told.output and "teacher 1, 2026" in told.output
    assert run(args=["standings", "verify", "--year", "2025"]).exit_code == 0
    assert run(args=["standings", "verify", "--year", "2026"]).exit_code == 1
    mended = run(args=["standings", "rebuild"])
    assert mended.exit_code == 0 and mended.output.startswith("standings: 1 changed")
    assert run(args=["standings", "verify"]).exit_code == 0
    with app.app_context(), db.engine.connect() as connection:
        assert connection.scalar(select(TABLE.c.total).where(TABLE.c.teacher_id == 1)) == 3


def test_rebuild_of_a_year_writes_that_year_only(app: Flask, world: World) -> None:
    run = app.test_cli_runner().invoke
    with app.app_context(), db.engine.begin() as connection:
        row = dict(connection.execute(TABLE.select().where(TABLE.c.teacher_id == 1)).mappings().one())
        connection.execute(TABLE.insert().values(row | {"id": 9001, "year": 2025, "total": 9}))
    tamper(app, 2026)
    assert run(args=["standings", "rebuild", "--year", "2024"]).output.startswith("standings: 0 changed")
    assert run(args=["standings", "rebuild", "--year", "2026"]).output.startswith("standings: 1 changed")
    with app.app_context(), db.engine.connect() as connection:
        totals = dict(connection.execute(select(TABLE.c.year, TABLE.c.total).where(TABLE.c.teacher_id == 1)).all())
    assert totals == {2026: 3, 2025: 9}


def test_another_process_finds_what_this_one_finds(app: Flask, world: World) -> None:
    """It opens the database itself and sees nothing but what is committed; what it sends back is written here."""
    run = app.test_cli_runner().invoke
    tamper(app, 2026)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(TABLE.delete().where(TABLE.c.teacher_id == 2))
    told = run(args=["standings", "verify", "--processes", "1"])
    assert told.exit_code == 1 and "standings: 2 differ" in told.output
    mended = run(args=["standings", "rebuild", "--processes", "1"])
    assert mended.exit_code == 0 and mended.output.startswith("standings: 2 changed")
    assert run(args=["standings", "verify", "--processes", "1"]).exit_code == 0
    assert run(args=["audit", "verify"]).exit_code == 0
