"""Claims for hours, their evidence, and every decision taken on them (DOMAIN §4).

``state`` is written in one place only: ``services/workflow.py``.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Versioned, one_of
from app.models.register import Authority, School, Teacher
from app.models.types import MOST_HOURS, Hours, Instant

STATES = (
    "draft",
    "submitted",
    "passed_first",
    "approved",
    "returned",
    "rejected",
    "withdrawn",
    "revoked",
)
VERBS = ("submit", "withdraw", "approve", "return", "reject", "revoke")
STAGES = ("teacher", "first", "second", "after")
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png")


class Claim(Versioned, Model):
    """A teacher's application for hours. School and authority are those of the day it was made."""

    __tablename__ = "claim"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True, nullable=False)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id"), nullable=False)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False)
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    policy: Mapped[str] = mapped_column(String(40), nullable=False)
    kind: Mapped[str] = mapped_column(String(30), nullable=False)
    title: Mapped[str] = mapped_column(String(120), nullable=False)
    organiser_name: Mapped[str | None] = mapped_column(String(100))
    certificate_number: Mapped[str | None] = mapped_column(String(60))
    # The number as numbers are compared: letters in one case, nothing between them (DUP-CLAIM).
    certificate_key: Mapped[str | None] = mapped_column(String(60), index=True)
    subject: Mapped[str | None] = mapped_column(String(40))
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    # What the kind asks for: sessions [{"on", "full_day" | "minutes"}], related, author, passed, stated_hours.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    category: Mapped[str] = mapped_column(String(20), nullable=False)
    claimed_hours: Mapped[Decimal] = mapped_column(Hours, nullable=False)
    recognised_category: Mapped[str | None] = mapped_column(String(20))
    recognised_hours: Mapped[Decimal | None] = mapped_column(Hours)
    state: Mapped[str] = mapped_column(String(15), nullable=False, default="draft")
    # Something about it was found on submission that the reviewer should look at (DUP-CLAIM, CEIL).
    is_flagged: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    # Counts submissions, so that a returned claim can be decided again at the same stage.
    round: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    created_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    # Of the form that began it, so that the same form sent twice begins one claim (a retry is safe).
    form_key: Mapped[str | None] = mapped_column(String(32))
    teacher: Mapped[Teacher] = relationship()
    school: Mapped[School] = relationship()
    authority: Mapped[Authority | None] = relationship()
    evidence: Mapped[list[Evidence]] = relationship(back_populates="claim", order_by="Evidence.id")
    decisions: Mapped[list[Decision]] = relationship(back_populates="claim", order_by="Decision.id")

    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint(f"claimed_hours >= 0 AND claimed_hours <= {MOST_HOURS}", name="claimed_hours"),
        CheckConstraint(
            f"recognised_hours IS NULL OR (recognised_hours >= 0 AND recognised_hours <= {MOST_HOURS})",
            name="recognised_hours",
        ),
        # Approved and revoked claims carry what was recognised; nothing undecided pretends to.
        CheckConstraint(
            "state NOT IN ('passed_first', 'approved', 'revoked')"
            " OR (recognised_hours IS NOT NULL AND recognised_category IS NOT NULL)",
            name="recognised_when_passed",
        ),
        CheckConstraint("(state = 'draft') = (round = 0)", name="round"),
        CheckConstraint("round = 0 OR submitted_at IS NOT NULL", name="submitted_at"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="dates"),
        Index("ix_claim_teacher_year", "teacher_id", "year"),
        Index("uq_claim_form_key", "form_key", unique=True),
        Index("ix_claim_school_state", "school_id", "state", "id"),
        Index("ix_claim_authority_state", "authority_id", "state", "id"),
        # The queue of a large district in the order of the desk, and claims of the same activity.
        Index("ix_claim_authority_queue", "authority_id", "state", "year", "submitted_at", "id"),
        Index("ix_claim_starts_on_ends_on", "starts_on", "ends_on"),
    )

    def __str__(self) -> str:
        return self.number


class Evidence(Model):
    """One uploaded scan or photo; the bytes are kept in the store under their SHA-256."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False, index=True)
    filename: Mapped[str] = mapped_column(String(150), nullable=False)
    media_type: Mapped[str] = mapped_column(String(20), nullable=False)
    # What the file is, by the id under which the pack asks for it (EVIDENCE); "proof" is the evidence itself.
    purpose: Mapped[str] = mapped_column(String(30), nullable=False, default="proof")
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    uploaded_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    claim: Mapped[Claim] = relationship(back_populates="evidence")

    __table_args__ = (
        one_of("media_type", MEDIA_TYPES),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("size > 0 AND size <= 20971520", name="size"),
        UniqueConstraint("claim_id", "sha256"),
    )

    def __str__(self) -> str:
        return self.filename


class Decision(Model):
    """Who did what to a claim, when, at which stage, why, and which evidence they had before them."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), nullable=False)
    round: Mapped[int] = mapped_column(Integer, nullable=False)
    stage: Mapped[str] = mapped_column(String(10), nullable=False)
    verb: Mapped[str] = mapped_column(String(10), nullable=False)
    from_state: Mapped[str] = mapped_column(String(15), nullable=False)
    to_state: Mapped[str] = mapped_column(String(15), nullable=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(130), nullable=False)
    duty: Mapped[str] = mapped_column(String(10), nullable=False)
    decided_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    reason_code: Mapped[str | None] = mapped_column(String(30))
    reason: Mapped[str | None] = mapped_column(Text)
    override_reason: Mapped[str | None] = mapped_column(Text)
    hours: Mapped[Decimal | None] = mapped_column(Hours)
    category: Mapped[str | None] = mapped_column(String(20))
    evidence_seen: Mapped[list[str]] = mapped_column(JSON, nullable=False, default=list)
    # Of a return: the parts of the form that are open to be mended. Empty: all of them.
    open_fields: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    # The place whose queue a colleague had in hand (see ``models/review.py``, Delegation). Empty: their own.
    acted_for: Mapped[str | None] = mapped_column(String(100))
    claim: Mapped[Claim] = relationship(back_populates="decisions")
    user: Mapped[User | None] = relationship(User)

    __table_args__ = (
        one_of("verb", VERBS),
        one_of("stage", STAGES),
        # One decision a stage and round: of two reviewers at once the database lets one win.
        Index(
            "uq_decision_stage",
            "claim_id",
            "round",
            "stage",
            unique=True,
            sqlite_where=text("stage IN ('first', 'second')"),
            postgresql_where=text("stage IN ('first', 'second')"),
        ),
        CheckConstraint(
            "verb NOT IN ('return', 'reject', 'revoke') OR (reason IS NOT NULL AND length(trim(reason)) > 0)",
            name="reason",
        ),
        CheckConstraint(
            "verb <> 'approve' OR (hours IS NOT NULL AND category IS NOT NULL)", name="recognised"
        ),
        Index("ix_decision_claim_id", "claim_id"),
        # Whether one has decided on a claim, asked for each claim of a district.
        Index("ix_decision_claim_id_user_id", "claim_id", "user_id"),
        Index("ix_decision_user_id_decided_at", "user_id", "decided_at"),
    )
