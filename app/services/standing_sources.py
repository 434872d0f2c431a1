"""What standings are computed from: where teachers worked, which years they are kept for, which entries are in force.

Read for many teachers at once, as plain rows. The computing stands in ``standings.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import standing as rules
from app.domain.scope import Stay
from app.models import Affiliation, Entry, Exemption, Standing


def stays_of(session: Session, teacher_ids: Sequence[int]) -> dict[int, list[Stay]]:
    """Each teacher's stays, the earliest first."""
    found: dict[int, list[Stay]] = defaultdict(list)
    rows = session.execute(
        select(Affiliation.teacher_id, Affiliation.school_id, Affiliation.from_on, Affiliation.to_on)
        .where(Affiliation.teacher_id.in_(teacher_ids))
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
            Standing.teacher_id.in_(teacher_ids), Standing.year < this_year
        )
    )
    for teacher_id, year in rows:
        found[teacher_id].append(year)
    return found


def live_entries(session: Session, teacher_ids: Sequence[int]) -> dict[int, list[rules.Entry]]:
    """Each teacher's entries in force: neither reversals nor what they took back."""
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
        .where(Exemption.teacher_id.in_(teacher_ids), Exemption.ended_at.is_(None))
        .order_by(Exemption.id)
    )
    for teacher_id, from_on, to_on, effect, category, hours in rows:
        for year in range(from_on.year, to_on.year + 1):
            found[teacher_id].append(
                rules.Exemption(year, rules.ExemptionEffect(effect), hours or rules.ZERO, category)
            )
    return found
