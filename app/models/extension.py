"""Deadlines set aside by the reviewing authority, with a written reason (EFFECT): for a teacher or a whole school."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Versioned, one_of
from app.models.register import School, Teacher
from app.models.types import Instant

# The second review needs none: the authority sets that deadline aside in the decision itself.
EXTENDED = ("claim", "first_review", "face_to_face", "sessions")


class Extension(Versioned, Model):
    """A deadline of one year moved to ``until_on``, that day included. Without ``teacher_id``: for the whole school."""

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False)
    teacher_id: Mapped[int | None] = mapped_column(ForeignKey("teacher.id"), index=True)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    deadline: Mapped[str] = mapped_column(String(15), nullable=False)
    until_on: Mapped[date] = mapped_column(Date, nullable=False)
    reason: Mapped[str] = mapped_column(Text, nullable=False)
    granted_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    granted_by: Mapped[str] = mapped_column(String(130), nullable=False)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(Text)
    school: Mapped[School] = relationship()
    teacher: Mapped[Teacher | None] = relationship()

    __table_args__ = (
        one_of("deadline", EXTENDED),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        CheckConstraint("length(trim(reason)) > 0", name="reason"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
        Index("ix_extension_school_year", "school_id", "year"),
    )

    def __str__(self) -> str:
        return f"{self.teacher or self.school} {self.year}"
