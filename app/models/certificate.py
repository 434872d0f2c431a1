"""Issued certificates: a frozen snapshot each, the PDF being a pure function of it (DOMAIN §6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Versioned, one_of
from app.models.register import SERIES, School, Teacher
from app.models.types import Instant

CERTIFICATE_STATES = ("valid", "void", "superseded")


class Certificate(Versioned, Model):
    """A certificate of one teacher's year. At most one of a teacher's year is valid."""

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True, nullable=False)
    code: Mapped[str] = mapped_column(String(40), unique=True, nullable=False)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id"), nullable=False, index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    # The pack and the staff series of the day it was issued: they freeze the year, whatever is bound later (DOMAIN §2).
    policy: Mapped[str] = mapped_column(String(40), nullable=False)
    series: Mapped[str] = mapped_column(String(20), nullable=False)
    result: Mapped[str] = mapped_column(String(12), nullable=False)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    state: Mapped[str] = mapped_column(String(12), nullable=False, default="valid")
    issued_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(Text)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    teacher: Mapped[Teacher] = relationship()
    school: Mapped[School] = relationship()
    replaced_by: Mapped[Certificate | None] = relationship(remote_side="Certificate.id")

    __table_args__ = (
        one_of("state", CERTIFICATE_STATES),
        one_of("series", SERIES),
        # The certificate proves a pass; the table cannot hold another.
        one_of("result", ("passed", "exempt")),
        CheckConstraint("(state = 'valid') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("replaced_by_id IS NULL OR state = 'superseded'", name="replaced_by"),
        Index(
            "uq_certificate_valid",
            "teacher_id",
            "year",
            unique=True,
            sqlite_where=text("state = 'valid'"),
            postgresql_where=text("state = 'valid'"),
        ),
        Index("ix_certificate_school_year", "school_id", "year"),
        # Whether a year of a series is frozen is asked for every binding on screen.
        Index("ix_certificate_year_series", "year", "series"),
    )

    def __str__(self) -> str:
        return self.number


class NumberSeries(Model):
    """The last number given out under a key ("claim-2026", "certificate-440105-2026")."""

    __tablename__ = "number_series"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    last: Mapped[int] = mapped_column(Integer, nullable=False)

    __table_args__ = (CheckConstraint("last >= 0", name="last"),)
