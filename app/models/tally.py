"""How a year stands, counted beforehand: a row a school and year, a row an authority and year.

Written by ``services/tallies.py`` alone; nothing is decided by these figures, and ``taken_at`` says of when they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    cast,
    func,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model
from app.models.register import Authority, School
from app.models.types import Instant


class SchoolTally(Model):
    """One school's year. ``categories``: {"public": {"met": n, "would": n}, …, "total": …}.

    ``would``: how many would meet it if every open claim passed.
    """

    __tablename__ = "school_tally"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    teachers: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    passed: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    exempt: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    would_pass: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    categories: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    claims: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    wait_first: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    wait_second: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    returned: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    # Returns ever made of this year's claims, over all decisions made on them: the rate of the league.
    returns: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    decisions: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    # First reviews of the last seven days: whether the school will be done in time.
    recent_first: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    taken_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    school: Mapped[School] = relationship()

    @hybrid_property
    def completion(self) -> float | None:
        """Who passed, of those who have to (0 to 1): a figure to sort and draw by, no hours. None without anybody."""
        asked = self.teachers - self.exempt
        return self.passed / asked if asked else None

    @completion.inplace.expression
    @classmethod
    def _completion(cls) -> ColumnElement[float]:
        return cast(cls.passed, Float) / func.nullif(cls.teachers - cls.exempt, 0)

    @hybrid_property
    def return_rate(self) -> float | None:
        """Returns over all decisions made on the year's claims. None before the first."""
        return self.returns / self.decisions if self.decisions else None

    @return_rate.inplace.expression
    @classmethod
    def _return_rate(cls) -> ColumnElement[float]:
        return cast(cls.returns, Float) / func.nullif(cls.decisions, 0)

    __table_args__ = (
        UniqueConstraint("school_id", "year"),
        Index("ix_school_tally_year", "year"),
        CheckConstraint("passed + exempt <= teachers", name="passed"),
    )

    def __str__(self) -> str:
        return f"{self.school} {self.year}"


class AuthorityTally(Model):
    """One authority's year (``authority_id`` empty: schools without one): claims by week, reasons of returns.

    ``weeks``: [{"on": Monday, "submitted": n, "first": n, "second": n}, …], the last one with ``recent``: the reviews
    of the last seven days by stage; ``reasons``: {code: n}.
    """

    __tablename__ = "authority_tally"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    weeks: Mapped[list[Any]] = mapped_column(JSON, nullable=False)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    taken_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    authority: Mapped[Authority | None] = relationship()

    __table_args__ = (UniqueConstraint("authority_id", "year"), Index("ix_authority_tally_year", "year"))
