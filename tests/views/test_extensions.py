"""Extending a deadline in the browser: said before one tries, linked for who may, shown on every clock, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Decision, Extension
from app.security.actor import SYSTEM, acting
from app.services.clock import stopped
from tests.client import Browser
from tests.factories import CANARY, World

Client = Callable[[str], Browser]
# After the last days for claims (31 Dec 2026) and for the first review (31 Jan 2027) of 2026.
JANUARY = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 5, 2, 0, tzinfo=UTC)
TYPED = {"year": "2026", "deadline": "claim", "until_on": "2027-01-10", "reason": "校舍受灾"}


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def made(app: Any) -> list[Extension]:
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(select(Extension).where(Extension.year == 2026)))


def test_a_late_draft_says_so_before_it_is_submitted_and_the_extension_opens_it(
    app: Any, client_for: Client, world: World
) -> None:
    page = f"/claims/show/{world.ours.draft}"
    teacher = client_for("teacher")
    with stopped(JANUARY):
        for told in (text(teacher.get(page)), text(teacher.get(f"/claims/edit/{world.ours.draft}"))):
            assert "Too late (rule EFFECT, " in told and "Ask the reviewing authority for an extension" in told
            assert "4 days late" not in told and "5 days late" in told
        refusal = teacher.post(f"/claims/action/submit/{world.ours.draft}")
        assert "Too late (rule EFFECT, " in text(teacher.get(refusal.location or page))
        typed = TYPED | {"teacher": str(world.ours.teacher), "school": ""}
        assert client_for("authority").post("/extensions/add", typed).status_code == 302
        opened = text(teacher.get(page))
        assert "Too late" not in opened
        assert "extended from 2026-12-31: 校舍受灾" in opened and "2027-01-10" in opened
        form = text(teacher.get("/claims/add?year=2026"))
        assert "extended from 2026-12-31: 校舍受灾" in form
        home = text(teacher.get("/"))
        assert 'datetime="2027-01-10"' in home and 'datetime="2026-12-31"' not in home
        assert teacher.post(f"/claims/action/submit/{world.ours.draft}").status_code == 302
        assert "Deadline set aside: 校舍受灾" in text(client_for("school").get(page))
    with app.app_context(), acting(SYSTEM):
        last = db.session.scalars(select(Decision).where(Decision.claim_id == world.ours.draft)).one()
        assert (last.verb, last.override_reason) == ("submit", "校舍受灾")


def test_the_authority_is_led_from_a_late_first_review_to_the_form(app: Any, client_for: Client, world: World) -> None:
    page = f"/claims/show/{world.ours.claim}"
    authority, school = client_for("authority"), client_for("school")
    link = f"teacher={world.ours.teacher}&amp;school={world.ours.school}&amp;year=2026&amp;deadline=first_review"
    with stopped(FEBRUARY):
        assert link in text(authority.get(page))
        seen = text(school.get(page))
        assert "Too late (rule EFFECT, " in seen and "/extensions/add" not in seen
        form = text(authority.get(f"/extensions/add?{link.replace('&amp;', '&')}"))
        assert "陈怡" in form and "西关小学" in form and 'value="2026"' in form
        assert '<option selected value="first_review"' in form or 'value="first_review" selected' in form
        assert school.post(f"/claims/action/approve/{world.ours.claim}").status_code == 422
        typed = TYPED | {"deadline": "first_review", "until_on": "2027-02-10", "school": str(world.ours.school)}
        assert authority.post("/extensions/add", typed).status_code == 302
        assert school.post(f"/claims/action/approve/{world.ours.claim}").status_code == 302
        # Nothing of the kind is said once it has passed on; the second review has its own day.
        assert "Too late" not in text(school.get(page))


def test_in_time_nothing_is_said_and_nothing_linked(client_for: Client, world: World) -> None:
    for duty in ("teacher", "school", "authority"):
        page = text(client_for(duty).get(f"/claims/show/{world.ours.claim}"))
        assert "Too late" not in page and "/extensions/add" not in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": " "}, "This is needed."),
        ({"until_on": "2026-12-31"}, "The deadline is 2026-12-31 anyway."),
        ({"until_on": "2027-01-04"}, "2027-01-04 has passed already."),
        ({"school": ""}, "Choose a teacher, or the school"),
        ({"deadline": "second_review"}, "Choose one from the list."),
        ({"year": "1999"}, "Between 2000 and 2100."),
        ({"until_on": "soon"}, "Write the day as"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_and_kept(
    app: Any, client_for: Client, world: World, changed: dict[str, str], words: str
) -> None:
    with stopped(JANUARY):
        answer = client_for("authority").post(
            "/extensions/add", TYPED | {"school": str(world.ours.school)} | changed
        )
        assert answer.status_code == 422
        assert words in text(answer)
        if "reason" not in changed:
            assert "校舍受灾" in text(answer)
    assert made(app) == []


@pytest.mark.parametrize("duty", ["teacher", "school", "organiser", "auditor", "system"])
def test_whoever_may_not_extend_finds_no_form(app: Any, client_for: Client, world: World, duty: str) -> None:
    browser = client_for(duty)
    with stopped(JANUARY):
        assert browser.get("/extensions/add").status_code in (302, 403)
        assert browser.post("/extensions/add", TYPED | {"school": str(world.ours.school)}).status_code in (302, 403)
    assert made(app) == []


def test_an_extension_is_read_by_whom_it_concerns_and_ended_by_its_authority(
    app: Any, client_for: Client, world: World
) -> None:
    with stopped(JANUARY):
        authority = client_for("authority")
        typed = TYPED | {"teacher": str(world.ours.teacher), "school": str(world.ours.school)}
        assert authority.post("/extensions/add", typed).status_code == 302
        (row,) = made(app)
        for duty in ("teacher", "school", "authority", "city", "auditor"):
            page = text(client_for(duty).get(f"/extensions/show/{row.id}"))
            assert "校舍受灾" in page
            assert (f"/extensions/action/end/{row.id}" in page) == (duty in ("authority", "city"))
        assert CANARY not in text(client_for("school").get("/extensions/list/"))
        assert authority.post(f"/extensions/action/end/{row.id}", {"reason": " "}).status_code == 422
        assert client_for("school").post(f"/extensions/action/end/{row.id}", {"reason": "x"}).status_code in (302, 403)
        assert made(app)[0].ended_at is None
        assert authority.post(f"/extensions/action/end/{row.id}", {"reason": "误发"}).status_code == 302
        shown = text(client_for("teacher").get(f"/extensions/show/{row.id}"))
        assert "误发" in shown
        assert "Too late" in text(client_for("teacher").get(f"/claims/show/{world.ours.draft}"))


def test_a_foreign_school_is_unknown_to_the_form(app: Any, client_for: Client, world: World) -> None:
    with stopped(JANUARY):
        for changed in ({"school": str(world.theirs.school)}, {"teacher": str(world.theirs.teacher)}):
            answer = client_for("authority").post("/extensions/add", TYPED | changed)
            assert answer.status_code == 422 and "Choose one from the list." in text(answer)
    assert made(app) == []
    page = text(client_for("authority").get(f"/extensions/add?teacher={world.theirs.teacher}&year=x&deadline=nope"))
    assert CANARY not in page


def test_a_teacher_is_told_the_review_days_and_the_reminder(client_for: Client, world: World) -> None:
    teacher = client_for("teacher")
    for address in (f"/claims/show/{world.ours.claim}", "/claims/add"):
        page = text(teacher.get(address))
        assert "reviewed on day 1 and day 15 of each month" in page and 'datetime="2026-12-01"' in page
        assert "S2 §三（三）" in page
    assert "Next review day" in text(teacher.get("/"))
    reminder = "Whoever applies for a title"
    assert reminder not in text(teacher.get("/"))
    with stopped(datetime(2026, 8, 31, 15, 59, 59, tzinfo=UTC)):
        assert reminder in text(teacher.get("/"))
    with stopped(datetime(2026, 8, 31, 16, 0, tzinfo=UTC)):
        assert reminder not in text(teacher.get("/"))
