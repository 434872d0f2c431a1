"""What was found on submission and what reviewers changed: links within reach, marks, each stage's own change."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.hours import Part
from app.domain.policy import pack
from app.extensions import db
from app.models import Claim, Decision, Teacher
from app.security.actor import SYSTEM, Actor, acting, actor_of
from app.services import attendance, bindings, claims, decisions
from app.views import claim_effect
from tests.client import Browser
from tests.factories import CANARY, World, make_activity
from tests.services.stage import conference, draft, earn, say
from tests.views.test_claims import second_reviewer

Client = Callable[[str], Browser]


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def hand_in(app: Any, teacher_id: int, now: datetime, title: str, on: date, **changed: Any) -> int:
    """A conference of one day, submitted by the school on the teacher's behalf."""
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, teacher_id)
        claim = draft(db.session, teacher, SYSTEM, now, conference(title, on, **changed))
        behalf = Actor(None, "代报", frozenset({"school"}), school_ids=frozenset({teacher.school_id}))
        claims.submit(db.session, claim, behalf, now)
        db.session.commit()
        return claim.id


def act(browser: Browser, name: str, pk: int, **data: Any) -> Any:
    return browser.post(f"/claims/action/{name}/{pk}", data)


def test_the_same_certificate_elsewhere_is_linked_within_reach_only(
    app: Any, client_for: Client, world: World, clock: datetime
) -> None:
    near = hand_in(app, world.ours.colleague, clock, "论文甲", date(2026, 5, 5), certificate_number="证 9")
    hand_in(app, world.theirs.teacher, clock, f"{CANARY}论文", date(2026, 5, 6), certificate_number="证9")
    mine = hand_in(app, world.ours.teacher, clock, "论文丙", date(2026, 5, 7), certificate_number="证-9")
    for duty in ("school", "authority"):
        page = text(client_for(duty).get(f"/claims/show/{mine}"))
        assert page.count("Another teacher claims the same certificate number.") == 2
        assert f"/claims/show/{near}" in page and "何敏" in page
        assert "It is at another unit." in page and CANARY not in page
        assert "DUP-CLAIM" in page and "S1 §五（三）3" in page
    # Whose certificate it is too is not the claimant's business.
    own = text(client_for("teacher").get(f"/claims/show/{mine}"))
    assert "Another teacher" not in own and "another unit" not in own


def test_other_hours_of_the_day_are_shown_to_reviewer_and_claimant_and_marked_in_the_list(
    app: Any, client_for: Client, world: World, clock: datetime
) -> None:
    on = date(2026, 6, 8)
    first = hand_in(app, world.ours.teacher, clock, "上午的讲座", on)
    teacher, school = client_for("teacher"), client_for("school")
    with app.app_context(), acting(SYSTEM):
        owner = db.session.get_one(Teacher, world.ours.teacher)
        second = draft(db.session, owner, SYSTEM, clock, conference("下午的论坛", on)).id
        db.session.commit()
    answer = act(teacher, "submit", second)
    assert answer.status_code == 302
    told = text(teacher.get(answer.location))
    assert "The reviewer will see this too:" in told and "2026-06-08" in told
    for browser, one, other in ((school, first, second), (teacher, second, first)):
        page = text(browser.get(f"/claims/show/{one}"))
        assert "Another claim of the same teacher names the same day: 2026-06-08." in page
        assert f'href="/claims/show/{other}"' in page and ">CEIL<" in page
    marked = text(school.get("/claims/list/?is_flagged=1"))
    assert "上午的讲座" in marked and "下午的论坛" in marked and "数学年会" not in marked
    assert marked.count("to look at</span>") == 2
    assert "数学年会" in text(school.get("/claims/list/?is_flagged=0"))
    assert "to look at</span>" not in text(teacher.get("/claims/list/"))


def test_attendance_found_later_is_shown_on_the_approved_claim_beside_revoke(
    app: Any, client_for: Client, world: World, clock: datetime
) -> None:
    on = date(2026, 6, 2)
    pk = hand_in(app, world.ours.teacher, clock, "校本培训", on)
    assert act(client_for("school"), "approve", pk).status_code == 302
    assert act(client_for("authority"), "approve", pk).status_code == 302
    assert "Hours registered twice" not in text(client_for("authority").get(f"/claims/show/{pk}"))
    with app.app_context(), acting(SYSTEM):
        owner = db.session.get_one(Teacher, world.ours.teacher)
        activity = make_activity(
            db.session, "D1", "校本 培训", kind="school_based", school_id=owner.school_id, starts_on=on, ends_on=on
        )
        attended = attendance.register(db.session, activity, owner, on, Decimal(3), True, clock).id
        db.session.commit()
    page = text(client_for("authority").get(f"/claims/show/{pk}"))
    assert "The same hours are registered by attendance as well." in page
    assert f'href="/attendance/show/{attended}"' in page
    assert "revoke this claim if they are the same" in page and f"/claims/action/revoke/{pk}" in page


