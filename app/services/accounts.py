"""Accounts: users, their duties, the roles of the code, activation by slip, passwords.

S2 gives every teacher a password made of their ID number. Here a school prints one-time slips
instead: a random code, kept only as a digest, that lets its holder choose a password once.
A second slip does the same for who has forgotten it.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, User, ViewMenu
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from app.domain.errors import Refused
from app.models import Activation, Appointment, Authority, Organiser, School, Teacher
from app.security.actor import SYSTEM, acting, current_actor
from app.security.roles import ROLE_OF_DUTY, ROLES
from app.security.secrets import digest, unseal
from app.services import delegations
from app.services.refusals import No

SLIP_DAYS = 60
MIN_PASSWORD = 10
# Without 0/O and 1/I/L: people copy these from paper.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 16  # 31^16: 79 bits


def sync_roles(session: Session) -> tuple[int, int]:
    """Make the database's roles hold exactly the pairs of ROLES; returns (granted, revoked)."""
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    menus = {row.name: row for row in session.scalars(select(ViewMenu))}
    pairs = {(row.permission.name, row.view_menu.name): row for row in session.scalars(select(PermissionView))}
    roles = {row.name: row for row in session.scalars(select(Role))}
    granted = revoked = 0
    for name, wanted in ROLES.items():
        role = roles.get(name)
        if role is None:
            role = Role(name=name)
            session.add(role)
        for permission, view in sorted(wanted):
            if (permission, view) in pairs:
                continue
            for table, model, key in ((permissions, Permission, permission), (menus, ViewMenu, view)):
                if key not in table:
                    table[key] = model(name=key)
                    session.add(table[key])
            pair = PermissionView(permission=permissions[permission], view_menu=menus[view])
            session.add(pair)
            pairs[permission, view] = pair
        held = {(row.permission.name, row.view_menu.name) for row in role.permissions}
        granted += len(wanted - held)
        revoked += len(held - wanted)
        if held != wanted:
            role.permissions = [pairs[pair] for pair in sorted(wanted)]
    session.flush()
    return granted, revoked


def check_password(username: str, password: str) -> None:
    """Refuse a password that is short, of one kind, or holds the user name or an ID number."""
    lowered = password.lower()
    if len(password) < MIN_PASSWORD or len(password) > 200:
        raise Refused(No.PASSWORD_LENGTH, least=MIN_PASSWORD)
    if len(set(password)) < 5 or password.isdigit():
        raise Refused(No.PASSWORD_SIMPLE)
    if len(username) >= 4 and username.lower() in lowered:
        raise Refused(No.PASSWORD_HOLDS_NAME)
    if re.search(r"\d{17}[\dx]", lowered):
        raise Refused(No.PASSWORD_HOLDS_ID_NUMBER)


def _refuse_own_id_number(teacher: Teacher | None, password: str) -> None:
    """S2's first password is the ID number's last six places and "@Gd": no password may hold those six."""
    if teacher is not None and unseal(teacher.id_number_cipher)[-6:].lower() in password.lower():
        raise Refused(No.PASSWORD_HOLDS_ID_NUMBER)


def set_password(session: Session, user: User, password: str) -> None:
    """Hash and keep a new password; a waiting account is free again."""
    check_password(user.username, password)
    with acting(SYSTEM):
        _refuse_own_id_number(session.scalar(select(Teacher).where(Teacher.user_id == user.id)), password)
    user.password = generate_password_hash(password)
    user.fail_login_count = 0
    session.flush()


def change_password(session: Session, user: User, old: str, new: str) -> None:
    """Change one's own password; the old one is asked for."""
    if not check_password_hash(user.password, old):
        raise Refused(No.PASSWORD_WRONG)
    set_password(session, user, new)


