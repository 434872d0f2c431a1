"""The hours ledger: lines are appended and never changed; a cancellation is a line that reverses another.

Only ``services/ledger.py`` writes here, and a listener refuses every update and delete.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.activity import Attendance
from app.models.base import Model, one_of
from app.models.claim import Claim
from app.models.register import School, Teacher
from app.models.types import MOST_HOURS, Hours, Instant

SOURCES = ("claim", "attendance", "platform")


class Entry(Model):
    """One line of a teacher's ledger. A reversal repeats the line it takes back with negative hours."""

    __tablename__ = "entry"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id"), nullable=False)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False, index=True)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    category: Mapped[str] = mapped_column(String(20), nullable=False)
    subject: Mapped[str | None] = mapped_column(String(40))
    hours: Mapped[Decimal] = mapped_column(Hours, nullable=False)
    earned_on: Mapped[date] = mapped_column(Date, nullable=False)
    title: Mapped[str] = mapped_column(String(120), nullable=False)
    source: Mapped[str] = mapped_column(String(12), nullable=False)
    platform: Mapped[str] = mapped_column(String(20), nullable=False, default="jijiao")
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claim.id"), index=True)
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id"), index=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), unique=True)
    entered_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    teacher: Mapped[Teacher] = relationship()
    school: Mapped[School] = relationship()
    claim: Mapped[Claim | None] = relationship()
    attendance: Mapped[Attendance | None] = relationship()

    __table_args__ = (
        one_of("source", SOURCES),
        CheckConstraint("(source = 'claim') = (claim_id IS NOT NULL)", name="claim"),
        CheckConstraint("(source = 'attendance') = (attendance_id IS NOT NULL)", name="attendance"),
        CheckConstraint(
            "(reverses_id IS NULL AND hours > 0) OR (reverses_id IS NOT NULL AND hours < 0)", name="sign"
        ),
        CheckConstraint(f"hours BETWEEN -{MOST_HOURS} AND {MOST_HOURS}", name="hours"),
        # One live entry per claim: approving twice is impossible whatever the code does.
        Index(
            "uq_entry_live_claim",
            "claim_id",
            unique=True,
            sqlite_where=text("reverses_id IS NULL"),
            postgresql_where=text("reverses_id IS NULL"),
        ),
        Index(
            "uq_entry_live_attendance",
            "attendance_id",
            unique=True,
            sqlite_where=text("reverses_id IS NULL"),
            postgresql_where=text("reverses_id IS NULL"),
        ),
        Index("ix_entry_teacher_year", "teacher_id", "year"),
    )