def test_each_review_shows_what_it_changed_against_the_stage_before(
    app: Any, client_for: Client, world: World
) -> None:
    pk, school = world.ours.claim, client_for("school")
    assert act(school, "approve", pk, hours="6", category="elective").status_code == 302
    assert act(client_for("authority"), "approve", pk, hours="4.5", category="elective").status_code == 302
    page = text(client_for("teacher").get(f"/claims/show/{pk}"))
    # The story of decisions; the record's own history stands before it.
    story = page[page.rindex("history diff") :]
    assert story.index("<del>8</del>") < story.index("<ins>6</ins>") < story.index("<del>6</del>")
    assert story.index("<del>6</del>") < story.index("<ins>4.5</ins>")
    # The category was changed once, by the school.
    assert story.count("<ins>Elective</ins>") == 1
    assert "(claimed 8)" in text(school.get("/claims/list/"))


def test_a_mended_claim_is_measured_against_what_was_claimed_then(
    app: Any, client_for: Client, world: World, clock: datetime
) -> None:
    """The first round's claim of 8 stays beside it, though the claim now says less."""
    pk = world.ours.claim
    with app.app_context(), acting(SYSTEM):
        claim = db.session.get_one(Claim, pk)
        school = actor_of(db.session, world.users["school"], "school")
        authority = actor_of(db.session, world.users["authority"], "authority")
        decisions.approve(db.session, claim, school, clock, hours=Decimal(6))
        decisions.return_claim(db.session, claim, authority, clock, reason_code="other", reason="日期不清")
        facts = {"sessions": [{"on": "2026-04-02", "minutes": 225}], "related": True, "passed": True}
        claims.change(db.session, claim, conference("数学年会", date(2026, 4, 2), facts=facts), clock)
        say(db.session, claim, "submit", actor_of(db.session, world.users["teacher"], "teacher"), clock)
        db.session.commit()
        rows = select(Decision).where(Decision.claim_id == pk).order_by(Decision.id)
        claimed = [row.hours for row in db.session.scalars(rows)]
        assert claimed == [8, 6, None, 5]
    page = text(client_for("school").get(f"/claims/show/{pk}"))
    story = page[page.index("history diff") :]
    assert "<del>8</del>" in story and "<ins>6</ins>" in story and "<del>5</del>" not in story


def test_a_selection_keeps_each_claims_own_hours(app: Any, client_for: Client, world: World, clock: datetime) -> None:
    facts = {"sessions": [{"on": "2026-05-05", "minutes": 135}], "related": True, "passed": True}
    short = hand_in(app, world.ours.colleague, clock, "半天讲座", date(2026, 5, 5), facts=facts)
    school = client_for("school")
    # Two claims, and none of them drawn to be opened first.
    client_for("city").post("/review-setup/share", {"percent": "0", "least": "0"})
    rows = [str(world.ours.claim), str(short)]
    shown = text(school.post("/claims/action_post", {"action": "approve", "rowid": rows, "hours": "1", "category": ""}))
    assert 'name="hours"' not in shown and "Each with its own hours." in shown
    token = re.search(r'name="token" value="(\w+)"', shown)
    assert token is not None
    answer = school.post("/review/bulk/approve", {"rows": ",".join(rows), "token": token[1]})
    assert answer.status_code == 302
    with app.app_context(), acting(SYSTEM):
        asked = select(Claim).where(Claim.id.in_([world.ours.claim, short]))
        found = {row.id: row.recognised_hours for row in db.session.scalars(asked)}
    assert found == {world.ours.claim: 8, short: 3}


@pytest.mark.parametrize("verb", ["approve", "return", "reject"])
def test_who_was_outrun_without_naming_a_version_sees_the_winners_decision(
    app: Any, client_for: Client, world: World, verb: str
) -> None:
    pk, reason = world.ours.claim, {"reason_code": "other", "reason": "日期不清"}
    assert act(client_for("school"), "return", pk, **reason).status_code == 302
    answer = act(second_reviewer(app, world), verb, pk, **reason)
    assert answer.status_code == 409
    assert "日期不清" in text(answer)
    # Pressing twice oneself is no race.
    assert act(client_for("school"), "return", pk, **reason).status_code == 422


def test_a_public_subject_counted_already_adds_only_what_exceeds_it(app: Any, world: World, clock: datetime) -> None:
    """DUP-PUBLIC (S1 §二（一）): the same subject counts once a year, so the form must not add it up."""
    with app.test_request_context(), acting(SYSTEM):
        bindings.bind(db.session, None, 2026, "teacher", "guangzhou-2020", clock)
        teacher, policy = db.session.get_one(Teacher, world.ours.colleague), pack("guangzhou-2020")
        earn(db.session, teacher, "public", "9", date(2026, 5, 4), clock, subject="xjp-thought")
        part = Part(2026, "public", Decimal(18), ())
        for subject, after in (("xjp-thought", "18"), ("rural", "27")):
            told = claim_effect.effect(policy, teacher.id, 2026, part, subject)
            assert told is not None
            assert (told["before"], told["after"], told["total_after"]) == ("9", after, after)
        less = claim_effect.effect(policy, teacher.id, 2026, Part(2026, "public", Decimal(6), ()), "xjp-thought")
        assert less is not None and less["after"] == "9"
