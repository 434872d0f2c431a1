"""DUP-CLAIM: the same hours once a teacher; across teachers a question to the reviewer, within their reach."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.errors import Refused
from app.models import Claim, School, Teacher
from app.security.actor import acting
from app.services import attendance, claims, duplicates, evidence, register
from app.services.refusals import No
from tests.factories import make_activity
from tests.services.stage import WAYS, Stage, conference, draft, say


@pytest.fixture
def teacher(held: Any, stage: Stage) -> Teacher:
    return held.get_one(Teacher, stage.world.ours.teacher)


def walk(session: Any, stage: Stage, claim: Claim, state: str, now: datetime) -> Claim:
    for verb, who in WAYS[True][state]:
        say(session, claim, verb, stage.actors[who], now)
    return claim


def hand_in(session: Any, stage: Stage, claim: Claim, now: datetime) -> Any:
    """The refusal's code, or None."""
    try:
        say(session, claim, "submit", stage.actors["teacher"], now)
    except Refused as refused:
        return refused.code
    return None


COUNTS = {
    "draft": False, "submitted": True, "passed_first": True, "approved": True, "returned": True,
    "rejected": False, "withdrawn": False, "revoked": False,
}  # fmt: skip


@pytest.mark.parametrize("state", COUNTS)
def test_the_same_certificate_counts_once(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime, state: str
) -> None:
    actor = stage.actors["teacher"]
    walk(held, stage, draft(held, teacher, actor, clock, conference("甲", certificate_number="证 1")), state, clock)
    other = draft(held, teacher, actor, clock, conference("乙", date(2026, 5, 5), certificate_number="证 1"))
    assert hand_in(held, stage, other, clock) == (No.SAME_CERTIFICATE if COUNTS[state] else None)


@pytest.mark.parametrize("state", ["submitted", "approved", "withdrawn"])
def test_the_same_file_counts_once(held: Any, stage: Stage, teacher: Teacher, clock: datetime, state: str) -> None:
    actor = stage.actors["teacher"]
    first = walk(held, stage, draft(held, teacher, actor, clock, conference("甲")), state, clock)
    other = claims.draft(held, teacher, conference("乙", date(2026, 5, 5)), actor, clock)
    from app.services.store import store

    evidence.attach(held, other, "另名.png", io.BytesIO(store().read(first.evidence[0].sha256)), clock)
    assert hand_in(held, stage, other, clock) == (No.SAME_FILE if COUNTS[state] else None)


def test_the_same_title_and_days_count_once(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    actor = stage.actors["teacher"]
    walk(held, stage, draft(held, teacher, actor, clock, conference("甲")), "submitted", clock)
    assert hand_in(held, stage, draft(held, teacher, actor, clock, conference("甲")), clock) == No.SAME_ACTIVITY
    assert hand_in(held, stage, draft(held, teacher, actor, clock, conference("甲", date(2026, 5, 5))), clock) is None


def test_registered_attendance_is_not_claimed_again(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    actor, on = stage.actors["teacher"], date(2026, 6, 2)
    activity = make_activity(
        held, "D1", "校本培训", kind="school_based", school_id=teacher.school_id, starts_on=on, ends_on=on
    )
    attended = attendance.register(held, activity, teacher, on, Decimal(3), True, clock)
    claim = draft(held, teacher, actor, clock, conference("校本培训", on))
    assert hand_in(held, stage, claim, clock) == No.SAME_ACTIVITY
    attendance.void(held, attended, "登记有误", clock)
    assert hand_in(held, stage, claim, clock) is None


def test_a_claim_at_a_former_school_still_counts(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    """The new school does not reach the old claim, the rule does."""
    actor = stage.actors["teacher"]
    walk(
        held, stage, draft(held, teacher, actor, clock, conference("甲", certificate_number="证 1")), "submitted", clock
    )
    register.transfer(held, teacher, held.get_one(School, stage.world.theirs.school), date(2026, 11, 1), clock)
    held.expire_all()
    other = draft(
        held,
        teacher,
        stage.actors["school elsewhere"],
        clock,
        conference("乙", date(2026, 5, 5), certificate_number="证 1"),
    )
    with pytest.raises(Refused) as refused:
        say(held, other, "submit", stage.actors["school elsewhere"], clock)
    assert refused.value.code == No.SAME_CERTIFICATE


def test_two_authors_may_share_a_paper_and_the_reviewer_is_told(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    colleague = held.get_one(Teacher, stage.world.ours.colleague)
    elsewhere = held.get_one(Teacher, stage.world.theirs.teacher)
    mine = draft(held, teacher, stage.actors["teacher"], clock, conference("甲", certificate_number="证 9"))
    theirs = [
        draft(held, one, stage.actors[who], clock, conference("乙", certificate_number="证 9"))
        for one, who in ((colleague, "school"), (elsewhere, "school elsewhere"))
    ]
    for claim, who in zip(theirs, ("school", "school elsewhere"), strict=True):
        say(held, claim, "submit", stage.actors[who], clock)
    assert hand_in(held, stage, mine, clock) is None
    with acting(stage.actors["school"]):
        near, far = duplicates.flags(held, mine)
    assert (near.rule, near.likeness, near.number, near.teacher_name) == (
        "DUP-CLAIM", "certificate", theirs[0].number, colleague.name,
    )  # fmt: skip
    assert not far.is_in_reach and (far.number, far.teacher_name) == ("", "")


def test_nothing_alike_is_no_flag(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    assert duplicates.flags(held, draft(held, teacher, stage.actors["teacher"], clock)) == []
