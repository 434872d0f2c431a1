"""A pack brings a kind that nobody foresaw, with fields and a category of its own, and no code is changed for it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Claim, School, Standing
from app.security.actor import SYSTEM, acting, actor_of
from app.services import decisions
from tests.client import Browser
from tests.factories import World, make_teacher, png
from tests.views.packs import craft
from tests.views.test_claim_form import claims_titled, text, upload, version_of

__all__ = ["craft"]

PIECES, HALL, OWN = ("answer-exhibition-pieces", "answer-exhibition-hall", "answer-exhibition-own_work")
SHOWN = {
    "year": "2026",
    "kind": "exhibition",
    "title": "岭南木雕联展",
    PIECES: "3",
    HALL: "palace",
    OWN: "yes",
    "intent": "draft",
}


@pytest.fixture
def teacher(client_for: Callable[[str], Browser]) -> Browser:
    return client_for("teacher")


def in_chinese(browser: Browser) -> None:
    with browser.client.session_transaction() as held:
        held["locale"] = "zh"


def approve(app: Any, world: World, title: str, now: datetime) -> None:
    """Both reviews, by the people whose steps these are."""
    for duty in ("school", "authority"):
        with app.app_context():
            with acting(SYSTEM):
                actor = actor_of(db.session, world.users[duty], duty)
            with acting(actor):
                claim = db.session.scalars(select(Claim).where(Claim.title == title)).one()
                decisions.approve(db.session, claim, actor, now)
                db.session.commit()


def standing_of(app: Any, teacher_id: int) -> Standing:
    with app.app_context(), acting(SYSTEM):
        query = select(Standing).where(Standing.teacher_id == teacher_id, Standing.year == 2026)
        return db.session.scalars(query).one()


@pytest.mark.usefixtures("craft")
def test_the_form_is_made_from_the_pack_in_both_languages(teacher: Browser) -> None:
    page = text(teacher.get("/claims/add?year=2026"))
    for words in (
        "Exhibited pieces", "Pieces shown", "Each piece once", "A provincial palace", "Made by your own hand?",
        "Prize for a piece", "Gold", "The piece cannot be photographed", "A sealed drawing of it",
    ):  # fmt: skip
        assert words in page
    assert f'data-fields="category {PIECES} {HALL} {OWN}"' in page and f'data-for="{PIECES}"' in page
    in_chinese(teacher)
    page = text(teacher.get("/claims/add?year=2026"))
    for words in ("参展件数", "每件只计一次", "省级展馆", "金奖", "作品无法拍照", "盖章的图样"):
        assert words in page


@pytest.mark.usefixtures("craft")
@pytest.mark.parametrize(
    ("changed", "hours", "told"),
    [
        ({}, "4.5", "3 × 1.5"),
        ({PIECES: "7"}, "10.5", "7 × 1.5"),
        ({PIECES: "9"}, "12", "9 × 1.5, at most 12"),  # the pack's ceiling
        ({"kind": "prize", "answer-prize-rank": "silver"}, "4.5", "Silver"),
        ({PIECES: ""}, "0", "“Pieces shown” has not been answered."),
        ({HALL: ""}, "0", "“Rank of the hall” has not been answered."),
        ({OWN: "no"}, "0", "“Made by your own hand?” is answered with no, so there are no hours (N 之二)."),
    ],
)
def test_the_hours_are_reckoned_as_one_types(teacher: Browser, changed: dict[str, str], hours: str, told: str) -> None:
    page = text(teacher.post("/claims/reckon", {**SHOWN, **changed}))
    assert f'data-hours="{hours}"' in page
    assert told in page
    if hours == "12":
        assert "N 之四" in page


@pytest.mark.usefixtures("craft")
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({PIECES: "0"}, "Between 1 and 40."),
        ({PIECES: "41"}, "Between 1 and 40."),
        ({PIECES: "-2"}, "Between 1 and 40."),
        ({PIECES: "1.5"}, "Write a whole number."),
        ({PIECES: "NaN"}, "Write a whole number."),
        ({PIECES: "1e9"}, "Write a whole number."),
        ({PIECES: "9" * 40}, "Between 1 and 40."),
        ({PIECES: "٣"}, "Write a whole number."),
        ({HALL: "cellar"}, "Choose one from the list."),
        ({OWN: "perhaps"}, "Choose one from the list."),
        ({"category": "public"}, "Choose one from the list."),
        ({"kind": "unheard-of"}, "Choose one from the list."),
    ],
)
def test_an_answer_that_is_none_is_refused_at_its_field_and_nothing_is_lost(
    app: Any, teacher: Browser, changed: dict[str, str], words: str
) -> None:
    answer = teacher.post("/claims/add", {**SHOWN, **changed, **upload()})
    page = text(answer)
    assert answer.status_code == 422
    assert words in page
    name = next(iter(changed))
    assert f'<a href="#{name}">' in page  # the summary leads to the field
    assert SHOWN["title"] in page and "received, kept for this claim" in page
    if name == PIECES:
        assert f'value="{changed[name]}"' in page
    with app.app_context():
        assert claims_titled(SHOWN["title"]) == []


@pytest.mark.usefixtures("craft")
def test_what_was_typed_for_another_kind_does_not_stand_in_the_way(app: Any, teacher: Browser) -> None:
    answer = teacher.post(
        "/claims/add", {**SHOWN, "kind": "prize", "answer-prize-rank": "gold", PIECES: "many", HALL: "?"}
    )
    assert answer.status_code == 302
    with app.app_context():
        (claim,) = claims_titled(SHOWN["title"])
        assert (claim.facts, claim.category, claim.claimed_hours) == ({"answers": {"rank": "gold"}}, "workshop", 9)


@pytest.mark.usefixtures("craft")
def test_from_the_form_to_the_record_and_into_the_year(
    app: Any, teacher: Browser, client_for: Callable[[str], Browser], world: World, clock: datetime
) -> None:
    begun = teacher.post("/claims/add", {**SHOWN, HALL: "", **upload()})
    assert begun.status_code == 302
    pk = int(begun.location.rpartition("/")[2])
    page = text(teacher.get(f"/claims/edit/{pk}"))
    assert 'value="3"' in page and "has not been answered" in page
    # Handing it in without an answer is refused at the field, and the draft stays.
    version = version_of(teacher, pk)
    refused = teacher.post(f"/claims/edit/{pk}", {**SHOWN, HALL: "", "version": version, "intent": "submit"})
    assert refused.status_code == 422
    assert f'<a href="#{HALL}">' in text(refused)
    version = version_of(teacher, pk)
    sent = teacher.post(f"/claims/edit/{pk}", {**SHOWN, "version": version, "intent": "submit"})
    assert sent.status_code == 302, text(sent)
    record = text(teacher.get(f"/claims/show/{pk}"))
    for words in (
        "Exhibited pieces", "Pieces shown", "A provincial palace", "Made by your own hand?", "3 × 1.5", "craft hours",
        "Workshop",
    ):  # fmt: skip
        assert words in record
    school = client_for("school")
    in_chinese(school)
    shown = text(school.get(f"/claims/show/{pk}"))
    assert "参展件数" in shown and "省级展馆" in shown
    approve(app, world, SHOWN["title"], clock)
    standing = standing_of(app, world.ours.teacher)
    assert (standing.policy, standing.recognised["workshop"]) == ("craft-2026", "4.5")


@pytest.mark.usefixtures("craft")
def test_the_category_of_a_kind_that_asks_for_it_is_the_claimants(app: Any, teacher: Browser) -> None:
    assert teacher.post("/claims/add", {**SHOWN, "category": "professional"}).status_code == 302
    with app.app_context():
        (claim,) = claims_titled(SHOWN["title"])
        assert claim.category == "professional"
        page = text(teacher.get(f"/claims/edit/{claim.id}"))
    chosen = re.findall(r'<input checked[^>]*name="category"[^>]*value="(\w+)"', page)
    assert chosen == ["professional"]


@pytest.mark.usefixtures("craft")
def test_two_tabs_are_shown_their_different_answers(teacher: Browser) -> None:
    pk = int(teacher.post("/claims/add", SHOWN).location.rpartition("/")[2])
    seen = version_of(teacher, pk)
    assert teacher.post(f"/claims/edit/{pk}", {**SHOWN, "version": seen, HALL: "town"}).status_code == 302
    second = teacher.post(f"/claims/edit/{pk}", {**SHOWN, "version": seen})
    page = text(second)
    assert second.status_code == 409
    assert "<ins>A town hall</ins>" in page and "<td>A provincial palace</td>" in page


@pytest.mark.usefixtures("craft")
def test_a_companion_of_the_pack_is_asked_for(app: Any, teacher: Browser) -> None:
    data = {**SHOWN, "intent": "submit", "states-drawing": "y"}
    refused = teacher.post("/claims/add", {**data, **upload()})
    assert refused.status_code == 422
    assert "A sealed drawing of it (EVIDENCE, N 之三)" in text(refused)
    with app.app_context():
        (claim,) = claims_titled(SHOWN["title"])
    sent = {**data, "version": version_of(teacher, claim.id), "files-drawing": [(io.BytesIO(png(9)), "图样.png")]}
    assert teacher.post(f"/claims/edit/{claim.id}", sent).status_code == 302
    assert "A sealed drawing of it" in text(teacher.get(f"/claims/show/{claim.id}"))


def test_an_accountant_claims_credits_and_the_year_adds_up(
    app: Any, client_for: Callable[[str], Browser], world: World, clock: datetime
) -> None:
    with app.app_context(), acting(SYSTEM):
        school = db.session.get_one(School, world.ours.school)
        accountant = make_teacher(db.session, school, "钱会", 77, clock, series="accounting").id
        db.session.commit()
    browser = client_for("school")
    # Once the teacher is chosen, the form is made anew from the pack of their series, and nothing typed is lost.
    chosen = {"year": "2026", "teacher": str(accountant), "title": "中级会计资格考试", "intent": "kinds"}
    assert 'data-pack="accounting-2021"' in text(browser.post("/claims/reckon", chosen))
    anew = browser.post("/claims/add", chosen)
    assert anew.status_code == 200 and "error-summary" not in text(anew)
    assert "Accounting examination" in text(anew) and chosen["title"] in text(anew) and "钱会" in text(anew)
    exam = {
        "year": "2026", "kind": "examination", "title": "中级会计资格考试", "teacher": str(accountant),
        "answer-examination-subjects": "1", "intent": "submit",
    }  # fmt: skip
    assert 'data-hours="90"' in text(browser.post("/claims/reckon", exam))
    sent = browser.post("/claims/add", {**exam, **upload()})
    assert sent.status_code == 302, text(sent)
    page = text(browser.get(sent.location))
    assert "Subjects passed this year" in page and "credits" in page and "1 × 90" in page
    about = {"kind": "accounting_work", "title": "论文：内部控制"}
    article = exam | about | {"answer-accounting_work-work": "article_other"}
    sent = browser.post("/claims/add", {**article, **upload("页面.png", png(31))})
    assert sent.status_code == 302, text(sent)
    assert "Article, other author" in text(browser.get(sent.location))
    for title in (exam["title"], article["title"]):
        approve(app, world, title, clock)
    standing = standing_of(app, accountant)
    assert (standing.policy, standing.recognised) == ("accounting-2021", {"public": "0", "professional": "100"})
    # The total is met, the public credits are not.
    assert (standing.total, standing.missing, standing.result) == (
        Decimal(100), {"public": "30", "professional": "0", "total": "0"}, "not_passed",
    )  # fmt: skip
