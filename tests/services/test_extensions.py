"""Extensions: granted by the reviewing authority with a reason, in force until their day, told where they serve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Code, Refused
from app.models import AuditEntry, Claim, Extension, Organiser, School, Teacher
from app.security.actor import acting
from app.security.session import OutOfReach
from app.services import attendance, bindings, claims, extensions
from app.services.refusals import No
from tests.factories import make_activity
from tests.services.stage import Stage, claim_in, draft, say

# Two days after the last day for claims of 2026 in China.
LATE = datetime(2027, 1, 2, 2, 0, tzinfo=UTC)
REASON = "校舍受灾，附街道证明"


@pytest.fixture
def school(held: Any, stage: Stage) -> School:
    return held.get_one(School, stage.world.ours.school)


@pytest.fixture
def teacher(held: Any, stage: Stage) -> Teacher:
    return held.get_one(Teacher, stage.world.ours.teacher)


def give(session: Any, stage: Stage, who: str, school: School, teacher: Teacher | None, **changed: Any) -> Extension:
    facts = {"year": 2026, "deadline": "claim", "until_on": date(2027, 1, 10), "reason": REASON, "now": LATE} | changed
    actor = stage.actors[who]
    with acting(actor):
        return extensions.grant(session, school, teacher, actor=actor, **facts)


def refused(code: object, act: Callable[[], Any]) -> None:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": "  "}, Code.OVERRIDE_REASON_MISSING),
        ({"until_on": date(2026, 12, 31)}, No.EXTENSION_NOT_LATER),
        ({"until_on": date(2027, 1, 1)}, No.EXTENSION_PAST),
        ({"year": 2020, "deadline": "face_to_face"}, None),
        ({"year": 2017}, Code.YEAR_UNBOUND),
    ],
)
def test_an_extension_has_a_reason_and_a_day_to_come(
    held: Any, stage: Stage, school: School, teacher: Teacher, changed: dict[str, Any], code: object
) -> None:
    if code is None:
        assert give(held, stage, "authority", school, teacher, **changed).id
    else:
        refused(code, lambda: give(held, stage, "authority", school, teacher, **changed))
        assert held.scalars(select(Extension).where(Extension.reason == REASON)).all() == []


def test_the_last_second_of_a_day_is_no_past(held: Any, stage: Stage, school: School, teacher: Teacher) -> None:
    """Midnight in China, not where the server stands."""
    end = datetime(2027, 1, 1, 16, 0, tzinfo=UTC)
    given = {"until_on": date(2027, 1, 1)}
    assert give(held, stage, "authority", school, teacher, now=end - timedelta(seconds=1), **given).id
    refused(No.EXTENSION_PAST, lambda: give(held, stage, "authority", school, teacher, now=end, **given))


def test_the_same_once_more_is_refused_and_a_later_day_is_not(
    held: Any, stage: Stage, school: School, teacher: Teacher
) -> None:
    """Ending it would leave its twin in force, and the deadline would not be the policy's again."""
    given = {"until_on": date(2027, 3, 1)}
    first = give(held, stage, "authority", school, teacher, **given)
    for until_on in (date(2027, 3, 1), date(2027, 2, 1)):
        refused(No.EXTENSION_HELD, lambda day=until_on: give(held, stage, "city", school, teacher, until_on=day))
    assert give(held, stage, "authority", school, None, **given).id
    assert give(held, stage, "authority", school, teacher, until_on=date(2027, 3, 2)).id
    first.ended_at, first.end_reason = LATE, "误录"
    held.flush()
    refused(No.EXTENSION_HELD, lambda: give(held, stage, "authority", school, teacher, **given))


def test_a_pack_without_the_deadline_has_nothing_to_extend(
    held: Any, stage: Stage, school: School, teacher: Teacher
) -> None:
    bindings.bind(held, None, 2020, "teacher", "guangdong-2020-84", LATE)
    refused(
        No.EXTENSION_NO_DEADLINE,
        lambda: give(held, stage, "authority", school, teacher, year=2020, deadline="face_to_face"),
    )


