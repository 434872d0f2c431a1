"""How reviewing is organised: delegation to a colleague, the sentences of reasons, and the sample of bulk approvals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Versioned, one_of
from app.models.claim import Claim
from app.models.register import Authority, School
from app.models.types import Instant


class Delegation(Versioned, Model):
    """A reviewer's queue in a colleague's hands, from one day to another, both included (Shanghai).

    The colleague reviews as that place's reviewer; decisions carry the colleague's own name.
    """

    __tablename__ = "delegation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    from_user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    to_user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"), index=True)
    from_on: Mapped[date] = mapped_column(Date, nullable=False)
    to_on: Mapped[date] = mapped_column(Date, nullable=False)
    reason: Mapped[str] = mapped_column(Text, nullable=False)
    granted_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    from_user: Mapped[User] = relationship(User, foreign_keys=[from_user_id])
    to_user: Mapped[User] = relationship(User, foreign_keys=[to_user_id])
    school: Mapped[School | None] = relationship()
    authority: Mapped[Authority | None] = relationship()

    @hybrid_property
    def is_in_force(self) -> bool:
        """Whether nobody ended it; its days may be past or to come."""
        return self.ended_at is None

    @is_in_force.inplace.expression
    @classmethod
    def _is_in_force(cls) -> ColumnElement[bool]:
        return cls.ended_at.is_(None)

    __table_args__ = (
        CheckConstraint("(school_id IS NULL) <> (authority_id IS NULL)", name="place"),
        CheckConstraint("from_user_id <> to_user_id", name="other"),
        CheckConstraint("to_on >= from_on", name="period"),
        CheckConstraint("length(trim(reason)) > 0", name="reason"),
    )

    def __str__(self) -> str:
        return f"{self.from_user.first_name} → {self.to_user.first_name}"


class ReasonSentence(Versioned, Model):
    """The sentence that goes with a reason code, where the city worded its own. No row: the words of the code."""

    __tablename__ = "reason_sentence"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(30), nullable=False, unique=True)
    zh: Mapped[str] = mapped_column(String(300), nullable=False)
    en: Mapped[str] = mapped_column(String(300), nullable=False)

    __table_args__ = (CheckConstraint("length(trim(zh)) > 0 AND length(trim(en)) > 0", name="sentence"),)


class ReviewSetting(Versioned, Model):
    """One row: how large a share of a bulk approval is kept aside to be opened one by one, and how few at least."""

    __tablename__ = "review_setting"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sample_percent: Mapped[int] = mapped_column(Integer, nullable=False, default=5)
    sample_least: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    # Drawn once for the installation: with it and the numbers of the claims the sample can be drawn again.
    seed: Mapped[str] = mapped_column(String(32), nullable=False)

    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("sample_percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("sample_least BETWEEN 0 AND 100", name="least"),
    )


class BulkReview(Model):
    """One bulk approval: what was chosen, by which share and seed the sample was drawn, what was approved at once."""

    __tablename__ = "bulk_review"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(130), nullable=False)
    sample_percent: Mapped[int] = mapped_column(Integer, nullable=False)
    sample_least: Mapped[int] = mapped_column(Integer, nullable=False)
    seed: Mapped[str] = mapped_column(String(32), nullable=False)
    # What the sample was drawn from, and what it drew: "stage|round|number" of each (see ``services/samples.py``).
    chosen: Mapped[list[str]] = mapped_column(JSON, nullable=False)
    kept: Mapped[list[str]] = mapped_column(JSON, nullable=False)
    # What the screen said was unusual, by code, with how many.
    unusual: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    decided_at: Mapped[datetime] = mapped_column(Instant, nullable=False)


class SpotCheck(Model):
    """A claim kept aside at one stage and round: it is approved alone, after its evidence was opened."""

    __tablename__ = "spot_check"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), nullable=False)
    bulk_review_id: Mapped[int] = mapped_column(ForeignKey("bulk_review.id"), nullable=False, index=True)
    round: Mapped[int] = mapped_column(Integer, nullable=False)
    stage: Mapped[str] = mapped_column(String(10), nullable=False)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    claim: Mapped[Claim] = relationship()
    bulk_review: Mapped[BulkReview] = relationship()

    __table_args__ = (
        one_of("stage", ("first", "second")),
        UniqueConstraint("claim_id", "round", "stage"),
        Index("ix_spot_check_claim_id", "claim_id"),
    )
