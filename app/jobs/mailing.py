"""Mailing what people were told: every minute, several notices of one user as one message, in their language.

Each message is marked as sent in a transaction of its own right after it went out. A process that dies between the two
sends that one message again, with the same Message-ID; no other way sends twice. A server that does not answer is tried
again after one, two, four minutes and so on, up to an hour; the waiting is this process's and ends with it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import force_locale
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.exchange.notice_words import letter_of
from app.jobs.work import hold
from app.models import Notice, Preference
from app.security.actor import SYSTEM, acting
from app.services.mail import Letter, MailAway, MailDelayed, MailRefused, Post, post
from config import Settings

log = logging.getLogger("app.mail")

# One process mails at a time; jobs have numbers from 1 on.
MAILING_LOCK = 0
NOTICES_A_RUN = 2000
# News a week old is in the application; a mail about it would only puzzle.
STALE_AFTER = timedelta(days=7)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)

notice_t = Notice.__table__


@dataclass(frozen=True)
class _Wait:
    """How often somebody was tried in vain, and until when they are left alone."""

    tries: int
    until: datetime

    @classmethod
    def after(cls, earlier: _Wait | None, now: datetime) -> _Wait:
        tries = earlier.tries + 1 if earlier is not None else 1
        return cls(tries, now + min(FIRST_WAIT * 2 ** min(tries - 1, 10), LONGEST_WAIT))


class Postman:
    """Sends what is not sent yet, and remembers whom to leave alone for a while. One a process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._server: _Wait | None = None
        self._users: dict[int, _Wait] = {}

    def send_waiting(self, session: Session, now: datetime) -> int:
        """Send, and commit after each message; returns how many messages went out."""
        if self._server is not None and now < self._server.until:
            return 0
        with hold(session, MAILING_LOCK) as is_ours, acting(SYSTEM):
            return self._send(session, now) if is_ours else 0

    def _send(self, session: Session, now: datetime) -> int:
        stale = or_(notice_t.c.created_at < now - STALE_AFTER, notice_t.c.read_at.is_not(None))
        _mark(session, now, stale)
        delayed = [user_id for user_id, wait in self._users.items() if now < wait.until]
        waiting: dict[int, list[Any]] = defaultdict(list)
        asked = select(notice_t).where(notice_t.c.mailed_at.is_(None), notice_t.c.user_id.not_in(delayed))
        for row in session.connection().execute(asked.order_by(notice_t.c.id).limit(NOTICES_A_RUN)):
            waiting[row.user_id].append(row)
        people = _people(session, list(waiting))
        # Nothing of the database is held while a server far away is talked to.
        session.rollback()
        sent = 0
        settings = self.settings
        with post(settings.mail_url, settings.mail_from, settings.public_url) as out:
            for user_id, rows in waiting.items():
                try:
                    sent += self._one(people.get(user_id), rows, out, now)
                except MailAway as error:
                    self._server = _Wait.after(self._server, now)
                    log.warning("mail: no delivery (%s), next try in %s", error, self._server.until - now)
                    return sent
                except MailDelayed as error:
                    self._users[user_id] = _Wait.after(self._users.get(user_id), now)
                    log.warning("mail: put off for user %s (%s)", user_id, error)
                    continue
                except MailRefused as error:
                    log.warning("mail: refused for user %s (%s)", user_id, error)
                self._users.pop(user_id, None)
                _mark(session, now, notice_t.c.id.in_([row.id for row in rows]))
        self._server = None
        return sent

    def _one(self, person: Any, rows: Sequence[Any], out: Post, now: datetime) -> bool:
        """Send one person's notices; False where they want or can have no mail."""
        if person is None or not person.active or person.is_mailed is False or not out.takes(person.email or ""):
            return False
        language = person.language or "zh"
        with force_locale(language):
            told = [(row.kind, row.facts) for row in rows]
            subject, text = letter_of(person.first_name, told, self.settings.public_url)
        out.send(Letter(person.email or "", subject, text, language, f"notice-{rows[0].id}-{rows[-1].id}"), now)
        return True


def _people(session: Session, user_ids: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for start in range(0, len(user_ids), 500):
        rows = session.execute(
            select(User.id, User.first_name, User.email, User.active, Preference.is_mailed, Preference.language)
            .outerjoin(Preference, Preference.user_id == User.id)
            .where(User.id.in_(user_ids[start : start + 500]))
        )
        found |= {row.id: row for row in rows}
    return found


def _mark(session: Session, now: datetime, which: Any) -> None:
    """Note that nothing of these is to be mailed any more."""
    session.connection().execute(update(notice_t).where(notice_t.c.mailed_at.is_(None), which).values(mailed_at=now))
    session.commit()
