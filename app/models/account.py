"""Accounts beside FAB's own: which duty a user holds and where, and one-time activation codes."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, one_of
from app.models.register import Authority, Organiser, School, Teacher
from app.models.types import Instant

DUTIES = ("teacher", "school", "authority", "organiser", "city", "auditor", "system")


class Appointment(Model):
    """A duty that a user holds, and the one place it holds for (DOMAIN §5)."""

    __tablename__ = "appointment"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    duty: Mapped[str] = mapped_column(String(10), nullable=False)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"), index=True)
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"), index=True)
    user: Mapped[User] = relationship(User)
    school: Mapped[School | None] = relationship()
    authority: Mapped[Authority | None] = relationship()
    organiser: Mapped[Organiser | None] = relationship()

    __table_args__ = (
        one_of("duty", DUTIES),
        CheckConstraint("(duty = 'school') = (school_id IS NOT NULL)", name="school"),
        CheckConstraint("(duty = 'authority') = (authority_id IS NOT NULL)", name="authority"),
        CheckConstraint("(duty = 'organiser') = (organiser_id IS NOT NULL)", name="organiser"),
        Index(
            "uq_appointment_user_place",
            "user_id",
            "duty",
            text("coalesce(school_id, 0)"),
            text("coalesce(authority_id, 0)"),
            text("coalesce(organiser_id, 0)"),
            unique=True,
        ),
    )

    def __str__(self) -> str:
        return str(self.user.first_name or self.user.username)


class Activation(Model):
    """A one-time code on a printed slip; only its digest is kept. It replaces S2's guessable first password."""

    __tablename__ = "activation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id"), nullable=False, index=True)
    code_digest: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    expires_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    teacher: Mapped[Teacher] = relationship()
