"""Figures of a year as pages show them, from the tallies: sums, progress, leagues, weeks. Reads only.

Whose figures they are follows from the reach of who asks; ``place`` narrows further, to one authority or school.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, false, func, select
from sqlalchemy.orm import contains_eager

from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.domain.pace import PACE_DAYS
from app.domain.policy import Deadline, Policy
from app.extensions import db
from app.models import Authority, AuthorityTally, Claim, Decision, School, SchoolTally
from app.services import standings, tallies
from app.services.clock import SHANGHAI
from app.services.tally_sources import decided_by_day, submitted_by_day

LEAGUE_ROWS = 8
# Longer before the day it is due nobody is called behind: no school reviews in October.
BEHIND_WITHIN = 90


@dataclass(frozen=True, slots=True)
class Place:
    """Whose figures: an authority's schools, one school, or (neither) all within reach. ``no_authority``: schools whose
    own review is the last."""

    authority: int | None = None
    school: int | None = None
    no_authority: bool = False

    def of_school_tally(self) -> list[ColumnElement[bool]]:
        if self.school is not None:
            return [SchoolTally.school_id == self.school]
        if self.no_authority:
            return [SchoolTally.school_id.in_(select(School.id).where(School.authority_id.is_(None)))]
        if self.authority is not None:
            return [SchoolTally.school_id.in_(select(School.id).where(School.authority_id == self.authority))]
        return []

    def of_authority_tally(self) -> list[ColumnElement[bool]]:
        if self.no_authority:
            return [AuthorityTally.authority_id.is_(None)]
        return [AuthorityTally.authority_id == self.authority] if self.authority is not None else []


ALL = Place()


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures of a place and year added up. ``categories``: {name: (met, would)}; ``taken_at``: the oldest."""

    counts: dict[str, int]
    schools: int
    categories: dict[str, tuple[int, int]]
    taken_at: datetime | None

    def __getattr__(self, name: str) -> int:
        if name in tallies.COUNTS:
            return self.counts[name]
        raise AttributeError(name)

    @property
    def asked(self) -> int:
        """Who has to meet the requirements."""
        return self.counts["teachers"] - self.counts["exempt"]

    @property
    def as_of(self) -> str:
        """The time of day in Shanghai, with the day where it is not today's."""
        return self.taken_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if self.taken_at else ""


def percent(part: int, whole: int) -> float:
    """Percent to one place, cut off: 100 means all."""
    return part * 1000 // whole / 10 if whole else 0.0


def sums(year: int, place: Place = ALL) -> Sums:
    """The figures of all schools of a place, added up by the database; their categories here."""
    columns = [func.sum(getattr(SchoolTally, name)) for name in tallies.COUNTS]
    where = (SchoolTally.year == year, *place.of_school_tally())
    row = db.session.execute(select(func.count(), func.min(SchoolTally.taken_at), *columns).where(*where)).one()
    met: Counter[str] = Counter()
    would: Counter[str] = Counter()
    for categories in db.session.scalars(select(SchoolTally.categories).where(*where)):
        for name, counts in categories.items():
            met[name] += counts["met"]
            would[name] += counts["would"]
    counts = dict(zip(tallies.COUNTS, (int(value or 0) for value in row[2:]), strict=True))
    taken = row[1]
    return Sums(counts, row[0], {name: (met[name], would[name]) for name in met}, taken)


def claims_of(year: int, place: Place = ALL) -> int:
    """How many claims were handed in for a year."""
    where = (SchoolTally.year == year, *place.of_school_tally())
    return int(db.session.scalar(select(func.sum(SchoolTally.claims)).where(*where)) or 0)


def policy_of(year: int) -> Policy | None:
    """The pack of school teachers in a year, or None where no pack covers it."""
    try:
        return standings.policy_for(db.session, year, "teacher")
    except Refused:
        return None


def behind(due_on: date | None, today: date) -> ColumnElement[bool]:
    """Schools that at the pace of the last days will not have done their first reviews by the day they are due."""
    if due_on is None:
        return false()
    left = (due_on - today).days + 1
    if left > BEHIND_WITHIN:
        return false()
    return and_(
        SchoolTally.wait_first > 0, SchoolTally.wait_first * PACE_DAYS > SchoolTally.recent_first * max(left, 0)
    )


def first_due(year: int) -> date | None:
    """When the first reviews of a year have to be done."""
    policy = policy_of(year)
    return policy.deadline(Deadline.FIRST_REVIEW, year) if policy else None


