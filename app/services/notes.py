"""Notes on records: what one office tells another. Written once, never changed; a slip of the pen may be taken back.

Offices write (school, authority, city), the auditor reads; whom a record is about sees none of it, whatever else they
are. Reach stands on the session: a note on a record out of reach is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Refused
from app.models import Note
from app.models.desk import NOTED
from app.security.actor import Actor
from app.services import workflow
from app.services.refusals import No

WITHDRAW_WITHIN = timedelta(minutes=10)
LONGEST = 1000
MOST = 100
OFFICES = frozenset({"school", "authority", "city"})
READERS = OFFICES | {"auditor"}


def concerns(actor: Actor, record: Any) -> bool:
    """Whether the record is about the actor in person."""
    about = record.id if record.__tablename__ == "teacher" else getattr(record, "teacher_id", None)
    return actor.teacher_id is not None and about == actor.teacher_id


def _stands_in(actor: Actor, record: Any) -> bool:
    """Whether the record is a claim that a colleague's delegation puts before the actor: what is noted goes with it."""
    return record.__tablename__ == "claim" and bool(workflow.duties_handed(actor, record))


def may_read(actor: Actor, record: Any) -> bool:
    """Whether notes on this record are for the actor's eyes. ``record`` is within the actor's reach already."""
    reads = bool(actor.duties & READERS) or _stands_in(actor, record)
    return record.__tablename__ in NOTED and reads and not concerns(actor, record)


def may_write(actor: Actor, record: Any) -> bool:
    """Whether the actor may add a note to this record."""
    return may_read(actor, record) and (bool(actor.duties & OFFICES) or _stands_in(actor, record))


def may_withdraw(actor: Actor, note: Note, now: datetime) -> bool:
    """Whether it is the actor's own and still fresh."""
    return actor.user_id is not None and note.user_id == actor.user_id and now - note.written_at <= WITHDRAW_WITHIN


def of(session: Session, record: Any, actor: Actor) -> Sequence[Note]:
    """The notes on a record, oldest first, the last ``MOST`` of them; none for whom they are not meant."""
    if not may_read(actor, record):
        return []
    latest = session.scalars(
        select(Note)
        .where(Note.subject == record.__tablename__, Note.subject_id == record.id)
        .order_by(Note.id.desc())
        .limit(MOST)
    ).all()
    return latest[::-1]


def write(session: Session, record: Any, text: str, actor: Actor, now: datetime) -> Note:
    """Add a note. Refused for whom notes here are not meant (NOTE_NOT_YOURS), empty or too long (NOTE_LENGTH)."""
    if not may_write(actor, record):
        raise Refused(No.NOTE_NOT_YOURS)
    said = text.replace("\0", "").strip()
    if not said or len(said) > LONGEST:
        raise Refused(No.NOTE_LENGTH, most=LONGEST)
    note = Note(
        subject=record.__tablename__,
        subject_id=record.id,
        user_id=actor.user_id,
        author=actor.name,
        text=said,
        written_at=now,
    )
    session.add(note)
    session.flush()
    return note


def withdraw(session: Session, note: Note, actor: Actor, now: datetime) -> None:
    """Take one's own note back within ten minutes; the trail keeps it. Refused later, and for others' notes."""
    if not may_withdraw(actor, note, now):
        raise Refused(No.NOTE_STANDS, minutes=int(WITHDRAW_WITHIN.total_seconds() // 60))
    session.delete(note)
    session.flush()
