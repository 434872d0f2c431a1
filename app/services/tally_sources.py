"""What the figures of a year are counted from: a few statements over everything, grouped by the database.

Each returns few rows for many: a city's 155,000 teachers come as some ten thousand groups. The figures are put
together in ``tallies.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, Text, and_, case, cast, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from app.models import Claim, Decision, Standing, Teacher

OPEN = ("submitted", "passed_first")
READ_AT_ONCE = 5000


class DayInChina(FunctionElement[date]):
    """The calendar day in Asia/Shanghai of an instant's column, worked out by the database."""

    type = Date()
    inherit_cache = True
    name = "day_in_china"


@compiles(DayInChina, "sqlite")
def _sqlite_day(element: DayInChina, compiler: Any, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, '+8 hours')"


@compiles(DayInChina, "postgresql")
def _postgresql_day(element: DayInChina, compiler: Any, **kw: Any) -> str:
    return f"CAST(({compiler.process(element.clauses, **kw)}) AT TIME ZONE 'Asia/Shanghai' AS date)"


class Group(NamedTuple):
    """Teachers of one school and year who are alike: their result and what is missing to them, as it is kept."""

    school_id: int
    result: str | None
    policy: str | None
    missing: str | None
    teachers: int


class Hoping(NamedTuple):
    """One teacher with open claims: hours that would be added, by one category a row."""

    teacher_id: int
    school_id: int
    result: str | None
    policy: str | None
    missing: str | None
    category: str
    hours: Decimal


def _place(schools: Collection[int] | None, column: Any) -> list[ColumnElement[bool]]:
    return [] if schools is None else [column.in_(sorted(schools))]


def _counted(year: int, *columns: Any) -> Select[Any]:
    """The active teachers with their standing of the year, if they have one. Who came after it is none of its."""
    return (
        select(*columns)
        .select_from(Teacher)
        .outerjoin(Standing, and_(Standing.teacher_id == Teacher.id, Standing.year == year))
        .where(
            Teacher.is_active,
            or_(Standing.id.is_not(None), Teacher.joined_on.is_(None), Teacher.joined_on <= date(year, 12, 31)),
        )
    )


# The school of the year; a teacher without a standing belongs to the school of today.
SCHOOL = func.coalesce(Standing.school_id, Teacher.school_id)
MISSING = cast(Standing.missing, Text)


def groups(session: Session, year: int, schools: Collection[int] | None) -> Iterator[Group]:
    """All teachers of a year, those who are alike together."""
    columns = (SCHOOL, Standing.result, Standing.policy, MISSING)
    statement = _counted(year, *columns, func.count()).where(*_place(schools, SCHOOL)).group_by(*columns)
    for row in session.execute(statement.execution_options(yield_per=READ_AT_ONCE)):
        yield Group(*row)


def hoping(session: Session, year: int, schools: Collection[int] | None) -> Iterator[Hoping]:
    """The teachers whose open claims would bring them something, in the order of their keys."""
    category = func.coalesce(Claim.recognised_category, Claim.category)
    pending = (
        select(
            Claim.teacher_id,
            category.label("category"),
            # Hours are kept as whole hundredths: their sum is exact, and reads as hours again.
            func.sum(func.coalesce(Claim.recognised_hours, Claim.claimed_hours), type_=Claim.claimed_hours.type).label(
                "hours"
            ),
        )
        .where(Claim.year == year, Claim.state.in_(OPEN))
        .group_by(Claim.teacher_id, category)
        .subquery()
    )
    statement = (
        _counted(
            year, Teacher.id, SCHOOL, Standing.result, Standing.policy, MISSING, pending.c.category, pending.c.hours
        )
        .join(pending, pending.c.teacher_id == Teacher.id)
        .where(*_place(schools, SCHOOL))
        .order_by(Teacher.id)
    )
    for row in session.execute(statement.execution_options(yield_per=READ_AT_ONCE)):
        yield Hoping(*row)


def claims_by_state(session: Session, years: Collection[int], schools: Collection[int] | None) -> list[Any]:
    """(school, year, state, how many); drafts are nobody's yet."""
    columns = (Claim.school_id, Claim.year, Claim.state)
    statement = select(*columns, func.count()).where(
        Claim.year.in_(sorted(years)), Claim.state != "draft", *_place(schools, Claim.school_id)
    )
    return list(session.execute(statement.group_by(*columns)))


def decisions_by_school(
    session: Session, years: Collection[int], schools: Collection[int] | None, since: datetime
) -> list[Any]:
    """(school, year, stage, verb, how many, how many since): the reviewers' decisions on this year's claims."""
    columns = (Claim.school_id, Claim.year, Decision.stage, Decision.verb)
    lately = func.sum(case((Decision.decided_at > since, 1), else_=0))
    statement = (
        select(*columns, func.count(), lately)
        .select_from(Decision)
        .join(Claim, Claim.id == Decision.claim_id)
        .where(
            Claim.year.in_(sorted(years)), Decision.stage.in_(("first", "second")), *_place(schools, Claim.school_id)
        )
    )
    return list(session.execute(statement.group_by(*columns)))


def submitted_by_day(session: Session, *criteria: ColumnElement[bool]) -> list[Any]:
    """(authority, year, day, how many) of the claims handed in."""
    columns = (Claim.authority_id, Claim.year, DayInChina(Claim.submitted_at))
    statement = select(*columns, func.count()).where(Claim.state != "draft", *criteria)
    return list(session.execute(statement.group_by(*columns)))


def decided_by_day(session: Session, *criteria: ColumnElement[bool]) -> list[Any]:
    """(authority, year, day, stage, verb, reason, how many) of the reviewers' decisions."""
    columns = (
        Claim.authority_id,
        Claim.year,
        DayInChina(Decision.decided_at),
        Decision.stage,
        Decision.verb,
        Decision.reason_code,
    )
    statement = (
        select(*columns, func.count())
        .select_from(Decision)
        .join(Claim, Claim.id == Decision.claim_id)
        .where(Decision.stage.in_(("first", "second")), *criteria)
    )
    return list(session.execute(statement.group_by(*columns)))
