"""The audit trail: what changed in which row, by whom, when; each line chained to the one before by hash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, one_of
from app.models.types import Instant

CHANGES = ("insert", "update", "delete", "event")


class AuditEntry(Model):
    """One change. ``before`` and ``after`` hold the changed columns only; secrets stand as digests."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, nullable=False, index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(130), nullable=False)
    change: Mapped[str] = mapped_column(String(10), nullable=False)
    subject: Mapped[str] = mapped_column(String(40), nullable=False)
    subject_id: Mapped[str] = mapped_column(String(60), nullable=False)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64), nullable=False)
    # Unique also per predecessor: two lines can never follow the same one, so the chain cannot fork.
    hash: Mapped[str] = mapped_column(String(64), nullable=False, unique=True)

    __table_args__ = (
        one_of("change", CHANGES),
        Index("uq_audit_entry_previous_hash", "previous_hash", unique=True),
        Index("ix_audit_entry_subject", "subject", "subject_id"),
    )
