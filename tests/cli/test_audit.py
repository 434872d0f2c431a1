"""``flask audit verify``: 0 and a word where the chain is whole, else 1 and the place."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import AuditEntry
from tests.factories import World

TABLE = AuditEntry.__table__


def test_verify_tells_the_place(app: Flask, world: World) -> None:
    run = app.test_cli_runner().invoke
    whole = run(args=["audit", "verify"])
    assert (whole.exit_code, whole.stdout) == (0, "audit: the chain is whole\n")
    with app.app_context(), db.engine.begin() as connection:
        ids = connection.scalars(select(TABLE.c.id).order_by(TABLE.c.id)).all()
        connection.execute(TABLE.update().where(TABLE.c.id == ids[5]).values(actor_name="forger"))
    broken = run(args=["audit", "verify"])
    assert broken.exit_code == 1 and f"the chain breaks at entry {ids[5]}\n" in broken.output
