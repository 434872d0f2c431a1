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
from app.domain.errors import Code, Refused
from app.domain.hours import plain
from app.domain.policy import Policy, default_pack, pack
from app.domain.scope import school_in_year, years_in_scope
from app.models import PolicyBinding, Teacher
from app.security.actor import acting, current_actor
from app.services import standing_rows as rows
from app.services.founding import frozen_policies, void_unfounded
from app.services.refusals import No
from app.services.standing_rows import Change
from app.services.standing_sources import among, exemptions_of, kept_years, live_entries, stays_of
from app.services.turns import take_turn

CHUNK = 500
COMPARED = rows.COMPARED
# Finds the changes of chunks of teachers, in whatever order: in this session, or in another process too.
Comparer = Callable[[Iterable[range]], Iterable[tuple[range, list[Change]]]]


class Difference(NamedTuple):
    """A standing that is not what the ledger adds up to. None stands for a missing row."""

    teacher_id: int
    year: int
    kept: Mapping[str, Any] | None
    computed: Mapping[str, Any] | None


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
        # Whatever is committed between reading and writing would be lost from the standing.
        take_turn(session)
        for start in range(0, len(teacher_ids), CHUNK):
            some = teacher_ids[start : start + CHUNK]
            _keep(session, changes(session, some, now), now)


def rebuild(
    session: Session,
    now: datetime,
    on_progress: Callable[[int], None] | None = None,
    year: int | None = None,
    compare: Comparer | None = None,
) -> int:
    """Recompute everybody, in chunks; returns how many standings changed. Commits nothing.

    With ``year`` only that year's standings are written. ``compare`` finds the changes, by default in
    this session; another process sees nothing that this transaction wrote before.

    Writers wait meanwhile: an approval between reading and writing would be lost from the standing.
    """
    session.flush()
    take_turn(session)
    changed = 0
    for ids, found in (compare or _comparer(session, now, year))(everybody(session)):
        _keep(session, found, now)
        changed += len(found)
        if on_progress is not None:
            on_progress(len(ids))
    return changed


def differences(
    session: Session, now: datetime, year: int | None = None, compare: Comparer | None = None
) -> Iterator[Difference]:
    """Every standing that differs from what the ledger adds up to. ``compare``: as in ``rebuild``."""
    for _ids, found in (compare or _comparer(session, now, year))(everybody(session)):
        if found:
            # Whatever was committed between two reads is no difference: it is gone at a second look.
            found = changes(session, sorted({one.teacher_id for one in found}), now, year)
        for one in found:
            yield Difference(one.teacher_id, one.year, one.row.columns if one.row else None, one.columns)


def everybody(session: Session) -> Iterator[range]:
    """All teachers, some hundreds at a time, by the first and the last of their ids."""
    last = 0
    while True:
        ids = session.scalars(select(Teacher.id).where(Teacher.id > last).order_by(Teacher.id).limit(CHUNK)).all()
        if not ids:
            return
        last = ids[-1]
        yield range(ids[0], last + 1)


def changes(session: Session, teacher_ids: Sequence[int], now: datetime, year: int | None = None) -> list[Change]:
    """What would have to be written for these teachers, in the order of teachers and years. Writes nothing."""
    computed = compute(session, teacher_ids, now)
    if year is not None:
        computed = {key: columns for key, columns in computed.items() if key[1] == year}
    return rows.compare(rows.kept_rows(session, teacher_ids, year), computed)


def _comparer(session: Session, now: datetime, year: int | None) -> Comparer:
    return lambda chunks: ((ids, changes(session, ids, now, year)) for ids in chunks)


def _keep(session: Session, found: Sequence[Change], now: datetime) -> None:
    """Write what differs, and void what rested on it."""
    if not found:
        return
    rows.write(session, found, now)
    fallen = void_unfounded(session, sorted({one.teacher_id for one in found}), now)
    if fallen:
        # Their years are no longer frozen: what is bound today holds again, in the next year too.
        again = changes(session, sorted({certificate.teacher_id for certificate in fallen}), now)
        _keep(session, again, now)


def compute(session: Session, teacher_ids: Sequence[int], now: datetime) -> dict[tuple[int, int], dict[str, Any]]:
    """What the ledger adds up to: {(teacher, year): the standing's columns}. Writes nothing."""
    bindings = {(row.year, row.series): row.policy for row in session.scalars(select(PolicyBinding))}
    teachers = session.execute(
        select(Teacher.id, Teacher.series, Teacher.school_id).where(among(Teacher.id, teacher_ids))
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


def require_place(session: Session, teacher: Teacher, year: int, category: str) -> None:
    """Refuse hours of a category unknown to whatever pack holds for the year: Refused(CATEGORY_UNKNOWN, YEAR_UNBOUND).

    A certified year has two: that of the certificate, and the one bound today, which holds once the certificate falls.
    """
    holding = [policy_for(session, year, teacher.series)]
    frozen = frozen_policies(session, [teacher.id]).get(teacher.id, {})
    if year in frozen:
        holding.append(pack(frozen[year]))
    for policy in holding:
        if category not in policy.category_ids:
            raise Refused(Code.CATEGORY_UNKNOWN, category=category, policy=policy.id)


def unfit(session: Session, wanted: Mapping[int, str]) -> dict[int, Refused]:
    """Why teachers' hours would have no place in another series: {teacher: refusal}. ``wanted``: {teacher: series}.

    Certified years are judged by what is bound too: once the certificate falls, that holds for them again.
    """
    if not wanted:
        return {}
    bindings = {(row.year, row.series): row.policy for row in session.scalars(select(PolicyBinding))}
    entries, exemptions = live_entries(session, list(wanted)), exemptions_of(session, list(wanted))
    found: dict[int, Refused] = {}
    for teacher_id, series in wanted.items():
        policy_of = _policy_chooser(bindings, series, {})
        places = {(entry.year, entry.category) for entry in entries.get(teacher_id, ())}
        # Hours that an exemption credits need their place as well (EXEMPT).
        places |= {(one.year, one.category) for one in exemptions.get(teacher_id, ()) if one.category is not None}
        for year, category in sorted(places):
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
