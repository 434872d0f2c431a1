"""Keeping the register: schools and teachers are put in, changed, moved, deactivated; nothing is ever deleted (SCOPE).

Whoever puts a teacher seals the ID number here, and where people worked is kept as affiliations:
a change of school closes one and opens the next. Reading workbooks is the business of ``imports.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.domain.identity import check_id_number, check_name, check_school_code, mask_id_number
from app.models import Affiliation, Authority, District, School, Teacher
from app.models.register import LEFT_REASONS
from app.security.actor import acting, current_actor
from app.security.reach import criterion_to_write
from app.security.secrets import index_of, seal
from app.services import standings
from app.services.refusals import No

# What a teacher's row may state beyond who and where; left out, it stays as it is.
STATED_OF_TEACHER = ("stage", "subject", "title", "series", "post", "joined_on", "phone")
STATED_OF_SCHOOL = ("name", "district", "authority", "ownership", "kind")

Change = tuple[str, Any, Any]


@dataclass(frozen=True)
class TeacherFacts:
    """What is stated of a teacher, all of it checked and in its normal form."""

    id_number: str = field(repr=False)
    name: str
    sex: str
    school: School
    stated: Mapping[str, Any] = field(default_factory=dict)


def put_school(session: Session, code: str, now: datetime, **stated: Any) -> School:
    """Create or update the school of that 学校标识码. ``stated``: name, district, authority, ownership, kind.

    A new school needs name and district, and is reviewed by its district unless an authority (or
    None: no second review) is stated. A closed one is opened again.
    """
    code = check_school_code(code)
    school = session.scalars(select(School).where(School.code == code)).one_or_none()
    if school is None and "authority" not in stated:
        stated["authority"] = authority_of_district(session, stated["district"])
    school = write_school(session, school, code, stated)
    session.flush()
    return school


def write_school(session: Session, school: School | None, code: str, stated: Mapping[str, Any]) -> School:
    """Apply what is stated to a school or a new one. Flushes nothing, so that many can be written together."""
    if school is None:
        school = School(code=code)
        session.add(school)
    for column, value in stated.items():
        if column not in STATED_OF_SCHOOL:
            raise TypeError(column)
        if getattr(school, column) != value or school.id is None:
            setattr(school, column, value)
    if school.is_active is False:
        school.is_active = True
    return school


def school_changes(school: School, stated: Mapping[str, Any]) -> list[Change]:
    """What applying ``stated`` would change: (column, before, after)."""
    changes = [
        (column, getattr(school, column), value)
        for column, value in stated.items()
        if getattr(school, column) != value
    ]
    if not school.is_active:
        changes.append(("is_active", False, True))
    return changes


def authority_of_district(session: Session, district: District) -> Authority:
    """The bureau that reviews for a district. Raises Refused BUREAU_MISSING."""
    bureau = session.scalars(select(Authority).where(Authority.district_id == district.id)).one_or_none()
    if bureau is None:
        raise Refused(No.BUREAU_MISSING, name=district.name)
    return bureau


def close_school(session: Session, school: School, now: datetime) -> None:
    """Deactivate a school that closed. Its teachers are moved or leave first, so that nobody is lost from sight."""
    there = session.scalar(
        select(func.count()).select_from(Teacher).where(Teacher.school_id == school.id, Teacher.is_active)
    )
    if there:
        raise Refused(No.SCHOOL_HAS_TEACHERS, count=there)
    school.is_active = False
    session.flush()


def reopen_school(session: Session, school: School, now: datetime) -> None:
    """Take a school back into the register."""
    school.is_active = True
    session.flush()


def put_teacher(
    session: Session, *, id_number: str, name: str, sex: str, school: School, now: datetime, **stated: Any
) -> Teacher:
    """Create or update the teacher of that ID number; another school than before moves them there today.

    Raises Refused on an impossible number or name, on a closed school (SCHOOL_INACTIVE), and with
    ID_NUMBER_TAKEN where the number is a teacher's whom the actor does not reach.
    """
    today = day_in_china(now)
    facts = TeacherFacts(check_id_number(id_number, today=today), check_name(name), sex, school, stated)
    index = index_of(facts.id_number)
    teacher = session.scalars(select(Teacher).where(Teacher.id_number_index == index)).one_or_none()
    if teacher is None or not is_kept(session, teacher):
        _refuse_taken(session, index)
    if not school.is_active:
        raise Refused(No.SCHOOL_INACTIVE, name=school.name)
    written = write_teacher(session, teacher, facts, teacher.affiliations if teacher is not None else (), today)
    finish(session, [written], now)
    return written.teacher


def is_kept(session: Session, teacher: Teacher) -> bool:
    """Whether the actor keeps this teacher's record: one's own today, not one who has moved on."""
    criterion, table = criterion_to_write(Teacher, current_actor()), Teacher.__table__
    return criterion is None or bool(
        session.connection().scalar(select(func.count()).select_from(table).where(table.c.id == teacher.id, criterion))
    )


def kept_among(session: Session, teachers: Sequence[Teacher]) -> set[int]:
    """The same of many, by their keys."""
    criterion, table = criterion_to_write(Teacher, current_actor()), Teacher.__table__
    keys = {teacher.id for teacher in teachers}
    if criterion is None or not keys:
        return keys
    return set(session.connection().scalars(select(table.c.id).where(table.c.id.in_(keys), criterion)))


def _refuse_taken(session: Session, index: str) -> None:
    with acting(current_actor().as_system()):
        if session.scalar(select(Teacher.id).where(Teacher.id_number_index == index)) is not None:
            raise Refused(No.ID_NUMBER_TAKEN)


def teacher_changes(teacher: Teacher, facts: TeacherFacts) -> list[Change]:
    """What applying ``facts`` would change: (column, before, after), schools as rows."""
    wanted: dict[str, Any] = {"name": facts.name, "sex": facts.sex, "school": facts.school, **facts.stated}
    changes = [
        (column, getattr(teacher, column), value)
        for column, value in wanted.items()
        if getattr(teacher, column) != value
    ]
    if not teacher.is_active:
        changes.append(("is_active", False, True))
    return changes


@dataclass(frozen=True)
class Written:
    """A teacher written but not finished: the stay still to open, and what depends on the change."""

    teacher: Teacher
    opens: Affiliation | None = None
    counts: bool = True
    other_series: bool = False


def finish(session: Session, written: Sequence[Written], now: datetime) -> None:
    """Flush what was written, open the new stays, bring the standings up to date.

    A new stay is opened only once the last is closed in the database, which allows one at a time.
    """
    session.flush()
    opened = [one.opens for one in written if one.opens is not None]
    if opened:
        session.add_all(opened)
        session.flush()
    for one in written:
        session.expire(one.teacher, ["affiliations"])
    changed = {one.teacher.id: one.teacher.series for one in written if one.other_series}
    for refusal in standings.unfit(session, changed).values():
        raise refusal
    standings.refresh_all(session, [one.teacher.id for one in written if one.counts], now)


def write_teacher(
    session: Session,
    teacher: Teacher | None,
    facts: TeacherFacts,
    stays: Sequence[Affiliation],
    today: date,
) -> Written:
    """Apply facts to a teacher or a new one; ``stays`` are all their affiliations. ``finish`` comes after.

    Flushes nothing, so that many can be written together.
    """
    if not set(facts.stated) <= set(STATED_OF_TEACHER):
        raise TypeError(", ".join(set(facts.stated) - set(STATED_OF_TEACHER)))
    joined_on = facts.stated.get("joined_on")
    if joined_on is not None and joined_on > today:
        raise Refused(No.JOINED_FUTURE)
    if teacher is None:
        sealed = seal(facts.id_number)
        teacher = Teacher(
            name=facts.name,
            sex=facts.sex,
            school=facts.school,
            id_number_cipher=sealed.cipher,
            id_number_index=sealed.index,
            id_number_masked=mask_id_number(facts.id_number),
            is_active=True,
            **facts.stated,
        )
        session.add(teacher)
        session.add(Affiliation(teacher=teacher, school=facts.school, from_on=joined_on or today))
        return Written(teacher)
    changed = {column for column, _before, _after in teacher_changes(teacher, facts)}
    opens = _move(teacher, facts.school, stays, today) if changed & {"school", "is_active"} else None
    if "joined_on" in changed and joined_on and opens is None and len(stays) == 1 and stays[0].to_on is None:
        stays[0].from_on = joined_on
    values = {"name": facts.name, "sex": facts.sex, **facts.stated}
    for column in changed - {"school", "is_active"}:
        setattr(teacher, column, values[column])
    counts = bool(changed & {"school", "is_active", "series", "joined_on"})
    return Written(teacher, opens, counts, "series" in changed)


def transfer(session: Session, teacher: Teacher, school: School, on: date, now: datetime) -> None:
    """Move a teacher to another school from the day ``on``; somebody who had left comes back by it."""
    if not school.is_active:
        raise Refused(No.SCHOOL_INACTIVE, name=school.name)
    if teacher.school_id == school.id and teacher.is_active:
        return
    opens = _move(teacher, school, teacher.affiliations, on)
    finish(session, [Written(teacher, opens)], now)


def reactivate(session: Session, teacher: Teacher, on: date, now: datetime) -> None:
    """Take back a teacher who had left, at the school they left from."""
    transfer(session, teacher, teacher.school, on, now)


def _move(teacher: Teacher, school: School, stays: Sequence[Affiliation], on: date) -> Affiliation | None:
    """Close the stay that lasts and return the one to open, if another is needed."""
    lasting = next((stay for stay in stays if stay.to_on is None), None)
    opens = None
    if lasting is not None and lasting.from_on >= on:
        # Moved before the first day was over: that stay never was.
        lasting.school = school
    else:
        if lasting is not None:
            lasting.to_on = on - timedelta(days=1)
        opens = Affiliation(teacher_id=teacher.id, school_id=school.id, from_on=on)
    teacher.school = school
    teacher.is_active = True
    # Who comes back has not left: neither the day nor the reason stands any more; the trail keeps both.
    teacher.left_on = teacher.left_reason = None
    return opens


def depart(session: Session, teacher: Teacher, on: date, reason: str, now: datetime) -> None:
    """Deactivate a teacher whose last day was ``on``, for one of LEFT_REASONS; their history stays (SCOPE).

    What they began before stays open: drafts can be handed in and claims decided, for the years they were there.
    """
    if not teacher.is_active:
        raise Refused(No.TEACHER_LEFT, name=teacher.name)
    if on > day_in_china(now):
        raise Refused(No.LEFT_FUTURE)
    if reason not in LEFT_REASONS:
        raise Refused(No.REASON_CODE_UNKNOWN)
    lasting = next((stay for stay in teacher.affiliations if stay.to_on is None), None)
    first = max(filter(None, (teacher.joined_on, lasting.from_on if lasting else None)), default=None)
    if first is not None and on < first:
        raise Refused(No.LEAVES_BEFORE_JOINING, first=first)
    if lasting is not None:
        lasting.to_on = on
    teacher.left_on, teacher.left_reason = on, reason
    teacher.is_active = False
    session.flush()
    standings.refresh(session, teacher.id, now)
