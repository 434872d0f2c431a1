"""What a teacher's year adds up to, kept so that lists need no computing; and which pack binds a year."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Versioned, one_of
from app.models.register import SERIES, School, Teacher
from app.models.types import Hours, Instant

RESULTS = ("passed", "not_passed", "exempt")
YEAR_RANGE = "year BETWEEN 2000 AND 2100"


class PolicyBinding(Versioned, Model):
    """The pack under which a (year, series) is verified; frozen once certificates were issued under it."""

    __tablename__ = "policy_binding"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    series: Mapped[str] = mapped_column(String(20), nullable=False)
    policy: Mapped[str] = mapped_column(String(40), nullable=False)

    __table_args__ = (
        one_of("series", SERIES),
        CheckConstraint(YEAR_RANGE, name="year"),
        UniqueConstraint("year", "series"),
    )

    def __str__(self) -> str:
        return f"{self.year} {self.series}"


class Standing(Model):
    """One teacher's year. Only ``services/standings.py`` writes it, from the ledger alone."""

    __tablename__ = "standing"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id"), nullable=False)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    policy: Mapped[str] = mapped_column(String(40), nullable=False)
    # {category: "hours"}: a pack may have other categories than the usual three (accounting-2021).
    recognised: Mapped[dict[str, str]] = mapped_column(JSON, nullable=False)
    # What of the recognised hours an exemption credits (EXEMPT).
    credited: Mapped[dict[str, str]] = mapped_column(JSON, nullable=False, default=dict)
    missing: Mapped[dict[str, str]] = mapped_column(JSON, nullable=False)
    not_counted: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)
    carried_in: Mapped[Decimal] = mapped_column(Hours, nullable=False)
    carried_out: Mapped[Decimal] = mapped_column(Hours, nullable=False)
    total: Mapped[Decimal] = mapped_column(Hours, nullable=False)
    result: Mapped[str] = mapped_column(String(12), nullable=False)
    computed_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    teacher: Mapped[Teacher] = relationship()
    school: Mapped[School] = relationship()

    __table_args__ = (
        one_of("result", RESULTS),
        CheckConstraint(YEAR_RANGE, name="year"),
        CheckConstraint("total >= 0 AND carried_in >= 0 AND carried_out >= 0", name="sums"),
        UniqueConstraint("teacher_id", "year"),
        Index("ix_standing_school_year_result", "school_id", "year", "result"),
        Index("ix_standing_year_result", "year", "result"),
        Index("ix_standing_year_id", "year", "id"),
    )

    def __str__(self) -> str:
        return f"{self.teacher} {self.year}"
