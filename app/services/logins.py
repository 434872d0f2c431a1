"""Sessions and duties of accounts: what a session is bound to, resetting a password, appointing and dismissing."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Refused
from app.models import Appointment, Authority, Organiser, School
from app.security.actor import acting, current_actor
from app.security.roles import ROLE_OF_DUTY
from app.services import accounts, notices
from app.services.refusals import No

# The session's own key for the stamp.
STAMP = "stamp"
NEW_PASSWORD_LETTERS = 16
REVIEWING = frozenset({"school", "authority", "city"})


def stamp(user: User) -> str:
    """What a session must carry to be the user's: it changes with the password and at every sign-out.

    FAB counts sign-ins in ``login_count``; here it counts sign-outs (see ``sign_out``), so that a copied
    cookie dies with the session it was copied from.
    """
    return hashlib.sha256(f"{user.id}:{user.password}:{user.login_count or 0}".encode()).hexdigest()[:32]


def sign_out(session: Session, user: User) -> None:
    """End every session of the user."""
    user.login_count = (user.login_count or 0) + 1
    session.flush()


def reset_password(session: Session, user: User, now: datetime) -> str:
    """Give an account a fresh password and return it, this once. Its sessions end."""
    fresh = "".join(secrets.choice(accounts.CODE_ALPHABET) for _ in range(NEW_PASSWORD_LETTERS))
    accounts.set_password(session, user, fresh)
    notices.tell(session, [user.id], "password_reset", now)
    return fresh


def appoint(
    session: Session,
    user: User,
    duty: str,
    *,
    school: School | None,
    authority: Authority | None,
    organiser: Organiser | None,
) -> Appointment:
    """Appoint somebody else. Teachers come by activation slip, which ties the account to its person.

    Who administers accounts reviews nothing (DOMAIN §5), neither now nor by an appointment made elsewhere.
    """
    if duty == "teacher":
        raise Refused(No.TEACHER_BY_SLIP)
    if user.id == current_actor().user_id:
        raise Refused(No.OWN_APPOINTMENT)
    with acting(current_actor().as_system()):
        held = set(session.scalars(select(Appointment.duty).where(Appointment.user_id == user.id)))
    if (duty == "system" and held & REVIEWING) or (duty in REVIEWING and "system" in held):
        raise Refused(No.DUTIES_CLASH, name=user.first_name or user.username)
    return accounts.appoint(session, user, duty, school=school, authority=authority, organiser=organiser)


def dismiss(session: Session, appointment: Appointment) -> None:
    """Take a duty away, and its role where no other appointment carries it. The last administrator stays."""
    user, duty = appointment.user, appointment.duty
    if duty == "system":
        others = session.scalars(
            select(Appointment)
            .join(User, Appointment.user_id == User.id)
            .where(Appointment.duty == "system", Appointment.id != appointment.id, User.active.is_(True))
            .limit(1)
        ).first()
        if others is None:
            raise Refused(No.LAST_ADMINISTRATOR)
    session.delete(appointment)
    session.flush()
    left = select(Appointment.id).where(Appointment.user_id == user.id, Appointment.duty == duty).limit(1)
    if session.scalar(left) is None:
        role = session.scalars(select(Role).where(Role.name == ROLE_OF_DUTY[duty])).one()
        if role in user.roles:
            user.roles.remove(role)
        session.flush()
