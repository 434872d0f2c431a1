"""Long work: one row a job holds what to do, how far it is, and what came of it, so that it can resume."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, one_of
from app.models.types import Instant

JOB_STATES = ("queued", "running", "done", "failed")


class Job(Model):
    """One piece of long work, owned by who started it."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), nullable=False)
    state: Mapped[str] = mapped_column(String(10), nullable=False, default="queued", index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    done: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    total: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    created_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    user: Mapped[User | None] = relationship(User)

    __table_args__ = (
        one_of("state", JOB_STATES),
        CheckConstraint("done >= 0 AND total >= 0", name="progress"),
        CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="ended"),
    )
