"""Who leaves, with what reason, what stays open for them, and coming back (SCOPE, R)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Refused
from app.models import AuditEntry, School, Standing, Teacher
from app.models.register import LEFT_REASONS
from app.services import register, standings
from app.services.refusals import No
from tests.factories import id_number
from tests.services.stage import Stage, claim_in, say, standing_of

LAST_DAY = date(2026, 11, 10)


@pytest.fixture
def teacher(held: Any, stage: Stage) -> Teacher:
    found: Teacher = held.get_one(Teacher, stage.world.ours.teacher)
    return found


@pytest.mark.parametrize("reason", LEFT_REASONS)
def test_who_leaves_is_on_record_with_day_and_reason(held: Any, teacher: Teacher, clock: datetime, reason: str) -> None:
    register.depart(held, teacher, LAST_DAY, reason, clock)
    assert (teacher.is_active, teacher.left_on, teacher.left_reason) == (False, LAST_DAY, reason)


@pytest.mark.parametrize("reason", ["", "bored", "退休"])
def test_without_a_known_reason_nobody_leaves(held: Any, teacher: Teacher, clock: datetime, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        register.depart(held, teacher, LAST_DAY, reason, clock)
    assert refusal.value.code is No.REASON_CODE_UNKNOWN
    assert teacher.is_active and teacher.affiliations[-1].to_on is None


def come_back_by_hand(held: Any, teacher: Teacher, clock: datetime) -> None:
    register.reactivate(held, teacher, date(2026, 11, 20), clock)


def come_back_elsewhere(held: Any, teacher: Teacher, clock: datetime) -> None:
    other = held.scalars(select(School).where(School.id != teacher.school_id)).first()
    register.transfer(held, teacher, other, date(2026, 11, 20), clock)


def come_back_by_the_roster(held: Any, teacher: Teacher, clock: datetime) -> None:
    register.put_teacher(held, id_number=id_number(1), name=teacher.name, sex="2", school=teacher.school, now=clock)


@pytest.mark.parametrize("come_back", [come_back_by_hand, come_back_elsewhere, come_back_by_the_roster])
def test_coming_back_clears_day_and_reason_and_the_trail_keeps_them(
    held: Any, teacher: Teacher, clock: datetime, come_back: Any
) -> None:
    register.depart(held, teacher, LAST_DAY, "transferred", clock)
    come_back(held, teacher, clock)
    assert (teacher.is_active, teacher.left_on, teacher.left_reason) == (True, None, None)
    changes = held.scalars(
        select(AuditEntry).where(AuditEntry.subject == "teacher", AuditEntry.subject_id == str(teacher.id))
    ).all()
    assert any((line.before or {}).get("left_reason") == "transferred" for line in changes)


def test_what_was_begun_before_leaving_is_decided_and_counts(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    """The year in which they were there stays theirs; nothing new is begun (see test_claims)."""
    before = standing_of(held, teacher.id).total
    draft, submitted, passed = (claim_in(held, stage, state, clock) for state in ("draft", "submitted", "passed_first"))
    register.depart(held, teacher, LAST_DAY, "retired", clock)
    say(held, draft, "submit", stage.actors["teacher"], clock)
    for claim in (draft, submitted):
        say(held, claim, "approve", stage.actors["school"], clock)
    for claim in (draft, submitted, passed):
        say(held, claim, "approve", stage.actors["authority"], clock)
    assert {claim.state for claim in (draft, submitted, passed)} == {"approved"}
    assert standing_of(held, teacher.id).total == before + Decimal(24)


def test_days_after_the_last_one_are_nobodys_hours(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    held.flush()
    draft = claim_in(held, stage, "draft", clock)
    register.depart(held, teacher, date(2026, 4, 6), "retired", clock)
    with pytest.raises(Refused) as refusal:
        say(held, draft, "submit", stage.actors["teacher"], clock)
    assert refusal.value.code is No.TEACHER_LEFT and draft.state == "draft"


def test_a_departed_teacher_has_no_year_after_the_last_one(held: Any, teacher: Teacher, clock: datetime) -> None:
    register.depart(held, teacher, LAST_DAY, "deceased", clock)
    standings.refresh(held, teacher.id, clock.replace(year=2027))
    years = held.scalars(select(Standing.year).where(Standing.teacher_id == teacher.id)).all()
    assert sorted(years) == [2026]


def test_a_school_closes_once_nobody_is_left_and_keeps_its_years(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    school = held.get_one(School, stage.world.ours.school)
    with pytest.raises(Refused) as refusal:
        register.close_school(held, school, clock)
    assert refusal.value.code is No.SCHOOL_HAS_TEACHERS
    for one in held.scalars(select(Teacher).where(Teacher.school_id == school.id)).all():
        register.depart(held, one, LAST_DAY, "transferred", clock)
    register.close_school(held, school, clock)
    assert standing_of(held, teacher.id).school_id == school.id
    with pytest.raises(Refused) as refusal:
        register.reactivate(held, teacher, date(2026, 11, 20), clock)
    assert refusal.value.code is No.SCHOOL_INACTIVE
