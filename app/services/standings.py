"""Keeping the standings: what each teacher's years add up to, recomputed from the ledger alone.

A standing is kept for every verified year in which the teacher was at a school, and for every year
with hours. Verified years are those an administrator bound a pack to, and the current one; a year
that was the current one once keeps its standings, even of those who earned nothing in it. The same
function computes one teacher in the approving transaction and everybody in a rebuild.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import standing as rules
from app.domain.days import day_in_china
from app.domain.hours import plain
from app.domain.policy import Policy, default_pack, pack
from app.models import Affiliation, Entry, PolicyBinding, Standing, Teacher
from app.security.actor import acting, current_actor
from app.services.turns import take_turn

CHUNK = 1000
COMPARED = (
    "school_id",
    "policy",
    "recognised",
    "missing",
    "not_counted",
    "carried_in",
    "carried_out",
    "total",
    "result",
)


class Stay(NamedTuple):
    """Where a teacher worked: school, first day, last day (None while it lasts)."""

    school_id: int
    from_on: date
    to_on: date | None


class Difference(NamedTuple):
    """A standing that is not what the ledger adds up to. None stands for a missing row."""

    teacher_id: int
    year: int
    kept: dict[str, Any] | None
    computed: dict[str, Any] | None


def policy_for(session: Session, year: int, series: str) -> Policy:
    """The pack that binds a year and series: the administrator's choice, else the pack's own default.

    Raises Refused(YEAR_UNBOUND) where no pack covers the year.
    """
    chosen = session.scalar(
        select(PolicyBinding.policy).where(PolicyBinding.year == year, PolicyBinding.series == series)
    )
    return pack(chosen or default_pack(year, series))


def verified_years(session: Session, now: datetime) -> tuple[int, ...]:
    """The years the installation verifies, ascending."""
    bound = set(session.scalars(select(PolicyBinding.year).distinct()))
    return tuple(sorted(bound | {day_in_china(now).year}))


def years_in_scope(stays: Sequence[Stay], years_with_hours: Iterable[int], verified: Sequence[int]) -> tuple[int, ...]:
    """The years a teacher has a standing for, ascending (SCOPE)."""
    years = set(years_with_hours)
    for year in verified:
        if any(stay.from_on.year <= year and (stay.to_on is None or stay.to_on.year >= year) for stay in stays):
            years.add(year)
    return tuple(sorted(years))


def school_in_year(stays: Sequence[Stay], year: int, otherwise: int) -> int:
    """The school that answers for a year: where the teacher was last in it."""
    there = [stay for stay in stays if stay.from_on.year <= year]
    return max(there, key=lambda stay: stay.from_on).school_id if there else otherwise


def refresh(session: Session, teacher_id: int, now: datetime) -> None:
    """Bring one teacher's standings up to date, in this transaction."""
    refresh_all(session, [teacher_id], now)


def refresh_all(session: Session, teacher_ids: Sequence[int], now: datetime) -> None:
    """Bring the standings of several teachers up to date together, in this transaction."""
    session.flush()
    # A year at another school is beyond the reviewer's reach, yet follows from their decision.
    with acting(current_actor().as_system()):
        for start in range(0, len(teacher_ids), CHUNK):
            _write(session, teacher_ids[start : start + CHUNK], now)
        session.flush()


