"""``flask certificates issue``: who passed, of the year and the place asked for, once, and printed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.models import Certificate, Teacher
from app.security.actor import SYSTEM, acting
from tests.conftest import NOW
from tests.factories import World
from tests.services.stage import earn


def pass_both(app: Flask, world: World) -> None:
    with app.app_context(), acting(SYSTEM):
        for key in (world.ours.teacher, world.theirs.teacher):
            teacher = db.session.get_one(Teacher, key)
            for category, hours in (("public", "30"), ("professional", "42"), ("elective", "18")):
                earn(db.session, teacher, category, hours, date(2026, 5, 4), NOW)
        db.session.commit()


def issued(app: Flask) -> int:
    with app.app_context(), acting(SYSTEM):
        return db.session.scalar(select(func.count()).select_from(Certificate)) or 0


def test_issue_by_place_then_all_and_nothing_twice(app: Flask, world: World, tmp_path: Path) -> None:
    pass_both(app, world)
    run, out = app.test_cli_runner().invoke, tmp_path / "all.pdf"
    issue = ["certificates", "issue", "--year", "2026"]
    assert run(args=["certificates", "issue", "--year", "2025"]).output.startswith("certificates: 0 in")
    for option, code, word in (("--school", "4401039999", "school"), ("--authority", "999999", "authority")):
        mistyped = run(args=[*issue, option, code])
        assert mistyped.exit_code == 2 and f"no {word} has the code {code}" in mistyped.output and issued(app) == 0
    assert run(args=[*issue, "--school", "4401031001"]).output.startswith("certificates: 1 in") and issued(app) == 1
    assert run(args=[*issue, "--authority", "440103"]).output.startswith("certificates: 1 in") and issued(app) == 1
    done = run(args=[*issue, "--out", str(out)])
    assert done.exit_code == 0 and done.output.startswith("certificates: 2 in") and issued(app) == 2
    first = out.read_bytes()
    assert first.startswith(b"%PDF")
    assert run(args=[*issue, "--out", str(out)]).exit_code == 0
    assert issued(app) == 2 and out.read_bytes() == first
