"""The claim form: whatever is typed or sent, it answers in words, loses nothing, and never fails."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.test import TestResponse

from app.extensions import db
from app.models import Claim
from app.security.actor import SYSTEM, acting
from tests.client import Browser
from tests.factories import World, png

GOOD: dict[str, Any] = {
    "year": "2026",
    "kind": "conference",
    "title": "初中数学单元教学研讨会",
    "organiser_name": "市教育研究院",
    "certificate_number": "LHSX-2026-0417",
    "related": "yes",
    "passed": "yes",
    "session_on": ["2026-05-14", "2026-05-15"],
    "session_part": ["full", "minutes"],
    "session_minutes": ["", "200"],
    "intent": "draft",
}

DAY_FIELDS = ("session_on", "session_part", "session_minutes")
TEXT_FIELDS = ("title", "organiser_name", "certificate_number")


def upload(name: str = "证书.png", data: bytes | None = None) -> dict[str, Any]:
    return {"files": [(io.BytesIO(png(77) if data is None else data), name)]}


def claims_titled(title: str) -> list[Claim]:
    with acting(SYSTEM):
        return list(db.session.scalars(select(Claim).where(Claim.title == title).options(selectinload(Claim.evidence))))


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def teacher(client_for: Callable[[str], Browser]) -> Browser:
    return client_for("teacher")


@pytest.fixture
def draft(teacher: Browser, app: Any) -> int:
    """A saved draft of GOOD with one file; its id."""
    answer = teacher.post("/claims/add", {**GOOD, **upload()})
    assert answer.status_code == 302, text(answer)
    return int(answer.location.rpartition("/")[2])


def version_of(browser: Browser, pk: int) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', text(browser.get(f"/claims/edit/{pk}")))
    assert found is not None
    return found[1]


def test_a_draft_keeps_every_field_and_its_files(teacher: Browser, draft: int) -> None:
    page = text(teacher.get(f"/claims/edit/{draft}"))
    texts = (GOOD["title"], GOOD["organiser_name"], GOOD["certificate_number"], *GOOD["session_on"])
    for typed in (*texts, 'value="200"', "证书.png"):
        assert typed in page
    # 8 for the full day, floor(200 / 45) = 4 for the part of one.
    assert 'data-hours="12"' in page


def test_submitting_from_the_form_hands_the_claim_to_the_school(app: Any, teacher: Browser) -> None:
    answer = teacher.post("/claims/add", {**GOOD, **upload(), "intent": "submit"})
    assert answer.status_code == 302
    page = text(teacher.get(answer.location))
    assert "Submitted to the school" in page
    with app.app_context():
        assert [one.state for one in claims_titled(GOOD["title"])] == ["submitted"]


def test_a_refused_submission_keeps_the_draft_with_its_files_at_its_own_address(app: Any, teacher: Browser) -> None:
    answer = teacher.post("/claims/add", {**GOOD, **upload(), "intent": "submit", "related": ""})
    page = text(answer)
    assert answer.status_code == 422
    assert "State whether it is related to the subject taught." in page
    assert "Saved as a draft with its files" in page
    with app.app_context():
        (claim,) = claims_titled(GOOD["title"])
        assert claim.state == "draft"
        assert [one.filename for one in claim.evidence] == ["证书.png"]
    # Sent again from this page, the same draft is mended and not a second one begun.
    assert f'action="/claims/edit/{claim.id}"' in page
    mended = {**GOOD, "version": version_of(teacher, claim.id), "intent": "submit"}
    again = teacher.post(f"/claims/edit/{claim.id}", mended)
    assert again.status_code == 302
    with app.app_context():
        assert [one.state for one in claims_titled(GOOD["title"])] == ["submitted"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": ""}, "Choose the kind first."),
        ({"kind": "holiday"}, "Choose one from the list."),
        ({"kind": "'; DROP TABLE claim; --"}, "Choose one from the list."),
        ({"title": "长" * 5000}, "At most 120 characters."),
        ({"title": "a\0b"}, "characters that cannot be stored"),
        ({"organiser_name": "x" * 101}, "At most 100 characters."),
        ({"certificate_number": "9" * 61}, "At most 60 characters."),
        ({"related": "maybe"}, "Choose one from the list."),
        ({"passed": "1e9"}, "Choose one from the list."),
        ({"subject": "no-such-subject"}, "Choose one from the list."),
        ({"kind": "result", "author": "ghost"}, "Choose one from the list."),
        ({"stated_hours": "NaN"}, "Write a number"),
        ({"stated_hours": "Infinity"}, "Write a number"),
        ({"stated_hours": "1e9"}, "more hours than a year has"),
        ({"stated_hours": "1000000000"}, "more hours than a year has"),
        ({"stated_hours": "-4"}, "cannot be negative"),
        ({"stated_hours": "4.125"}, "two decimal places"),
        ({"session_on": ["2026-02-30", "2026-05-15"]}, "Write the day as"),
        ({"session_on": ["20260514", "2026-05-15"]}, "Write the day as"),
        ({"session_on": ["9999-12-31", "2026-05-15"]}, "Write the day as"),
        ({"session_on": ["<script>", "2026-05-15"]}, "Write the day as"),
        ({"session_minutes": ["", "-1"]}, "whole number"),
        ({"session_minutes": ["", "9" * 10]}, "1 to 1440 minutes"),
        ({"session_minutes": ["", "0"]}, "1 to 1440 minutes"),
        ({"session_minutes": ["", "٣٠"]}, "whole number"),
        (dict(zip(DAY_FIELDS, (["2026-05-14"] * 61, ["full"] * 61, [""] * 61), strict=True)), "At most 60 days"),
        ({"year": "1999"}, "Claims for that year are closed."),
        ({"kept": "forged"}, "could not be kept"),
    ],
)
def test_what_makes_no_sense_is_said_and_all_else_stays(
    app: Any, teacher: Browser, changed: dict[str, Any], words: str
) -> None:
    answer = teacher.post("/claims/add", {**GOOD, **changed, **upload()})
    page = text(answer)
    assert answer.status_code == 422
    assert words in page
    assert "<script>" not in page.replace("<script src", "").replace("<script type", "").replace("<script nonce", "")
    assert all(name in changed or GOOD[name] in page for name in TEXT_FIELDS)
    for day in changed.get("session_on", GOOD["session_on"])[:2]:
        assert day.replace("<", "&lt;").replace(">", "&gt;")[:20] in page
    # The file that came with it need not be chosen again.
    assert "received, kept for this claim" in page
    with app.app_context():
        assert claims_titled(GOOD["title"]) == []


def test_the_second_of_two_tabs_is_shown_the_difference_and_then_wins(app: Any, teacher: Browser, draft: int) -> None:
    seen = version_of(teacher, draft)
    first = teacher.post(f"/claims/edit/{draft}", {**GOOD, "version": seen, "title": "甲标签页的名称"})
    assert first.status_code == 302
    second = teacher.post(f"/claims/edit/{draft}", {**GOOD, "version": seen, "title": "乙标签页的名称"})
    page = text(second)
    assert second.status_code == 409
    assert "甲标签页的名称" in page and "乙标签页的名称" in page
    assert "saved elsewhere while you had it open" in page
    with app.app_context(), acting(SYSTEM):
        assert db.session.get_one(Claim, draft).title == "甲标签页的名称"
    shown = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert shown is not None
    answer = teacher.post(f"/claims/edit/{draft}", {**GOOD, "version": shown[1], "title": "乙标签页的名称"})
    assert answer.status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert db.session.get_one(Claim, draft).title == "乙标签页的名称"


def test_a_form_sent_after_the_claim_was_handed_in_changes_nothing_and_shows_what_was_typed(
    app: Any, teacher: Browser, draft: int
) -> None:
    seen = version_of(teacher, draft)
    assert teacher.post(f"/claims/edit/{draft}", {**GOOD, "version": seen, "intent": "submit"}).status_code == 302
    late = teacher.post(f"/claims/edit/{draft}", {**GOOD, "version": seen, "title": "迟到的修改"})
    assert late.status_code == 409
    assert "迟到的修改" in text(late)
    with app.app_context(), acting(SYSTEM):
        assert db.session.get_one(Claim, draft).title == GOOD["title"]


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 40, "٣"])
def test_a_version_that_is_none_is_a_stale_one(teacher: Browser, draft: int, version: str) -> None:
    assert teacher.post(f"/claims/edit/{draft}", {**GOOD, "version": version}).status_code == 409


def test_the_school_claims_for_its_own_teachers_only(
    app: Any, client_for: Callable[[str], Browser], world: World
) -> None:
    school = client_for("school")
    for pk in ("", "x", str(world.theirs.teacher), "999999", "9" * 30):
        answer = school.post("/claims/add", {**GOOD, **upload(), "teacher": pk})
        assert answer.status_code == 422
        assert "Choose the teacher whose claim this is" in text(answer)
        assert GOOD["title"] in text(answer)
    assert school.post("/claims/add", {**GOOD, **upload(), "teacher": str(world.ours.colleague)}).status_code == 302
    with app.app_context():
        (claim,) = claims_titled(GOOD["title"])
        assert claim.teacher_id == world.ours.colleague


def test_somebody_with_several_duties_still_claims_only_for_their_own_school(
    app: Any, client_for: Callable[[str], Browser], world: World
) -> None:
    answer = client_for("everything").post("/claims/add", {**GOOD, "teacher": str(world.theirs.teacher)})
    assert answer.status_code == 422
    assert "one of your own school" in text(answer)


def test_a_teacher_cannot_claim_for_another(app: Any, teacher: Browser, world: World) -> None:
    assert teacher.post("/claims/add", {**GOOD, "teacher": str(world.ours.colleague)}).status_code == 422
    with app.app_context():
        assert claims_titled(GOOD["title"]) == []


def test_without_a_script_days_are_added_and_taken_away_by_the_server(teacher: Browser) -> None:
    more = text(teacher.post("/claims/add", {**GOOD, "intent": "add-day"}))
    assert more.count("data-day-remove") == 3
    fewer = text(teacher.post("/claims/add", {**GOOD, "intent": "drop-day-1"}))
    assert fewer.count("data-day-remove") == 1
    assert "2026-05-15" in fewer and "2026-05-14" not in fewer
    for odd in ("drop-day-", "drop-day-0", "drop-day-99", "drop-day-x", "drop-day-" + "9" * 50):
        assert teacher.post("/claims/add", {**GOOD, "intent": odd}).status_code == 200


def test_reckoning_answers_whatever_is_typed_and_saves_nothing(app: Any, teacher: Browser) -> None:
    assert 'data-hours="12"' in text(teacher.post("/claims/reckon", GOOD))
    for changed in ({"kind": "x"}, {"session_minutes": ["", "9" * 30]}, {"stated_hours": "NaN"}, {"title": "\0"}):
        assert teacher.post("/claims/reckon", {**GOOD, **changed}).status_code == 200
    for year in ("", "x", "99999", "2026.5", "1000"):
        assert teacher.post("/claims/reckon", {**GOOD, "year": year}).status_code == 400
    with app.app_context():
        assert claims_titled(GOOD["title"]) == []


def test_the_form_tells_what_the_claim_would_do_to_the_year(teacher: Browser) -> None:
    page = text(teacher.post("/claims/reckon", GOOD))
    # Three hours of school-based training are registered: 3 and 12 are 15 of 42.
    assert "Once it counts: Professional" in page
    assert re.search(r'class="num">3</span>.*?<b class="num">15</b>', page, re.DOTALL)


def test_a_day_beyond_a_full_days_hours_is_pointed_out(teacher: Browser) -> None:
    page = text(teacher.post("/claims/reckon", {**GOOD, "session_on": ["2026-03-03", "2026-05-15"]}))
    assert "2026-03-03 adds up to 11" in page
    assert "校本研修 3" in page
    assert "校本研修" not in text(teacher.post("/claims/reckon", GOOD))


@pytest.mark.parametrize(
    ("changed", "words", "place"),
    [
        ({"session_on": ["2025-05-14", "2025-05-15"]}, "The day lies outside the year 2026.", 'id="d2-fault"'),
        ({"session_on": ["2026-05-14", "2026-12-01"]}, "2026-12-01 is still to come.", 'id="d2-fault"'),
        ({"session_on": ["2026-05-14"] * 2, "session_part": ["full"] * 2}, "entered twice", 'id="d2-fault"'),
        ({"passed": ""}, "State whether the assessment was passed.", 'href="#passed"'),
        ({"passed": "no"}, "By the rules this gives no hours in 2026.", "error-summary"),
        ({"kind": "degree", "answer-degree-normal_length": ""}, "normal length?” has not been answered.",
         'href="#answer-degree-normal_length"'),
        ({"kind": "degree", "answer-degree-normal_length": "no"}, "so there are no hours (S2 §二（三）2",
         'href="#answer-degree-normal_length"'),
        ({"kind": "result"}, "State the part taken", 'href="#author"'),
        ({"title": ""}, "Enter the name of the activity or result.", 'href="#title"'),
        ({"files": []}, "Attach the evidence first", 'href="#files"'),
    ],
)  # fmt: skip
def test_what_the_rules_refuse_on_submission_is_said_at_its_place(
    app: Any, teacher: Browser, changed: dict[str, Any], words: str, place: str
) -> None:
    answer = teacher.post("/claims/add", {**GOOD, **upload(), **changed, "intent": "submit"})
    page = text(answer)
    assert answer.status_code == 422
    assert words in page and place in page
    assert "Saved as a draft with its files" in page
    for name in TEXT_FIELDS:
        assert name in changed or GOOD[name] in page


def test_a_degree_within_its_normal_length_counts(app: Any, teacher: Browser) -> None:
    degree = {**GOOD, "kind": "degree", "answer-degree-normal_length": "yes", "intent": "submit", **upload()}
    assert teacher.post("/claims/add", degree).status_code == 302
    with app.app_context():
        (claim,) = claims_titled(GOOD["title"])
        assert (claim.claimed_hours, claim.facts["answers"]) == (28, {"normal_length": True})
    assert "Finished within the programme&#39;s normal length?" in text(teacher.get(f"/claims/show/{claim.id}"))