@pytest.mark.parametrize("who", ["teacher", "school", "authority elsewhere", "organiser", "auditor", "system"])
def test_whoever_is_not_the_reviewing_authority_extends_nothing(
    held: Any, stage: Stage, school: School, teacher: Teacher, who: str
) -> None:
    refused(Code.OVERRIDE_FORBIDDEN, lambda: give(held, stage, who, school, teacher))
    made = give(held, stage, "authority", school, teacher)
    with acting(stage.actors[who]):
        refused(Code.OVERRIDE_FORBIDDEN, lambda: extensions.end(held, made, "撤", stage.actors[who], LATE))


def test_the_city_extends_for_schools_without_authority_and_for_any(held: Any, stage: Stage, school: School) -> None:
    college = held.get_one(School, stage.college)
    refused(Code.OVERRIDE_FORBIDDEN, lambda: give(held, stage, "authority", college, None))
    assert give(held, stage, "city", college, None).school_id == stage.college
    assert give(held, stage, "city", school, None).id


def test_reach_alone_would_stop_a_foreign_extension(held: Any, stage: Stage) -> None:
    """The guard behind the rule: a row written past the service is refused by the session."""
    with acting(stage.actors["authority"]):
        held.add(
            Extension(
                school_id=stage.world.theirs.school, year=2026, deadline="claim", until_on=date(2027, 1, 10),
                reason=REASON, granted_at=LATE, granted_by="x",
            )
        )  # fmt: skip
        with pytest.raises(OutOfReach):
            held.flush()


def test_nobody_extends_for_themselves(held: Any, stage: Stage, school: School, teacher: Teacher) -> None:
    own = replace(stage.actors["authority"], teacher_id=teacher.id, teacher_school_id=school.id)
    for whom in (teacher, None):
        with pytest.raises(Refused) as refusal:
            extensions.grant(held, school, whom, 2026, "claim", date(2027, 1, 10), REASON, own, LATE)
        assert refusal.value.code == No.OWN_EXTENSION
    colleague = held.get_one(Teacher, stage.world.ours.colleague)
    assert extensions.grant(held, school, colleague, 2026, "claim", date(2027, 1, 10), REASON, own, LATE).id


def test_the_teacher_belongs_to_the_school(held: Any, stage: Stage, school: School) -> None:
    elsewhere = held.get_one(Teacher, stage.world.theirs.teacher)
    refused(No.OTHER_SCHOOL_TEACHER, lambda: give(held, stage, "authority", school, elsewhere))


def test_a_late_claim_is_handed_in_by_extension_and_its_decision_says_why(
    held: Any, stage: Stage, school: School, teacher: Teacher, clock: datetime
) -> None:
    actor = stage.actors["teacher"]
    claim = draft(held, teacher, actor, clock)
    refused(Code.LATE, lambda: say(held, claim, "submit", actor, LATE))
    made = give(held, stage, "authority", school, teacher)
    last_second = datetime(2027, 1, 10, 15, 59, 59, tzinfo=UTC)
    refused(Code.LATE, lambda: say(held, claim, "submit", actor, last_second + timedelta(seconds=1)))
    say(held, claim, "submit", actor, last_second)
    assert (claim.state, claim.decisions[-1].override_reason) == ("submitted", REASON)
    with acting(stage.actors["authority"]):
        extensions.end(held, made, "误发", stage.actors["authority"], LATE)
    assert claim.state == "submitted"


def test_in_time_no_extension_is_named(held: Any, stage: Stage, school: School, clock: datetime) -> None:
    give(held, stage, "authority", school, None, now=clock)
    assert claim_in(held, stage, "submitted", clock).decisions[-1].override_reason is None


