"""Handing one's review queue to a colleague for some days, and ending that early.

What a delegation opens stands in ``security/actor.py`` and ``security/criteria.py``, what it lets one decide in
``workflow.py``. Nobody hands over what they hold by delegation themselves: only who is appointed at a place may.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.days import day_in_china
from app.domain.errors import Code, Refused
from app.models import Appointment, Authority, Delegation, School, Teacher
from app.security.actor import Actor
from app.services import notices
from app.services.refusals import No
from app.services.turns import take_turn

# A term: whoever is away for longer is replaced by an appointment.
MOST_DAYS = 180
# Who audits or administers the system decides on no claim (DOMAIN §5).
NEVER = ("auditor", "system")

user_t, appointment_t, teacher_t, school_t = (one.__table__ for one in (User, Appointment, Teacher, School))


def eligible(
    actor: Actor, *, school_ids: frozenset[int], authority_ids: frozenset[int]
) -> ColumnElement[bool]:
    """A criterion on users: the colleagues to whom the actor may hand the review of these places.

    Whoever reviews there too; for a school also its teachers with an account; for an authority also the reviewers of
    its schools. Core tables: who holds which duty is in nobody's reach, a name to choose is.
    """
    here = or_(
        appointment_t.c.school_id.in_(sorted(school_ids)), appointment_t.c.authority_id.in_(sorted(authority_ids))
    )
    below = select(school_t.c.id).where(school_t.c.authority_id.in_(sorted(authority_ids)))
    duties = appointment_t.c.duty.in_(("school", "authority"))
    reviewers = select(appointment_t.c.user_id).where(duties, or_(here, appointment_t.c.school_id.in_(below)))
    staff = select(teacher_t.c.user_id).where(
        teacher_t.c.school_id.in_(sorted(school_ids)), teacher_t.c.is_active, teacher_t.c.user_id.is_not(None)
    )
    barred = select(appointment_t.c.user_id).where(appointment_t.c.duty.in_(NEVER))
    return and_(
        User.active.is_(True),
        User.id != actor.user_id,
        or_(User.id.in_(reviewers), User.id.in_(staff)),
        User.id.not_in(barred),
    )


def grant(
    session: Session,
    to_user: User,
    place: School | Authority,
    from_on: date,
    to_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Delegation:
    """Hand the review of one's place to a colleague, both days included (Shanghai), and tell them.

    Raises Refused: DUTY_FORBIDS, DELEGATE_UNFIT, REASON_MISSING, DELEGATION_PAST, DELEGATION_REVERSED,
    DELEGATION_TOO_LONG, DELEGATION_HELD.
    """
    take_turn(session)
    school, authority = (place, None) if isinstance(place, School) else (None, place)
    school_ids = frozenset({school.id} if school is not None else ())
    authority_ids = frozenset({authority.id} if authority is not None else ())
    if actor.user_id is None or not (school_ids <= actor.school_ids and authority_ids <= actor.authority_ids):
        raise Refused(Code.DUTY_FORBIDS)
    fit = eligible(actor, school_ids=school_ids, authority_ids=authority_ids)
    if session.scalar(select(User.id).where(User.id == to_user.id, fit)) is None:
        raise Refused(No.DELEGATE_UNFIT, name=to_user.first_name, place=place.name)
    if not reason.strip():
        raise Refused(Code.REASON_MISSING)
    if to_on < from_on:
        raise Refused(No.DELEGATION_REVERSED, first=from_on, last=to_on)
    if from_on < day_in_china(now):
        raise Refused(No.DELEGATION_PAST, first=from_on)
    if to_on - from_on >= timedelta(days=MOST_DAYS):
        raise Refused(No.DELEGATION_TOO_LONG, most=MOST_DAYS)
    _refuse_held(session, to_user, school, authority, from_on, to_on)
    delegation = Delegation(
        from_user_id=actor.user_id,
        to_user_id=to_user.id,
        school=school,
        authority=authority,
        from_on=from_on,
        to_on=to_on,
        reason=reason.strip(),
        granted_at=now,
    )
    session.add(delegation)
    session.flush()
    notices.tell(
        session, [to_user.id], notices.Kind.DELEGATED, now,
        by=actor.name, place=place.name, from_on=from_on, to_on=to_on,
    )  # fmt: skip
    return delegation


def end(session: Session, delegation: Delegation, actor: Actor, now: datetime) -> None:
    """Take the queue back; what the colleague decided stays decided. By who handed it over, or the city for them."""
    if actor.user_id != delegation.from_user_id and "city" not in actor.duties and actor.machine != "system":
        raise Refused(Code.DUTY_FORBIDS)
    if delegation.ended_at is not None or delegation.to_on < day_in_china(now):
        raise Refused(No.DELEGATION_ENDED)
    delegation.ended_at = now
    session.flush()


def in_force(session: Session, user_id: int, now: datetime) -> list[Delegation]:
    """What holds today to or from a user: what the banner of every page says."""
    on = day_in_china(now)
    return list(
        session.scalars(
            select(Delegation)
            .where(
                or_(Delegation.to_user_id == user_id, Delegation.from_user_id == user_id),
                Delegation.ended_at.is_(None),
                Delegation.from_on <= on,
                Delegation.to_on >= on,
            )
            .options(*(joinedload(one) for one in _PEOPLE_AND_PLACES))
            .order_by(Delegation.to_on, Delegation.id)
        )
    )


_PEOPLE_AND_PLACES = (Delegation.from_user, Delegation.to_user, Delegation.school, Delegation.authority)


def is_handed_to(session: Session, user_id: int, now: datetime) -> bool:
    """Whether somebody's queue is, or will be, in this user's hands."""
    asked = select(Delegation.__table__.c.id).where(
        Delegation.__table__.c.to_user_id == user_id,
        Delegation.__table__.c.ended_at.is_(None),
        Delegation.__table__.c.to_on >= day_in_china(now),
    )
    return session.connection().scalar(asked.limit(1)) is not None


def _refuse_held(
    session: Session, to_user: User, school: School | None, authority: Authority | None, from_on: date, to_on: date
) -> None:
    held = session.scalars(
        select(Delegation).where(
            Delegation.to_user_id == to_user.id,
            Delegation.school_id == school.id if school is not None else Delegation.authority == authority,
            Delegation.ended_at.is_(None),
            Delegation.from_on <= to_on,
            Delegation.to_on >= from_on,
        )
    ).first()
    if held is not None:
        raise Refused(No.DELEGATION_HELD, name=to_user.first_name, first=held.from_on, last=held.to_on)