def count_behind(year: int, now: datetime, place: Place = ALL) -> int:
    """How many schools are behind."""
    late = behind(first_due(year), day_in_china(now))
    where = (SchoolTally.year == year, late, *place.of_school_tally())
    return db.session.scalar(select(func.count()).select_from(SchoolTally).where(*where)) or 0


def league(year: int, now: datetime, place: Place = ALL, *, best: bool = False) -> list[tuple[SchoolTally, bool]]:
    """The last (or the first) schools by completion, each with whether it is behind."""
    order = SchoolTally.completion.desc() if best else SchoolTally.completion.asc()  # type: ignore[attr-defined]
    late = behind(first_due(year), day_in_china(now))
    rows = db.session.execute(
        select(SchoolTally, late)
        .join(SchoolTally.school)
        .options(contains_eager(SchoolTally.school))
        .where(SchoolTally.year == year, SchoolTally.teachers > SchoolTally.exempt, *place.of_school_tally())
        .order_by(order, SchoolTally.id)
        .limit(LEAGUE_ROWS)
    )
    return [(row, bool(is_late)) for row, is_late in rows]


def authorities(year: int, now: datetime) -> list[dict[str, Any]]:
    """Each authority's figures, the least complete first; schools without one together at the end."""
    late = behind(first_due(year), day_in_china(now))
    names = ("teachers", "passed", "exempt", "would_pass", "wait_first", "wait_second", "returns", "decisions")
    totals = [func.sum(getattr(SchoolTally, name)) for name in names]
    counted = db.session.execute(
        select(School.authority_id, func.count(), func.sum(cast(late, Integer)), *totals)
        .select_from(SchoolTally)
        .join(SchoolTally.school)
        .where(SchoolTally.year == year)
        .group_by(School.authority_id)
    ).all()
    known = {row.id: row for row in db.session.scalars(select(Authority))}
    found = [
        {"authority": known.get(row[0]), "schools": row[1], "behind": int(row[2] or 0)}
        | dict(zip(names, (int(value or 0) for value in row[3:]), strict=True))
        for row in counted
    ]
    for one in found:
        one["asked"] = one["teachers"] - one["exempt"]
    found.sort(key=lambda one: (one["authority"] is None, percent(one["passed"], one["asked"])))
    return found


def weeks(year: int, now: datetime, place: Place = ALL) -> tuple[list[dict[str, Any]], dict[str, int], dict[str, int]]:
    """(weeks, reviews of the last days by stage, returns by reason). One school's are counted here and now."""
    if place.school is not None:
        return _weeks_of_school(year, now, place.school)
    rows = db.session.scalars(
        select(AuthorityTally).where(AuthorityTally.year == year, *place.of_authority_tally())
    ).all()
    added: dict[str, Counter[str]] = {}
    recent: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for row in rows:
        for week in row.weeks:
            held = added.setdefault(week["on"], Counter())
            held.update({name: week[name] for name in ("submitted", "first", "second")})
            recent.update(week.get("recent", {}))
        reasons.update(row.reasons)
    found = [
        {"on": on, **{name: held[name] for name in ("submitted", "first", "second")}} for on, held in added.items()
    ]
    return sorted(found, key=lambda one: str(one["on"])), dict(recent), dict(reasons)


def _weeks_of_school(
    year: int, now: datetime, school_id: int
) -> tuple[list[dict[str, Any]], dict[str, int], dict[str, int]]:
    """As kept for an authority. A school has some hundred claims a year, found by its index."""
    where = (Claim.school_id == school_id, Claim.state != "draft", Claim.year == year)
    reasons: Counter[str] = Counter()
    decided = []
    for _authority, _year, day, stage, verb, reason, number in decided_by_day(db.session, *where):
        decided.append((day, stage, number))
        if verb == "return":
            reasons[reason or "other"] += number
    submitted = [(day, number) for _authority, _year, day, number in submitted_by_day(db.session, *where)]
    found = tallies.weeks_of(submitted, decided, day_in_china(now))
    recent = found[-1].pop("recent") if found else {}
    return found, recent, dict(reasons)


def decided_today(user_id: int, now: datetime) -> dict[str, int]:
    """What one reviewer decided today, by verb."""
    start = datetime.combine(day_in_china(now), datetime.min.time(), SHANGHAI)
    rows = db.session.execute(
        select(Decision.verb, func.count())
        .where(Decision.user_id == user_id, Decision.decided_at >= start, Decision.stage.in_(("first", "second")))
        .group_by(Decision.verb)
    )
    return {row[0]: row[1] for row in rows}
