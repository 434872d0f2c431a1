"""Keeping the standings: what each teacher's years add up to, recomputed from the ledger alone.

A standing is kept for every verified year in which the teacher was at a school, and for every year
with hours. Verified years are those an administrator bound a pack to, and the current one; a year
that was the current one once keeps its standings, even of those who earned nothing in it. The same
function computes one teacher in the approving transaction and everybody in a rebuild.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import standing as rules
from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.domain.hours import plain
from app.domain.policy import Policy, default_pack, pack
from app.domain.scope import school_in_year, years_in_scope
from app.models import PolicyBinding, Standing, Teacher
from app.security.actor import acting, current_actor
from app.services.founding import frozen_policies, void_unfounded
from app.services.refusals import No
from app.services.standing_sources import exemptions_of, kept_years, live_entries, stays_of
from app.services.turns import take_turn

CHUNK = 1000
COMPARED = (
    "school_id",
    "policy",
    "recognised",
    "credited",
    "missing",
    "not_counted",
    "carried_in",
    "carried_out",
    "total",
    "result",
)


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


def verified_years(bound: Iterable[tuple[int, str]], series: str, now: datetime) -> tuple[int, ...]:
    """The years verified for a series, ascending: those ``bound`` (year, series) names, and the current one.

    A pack may be bound for a year to come; nobody has a standing in it before it begins.
    """
    this_year = day_in_china(now).year
    return tuple(sorted({year for year, of_series in bound if of_series == series and year < this_year} | {this_year}))


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
    year: int | None = None,
) -> int:
    """Recompute everybody, in chunks; returns how many standings changed. Commits nothing.

    With ``year`` only that year's standings are written.

    Writers wait meanwhile: an approval between reading and writing would be lost from the standing.
    """
    take_turn(session)
    changed = 0
    for ids in _teacher_chunks(session):
        changed += _write(session, ids, now, year)
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
    bindings = {(row.year, row.series): row.policy for row in session.scalars(select(PolicyBinding))}
    teachers = session.execute(
        select(Teacher.id, Teacher.series, Teacher.school_id).where(Teacher.id.in_(teacher_ids))
    ).all()
    verified = {series: verified_years(bindings, series, now) for _id, series, _school in teachers}
    frozen = frozen_policies(session, teacher_ids)
    stays = stays_of(session, teacher_ids)
    entries = live_entries(session, teacher_ids)
    exemptions = exemptions_of(session, teacher_ids)
    once_current = kept_years(session, teacher_ids, day_in_china(now).year)
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for teacher_id, series, school_id in teachers:
        own, where = entries.get(teacher_id, []), stays.get(teacher_id, [])
        asked = (*verified[series], *once_current.get(teacher_id, ()))
        years = years_in_scope(where, {entry.year for entry in own}, asked)
        policy_of = _policy_chooser(bindings, series, frozen.get(teacher_id, {}))
        assessed = rules.assess_years(years, own, policy_of, exemptions.get(teacher_id, ()))
        for result in assessed:
            columns = columns_of(result)
            columns["school_id"] = school_in_year(where, result.year, school_id)
            found[teacher_id, result.year] = columns
    return found


def _policy_chooser(
    bindings: Mapping[tuple[int, str], str], series: str, frozen: Mapping[int, str]
) -> Callable[[int], Policy]:
    """Certified years keep the pack of their certificate, whatever was bound or became of the series since."""
    return lambda year: pack(frozen.get(year) or bindings.get((year, series)) or default_pack(year, series))


def unfit(session: Session, wanted: Mapping[int, str]) -> dict[int, Refused]:
    """Why teachers' hours would have no place in another series: {teacher: refusal}. ``wanted``: {teacher: series}."""
    if not wanted:
        return {}
    bindings = {(row.year, row.series): row.policy for row in session.scalars(select(PolicyBinding))}
    frozen = frozen_policies(session, list(wanted))
    found: dict[int, Refused] = {}
    for teacher_id, entries in live_entries(session, list(wanted)).items():
        policy_of = _policy_chooser(bindings, wanted[teacher_id], frozen.get(teacher_id, {}))
        for year, category in sorted({(entry.year, entry.category) for entry in entries}):
            try:
                policy = policy_of(year)
            except Refused as refusal:
                found.setdefault(teacher_id, refusal)
                continue
            if category not in policy.category_ids:
                found.setdefault(
                    teacher_id, Refused(No.SERIES_UNFIT, year=year, category=category, policy=policy.id)
                )
    return found


def columns_of(result: rules.Standing) -> dict[str, Any]:
    """What the table keeps of an assessed year, without its school."""
    return {
        "policy": result.policy,
        "recognised": {category: plain(hours) for category, hours in result.recognised.items()},
        "credited": {category: plain(hours) for category, hours in result.credited.items()},
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


def _kept(session: Session, teacher_ids: Sequence[int]) -> Iterable[Standing]:
    # As they stand in the database now, not as this session saw them before it waited for its turn.
    return session.scalars(
        select(Standing).where(Standing.teacher_id.in_(teacher_ids)).execution_options(populate_existing=True)
    )


def _values(row: Standing) -> dict[str, Any]:
    return {column: getattr(row, column) for column in COMPARED}


def _write(session: Session, teacher_ids: Sequence[int], now: datetime, year: int | None = None) -> int:
    """Insert, change and delete the rows that differ, and void what rested on them; returns how many rows."""
    kept = {(row.teacher_id, row.year): row for row in _kept(session, teacher_ids) if year in (None, row.year)}
    computed = compute(session, teacher_ids, now)
    changed = []
    for key, columns in computed.items():
        if year not in (None, key[1]):
            continue
        row = kept.pop(key, None)
        if row is None:
            session.add(Standing(teacher_id=key[0], year=key[1], computed_at=now, **columns))
        elif _values(row) != columns:
            for column, value in columns.items():
                setattr(row, column, value)
            row.computed_at = now
        else:
            continue
        changed.append(key[0])
    for row in kept.values():
        session.delete(row)
        changed.append(row.teacher_id)
    if not changed:
        return 0
    session.flush()
    fallen = void_unfounded(session, sorted(set(changed)), now)
    if fallen:
        # Their years are no longer frozen: what is bound today holds again, in the next year too.
        _write(session, sorted({certificate.teacher_id for certificate in fallen}), now)
    return len(changed)
