"""Registered attendance gives hours without a claim: once, in time, within the activity, and only when passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Code, Refused
from app.models import Activity, Attendance, AuditEntry, Entry, Organiser, Standing, Teacher
from app.security.actor import SYSTEM, acting, actor_of
from app.security.session import OutOfReach
from app.services import attendance, register
from app.services.refusals import No
from tests.factories import World, make_activity, make_school, make_teacher

DAY = date(2026, 3, 2)


@pytest.fixture
def people(session: Any, clock: datetime) -> tuple[Teacher, Teacher]:
    one = make_school(session, "4401030001", "甲", "440103", clock)
    two = make_school(session, "4401040002", "乙", "440104", clock)
    return make_teacher(session, one, "陈怡", 9, clock), make_teacher(session, two, "何敏", 10, clock)


def activity(session: Any, **facts: Any) -> Activity:
    if facts.get("kind") != "school_based":
        facts["organiser_id"] = an_organiser(session)
    return make_activity(session, "A1", "数学教研", **facts)


def an_organiser(session: Any, name: str = "市教育研究院") -> int:
    organiser = Organiser(name=name, level="city")
    session.add(organiser)
    session.flush()
    return organiser.id


def code_of(session: Any, *arguments: Any) -> str:
    with pytest.raises(Refused) as refusal:
        attendance.register(session, *arguments)
    return str(refusal.value.code)


def test_a_pass_enters_its_hours_and_the_standing_counts_them(session: Any, people: Any, clock: datetime) -> None:
    attendance.register(session, activity(session), people[0], DAY, Decimal(6), True, clock)
    entry = session.scalars(select(Entry)).one()
    assert (entry.hours, entry.category, entry.year, entry.earned_on) == (Decimal(6), "professional", 2026, DAY)
    standing = session.scalars(select(Standing).where(Standing.teacher_id == people[0].id)).one()
    assert standing.recognised["professional"] == "6"


def test_a_failed_assessment_is_registered_and_gives_nothing(session: Any, people: Any, clock: datetime) -> None:
    row = attendance.register(session, activity(session), people[0], DAY, Decimal(0), False, clock)
    assert (row.passed, session.scalars(select(Entry)).all()) == (False, [])


def test_one_day_is_registered_once(session: Any, people: Any, clock: datetime) -> None:
    made = activity(session)
    attendance.register(session, made, people[0], DAY, Decimal(2), True, clock)
    assert code_of(session, made, people[0], DAY, Decimal(2), True, clock) == No.ATTENDED_TWICE


def test_nobody_gets_more_hours_than_the_activity_gives_on_all_its_days(
    session: Any, people: Any, clock: datetime
) -> None:
    made = activity(session)
    attendance.register(session, made, people[0], DAY, Decimal(4), True, clock)
    later = DAY + timedelta(days=1)
    assert code_of(session, made, people[0], later, Decimal("2.5"), True, clock) == Code.HOURS_TOO_MANY
    attendance.register(session, made, people[0], later, Decimal(2), True, clock)
    assert code_of(session, made, people[1], DAY, Decimal(7), True, clock) == Code.HOURS_TOO_MANY


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(2026, 3, 1), No.ATTENDED_OUTSIDE),
        (date(2026, 3, 7), No.ATTENDED_OUTSIDE),
        (date(2026, 11, 21), No.DATE_FUTURE),
    ],
)
def test_the_day_lies_within_the_activity_and_has_come(
    session: Any, people: Any, clock: datetime, on: date, code: No
) -> None:
    assert code_of(session, activity(session), people[0], on, Decimal(1), True, clock) == code


def test_no_hours_is_no_pass(session: Any, people: Any, clock: datetime) -> None:
    assert code_of(session, activity(session), people[0], DAY, Decimal(0), True, clock) == Code.HOURS_NOT_POSITIVE


def test_nobody_registers_their_own_attendance(session: Any, people: Any, clock: datetime) -> None:
    made = activity(session)
    with acting(replace(SYSTEM, teacher_id=people[0].id)):
        assert code_of(session, made, people[0], DAY, Decimal(1), True, clock) == No.OWN_ATTENDANCE
        assert attendance.register(session, made, people[1], DAY, Decimal(1), True, clock).id


@pytest.mark.parametrize("kind", ["face_to_face", "research_session", "school_based"])
def test_no_day_has_more_hours_than_a_day(session: Any, people: Any, clock: datetime, kind: str) -> None:
    facts = {"school_id": people[0].school_id} if kind == "school_based" else {}
    made = activity(session, kind=kind, hours=Decimal(60), **facts)
    assert code_of(session, made, people[0], DAY, Decimal("24.01"), True, clock) == No.HOURS_OVER_DAY
    assert attendance.register(session, made, people[0], DAY, Decimal(24), True, clock).id
    online = make_activity(
        session, "online", "网络", kind="online", hours=Decimal(60), organiser_id=an_organiser(session, "网络学院")
    )
    assert attendance.register(session, online, people[0], DAY, Decimal(60), True, clock).id


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("face_to_face", datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)),
        ("research_session", datetime(2027, 1, 31, 15, 59, 59, tzinfo=UTC)),
        ("school_based", datetime(2027, 1, 31, 15, 59, 59, tzinfo=UTC)),
        ("online", datetime(2027, 1, 31, 15, 59, 59, tzinfo=UTC)),
    ],
)
def test_each_kind_is_registered_by_its_last_day_in_china(session: Any, people: Any, kind: str, last: datetime) -> None:
    facts = {"school_id": people[0].school_id} if kind == "school_based" else {}
    made = activity(session, kind=kind, **facts)
    late = last + timedelta(seconds=1)
    assert code_of(session, made, people[0], DAY, Decimal(1), True, late) == Code.LATE
    assert attendance.register(session, made, people[0], DAY, Decimal(1), True, last).id


def test_school_based_training_is_for_its_own_staff_of_that_day(session: Any, people: Any, clock: datetime) -> None:
    made = activity(session, kind="school_based", school_id=people[0].school_id)
    assert code_of(session, made, people[1], DAY, Decimal(1), True, clock) == No.OTHER_SCHOOL
    register.transfer(session, people[0], people[1].school, date(2026, 9, 1), clock)
    assert attendance.register(session, made, people[0], DAY, Decimal(1), True, clock).id


def test_who_had_left_cannot_have_attended(session: Any, people: Any, clock: datetime) -> None:
    register.depart(session, people[0], DAY, "resigned", clock)
    made = activity(session)
    assert attendance.register(session, made, people[0], DAY, Decimal(1), True, clock).id
    later = DAY + timedelta(days=1)
    assert code_of(session, made, people[0], later, Decimal(1), True, clock) == No.TEACHER_LEFT


def test_voiding_takes_the_hours_back_and_the_day_is_free_again(session: Any, people: Any, clock: datetime) -> None:
    made = activity(session)
    row = attendance.register(session, made, people[0], DAY, Decimal(6), True, clock)
    with pytest.raises(Refused) as refusal:
        attendance.void(session, row, " ", clock)
    assert refusal.value.code is Code.REASON_MISSING
    attendance.void(session, row, "签到有误", clock)
    assert [entry.hours for entry in session.scalars(select(Entry).order_by(Entry.id))] == [Decimal(6), Decimal(-6)]
    standing = session.scalars(select(Standing).where(Standing.teacher_id == people[0].id)).one()
    assert standing.recognised["professional"] == "0"
    assert {"voided": "签到有误"} in [line.after for line in session.scalars(select(AuditEntry))]
    with pytest.raises(Refused) as refusal:
        attendance.void(session, row, "again", clock)
    assert refusal.value.code is No.VOID_ALREADY
    assert attendance.register(session, made, people[0], DAY, Decimal(5), True, clock).id


def test_only_who_runs_an_activity_registers_and_voids(session: Any, world: World, clock: datetime) -> None:
    theirs = session.get_one(Activity, world.theirs.activity)
    person = session.get_one(Teacher, world.theirs.teacher)
    row = session.get_one(Attendance, world.theirs.attendance)
    for duty in ("school", "organiser", "authority", "teacher", "auditor"):
        with acting(actor_of(session, world.users[duty], duty)):
            with pytest.raises(OutOfReach):
                attendance.register(session, theirs, person, DAY, Decimal(1), True, clock)
            with pytest.raises(OutOfReach):
                attendance.void(session, row, "x", clock)


def test_an_organiser_registers_people_of_any_school_in_their_own_name(
    session: Any, world: World, clock: datetime
) -> None:
    made = make_activity(session, "O1", "全市培训", organiser_id=world.organiser)
    person = session.get_one(Teacher, world.theirs.teacher)
    with acting(actor_of(session, world.users["organiser"], "organiser")):
        attendance.register(session, made, person, DAY, Decimal(6), True, clock)
    line = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == "entry").order_by(AuditEntry.id.desc())
    ).first()
    assert line.user_id == world.users["organiser"]
