"""What a user wants of the system itself: mail or none, the language, the tour seen. The only writer of Preference.

Each user writes their own; no row means everything by default.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Preference

LANGUAGES = ("zh", "en")


def of_user(session: Session, user_id: int) -> Preference | None:
    """A user's preferences, if they have stated any and are within reach."""
    return session.scalars(select(Preference).where(Preference.user_id == user_id)).one_or_none()


def want_mail(session: Session, user_id: int, is_mailed: bool) -> None:
    """Say whether notices are mailed too."""
    _row(session, user_id).is_mailed = is_mailed
    session.flush()


def speak(session: Session, user_id: int, language: str) -> None:
    """Remember the language in which a user reads, for what is mailed to them. Raises ValueError for a third one."""
    if language not in LANGUAGES:
        raise ValueError(language)
    _row(session, user_id).language = language
    session.flush()


def toured(session: Session, user_id: int, now: datetime) -> None:
    """Note that a user has seen the tour, or wants none."""
    row = _row(session, user_id)
    row.toured_at = row.toured_at or now
    session.flush()


def tour_again(session: Session, user_id: int) -> None:
    """Show the tour once more."""
    row = of_user(session, user_id)
    if row is not None:
        row.toured_at = None
        session.flush()


def _row(session: Session, user_id: int) -> Preference:
    row = of_user(session, user_id)
    if row is None:
        row = Preference(user_id=user_id, is_mailed=True)
        session.add(row)
    return row
