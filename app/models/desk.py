"""What people keep for themselves at their desk: views of lists, columns, notes on records, notices, preferences.

None of it is a fact of the field: no rule reads these tables.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.account import DUTIES
from app.models.base import Model, Versioned, one_of
from app.models.claim import Claim
from app.models.register import Authority, School
from app.models.types import Instant

# Records that may carry notes, by table.
NOTED = ("claim", "teacher", "school", "activity", "standing", "certificate")


class SavedView(Versioned, Model):
    """A list as somebody likes it: filters, order and columns, as the query of its address.

    Its owner's alone; with ``duty`` it is shared with all who hold that duty, at one place where one is named.
    ``is_default``: opened first, by the owner or, where shared, by everybody who has no default of their own.
    """

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    view: Mapped[str] = mapped_column(String(40), nullable=False)
    title: Mapped[str] = mapped_column(String(40), nullable=False)
    query: Mapped[str] = mapped_column(String(2000), nullable=False)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    duty: Mapped[str | None] = mapped_column(String(10))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    is_default: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    created_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    owner: Mapped[User] = relationship(User)
    school: Mapped[School | None] = relationship()
    authority: Mapped[Authority | None] = relationship()

    __table_args__ = (
        one_of("duty", DUTIES),
        CheckConstraint("length(trim(title)) > 0", name="title"),
        CheckConstraint("duty IS NOT NULL OR (school_id IS NULL AND authority_id IS NULL)", name="shared"),
        UniqueConstraint("owner_id", "view", "title"),
        Index("ix_saved_view_view", "view"),
    )

    def __str__(self) -> str:
        return self.title


class ListChoice(Model):
    """Which columns of a list a user shows, in order."""

    __tablename__ = "list_choice"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    view: Mapped[str] = mapped_column(String(40), nullable=False)
    columns: Mapped[list[str]] = mapped_column(JSON, nullable=False)

    __table_args__ = (UniqueConstraint("user_id", "view"),)


class Note(Model):
    """What one office tells another about a record; whom the record is about does not see it."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    subject: Mapped[str] = mapped_column(String(20), nullable=False)
    subject_id: Mapped[int] = mapped_column(Integer, nullable=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    author: Mapped[str] = mapped_column(String(130), nullable=False)
    text: Mapped[str] = mapped_column(Text, nullable=False)
    written_at: Mapped[datetime] = mapped_column(Instant, nullable=False)

    __table_args__ = (
        one_of("subject", NOTED),
        CheckConstraint("length(trim(text)) > 0", name="text"),
        Index("ix_note_subject", "subject", "subject_id"),
    )


class Notice(Model):
    """One message to one user: a code and its facts, worded when it is shown or mailed."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    kind: Mapped[str] = mapped_column(String(30), nullable=False)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claim.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    # Empty: not mailed yet, and to be. Set without a mail for who wants none.
    mailed_at: Mapped[datetime | None] = mapped_column(Instant)
    claim: Mapped[Claim | None] = relationship()
    user: Mapped[User] = relationship(User)

    __table_args__ = (
        Index("ix_notice_user_id_read_at", "user_id", "read_at"),
        Index("ix_notice_mailed_at", "mailed_at"),
    )


class Preference(Model):
    """What a user wants of the system itself. No row: everything by default."""

    __tablename__ = "preference"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, unique=True)
    is_mailed: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    language: Mapped[str | None] = mapped_column(String(5))
    toured_at: Mapped[datetime | None] = mapped_column(Instant)