def create_user(session: Session, username: str, name: str, password: str) -> User:
    """Create an account without any duty. Raises Refused on a taken name or a weak password."""
    username = username.strip()
    if not 3 <= len(username) <= 60:
        raise Refused(No.USERNAME_LENGTH, least=3, most=60)
    if session.scalar(select(User.id).where(User.username == username)) is not None:
        raise Refused(No.USERNAME_TAKEN, username=username)
    check_password(username, password)
    user = User(
        username=username,
        first_name=name[:60],
        last_name="",
        # FAB wants a unique address; no mail is sent to it.
        email=f"{username}@xueshi.invalid",
        active=True,
        password=generate_password_hash(password),
    )
    session.add(user)
    session.flush()
    return user


def appoint(
    session: Session,
    user: User,
    duty: str,
    *,
    school: School | None = None,
    authority: Authority | None = None,
    organiser: Organiser | None = None,
) -> Appointment:
    """Give a user a duty at a place, and the role that goes with it."""
    appointment = Appointment(user=user, duty=duty, school=school, authority=authority, organiser=organiser)
    session.add(appointment)
    role = session.scalars(select(Role).where(Role.name == ROLE_OF_DUTY[duty])).one()
    if role not in user.roles:
        user.roles.append(role)
    session.flush()
    return appointment


def account_of(session: Session, teacher: Teacher, now: datetime) -> User | None:
    """The open account of a teacher, if any. Refused where no slip may lead to it.

    A school prints slips for its staff; that must not open an account that reviews or administers elsewhere,
    nor one that an administrator has closed.
    """
    if teacher.user_id is None:
        return None
    user = session.get_one(User, teacher.user_id)
    if not user.active:
        raise Refused(No.ACCOUNT_CLOSED, name=teacher.name)
    with acting(current_actor().as_system()):
        duties = set(session.scalars(select(Appointment.duty).where(Appointment.user_id == user.id)))
    # Nor one to which a queue was handed: else who handed it over could sign in as their deputy.
    if duties - {"teacher"} or delegations.is_handed_to(session, user.id, now):
        raise Refused(No.ACCOUNT_HAS_DUTIES, name=teacher.name)
    return user


def issue_slip(session: Session, teacher: Teacher, now: datetime) -> str:
    """Make a fresh activation code for a teacher, voiding older ones. The code is returned once.

    Where the account is open already, the slip lets its holder choose a new password.
    """
    if not teacher.is_active:
        raise Refused(No.TEACHER_INACTIVE, name=teacher.name)
    account_of(session, teacher, now)
    for older in session.scalars(
        select(Activation).where(Activation.teacher_id == teacher.id, Activation.used_at.is_(None))
    ):
        older.used_at = now
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    session.add(Activation(teacher_id=teacher.id, code_digest=digest(code), expires_at=now + timedelta(days=SLIP_DAYS)))
    session.flush()
    return code


def activation_of(session: Session, code: str, now: datetime) -> Activation:
    """The open activation that a typed code belongs to; Refused if there is none."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    found = session.scalars(select(Activation).where(Activation.code_digest == digest(typed))).one_or_none()
    if found is None:
        raise Refused(No.ACTIVATION_UNKNOWN)
    if found.used_at is not None:
        raise Refused(No.ACTIVATION_USED)
    if found.expires_at <= now:
        raise Refused(No.ACTIVATION_EXPIRED)
    return found


def activate(session: Session, code: str, username: str, password: str, now: datetime) -> User:
    """Use a slip: create the teacher's account with the name and password they chose.

    An account that is open keeps its name; it gets the password, and every session of it ends.
    """
    activation = activation_of(session, code, now)
    teacher = activation.teacher
    if not teacher.is_active:
        raise Refused(No.TEACHER_INACTIVE, name=teacher.name)
    user = account_of(session, teacher, now)
    if user is not None:
        set_password(session, user, password)
    else:
        _refuse_own_id_number(teacher, password)
        user = create_user(session, username, teacher.name, password)
        appoint(session, user, "teacher")
        teacher.user_id = user.id
    activation.used_at = now
    session.flush()
    return user
