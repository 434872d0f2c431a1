"""Lists of yearly results for what they gate: subsidies, title reviews, registration (SUBSIDY).

A list holds ID numbers in full, so whoever asks for one says what for, and the trail keeps who, what for and how many
(PIPL). Whose rows: reach says. The file is written by a job; its columns stand in ``exchange/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.domain.errors import Code, Refused
from app.domain.lists import stands_on, uses_of
from app.domain.policy import packs
from app.domain.policy_uses import Use
from app.models import District, Job, PolicyBinding, School, Standing, Teacher
from app.models.register import OWNERSHIPS
from app.security.actor import Actor
from app.security.secrets import unseal
from app.services import audit, jobs
from app.services.refusals import No

LIST_JOB = "list"
# Schools whose results are read together: some fifteen hundred people.
SCHOOLS_AT_ONCE = 20


@dataclass(frozen=True)
class Wanted:
    """Which list: of what use, of which year, of one district or school only, and what it is wanted for."""

    use: str
    year: int
    purpose: str
    district_id: int | None = None
    school_id: int | None = None


class ResultRow(NamedTuple):
    """One person's year as a list says it. ``hours`` by category, those carried in among them, so that they add up
    to ``total``."""

    id_number: str
    name: str
    school: str
    series: str
    title: str
    year: int
    hours: dict[str, Decimal]
    total: Decimal
    result: str


def uses() -> dict[str, Use]:
    """Every use that a pack names, by its id, in the words and by the clause of the earliest pack that binds."""
    binding = sorted(packs().values(), key=lambda policy: policy.binds.first if policy.binds else date.max.year)
    return uses_of(binding)


def years(session: Session, now: datetime) -> list[int]:
    """The years that are verified, the latest first."""
    this_year = day_in_china(now).year
    bound = session.scalars(select(PolicyBinding.year).where(PolicyBinding.year < this_year).distinct())
    return sorted({*bound, this_year}, reverse=True)


def ask(session: Session, wanted: Wanted, actor: Actor, now: datetime) -> Job:
    """Put down the job that makes a list. Raises Refused: REASON_MISSING, LIST_UNKNOWN, LIST_EMPTY."""
    if not wanted.purpose.strip():
        raise Refused(Code.REASON_MISSING)
    if wanted.use not in uses():
        raise Refused(No.LIST_UNKNOWN)
    if not count(session, wanted):
        raise Refused(No.LIST_EMPTY, year=wanted.year)
    return jobs.enqueue(session, LIST_JOB, {"wanted": asdict(wanted)}, actor, now)


def count(session: Session, wanted: Wanted) -> int:
    """How many people stand on the list, of those within reach."""
    return session.scalar(_people(select(func.count()), wanted)) or 0


def categories(wanted: Wanted) -> list[tuple[str, str]]:
    """(id, Chinese title) of every category of the packs that know the use, in the packs' order."""
    found: dict[str, str] = {}
    for policy in packs().values():
        if any(use.id == wanted.use for use in policy.uses):
            for category in policy.categories:
                found.setdefault(category.id, category.title.zh)
    return list(found.items())


def record_reveal(session: Session, wanted: Wanted, people: int) -> None:
    """Write down, before the first number is read, that so many ID numbers are handed out, and what for."""
    facts: dict[str, Any] = {name: value for name, value in asdict(wanted).items() if value is not None}
    audit.record_event(session, "result_list", wanted.use, {**facts, "id_numbers": people})


def batches(session: Session, wanted: Wanted) -> Iterator[list[ResultRow]]:
    """The people on the list, some schools at a time, by district, school and name. Reads ID numbers in full."""
    schools = _schools(session, wanted)
    for start in range(0, len(schools), SCHOOLS_AT_ONCE):
        yield _rows(session, wanted, schools[start : start + SCHOOLS_AT_ONCE])


def _schools(session: Session, wanted: Wanted) -> list[tuple[int, str]]:
    asked = select(School.id, School.name).join(District, School.district_id == District.id)
    if wanted.district_id is not None:
        asked = asked.where(School.district_id == wanted.district_id)
    if wanted.school_id is not None:
        asked = asked.where(School.id == wanted.school_id)
    rows = session.execute(asked.order_by(District.code, School.code))
    return [(row.id, row.name) for row in rows]


def _rows(session: Session, wanted: Wanted, schools: Sequence[tuple[int, str]]) -> list[ResultRow]:
    names = dict(schools)
    place = {school_id: position for position, school_id in enumerate(names)}
    asked = select(
        Standing.school_id,
        Standing.policy,
        Standing.recognised,
        Standing.carried_in,
        Standing.total,
        Standing.result,
        Teacher.id,
        Teacher.name,
        Teacher.id_number_cipher,
        Teacher.series,
        Teacher.title,
    )
    people = session.execute(_people(asked, wanted).where(Standing.school_id.in_(names))).all()
    return [
        ResultRow(
            id_number=unseal(one.id_number_cipher),
            name=one.name,
            school=names[one.school_id],
            series=one.series,
            title=one.title,
            year=wanted.year,
            hours=_hours(one),
            total=one.total,
            result=one.result,
        )
        for one in sorted(people, key=lambda one: (place[one.school_id], one.name, one.id))
    ]


def _hours(one: Any) -> dict[str, Decimal]:
    hours = {category: Decimal(text) for category, text in one.recognised.items()}
    if one.carried_in:
        category = packs()[one.policy].carry_category
        hours[category] = hours.get(category, Decimal(0)) + one.carried_in
    return hours


def _people(asked: Any, wanted: Wanted) -> Any:
    """The standings of the year that the list is for, with their teachers and schools."""
    joined = (
        asked.select_from(Standing)
        .join(Teacher, Standing.teacher_id == Teacher.id)
        .join(School, Standing.school_id == School.id)
        .where(Standing.year == wanted.year, _is_for(wanted.use))
    )
    if wanted.district_id is not None:
        joined = joined.where(School.district_id == wanted.district_id)
    if wanted.school_id is not None:
        joined = joined.where(School.id == wanted.school_id)
    return joined


def _is_for(use_id: str) -> ColumnElement[bool]:
    """Whom the use is for: by the pack of the year and the ownership of the school."""
    parts = []
    for ownership in OWNERSHIPS:
        policies = [
            policy.id
            for policy in packs().values()
            for use in policy.uses
            if use.id == use_id and stands_on(use, ownership)
        ]
        parts.append(and_(School.ownership == ownership, Standing.policy.in_(policies)))
    return or_(false(), *parts)
