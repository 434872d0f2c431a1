"""Registering who took part in an activity (AUTO, S1 §四): attendance gives hours without a claim.

What may be registered is judged here once, for one attendance and for a workbook of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.attendance import DEADLINES, OF_DAYS
from app.domain.days import day_in_china
from app.domain.deadlines import Extension, check_in_time
from app.domain.errors import Code, Refused
from app.domain.policy import Policy
from app.models import Activity, Affiliation, Attendance, Teacher
from app.security.actor import acting, current_actor
from app.security.reach import criterion_to_write
from app.security.session import OutOfReach
from app.services import audit, duplicates, extensions, ledger, standings
from app.services.refusals import No
from app.services.turns import take_turn

HOURS_OF_A_DAY = 24


def refusals(
    activity: Activity,
    teacher: Teacher,
    schools: Collection[int],
    policy: Policy,
    on: date,
    hours: Decimal,
    passed: bool,
    taken: Decimal,
    now: datetime,
    extended: Iterable[Extension] = (),
) -> Iterator[tuple[str, Refused]]:
    """Everything that speaks against an attendance, each with the field it is about.

    ``schools``: where the teacher worked on that day; ``policy``: the pack of that year and series;
    ``taken``: hours the teacher already has from this activity on other days; ``extended``: the extensions of
    deadlines that hold for the teacher.
    """
    today = day_in_china(now)
    if on > today:
        yield "attended_on", Refused(No.DATE_FUTURE)
    elif not activity.starts_on <= on <= activity.ends_on:
        yield "attended_on", Refused(No.ATTENDED_OUTSIDE, first=activity.starts_on, last=activity.ends_on)
    else:
        try:
            check_in_time(policy, DEADLINES[activity.kind], on.year, now, extensions=extended)
        except Refused as late:
            yield "attended_on", late
    if current_actor().teacher_id == teacher.id:
        yield "id_number", Refused(No.OWN_ATTENDANCE)
    if teacher.left_on is not None and on > teacher.left_on:
        yield "id_number", Refused(No.TEACHER_LEFT, name=teacher.name)
    if activity.school_id is not None and activity.school_id not in schools:
        yield "id_number", Refused(No.OTHER_SCHOOL)
    if passed and hours <= 0:
        yield "hours", Refused(Code.HOURS_NOT_POSITIVE)
    elif passed and activity.kind in OF_DAYS and hours > HOURS_OF_A_DAY:
        # More than the pack's hours of a day is for the reviewer to judge (CEIL); this no day has.
        yield "hours", Refused(No.HOURS_OVER_DAY, most=HOURS_OF_A_DAY)
    elif passed and hours + taken > activity.hours:
        yield "hours", Refused(Code.HOURS_TOO_MANY, hours=hours, taken=taken, most=activity.hours)
    if policy.category(activity.category) is None:
        yield "activity_number", Refused(Code.CATEGORY_UNKNOWN, category=activity.category, policy=policy.id)


def register(
    session: Session,
    activity: Activity,
    teacher: Teacher,
    on: date,
    hours: Decimal,
    passed: bool,
    now: datetime,
) -> Attendance:
    """Register one attendance; a pass enters its hours. Raises Refused, also ATTENDED_TWICE for a day registered."""
    # Of two days registered at once, the second adds to the first one's hours.
    take_turn(session)
    with acting(current_actor().as_system()):
        live = session.scalars(
            select(Attendance).where(
                Attendance.activity_id == activity.id,
                Attendance.teacher_id == teacher.id,
                Attendance.voided_at.is_(None),
            )
        ).all()
        policy = standings.policy_for(session, on.year, teacher.series)
        schools = schools_on(teacher, teacher.affiliations, on)
        extended = extensions.of_teacher(session, teacher.school_id, teacher.id)
    if any(row.attended_on == on for row in live):
        raise Refused(No.ATTENDED_TWICE, on=on)
    taken = sum((row.hours for row in live if row.passed), Decimal(0))
    for _field, refusal in refusals(
        activity, teacher, schools, policy, on, hours, passed, taken, now, extended
    ):
        raise refusal
    attendance = new_attendance(activity, teacher, on, hours, passed, now)
    enter(session, [attendance], now)
    return attendance


def new_attendance(
    activity: Activity, teacher: Teacher, on: date, hours: Decimal, passed: bool, now: datetime
) -> Attendance:
    """The row of an attendance, not yet in the session. A failed one keeps what could have been earned."""
    return Attendance(
        activity=activity,
        teacher=teacher,
        school_id=teacher.school_id,
        attended_on=on,
        hours=hours if passed and hours > 0 else activity.hours,
        passed=passed,
        registered_at=now,
    )


def enter(session: Session, attendances: Sequence[Attendance], now: datetime) -> None:
    """Write checked attendances, their ledger lines and the standings that follow.

    The rows are refused unless the actor runs the activities. Ledger and standings belong to
    schools that an organiser does not reach; they follow in the actor's name with the machine's reach.
    """
    _require_own(session, {row.activity_id or row.activity.id for row in attendances})
    with acting(current_actor().as_system()):
        session.add_all(attendances)
        session.flush()
        ledger.enter_attendances(session, attendances, now)
        duplicates.mark_attended(session, attendances)
        standings.refresh_all(session, sorted({row.teacher_id for row in attendances}), now)


def void(session: Session, attendance: Attendance, reason: str, now: datetime) -> None:
    """Take an attendance back: its line is reversed, the standing follows, a certificate resting on it falls."""
    if attendance.voided_at is not None:
        raise Refused(No.VOID_ALREADY)
    if not reason.strip():
        raise Refused(Code.REASON_MISSING)
    _require_own(session, {attendance.activity_id})
    with acting(current_actor().as_system()):
        audit.record_event(session, "attendance", str(attendance.id), {"voided": reason.strip()})
        take_back(session, attendance, now)
        standings.refresh(session, attendance.teacher_id, now)


def take_back(session: Session, attendance: Attendance, now: datetime) -> None:
    """Void the row and reverse its line. The caller has checked the right to, and refreshes the standing."""
    attendance.voided_at = now
    session.flush()
    entry = ledger.live_entry_of_attendance(session, attendance.id)
    if entry is not None:
        ledger.reverse(session, entry, now)
    duplicates.unmark_attended(session, attendance)


def schools_on(teacher: Teacher, stays: Sequence[Affiliation], on: date) -> set[int]:
    """The schools a teacher worked at on a day, the present one included."""
    there = {stay.school_id for stay in stays if stay.from_on <= on and (stay.to_on is None or stay.to_on >= on)}
    return there | {teacher.school_id}


def _require_own(session: Session, activity_ids: set[int]) -> None:
    criterion = criterion_to_write(Activity, current_actor())
    if criterion is None:
        return
    own = session.connection().scalar(
        select(func.count()).select_from(Activity.__table__).where(Activity.__table__.c.id.in_(activity_ids), criterion)
    )
    if own != len(activity_ids):
        raise OutOfReach("attendance")


def is_begun(session: Session, activity: Activity) -> bool:
    """Whether anybody's participation is registered, so that the activity's facts can no longer change."""
    with acting(current_actor().as_system()):
        live = select(Attendance.id).where(Attendance.activity_id == activity.id, Attendance.voided_at.is_(None))
        return session.scalar(live.limit(1)) is not None
