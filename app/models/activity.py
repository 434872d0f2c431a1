"""Activities and who took part. Registered attendance gives hours without a claim (AUTO, S1 §四)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Versioned, one_of
from app.models.register import Organiser, School, Teacher
from app.models.types import MOST_HOURS, Hours, Instant

ACTIVITY_KINDS = ("face_to_face", "online", "research_session", "school_based")


class Activity(Versioned, Model):
    """An organised course, training, research session or school-based training."""

    __tablename__ = "activity"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True, nullable=False)
    title: Mapped[str] = mapped_column(String(120), nullable=False)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    category: Mapped[str] = mapped_column(String(20), nullable=False)
    subject: Mapped[str | None] = mapped_column(String(40))
    hours: Mapped[Decimal] = mapped_column(Hours, nullable=False)
    starts_on: Mapped[date] = mapped_column(Date, nullable=False, index=True)
    ends_on: Mapped[date] = mapped_column(Date, nullable=False)
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    organiser: Mapped[Organiser | None] = relationship()
    school: Mapped[School | None] = relationship()

    __table_args__ = (
        one_of("kind", ACTIVITY_KINDS),
        CheckConstraint(f"hours > 0 AND hours <= {MOST_HOURS}", name="hours"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        # Every activity answers to one body: an organiser, or the school that runs it for its own staff.
        CheckConstraint("(organiser_id IS NULL) <> (school_id IS NULL)", name="body"),
        CheckConstraint("(kind = 'school_based') = (school_id IS NOT NULL)", name="school_based"),
        CheckConstraint("category <> 'public' OR subject IS NOT NULL", name="subject"),
    )

    def __str__(self) -> str:
        return self.title


class Attendance(Versioned, Model):
    """A teacher's registered participation on a day. A correction voids the row and writes a new one."""

    __tablename__ = "attendance"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), nullable=False, index=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id"), nullable=False, index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False, index=True)
    attended_on: Mapped[date] = mapped_column(Date, nullable=False)
    hours: Mapped[Decimal] = mapped_column(Hours, nullable=False)
    passed: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    registered_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    activity: Mapped[Activity] = relationship()
    teacher: Mapped[Teacher] = relationship()
    school: Mapped[School] = relationship()

    __table_args__ = (
        CheckConstraint(f"hours > 0 AND hours <= {MOST_HOURS}", name="hours"),
        Index(
            "uq_attendance_live",
            "activity_id",
            "teacher_id",
            "attended_on",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
    )
