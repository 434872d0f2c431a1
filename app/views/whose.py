"""Whose claim it is, also for an authority whose reach the school has left: a claim keeps that of its day.

The name alone, which stands on the evidence too; nothing else of the record opens by it.
"""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import db
from app.models import Claim, Teacher

teacher_t = Teacher.__table__


def name_of(claim: Claim) -> str:
    """The name of the claim's teacher. Asked apart only where the record itself is out of reach, which is rare."""
    if claim.teacher is not None:
        return claim.teacher.name
    named = select(teacher_t.c.name).where(teacher_t.c.id == claim.teacher_id)
    return db.session.connection().scalar(named) or ""