def rebuild(
    session: Session,
    now: datetime,
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Recompute everybody, in chunks; returns how many standings changed. Commits nothing.

    Writers wait meanwhile: an approval between reading and writing would be lost from the standing.
    """
    take_turn(session)
    changed = 0
    for ids in _teacher_chunks(session):
        changed += _write(session, ids, now)
        session.flush()
        session.expunge_all()
        if on_progress is not None:
            on_progress(len(ids))
    return changed


def differences(session: Session, now: datetime, year: int | None = None) -> Iterator[Difference]:
    """Every standing that differs from what the ledger adds up to."""
    for ids in _teacher_chunks(session):
        kept = {(row.teacher_id, row.year): _values(row) for row in _kept(session, ids)}
        computed = compute(session, ids, now)
        for key in sorted(kept.keys() | computed.keys()):
            if year is not None and key[1] != year:
                continue
            if kept.get(key) != computed.get(key):
                yield Difference(key[0], key[1], kept.get(key), computed.get(key))
        session.expunge_all()


def compute(session: Session, teacher_ids: Sequence[int], now: datetime) -> dict[tuple[int, int], dict[str, Any]]:
    """What the ledger adds up to: {(teacher, year): the standing's columns}. Writes nothing."""
    verified = verified_years(session, now)
    bindings = {(row.year, row.series): row.policy for row in session.scalars(select(PolicyBinding))}
    teachers = session.execute(
        select(Teacher.id, Teacher.series, Teacher.school_id).where(Teacher.id.in_(teacher_ids))
    ).all()
    stays = _stays(session, teacher_ids)
    entries = _live_entries(session, teacher_ids)
    once_current = _kept_years(session, teacher_ids, day_in_china(now).year)
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for teacher_id, series, school_id in teachers:
        own, where = entries.get(teacher_id, []), stays.get(teacher_id, [])
        years = years_in_scope(where, {entry.year for entry in own}, (*verified, *once_current.get(teacher_id, ())))
        assessed = rules.assess_years(years, own, _policy_chooser(bindings, series))
        for result in assessed:
            columns = columns_of(result)
            columns["school_id"] = school_in_year(where, result.year, school_id)
            found[teacher_id, result.year] = columns
    return found


def _policy_chooser(bindings: dict[tuple[int, str], str], series: str) -> Callable[[int], Policy]:
    return lambda year: pack(bindings.get((year, series)) or default_pack(year, series))


def columns_of(result: rules.Standing) -> dict[str, Any]:
    """What the table keeps of an assessed year, without its school."""
    return {
        "policy": result.policy,
        "recognised": {category: plain(hours) for category, hours in result.recognised.items()},
        "missing": {category: plain(hours) for category, hours in result.missing.items()},
        "not_counted": [
            {"entry": row.entry, "rule": str(row.rule), "kept": row.facts.get("kept")} for row in result.not_counted
        ],
        "carried_in": result.carried_in,
        "carried_out": result.carried_out,
        "total": result.total,
        "result": str(result.result),
    }


def _teacher_chunks(session: Session) -> Iterator[list[int]]:
    last = 0
    while True:
        ids = list(session.scalars(select(Teacher.id).where(Teacher.id > last).order_by(Teacher.id).limit(CHUNK)))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _stays(session: Session, teacher_ids: Sequence[int]) -> dict[int, list[Stay]]:
    found: dict[int, list[Stay]] = defaultdict(list)
    rows = session.execute(
        select(Affiliation.teacher_id, Affiliation.school_id, Affiliation.from_on, Affiliation.to_on)
        .where(Affiliation.teacher_id.in_(teacher_ids))
        .order_by(Affiliation.from_on, Affiliation.id)
    )
    for teacher_id, school_id, from_on, to_on in rows:
        found[teacher_id].append(Stay(school_id, from_on, to_on))
    return found


def _kept_years(session: Session, teacher_ids: Sequence[int], this_year: int) -> dict[int, list[int]]:
    """Past years for which a teacher has a standing already: New Year must not unmake them."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(Standing.teacher_id, Standing.year).where(
            Standing.teacher_id.in_(teacher_ids), Standing.year < this_year
        )
    )
    for teacher_id, year in rows:
        found[teacher_id].append(year)
    return found


def _live_entries(session: Session, teacher_ids: Sequence[int]) -> dict[int, list[rules.Entry]]:
    rows = session.execute(
        select(
            Entry.teacher_id,
            Entry.id,
            Entry.year,
            Entry.category,
            Entry.subject,
            Entry.hours,
            Entry.earned_on,
            Entry.platform,
            Entry.reverses_id,
        )
        .where(Entry.teacher_id.in_(teacher_ids))
        .order_by(Entry.id)
    ).all()
    taken_back = {row.reverses_id for row in rows if row.reverses_id is not None}
    found: dict[int, list[rules.Entry]] = defaultdict(list)
    for row in rows:
        if row.reverses_id is None and row.id not in taken_back:
            found[row.teacher_id].append(rules.Entry._make(tuple(row)[1:8]))
    return found


def _kept(session: Session, teacher_ids: Sequence[int]) -> Iterable[Standing]:
    # As they stand in the database now, not as this session saw them before it waited for its turn.
    return session.scalars(
        select(Standing).where(Standing.teacher_id.in_(teacher_ids)).execution_options(populate_existing=True)
    )


def _values(row: Standing) -> dict[str, Any]:
    return {column: getattr(row, column) for column in COMPARED}


def _write(session: Session, teacher_ids: Sequence[int], now: datetime) -> int:
    """Insert, change and delete the rows that differ; returns how many."""
    kept = {(row.teacher_id, row.year): row for row in _kept(session, teacher_ids)}
    computed = compute(session, teacher_ids, now)
    changed = 0
    for key, columns in computed.items():
        row = kept.pop(key, None)
        if row is None:
            session.add(Standing(teacher_id=key[0], year=key[1], computed_at=now, **columns))
        elif _values(row) != columns:
            for column, value in columns.items():
                setattr(row, column, value)
            row.computed_at = now
        else:
            continue
        changed += 1
    for row in kept.values():
        session.delete(row)
        changed += 1
    return changed
