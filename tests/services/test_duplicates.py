"""DUP-CLAIM: the same hours once a teacher; across teachers a question to the reviewer, within their reach."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.errors import Refused
from app.models import Claim, School, Teacher
from app.security.actor import SYSTEM, acting
from app.services import attendance, claims, duplicates, evidence, extensions, register
from app.services.refusals import No
from app.services.store import store
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
        near, far = duplicates.findings(held, mine)
    assert (near.rule, near.likeness, near.number, near.teacher_name) == (
        "DUP-CLAIM", "certificate", theirs[0].number, colleague.name,
    )  # fmt: skip
    assert not far.is_in_reach and (far.number, far.teacher_name, far.title, far.record_id) == ("", "", "", 0)
    # The older ones have become alike by the later one.
    held.expire_all()
    assert mine.is_flagged and all(claim.is_flagged for claim in theirs)


def test_nothing_alike_is_no_flag(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    claim = draft(held, teacher, stage.actors["teacher"], clock, conference("乙", date(2026, 5, 5)))
    assert hand_in(held, stage, claim, clock) is None
    assert duplicates.findings(held, claim) == []
    assert not claim.is_flagged


def test_width_case_and_spaces_make_no_other_title(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    actor = stage.actors["teacher"]
    walk(held, stage, draft(held, teacher, actor, clock, conference("AI与教学 Forum")), "submitted", clock)
    assert hand_in(held, stage, draft(held, teacher, actor, clock, conference("ＡＩ 与教学forum")), clock) == (
        No.SAME_ACTIVITY
    )


@pytest.mark.parametrize("state", ["rejected", "revoked"])
def test_what_was_rejected_is_shown_when_it_comes_again(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime, state: str
) -> None:
    actor = stage.actors["teacher"]
    first = draft(held, teacher, actor, clock, conference("甲", certificate_number="证 1"))
    walk(held, stage, first, state, clock)
    again = draft(held, teacher, actor, clock, conference("乙", date(2026, 5, 5), certificate_number="证 1"))
    assert hand_in(held, stage, again, clock) is None
    (found,) = duplicates.findings(held, again)
    assert (found.likeness, found.state, found.number, found.is_own) == ("certificate", state, first.number, True)
    held.expire_all()
    # What was decided keeps no mark: nobody has to look at it any more.
    assert again.is_flagged and not first.is_flagged


def test_two_claims_of_one_day_are_a_question_to_the_reviewer_of_both(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    actor, on = stage.actors["teacher"], date(2026, 6, 8)
    first = walk(held, stage, draft(held, teacher, actor, clock, conference("上午", on)), "passed_first", clock)
    version = first.version
    second = draft(held, teacher, actor, clock, conference("下午", on))
    assert hand_in(held, stage, second, clock) is None
    held.expire_all()
    assert (first.is_flagged, second.is_flagged) == (True, True)
    assert first.version == version, "the mark alone must not make an open page stale"
    for claim, other in ((first, second), (second, first)):
        (found,) = duplicates.findings(held, claim)
        assert (found.rule, found.likeness, found.number, found.days) == ("CEIL", "days", other.number, (on,))
    say(held, second, "withdraw", actor, clock)
    held.expire_all()
    assert not first.is_flagged and duplicates.findings(held, first) == []


def test_attendance_registered_later_marks_the_approved_claim(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    """Found later, the registration is cancelled: the reviewing authority sees it and revokes."""
    actor, on = stage.actors["teacher"], date(2026, 6, 2)
    claim = walk(held, stage, draft(held, teacher, actor, clock, conference("校本 培训", on)), "approved", clock)
    other_day = walk(
        held, stage, draft(held, teacher, actor, clock, conference("别的", date(2026, 6, 9))), "submitted", clock
    )
    activity = make_activity(
        held, "D1", "校本培训", kind="school_based", school_id=teacher.school_id, starts_on=on, ends_on=on
    )
    attended = attendance.register(held, activity, teacher, on, Decimal(3), True, clock)
    held.expire_all()
    assert claim.is_flagged and not other_day.is_flagged
    with acting(stage.actors["authority"]):
        (found,) = duplicates.findings(held, claim)
    assert (found.rule, found.likeness, found.record, found.record_id) == (
        "DUP-CLAIM", "activity", "attendance", attended.id,
    )  # fmt: skip
    attendance.void(held, attended, "登记有误", clock)
    held.expire_all()
    assert not claim.is_flagged


def test_a_failed_or_online_attendance_takes_no_day(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    actor, on = stage.actors["teacher"], date(2026, 6, 2)
    for number, kind, passed in (("D2", "school_based", False), ("D3", "online", True)):
        where = {"school_id": teacher.school_id} if kind == "school_based" else {"organiser_id": stage.world.organiser}
        activity = make_activity(held, number, f"活动{number}", kind=kind, starts_on=on, ends_on=on, **where)
        attendance.register(held, activity, teacher, on, Decimal(3), passed, clock)
    claim = draft(held, teacher, actor, clock, conference("论坛", on))
    assert hand_in(held, stage, claim, clock) is None
    assert duplicates.findings(held, claim) == [] and not claim.is_flagged


def test_the_mark_follows_what_is_handed_in_again(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    actor, on = stage.actors["teacher"], date(2026, 6, 8)
    walk(held, stage, draft(held, teacher, actor, clock, conference("上午", on)), "submitted", clock)
    second = draft(held, teacher, actor, clock, conference("下午", on))
    walk(held, stage, second, "returned", clock)
    assert second.is_flagged
    claims.change(held, second, conference("下午", date(2026, 6, 9)), clock)
    assert hand_in(held, stage, second, clock) is None
    assert not second.is_flagged


@pytest.mark.parametrize("shared", ["certificate", "file"])
def test_the_mark_of_another_goes_when_what_was_alike_is_mended(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime, shared: str
) -> None:
    actor, school = stage.actors["teacher"], stage.actors["school"]
    colleague = held.get_one(Teacher, stage.world.ours.colleague)
    first = draft(held, colleague, school, clock, conference("甲", certificate_number="证 9"))
    say(held, first, "submit", school, clock)
    number = "证 9" if shared == "certificate" else "证 7"
    second = draft(held, teacher, actor, clock, conference("乙", date(2026, 5, 5), certificate_number=number))
    if shared == "file":
        content = store().read(first.evidence[0].sha256)
        evidence.attach(held, second, "另.png", io.BytesIO(content), clock)
    walk(held, stage, second, "returned", clock)
    held.expire_all()
    assert first.is_flagged and second.is_flagged
    with acting(actor):
        if shared == "file":
            evidence.remove(held, second.evidence[-1])
        else:
            claims.change(held, second, conference("乙", date(2026, 5, 5), certificate_number="证 8"), clock)
    held.expire_all()
    assert not first.is_flagged
    assert hand_in(held, stage, second, clock) is None
    held.expire_all()
    assert (first.is_flagged, second.is_flagged) == (False, False)


def test_a_course_over_new_year_is_claimed_in_both_years(
    held: Any, stage: Stage, teacher: Teacher
) -> None:
    """YEAR: one stay, one certificate, a claim a year, each with its own days; a third is one too many."""
    actor, now = stage.actors["teacher"], datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
    days = [date(2025, 12, 31), date(2026, 1, 2)]
    facts = {"sessions": [{"on": on.isoformat(), "full_day": True} for on in days], "related": True, "passed": True}
    extensions.grant(held, teacher.school, teacher, 2025, "claim", date(2026, 1, 31), "跨年", SYSTEM, now)
    for year, refusal in ((2025, None), (2026, None), (2026, No.SAME_CERTIFICATE)):
        data = conference("跨年研修", days[0], year=year, facts=facts, certificate_number="证 3")
        assert hand_in(held, stage, draft(held, teacher, actor, now, data), now) == refusal
