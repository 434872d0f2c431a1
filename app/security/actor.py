"""Who acts: a frozen value set once for a request, a command or a task.

Nobody acts by default: without an actor the reach of every row is empty (see ``reach.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.models import Appointment, Delegation, Teacher


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
    # Places whose review a colleague has put into this person's hands for today. Kept apart from their own: what
    # they may do there is decide on claims, and nothing else of the place opens.
    review_school_ids: frozenset[int] = frozenset()
    review_authority_ids: frozenset[int] = frozenset()
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

    @property
    def stands_in(self) -> bool:
        """Whether they review for a colleague today."""
        return bool(self.review_school_ids or self.review_authority_ids)

    def by_own_right(self) -> Actor:
        """The same person without what a colleague has put into their hands."""
        return replace(self, review_school_ids=frozenset(), review_authority_ids=frozenset())

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


def actor_of(session: Session, user_id: int, name: str, on: date | None = None) -> Actor:
    """Read the duties of a signed-in user. An account that is no one's has none.

    ``on``: today in Shanghai, for the places they stand in at; without it they stand in nowhere.
    """
    with acting(SYSTEM):
        held = session.execute(
            select(
                Appointment.duty, Appointment.school_id, Appointment.authority_id, Appointment.organiser_id
            ).where(Appointment.user_id == user_id)
        ).all()
        teacher = session.execute(
            select(Teacher.id, Teacher.school_id, Teacher.is_active).where(Teacher.user_id == user_id)
        ).first()
        handed = session.execute(_handed(user_id, on)).all() if on is not None else []
    duties = {row.duty for row in held}
    if duties & {"auditor", "system"}:
        # Appointed since: who audits or administers the system decides on no claim (DOMAIN §5).
        handed = []
    elif not duties & {"school", "authority"}:
        # Handed to a teacher of the school: as long as they are one.
        there = teacher.school_id if teacher is not None and teacher.is_active else None
        handed = [row for row in handed if row.school_id is not None and row.school_id == there]
    own_schools = frozenset(row.school_id for row in held if row.duty == "school")
    own_authorities = frozenset(row.authority_id for row in held if row.duty == "authority")
    return Actor(
        user_id=user_id,
        name=name,
        duties=frozenset(duties) | ({"teacher"} if teacher else set()),
        teacher_id=teacher.id if teacher else None,
        teacher_school_id=teacher.school_id if teacher else None,
        school_ids=own_schools,
        authority_ids=own_authorities,
        organiser_ids=frozenset(row.organiser_id for row in held if row.duty == "organiser"),
        review_school_ids=frozenset(row.school_id for row in handed if row.school_id is not None) - own_schools,
        review_authority_ids=frozenset(row.authority_id for row in handed if row.authority_id is not None)
        - own_authorities,
    )


def _handed(user_id: int, on: date) -> Select[tuple[int | None, int | None]]:
    """The places handed to a user for a day, as long as who handed them over still reviews there themselves."""
    still = and_(
        Appointment.user_id == Delegation.from_user_id,
        or_(
            and_(Appointment.duty == "school", Appointment.school_id == Delegation.school_id),
            and_(Appointment.duty == "authority", Appointment.authority_id == Delegation.authority_id),
        ),
    )
    return (
        select(Delegation.school_id, Delegation.authority_id)
        .join(Appointment, still)
        .join(User, and_(User.id == Delegation.from_user_id, User.active.is_(True)))
        .where(
            Delegation.to_user_id == user_id,
            Delegation.ended_at.is_(None),
            Delegation.from_on <= on,
            Delegation.to_on >= on,
        )
    )
