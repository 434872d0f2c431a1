"""Exemptions from the yearly verification: who, why, for which time, and with what effect (EXEMPT).

No notice at hand grants one, so the register starts empty; ``services/exemptions.py`` writes it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ColumnElement, Date, ForeignKey, Integer, String, Text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Versioned, one_of
from app.models.register import School, Teacher
from app.models.types import MOST_HOURS, Hours, Instant

EFFECTS = ("none", "exempt", "credited")


class Exemption(Versioned, Model):
    """One exemption. ``school_id``: the teacher's school on the day it was granted. Ended, it has no effect."""

    __tablename__ = "exemption"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id"), nullable=False, index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False, index=True)
    from_on: Mapped[date] = mapped_column(Date, nullable=False)
    to_on: Mapped[date] = mapped_column(Date, nullable=False)
    effect: Mapped[str] = mapped_column(String(10), nullable=False)
    # Only where hours are credited.
    category: Mapped[str | None] = mapped_column(String(20))
    hours: Mapped[Decimal | None] = mapped_column(Hours)
    reason: Mapped[str] = mapped_column(Text, nullable=False)
    granted_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    granted_by: Mapped[str] = mapped_column(String(130), nullable=False)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(Text)
    teacher: Mapped[Teacher] = relationship()
    school: Mapped[School] = relationship()

    @hybrid_property
    def is_in_force(self) -> bool:
        """Whether nobody ended it; its period may be past or to come."""
        return self.ended_at is None

    @is_in_force.inplace.expression
    @classmethod
    def _is_in_force(cls) -> ColumnElement[bool]:
        return cls.ended_at.is_(None)

    __table_args__ = (
        one_of("effect", EFFECTS),
        CheckConstraint("to_on >= from_on", name="period"),
        CheckConstraint(
            "(effect = 'credited') = (hours IS NOT NULL) AND (effect = 'credited') = (category IS NOT NULL)",
            name="credited",
        ),
        CheckConstraint(f"hours IS NULL OR (hours > 0 AND hours <= {MOST_HOURS})", name="hours"),
        CheckConstraint("length(trim(reason)) > 0", name="reason"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
    )

    def __str__(self) -> str:
        return f"{self.teacher} {self.from_on:%Y-%m-%d} – {self.to_on:%Y-%m-%d}"
