"""Taking the figures of a year: how each school stands, and how each authority's weeks went.

Counted from the rows by a few statements over everything, then kept in ``SchoolTally`` and ``AuthorityTally``,
from which homes and statistics read. Nothing is decided by them. ``count`` only reads; ``keep`` takes its turn.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.domain.pace import PACE_DAYS, left_with, monday, weeks_between
from app.domain.policy import pack
from app.models import AuthorityTally, Claim, Job, School, SchoolTally, Standing
from app.security.actor import SYSTEM
from app.services import jobs
from app.services import tally_sources as sources
from app.services.turns import take_turn

TALLY_JOB = "tally"
MOST_WEEKS = 80
GONE_AT_ONCE = 500
COUNTS = (
    "teachers", "passed", "exempt", "would_pass", "claims", "wait_first", "wait_second", "returned", "returns",
    "decisions", "recent_first",
)  # fmt: skip
STATE_COUNTS = {"submitted": "wait_first", "passed_first": "wait_second", "returned": "returned"}


class Figures(NamedTuple):
    """What was counted: by (school, year), and by (authority or None, year)."""

    schools: dict[tuple[int, int], dict[str, Any]]
    authorities: dict[tuple[int | None, int], dict[str, Any]]


def working_years(now: datetime) -> tuple[int, int]:
    """The years in which figures still move: until its last review a year overlaps the next."""
    this_year = day_in_china(now).year
    return this_year - 1, this_year


def take(
    session: Session, now: datetime, years: Collection[int] | None = None, school_ids: Collection[int] | None = None
) -> int:
    """Count and keep; returns how many rows. Without ``years``: the working ones and those never counted.

    With ``school_ids`` only these schools' figures are taken, and no authority's. Flushes, never commits.
    """
    session.flush()
    take_turn(session)
    return keep(session, count(session, now, years, school_ids), now, school_ids)


def ask(session: Session, now: datetime) -> Job | None:
    """Put down the job that takes them, unless one waits or runs already."""
    take_turn(session)
    is_open = select(Job.id).where(Job.kind == TALLY_JOB, Job.state.in_(("queued", "running"))).limit(1)
    return None if session.scalar(is_open) is not None else jobs.enqueue(session, TALLY_JOB, {}, SYSTEM, now)


def count(
    session: Session, now: datetime, years: Collection[int] | None = None, school_ids: Collection[int] | None = None
) -> Figures:
    """Count everything of ``years``. Writes nothing."""
    asked = sorted(set(years) if years is not None else _due_years(session, now))
    active = select(School.id).where(School.is_active)
    if school_ids is not None:
        active = active.where(School.id.in_(sorted(school_ids)))
    ids = list(session.scalars(active))
    schools = {(school_id, year): _blank() for year in asked for school_id in ids}
    for year in asked:
        _people(session, year, school_ids, schools)
    for school_id, year, state, number in sources.claims_by_state(session, asked, school_ids):
        row = schools.setdefault((school_id, year), _blank())
        row["claims"] += number
        if state in STATE_COUNTS:
            row[STATE_COUNTS[state]] += number
    since = now - timedelta(days=PACE_DAYS)
    for school_id, year, stage, verb, number, lately in sources.decisions_by_school(session, asked, school_ids, since):
        row = schools.setdefault((school_id, year), _blank())
        row["decisions"] += number
        row["returns"] += number if verb == "return" else 0
        row["recent_first"] += int(lately) if stage == "first" else 0
    return Figures(schools, {} if school_ids is not None else _authorities(session, asked, now))


def keep(session: Session, figures: Figures, now: datetime, school_ids: Collection[int] | None = None) -> int:
    """Write what was counted over what was kept; ``school_ids``: as it was counted."""
    take_turn(session)
    # A school that was closed and emptied has no figures: what was kept of it goes.
    ours = [] if school_ids is None else [SchoolTally.school_id.in_(sorted(school_ids))]
    _write(session, SchoolTally, ("school_id", "year"), figures.schools, now, *ours)
    if school_ids is None:
        _write(session, AuthorityTally, ("authority_id", "year"), figures.authorities, now)
    return len(figures.schools) + len(figures.authorities)


def weeks_of(
    submitted: Iterable[tuple[date, int]], decided: Iterable[tuple[date, str, int]], today: date
) -> list[dict[str, Any]]:
    """Claims handed in and reviews done, by week, without gaps, up to the present one.

    The last week says besides how many were done at each stage within the last days (``recent``).
    """
    found: dict[date, dict[str, int]] = defaultdict(lambda: {"submitted": 0, "first": 0, "second": 0})
    for day, number in submitted:
        found[monday(day)]["submitted"] += number
    recent = {"first": 0, "second": 0}
    for day, stage, number in decided:
        found[monday(day)][stage] += number
        if day > today - timedelta(days=PACE_DAYS):
            recent[stage] += number
    weeks = [{"on": on.isoformat(), **found[on]} for on in weeks_between(min(found, default=today), today)]
    weeks = weeks[-MOST_WEEKS:]
    if weeks:
        weeks[-1]["recent"] = recent
    return weeks


def _due_years(session: Session, now: datetime) -> set[int]:
    counted = set(session.scalars(select(SchoolTally.year).distinct()))
    return {*working_years(now), *(set(session.scalars(select(Standing.year).distinct())) - counted)}


def _blank() -> dict[str, Any]:
    return {**dict.fromkeys(COUNTS, 0), "categories": {}}


@lru_cache(maxsize=1 << 14)
def _missing(text: str) -> dict[str, Decimal]:
    return {name: Decimal(hours) for name, hours in json.loads(text).items()}


def _people(
    session: Session, year: int, school_ids: Collection[int] | None, schools: dict[tuple[int, int], dict[str, Any]]
) -> None:
    """How many teachers there are, who passed, and who met which category. The exempt are counted apart."""
    for group in sources.groups(session, year, school_ids):
        row = schools.setdefault((group.school_id, year), _blank())
        row["teachers"] += group.teachers
        if group.result == "exempt":
            row["exempt"] += group.teachers
            continue
        if group.result == "passed":
            row["passed"] += group.teachers
            row["would_pass"] += group.teachers
        for name, short in _short_of(group.missing).items():
            met = row["categories"].setdefault(name, {"met": 0, "would": 0})
            met["met"] += 0 if short else group.teachers
            met["would"] += 0 if short else group.teachers
    for _teacher, some in groupby(sources.hoping(session, year, school_ids), key=lambda one: one.teacher_id):
        own = list(some)
        first = own[0]
        if first.result != "not_passed" or first.policy is None:
            continue
        known = pack(first.policy).category_ids
        pending = {one.category: one.hours for one in own if one.category in known}
        before = _short_of(first.missing)
        after = left_with(before, pending)
        row = schools[first.school_id, year]
        for name, short in after.items():
            row["categories"][name]["would"] += bool(before[name]) and not short
        row["would_pass"] += not any(after.values())


def _short_of(text: str | None) -> dict[str, Decimal]:
    return _missing(text) if text else {}


def _authorities(
    session: Session, years: Collection[int], now: datetime
) -> dict[tuple[int | None, int], dict[str, Any]]:
    of_years = Claim.year.in_(sorted(years))
    submitted: dict[tuple[int | None, int], list[tuple[date, int]]] = defaultdict(list)
    for authority_id, year, day, number in sources.submitted_by_day(session, of_years):
        submitted[authority_id, year].append((day, number))
    decided: dict[tuple[int | None, int], list[tuple[date, str, int]]] = defaultdict(list)
    reasons: dict[tuple[int | None, int], dict[str, int]] = defaultdict(dict)
    for authority_id, year, day, stage, verb, reason, number in sources.decided_by_day(session, of_years):
        decided[authority_id, year].append((day, stage, number))
        if verb == "return":
            code = reason or "other"
            reasons[authority_id, year][code] = reasons[authority_id, year].get(code, 0) + number
    today = day_in_china(now)
    return {
        key: {"weeks": weeks_of(submitted[key], decided[key], today), "reasons": reasons[key]}
        for key in {*submitted, *decided}
    }


def _write(
    session: Session,
    model: Any,
    names: tuple[str, str],
    counted: dict[Any, dict[str, Any]],
    now: datetime,
    *ours: ColumnElement[bool],
) -> None:
    """Insert what is new, write over what is there. Machinery, not records: the trail does not follow it."""
    place, year = (getattr(model, name) for name in names)
    years = sorted({key[1] for key in counted})
    rows = session.execute(select(model.id, place, year).where(year.in_(years), *ours))
    kept = {(row[1], row[2]): row[0] for row in rows}
    new = [
        {**dict(zip(names, key, strict=True)), **columns, "taken_at": now}
        for key, columns in counted.items()
        if key not in kept
    ]
    changed = [{"id": kept[key], **columns, "taken_at": now} for key, columns in counted.items() if key in kept]
    gone = sorted(row_id for key, row_id in kept.items() if key not in counted)
    if new:
        session.execute(insert(model), new)
    if changed:
        session.execute(update(model), changed)
    for start in range(0, len(gone), GONE_AT_ONCE):
        session.execute(delete(model).where(model.id.in_(gone[start : start + GONE_AT_ONCE])))
    session.expire_all()
