"""Half an hour stays half an hour: in the ledger, the standing, the page "why", the list and the certificate."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pypdf import PdfReader
from sqlalchemy import select

from app.extensions import db
from app.models import Certificate, Entry, Organiser, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services import attendance, lists
from app.services.lists import Wanted
from tests.client import Browser
from tests.factories import World, make_activity

HALVES = (
    ("public", "30.5", "rural-revival"),
    ("professional", "0.5", None),
    ("professional", "38.5", None),
    ("elective", "18.5", None),
)


def test_halves_are_exact_from_the_ledger_to_the_paper(
    app: Any, world: World, client_for: Callable[[str], Browser], clock: datetime
) -> None:
    """With the three hours registered already: 30.5, 42 and 18.5, together 91."""
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.teacher)
        body = db.session.scalars(select(Organiser)).first()
        assert body is not None
        for number, (category, hours, subject) in enumerate(HALVES):
            activity = make_activity(
                db.session, f"H-{number}", f"半学时{number}", kind="online", category=category, hours=Decimal(hours),
                organiser_id=body.id, subject=subject,
            )  # fmt: skip
            attendance.register(db.session, activity, teacher, date(2026, 3, 4), Decimal(hours), True, clock)
        db.session.commit()
        entered = db.session.scalars(select(Entry.hours).where(Entry.teacher_id == teacher.id))
        assert sorted(entered) == [Decimal("0.5"), 3, Decimal("18.5"), Decimal("30.5"), Decimal("38.5")]
        standing = db.session.scalars(
            select(Standing).where(Standing.teacher_id == teacher.id, Standing.year == 2026)
        ).one()
        assert standing.recognised == {"public": "30.5", "professional": "42", "elective": "18.5"}
        assert (standing.total, standing.result) == (Decimal("91.5") - Decimal("0.5"), "passed")
        listed = [row for rows in lists.batches(db.session, Wanted("title_review", 2026, "x")) for row in rows]
        assert {row.total for row in listed if row.name == "陈怡"} == {91}
        pk = standing.id
    page = client_for("school").get(f"/standings/show/{pk}").text
    for category, recognised in (("Public", "30.5"), ("Professional", "42"), ("Elective", "18.5"), ("Total", "91")):
        row = re.search(rf'<tr><th scope="row">{category}</th>(.*?)</tr>', page, re.S)
        assert row is not None and f'data-label="Recognised" class="num">{recognised}</td>' in row[1], category
    assert "0.5 more, which count to the total only" in page
    answer = client_for("school").post(f"/standings/action/issue/{pk}")
    assert answer.mimetype == "application/pdf"
    paper = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    assert all(hours in paper for hours in ("30.5", "42", "18.5", "91"))
    with app.app_context(), acting(SYSTEM):
        text = db.session.scalars(select(Certificate.snapshot)).one()["zh"]
        assert text["total"]["recognised"] == "91"


def test_half_an_hour_short_is_half_an_hour_missing(
    app: Any, world: World, client_for: Callable[[str], Browser], clock: datetime
) -> None:
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.teacher)
        body = db.session.scalars(select(Organiser)).first()
        assert body is not None
        for number, hours in enumerate(("30.5", "8")):
            activity = make_activity(
                db.session, f"H-{number}", "研修", kind="online", hours=Decimal(hours), organiser_id=body.id
            )
            attendance.register(db.session, activity, teacher, date(2026, 3, 4), Decimal(hours), True, clock)
        db.session.commit()
        pk = db.session.scalars(
            select(Standing.id).where(Standing.teacher_id == teacher.id, Standing.year == 2026)
        ).one()
    assert "Missing <b>0.5</b>" in client_for("teacher").get(f"/standings/show/{pk}").text
