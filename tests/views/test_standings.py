"""Standings on screen: the answer first, why, only one's own rows, and certificates for those who passed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Certificate, Organiser, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services import attendance
from tests.client import Browser
from tests.factories import CANARY, World, make_activity

Client = Callable[[str], Browser]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def attended(app: Any, teacher: int, *parts: tuple[str, str, str]) -> None:
    """Register (category, hours, subject) for a teacher, one activity each."""
    with app.app_context(), acting(SYSTEM):
        row = db.session.get_one(Teacher, teacher)
        body = db.session.scalars(select(Organiser)).first()
        for number, (category, hours, subject) in enumerate(parts):
            activity = make_activity(
                db.session,
                f"S-{teacher}-{number}",
                f"{category}课程",
                category=category,
                hours=Decimal(hours),
                kind="online",
                organiser_id=body.id,
                subject=subject or None,
            )
            attendance.register(db.session, activity, row, date(2026, 3, 4), Decimal(hours), True, NOW)
        db.session.commit()


def standing_of(app: Any, teacher: int) -> int:
    with app.app_context(), acting(SYSTEM):
        return db.session.scalars(
            select(Standing.id).where(Standing.teacher_id == teacher, Standing.year == 2026)
        ).one()


PASSED = (("public", "30", "rural"), ("professional", "42", ""), ("elective", "18", ""))


def test_a_year_that_is_short_says_what_is_missing(app: Any, client_for: Client, world: World) -> None:
    page = client_for("teacher").get(f"/standings/show/{standing_of(app, world.ours.teacher)}").text
    assert "2026 is not passed yet" in page
    # Three registered hours of professional training; the claim of eight is under review.
    assert "Missing <b>39</b>" in page
    assert "8 under review" in page
    assert "数学年会" in page and "校本研修" in page


def test_a_year_that_passed_says_so_and_offers_the_certificate_to_the_school(
    app: Any, client_for: Client, world: World
) -> None:
    attended(app, world.ours.colleague, *PASSED)
    pk = standing_of(app, world.ours.colleague)
    page = client_for("school").get(f"/standings/show/{pk}").text
    assert "2026 is passed" in page and "action/issue" in page
    assert "action/issue" not in client_for("auditor").get(f"/standings/show/{pk}").text


def test_what_does_not_count_is_shown_with_its_rule(app: Any, client_for: Client, world: World) -> None:
    attended(app, world.ours.teacher, ("public", "10", "rural"), ("public", "12", "rural"))
    page = client_for("teacher").get(f"/standings/show/{standing_of(app, world.ours.teacher)}").text
    assert "DUP-PUBLIC" in page
    assert "<s>10</s>" in page and "<s>12</s>" not in page
    assert "the 12 hours of 2026-03-04 count" in page


def test_the_page_why_has_its_own_address(app: Any, client_for: Client, world: World) -> None:
    pk = standing_of(app, world.ours.teacher)
    assert client_for("teacher").get(f"/standings/why/{pk}").status_code == 200


@pytest.mark.parametrize("duty", ["teacher", "school", "authority"])
def test_nobody_sees_a_standing_out_of_reach(app: Any, client_for: Client, world: World, duty: str) -> None:
    theirs = standing_of(app, world.theirs.teacher)
    browser = client_for(duty)
    assert browser.get(f"/standings/show/{theirs}").status_code == 404
    assert browser.get(f"/standings/why/{theirs}").status_code == 404
    assert browser.post(f"/standings/action/issue/{theirs}").status_code in (403, 404, 302)
    assert CANARY not in browser.get("/standings/list/").text
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(Certificate)).all() == []


def test_the_list_is_narrowed_by_year_result_school_and_district(app: Any, client_for: Client, world: World) -> None:
    attended(app, world.ours.colleague, *PASSED)
    city = client_for("city")
    passed = city.get("/standings/list/?result=passed&year=2026").text
    assert "何敏" in passed and "陈怡" not in passed
    assert CANARY not in city.get(f"/standings/list/?school={world.ours.school}").text
    assert city.get("/standings/list/?year=x&result=nonsense&school=99999999999").status_code == 200


def test_a_certificate_is_issued_for_who_passed_and_for_nobody_else(app: Any, client_for: Client, world: World) -> None:
    attended(app, world.ours.colleague, *PASSED)
    passed, short = standing_of(app, world.ours.colleague), standing_of(app, world.ours.teacher)
    authority = client_for("authority")
    both = authority.post("/standings/action_post", {"action": "issue", "rowid": [str(passed), str(short)]})
    assert both.mimetype != "application/pdf"
    with app.app_context(), acting(SYSTEM):
        # All or nothing.
        assert db.session.scalars(select(Certificate)).all() == []
    answer = authority.post("/standings/action_post", {"action": "issue", "rowid": [str(passed)]})
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    again = authority.post("/standings/action_post", {"action": "issue", "rowid": [str(passed)]})
    # Printed again as it was, byte for byte, and not issued twice.
    assert again.data == answer.data
    with app.app_context(), acting(SYSTEM):
        assert len(db.session.scalars(select(Certificate)).all()) == 1


@pytest.mark.parametrize("duty", ["teacher", "auditor", "organiser", "system"])
def test_others_issue_nothing(app: Any, client_for: Client, world: World, duty: str) -> None:
    attended(app, world.ours.teacher, *PASSED)
    answer = client_for(duty).post(f"/standings/action/issue/{standing_of(app, world.ours.teacher)}")
    assert answer.status_code in (403, 404)
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(Certificate)).all() == []


def test_the_clauses_shown_are_those_of_the_pack(app: Any, client_for: Client, world: World) -> None:
    """A pack with another clause shows that one: DUP-PUBLIC of the accountants' pack is our reading."""
    attended(app, world.ours.teacher, ("public", "10", "rural"), ("public", "12", "rural"))
    pk = standing_of(app, world.ours.teacher)
    with app.app_context(), db.engine.begin() as connection:
        table = Standing.__table__
        changed = {"policy": "accounting-2021", "carried_in": Decimal(3), "carried_out": Decimal(2)}
        connection.execute(table.update().where(table.c.id == pk).values(changed))
    page = client_for("teacher").get(f"/standings/show/{pk}").text
    assert "R，参照 S1 §二（一）" in page and "S1 §四（三）" not in page
    # Carried in, carried out, and the three minima of the sums.
    assert page.count('<span class="clause">N</span>') == 5
