"""What standings are computed from: where teachers worked, which years they are kept for, which entries are in force.

Read for many teachers at once, as plain rows; a ``range`` of ids is asked for by its ends. The computing stands in
``standings.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, select, type_coerce
from sqlalchemy.orm import Session

from app.domain import standing as rules
from app.domain.scope import Stay
from app.models import Affiliation, Entry, Exemption, Standing
from app.models.types import of_hundredths


def among(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """That a column holds one of these ids."""
    if isinstance(ids, range):
        return column.between(ids.start, ids.stop - 1)  # type: ignore[no-any-return]
    return column.in_(ids)  # type: ignore[no-any-return]


def stays_of(session: Session, teacher_ids: Sequence[int]) -> dict[int, list[Stay]]:
    """Each teacher's stays, the earliest first."""
    found: dict[int, list[Stay]] = defaultdict(list)
    rows = session.execute(
        select(Affiliation.teacher_id, Affiliation.school_id, Affiliation.from_on, Affiliation.to_on)
        .where(among(Affiliation.teacher_id, teacher_ids))
        .order_by(Affiliation.from_on, Affiliation.id)
    )
    for teacher_id, school_id, from_on, to_on in rows:
        found[teacher_id].append(Stay(school_id, from_on, to_on))
    return found


def kept_years(session: Session, teacher_ids: Sequence[int], this_year: int) -> dict[int, list[int]]:
    """Past years for which a teacher has a standing already: New Year must not unmake them."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(Standing.teacher_id, Standing.year).where(
            among(Standing.teacher_id, teacher_ids), Standing.year < this_year
        )
    )
    for teacher_id, year in rows:
        found[teacher_id].append(year)
    return found


def live_entries(session: Session, teacher_ids: Sequence[int]) -> dict[int, list[rules.Entry]]:
    """Each teacher's entries in force, by year and then by id: neither reversals nor what they took back."""
    rows = session.execute(
        select(
            Entry.id,
            Entry.year,
            Entry.category,
            Entry.subject,
            # A million rows in a rebuild: hundredths become hours by one look-up.
            type_coerce(Entry.hours, Integer),
            Entry.earned_on,
            Entry.platform,
            Entry.teacher_id,
            Entry.reverses_id,
        )
        .where(among(Entry.teacher_id, teacher_ids))
        .order_by(Entry.teacher_id, Entry.year, Entry.id)
    )
    found: dict[int, list[rules.Entry]] = defaultdict(list)
    taken_back: dict[int, set[int]] = defaultdict(set)
    entry, new, hours_of = rules.Entry, tuple.__new__, of_hundredths
    for entry_id, year, category, subject, hundredths, on, platform, teacher_id, reverses_id in rows:
        if reverses_id is None:
            found[teacher_id].append(
                new(entry, (entry_id, year, category, subject, hours_of(hundredths), on, platform))
            )
        else:
            taken_back[teacher_id].add(reverses_id)
    for teacher_id, gone in taken_back.items():
        found[teacher_id] = [one for one in found[teacher_id] if one.id not in gone]
    return found


def exemptions_of(session: Session, teacher_ids: Sequence[int]) -> dict[int, list[rules.Exemption]]:
    """Each teacher's exemptions in force, a value a year that the period touches (EXEMPT, R)."""
    found: dict[int, list[rules.Exemption]] = defaultdict(list)
    rows = session.execute(
        select(
            Exemption.teacher_id,
            Exemption.from_on,
            Exemption.to_on,
            Exemption.effect,
            Exemption.category,
            Exemption.hours,
        )
        .where(among(Exemption.teacher_id, teacher_ids), Exemption.ended_at.is_(None))
        .order_by(Exemption.id)
    )
    for teacher_id, from_on, to_on, effect, category, hours in rows:
        for year in range(from_on.year, to_on.year + 1):
            found[teacher_id].append(
                rules.Exemption(year, rules.ExemptionEffect(effect), hours or rules.ZERO, category)
            )
    return found