@pytest.mark.parametrize(
    ("changed", "helps"),
    [
        ({}, True),
        ({"deadline": "first_review", "until_on": date(2027, 3, 1)}, False),
        ({"year": 2025}, False),
        ({"teacher": "colleague"}, False),
        ({"teacher": None}, True),
    ],
)
def test_an_extension_holds_for_its_teacher_year_and_deadline(
    held: Any, stage: Stage, school: School, teacher: Teacher, clock: datetime, changed: dict[str, Any], helps: bool
) -> None:
    claim, whom = draft(held, teacher, stage.actors["teacher"], clock), teacher
    if "teacher" in changed:
        named = changed.pop("teacher")
        whom = held.get_one(Teacher, stage.world.ours.colleague) if named else None
    give(held, stage, "authority", school, whom, **changed)
    if helps:
        say(held, claim, "submit", stage.actors["teacher"], LATE)
    else:
        refused(Code.LATE, lambda: say(held, claim, "submit", stage.actors["teacher"], LATE))


def test_a_late_first_review_by_extension(held: Any, stage: Stage, school: School, clock: datetime) -> None:
    claim: Claim = claim_in(held, stage, "submitted", clock)
    february = datetime(2027, 2, 5, 2, 0, tzinfo=UTC)
    refused(Code.LATE, lambda: say(held, claim, "approve", stage.actors["school"], february))
    given = {"deadline": "first_review", "until_on": date(2027, 2, 10), "now": february}
    give(held, stage, "authority", school, None, **given)
    say(held, claim, "approve", stage.actors["school"], february)
    assert (claim.state, claim.decisions[-1].override_reason) == ("passed_first", REASON)


def test_an_ended_extension_holds_no_longer_and_ends_once(
    held: Any, stage: Stage, school: School, teacher: Teacher, clock: datetime
) -> None:
    authority = stage.actors["authority"]
    claim, made = draft(held, teacher, stage.actors["teacher"], clock), give(held, stage, "authority", school, teacher)
    with acting(authority):
        refused(Code.REASON_MISSING, lambda: extensions.end(held, made, " ", authority, LATE))
        extensions.end(held, made, "误发", authority, LATE)
        refused(No.EXTENSION_ENDED, lambda: extensions.end(held, made, "再次", authority, LATE))
    refused(Code.LATE, lambda: say(held, claim, "submit", stage.actors["teacher"], LATE))
    told = held.scalars(
        select(AuditEntry).where(AuditEntry.subject == "extension", AuditEntry.subject_id == str(made.id))
    ).all()
    assert [row.actor_name for row in told] == ["authority", "authority"]


def test_an_extended_year_is_offered_to_claim_for(
    held: Any, stage: Stage, school: School, teacher: Teacher
) -> None:
    assert claims.open_years(held, "teacher", LATE, teacher) == (2027,)
    give(held, stage, "authority", school, teacher)
    give(held, stage, "authority", school, teacher, year=2019)
    assert claims.open_years(held, "teacher", LATE, teacher) == (2019, 2026, 2027)
    assert claims.open_years(held, "teacher", LATE + timedelta(days=9), teacher) == (2027,)
    colleague = held.get_one(Teacher, stage.world.ours.colleague)
    assert claims.open_years(held, "teacher", LATE, colleague) == (2027,)


@pytest.mark.parametrize(
    ("kind", "deadline", "late"),
    [
        ("face_to_face", "face_to_face", LATE),
        ("online", "sessions", datetime(2027, 2, 2, 2, 0, tzinfo=UTC)),
    ],
)
def test_late_attendance_is_registered_by_extension(
    held: Any, stage: Stage, school: School, teacher: Teacher, kind: str, deadline: str, late: datetime
) -> None:
    organiser = held.scalars(select(Organiser).where(Organiser.id == stage.world.organiser)).one()
    activity = make_activity(held, "X1", "暑期培训", kind=kind, organiser_id=organiser.id)

    def register() -> Any:
        # An organiser has no extension in reach, and is bound by them all the same.
        with acting(stage.actors["organiser"]):
            return attendance.register(held, activity, teacher, date(2026, 3, 3), Decimal(2), True, late)

    refused(Code.LATE, register)
    give(held, stage, "authority", school, teacher, deadline=deadline, until_on=late.date(), now=late)
    assert register().id
