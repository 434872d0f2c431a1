"""A teacher's home: what came back, how the year stands, where each claim is, and what one is told on the first day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from app.extensions import db
from app.models import Claim, School, Teacher
from app.security.actor import SYSTEM, acting, actor_of
from app.services import accounts, decisions
from tests.client import Browser
from tests.conftest import NOW
from tests.factories import CANARY, World, make_activity, make_claim, make_teacher, make_user
from tests.views.test_claim_form import GOOD, text


@pytest.fixture
def teacher(client_for: Callable[[str], Browser]) -> Browser:
    return client_for("teacher")


@pytest.fixture
def questions(app: Any) -> Iterator[list[str]]:
    """The statements sent while a page is made."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def give_back(world: World, number: int) -> None:
    """Claims of the teacher: some returned, some under review, some drafts."""
    teacher = db.session.get_one(Teacher, world.ours.teacher)
    mine = actor_of(db.session, world.users["teacher"], "me")
    reviewer = actor_of(db.session, world.users["school"], "何审核")
    for one in range(number):
        claim = make_claim(db.session, teacher, f"研讨会{one}", 40 + one, mine, NOW, submit=one % 3 != 2)
        if one % 3 == 0:
            said = {"reason_code": "illegible", "reason": "照片看不清，请重拍"}
            decisions.return_claim(db.session, claim, reviewer, NOW, **said)


def test_the_page_asks_few_questions_however_many_claims_there_are(
    app: Any, teacher: Browser, world: World, questions: list[str]
) -> None:
    teacher.get("/style-none")
    frame = len(questions)
    questions.clear()
    teacher.get("/")
    few = len(questions)
    assert few - frame <= 18, "\n".join(questions)
    with app.app_context(), acting(SYSTEM):
        give_back(world, 9)
        db.session.commit()
    questions.clear()
    teacher.get("/")
    assert len(questions) <= few


def test_what_came_back_stands_first_with_its_reason_and_leads_to_the_form(
    app: Any, teacher: Browser, world: World
) -> None:
    with app.app_context(), acting(SYSTEM):
        give_back(world, 1)
        db.session.commit()
    page = text(teacher.get("/"))
    assert page.index("照片看不清，请重拍") < page.index('class="rings')
    form = re.search(r'class="btn btn-primary" href="(/claims/edit/\d+)"', page)
    assert form is not None and "Open to be mended" in text(teacher.get(form[1]))


def test_a_ring_says_what_counted_and_what_is_under_review(teacher: Browser) -> None:
    page = text(teacher.get("/"))
    assert "Professional: 3 recognised, 42 required" in page
    # The claim of a full day that the school has: not counted yet, drawn behind what is.
    assert "8 under review" in page and 'class="more"' in page
    assert CANARY not in page


def test_of_a_claim_under_review_the_way_is_told(app: Any, teacher: Browser, world: World) -> None:
    def way() -> list[str]:
        page = text(teacher.get(f"/claims/show/{world.ours.claim}"))
        found = re.search(r'<ol class="way.*?</ol>', page, re.S)
        assert found is not None
        return [re.sub(r"<[^>]+>", " ", one) for one in re.findall(r"<li class=.*?</li>", found[0], re.S)]

    first = way()
    assert [len(first), "2026-11-20" in first[0], "by 2027-01-31" in first[1]] == [4, True, True]
    with app.app_context(), acting(SYSTEM):
        claim = db.session.get_one(Claim, world.ours.claim)
        reviewer = actor_of(db.session, world.users["school"], "何审核")
        decisions.approve(db.session, claim, reviewer, NOW, hours=Decimal(8), category="professional")
        db.session.commit()
    later = way()
    assert "2026-11-20" in later[1] and "by" not in later[1] and "by 2027-02-28" in later[2]
    with app.app_context(), acting(SYSTEM):
        claim = db.session.get_one(Claim, world.ours.claim)
        reviewer = actor_of(db.session, world.users["authority"], "黄科员")
        decisions.reject(db.session, claim, reviewer, NOW, reason_code="duplicate", reason="已登记")
        db.session.commit()
    assert "Rejected" in way()[-1]


def test_an_activity_that_would_fill_what_is_missing_is_offered(app: Any, teacher: Browser, world: World) -> None:
    with app.app_context(), acting(SYSTEM):
        on = {"starts_on": date(2026, 12, 5), "ends_on": date(2026, 12, 6)}
        for number in range(5):
            make_activity(db.session, f"O-{number}", f"选修讲座{number}", category="elective",
                          hours=Decimal(6 + number), organiser_id=world.organiser, **on)  # fmt: skip
        db.session.commit()
    page = text(teacher.get("/"))
    assert [f"选修讲座{number}" in page for number in range(5)] == [False, False, True, True, True]


def test_the_list_of_ones_own_claims_does_not_repeat_whose_they_are(
    teacher: Browser, client_for: Callable[[str], Browser]
) -> None:
    mine, schools = text(teacher.get("/claims/list/")), text(client_for("school").get("/claims/list/"))
    assert "数学年会" in mine and 'class="col-starts_on"' in mine and 'class="col-teacher"' not in mine
    assert 'class="col-teacher"' in schools


def test_who_begins_here_is_told_how_hours_come_in(app: Any, world: World) -> None:
    with app.app_context(), acting(SYSTEM):
        school = db.session.get_one(School, world.ours.school)
        new, user = make_teacher(db.session, school, "新来的", 77, NOW), make_user(db.session, "new", "新来的")
        accounts.appoint(db.session, user, "teacher")
        new.user_id = user.id
        db.session.commit()
        pk = user.id
    page = text(Browser(app, pk).get("/"))
    assert "This is how they come in" in page and "/claims/add?year=2026" in page
    assert "Professional: 0 recognised, 42 required" in page


def test_a_certificate_number_is_looked_up_while_it_is_typed(app: Any, teacher: Browser, world: World) -> None:
    asked = {**GOOD, "year": "2026"}
    assert "Not registered yet" in text(teacher.post("/claims/reckon", asked))
    with app.app_context(), acting(SYSTEM):
        for pk, key in ((world.ours.draft, "OTHER1"), (world.ours.claim, "ABC2026")):
            db.session.get_one(Claim, pk).certificate_key = key
        db.session.get_one(Claim, world.theirs.claim).certificate_key = "THEIRS"
        db.session.commit()
    found = text(teacher.post("/claims/reckon", {**asked, "certificate_number": "abc-2026"}))
    assert f"/claims/show/{world.ours.claim}" in found and "already" in found
    # Not against itself, not for a draft, and nothing of another teacher's claims.
    own = {**asked, "certificate_number": "abc-2026", "claim": str(world.ours.claim)}
    assert "Not registered yet" in text(teacher.post("/claims/reckon", own))
    for number in ("other1", "theirs"):
        assert "Not registered yet" in text(teacher.post("/claims/reckon", {**asked, "certificate_number": number}))
    assert "egistered yet" not in text(teacher.post("/claims/reckon", {**asked, "certificate_number": ""}))
