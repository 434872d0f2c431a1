"""Claims of the same activity by others, so that a reviewer recognises the same hours for the same thing.

Read only, and only within the actor's reach. What is refused or marked for being alike stands in ``duplicates.py``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from app.domain.likeness import title_key
from app.models import Claim
from app.services.duplicates import STANDING_STATES

# As many as anyone compares; and of one day, as many titles as are read to find them.
MOST = 12
MOST_OF_A_DAY = 400


def same_activity(session: Session, claim: Claim) -> list[Claim]:
    """Other teachers' claims of the certificate number, or of the title on the same days; those decided first."""
    keys = _of_the_days(session, claim)
    if claim.certificate_key:
        keys |= set(session.scalars(_others(claim, Claim.certificate_key == claim.certificate_key).limit(MOST)))
    if not keys:
        return []
    rows = session.scalars(
        select(Claim)
        .where(Claim.id.in_(sorted(keys)[:MOST_OF_A_DAY]))
        .options(joinedload(Claim.teacher))
        .order_by(Claim.recognised_hours.is_(None), Claim.id)
        .limit(MOST)
    )
    return list(rows)


def _of_the_days(session: Session, claim: Claim) -> set[int]:
    """Dates are indexed and titles are not: the few claims of the very same days are compared by title here."""
    key = title_key(claim.title)
    if claim.starts_on is None or not key:
        return set()
    same_days = _others(claim, Claim.starts_on == claim.starts_on, Claim.ends_on == claim.ends_on)
    rows = session.execute(same_days.add_columns(Claim.title).limit(MOST_OF_A_DAY))
    return {row.id for row in rows if title_key(row.title) == key}


def _others(claim: Claim, *criteria: ColumnElement[bool]) -> Any:
    return select(Claim.id).where(
        *criteria, Claim.teacher_id != claim.teacher_id, Claim.state.in_(STANDING_STATES)
    ).order_by(Claim.id.desc())
