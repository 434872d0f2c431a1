"""Who acts: a frozen value set once for a request, a command or a task.

Nobody acts by default: without an actor the reach of every row is empty (see ``reach.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Appointment, Teacher


@dataclass(frozen=True)
class Actor:
    """A user with the duties they hold and the places these hold for (DOMAIN §5)."""

    user_id: int | None
    name: str
    duties: frozenset[str] = frozenset()
    teacher_id: int | None = None
    teacher_school_id: int | None = None
    school_ids: frozenset[int] = frozenset()
    authority_ids: frozenset[int] = frozenset()
    organiser_ids: frozenset[int] = frozenset()
    # "system" reaches everything, "verifier" certificates only; empty for people.
    machine: str = ""

    @property
    def sees_all(self) -> bool:
        """Whether every row of the field's tables is within reach for reading."""
        return self.machine == "system" or bool(self.duties & {"city", "auditor"})

    @property
    def may_change(self) -> bool:
        """Auditors read everything and change nothing; nobody and the verifier change nothing either."""
        if self.machine:
            return self.machine == "system"
        return bool(self.duties - {"auditor"})

    def as_system(self) -> Actor:
        """The machine's reach in this person's name, for what their act entails beyond their own rows.

        Approving a claim may move the standing of a year spent at another school; the trail still
        says who did it. Used by services for such steps only, never by an entrance.
        """
        return replace(self, machine="system")


SYSTEM = Actor(user_id=None, name="system", machine="system")
# Answers /verify/<code>: reads certificates, nothing else.
VERIFIER = Actor(user_id=None, name="verifier", machine="verifier")
NOBODY = Actor(user_id=None, name="nobody")

_current: ContextVar[Actor] = ContextVar("actor", default=NOBODY)


def current_actor() -> Actor:
    """The actor of this request, command or task; NOBODY if none was set."""
    return _current.get()


def set_actor(actor: Actor) -> None:
    """Set the actor for the rest of this context. Requests use it once, at their start."""
    _current.set(actor)


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Act as ``actor`` within the block, then as before."""
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)


def actor_of(session: Session, user_id: int, name: str) -> Actor:
    """Read the duties of a signed-in user. An account that is no one's has none."""
    with acting(SYSTEM):
        held = session.execute(
            select(
                Appointment.duty, Appointment.school_id, Appointment.authority_id, Appointment.organiser_id
            ).where(Appointment.user_id == user_id)
        ).all()
        teacher = session.execute(
            select(Teacher.id, Teacher.school_id).where(Teacher.user_id == user_id)
        ).first()
    return Actor(
        user_id=user_id,
        name=name,
        duties=frozenset(row.duty for row in held) | ({"teacher"} if teacher else set()),
        teacher_id=teacher.id if teacher else None,
        teacher_school_id=teacher.school_id if teacher else None,
        school_ids=frozenset(row.school_id for row in held if row.duty == "school"),
        authority_ids=frozenset(row.authority_id for row in held if row.duty == "authority"),
        organiser_ids=frozenset(row.organiser_id for row in held if row.duty == "organiser"),
    )
