"""Accounts: roles exactly as the code says, slips that work once, passwords nobody can derive."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from werkzeug.security import check_password_hash

from app.domain.errors import Refused
from app.models import Activation, Appointment, AuditEntry, School, Teacher
from app.security.roles import ROLES
from app.security.secrets import unseal
from app.services import accounts, logins, register
from app.services.refusals import No
from tests.factories import PASSWORD, id_number, make_teacher
from tests.services.stage import Stage

LAST_SIX = id_number(610)[-6:]


@pytest.fixture
def teacher(held: Any, stage: Stage, clock: datetime) -> Teacher:
    return make_teacher(held, held.get_one(School, stage.world.ours.school), "钟文", 610, clock)


def code_of(act: Any) -> object:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_roles_are_exactly_those_of_the_code(held: Any) -> None:
    role = held.scalars(select(Role).where(Role.name == "Auditor")).one()
    city = held.scalars(select(Role).where(Role.name == "City administrator")).one()
    stolen = next(one for one in city.permissions if one not in role.permissions)
    role.permissions = [*role.permissions[1:], stolen]
    held.flush()
    assert accounts.sync_roles(held) == (1, 1)
    held.expire_all()
    for name, wanted in ROLES.items():
        found = held.scalars(select(Role).where(Role.name == name)).one().permissions
        assert {(one.permission.name, one.view_menu.name) for one in found} == wanted
    assert accounts.sync_roles(held) == (0, 0)


def test_a_slip_opens_the_teachers_own_account(held: Any, teacher: Teacher, clock: datetime) -> None:
    code = accounts.issue_slip(held, teacher, clock)
    typed = f" {code[:4].lower()}-{code[4:]} "
    user = accounts.activate(held, typed, "zhongwen", PASSWORD, clock)
    assert teacher.user_id == user.id and check_password_hash(user.password, PASSWORD)
    assert held.scalars(select(Appointment.duty).where(Appointment.user_id == user.id)).all() == ["teacher"]
    assert [role.name for role in user.roles] == ["Teacher"]
    assert code_of(lambda: accounts.activate(held, code, "again", PASSWORD, clock)) == No.ACTIVATION_USED


def test_a_second_slip_gives_the_open_account_a_new_password(held: Any, teacher: Teacher, clock: datetime) -> None:
    user = accounts.activate(held, accounts.issue_slip(held, teacher, clock), "zhongwen", PASSWORD, clock)
    before = logins.stamp(user)
    code = accounts.issue_slip(held, teacher, clock)
    weak = unseal(teacher.id_number_cipher)[-6:] + "@Gd-long"
    assert code_of(lambda: accounts.activate(held, code, "", weak, clock)) == No.PASSWORD_HOLDS_ID_NUMBER
    again = accounts.activate(held, code, "another", "a quite new one 7", clock)
    assert (again.id, again.username) == (user.id, "zhongwen")
    assert check_password_hash(user.password, "a quite new one 7") and logins.stamp(user) != before
    lines = select(AuditEntry).where(AuditEntry.subject == "ab_user").order_by(AuditEntry.id.desc())
    line = held.scalars(lines).first()
    assert (line.change, line.subject_id, list(line.after)) == ("update", str(user.id), ["password"])


def test_no_slip_leads_to_an_account_that_reviews_or_was_closed(held: Any, teacher: Teacher, clock: datetime) -> None:
    """Else who keeps a school's register could become whoever teaches there and reviews elsewhere."""
    user = accounts.activate(held, accounts.issue_slip(held, teacher, clock), "zhongwen", PASSWORD, clock)
    code = accounts.issue_slip(held, teacher, clock)
    accounts.appoint(held, user, "city")
    assert code_of(lambda: accounts.activate(held, code, "", "a quite new one 7", clock)) == No.ACCOUNT_HAS_DUTIES
    assert code_of(lambda: accounts.issue_slip(held, teacher, clock)) == No.ACCOUNT_HAS_DUTIES
    user.active = False
    assert code_of(lambda: accounts.activate(held, code, "", "a quite new one 7", clock)) == No.ACCOUNT_CLOSED


def test_only_the_digest_of_a_code_is_kept(held: Any, teacher: Teacher, clock: datetime) -> None:
    code = accounts.issue_slip(held, teacher, clock)
    kept = held.scalars(select(Activation.code_digest).where(Activation.teacher_id == teacher.id)).one()
    assert code not in kept and len(kept) == 64


def test_a_newer_slip_voids_the_older(held: Any, teacher: Teacher, clock: datetime) -> None:
    older, newer = accounts.issue_slip(held, teacher, clock), accounts.issue_slip(held, teacher, clock)
    assert code_of(lambda: accounts.activate(held, older, "zhongwen", PASSWORD, clock)) == No.ACTIVATION_USED
    accounts.activate(held, newer, "zhongwen", PASSWORD, clock)


def test_a_slip_expires_to_the_second(held: Any, teacher: Teacher, clock: datetime) -> None:
    code = accounts.issue_slip(held, teacher, clock)
    end = clock + timedelta(days=accounts.SLIP_DAYS)
    assert code_of(lambda: accounts.activation_of(held, code, end)) == No.ACTIVATION_EXPIRED
    assert accounts.activation_of(held, code, end - timedelta(seconds=1)).teacher is teacher
    assert code_of(lambda: accounts.activation_of(held, "WRONG", clock)) == No.ACTIVATION_UNKNOWN


def test_who_left_meanwhile_cannot_use_the_slip(held: Any, teacher: Teacher, clock: datetime) -> None:
    code = accounts.issue_slip(held, teacher, clock)
    register.depart(held, teacher, date(2026, 11, 1), "resigned", clock)
    assert code_of(lambda: accounts.activate(held, code, "zhongwen", PASSWORD, clock)) == No.TEACHER_INACTIVE
    assert code_of(lambda: accounts.issue_slip(held, teacher, clock)) == No.TEACHER_INACTIVE


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short 1", No.PASSWORD_LENGTH), ("x" * 201, No.PASSWORD_LENGTH), ("1234567890", No.PASSWORD_SIMPLE),
        ("aaaaaaaaaaab", No.PASSWORD_SIMPLE), ("my ZhongWen 12", No.PASSWORD_HOLDS_NAME),
        # S2's own rule, made long enough: the ID number's last six places and @Gd.
        (f"{LAST_SIX}@Gd2026", No.PASSWORD_HOLDS_ID_NUMBER), (f"{id_number(3)} x", No.PASSWORD_HOLDS_ID_NUMBER),
        ("44010519850312001x", No.PASSWORD_HOLDS_ID_NUMBER),
    ],
)  # fmt: skip
def test_a_weak_password_is_refused_everywhere(
    held: Any, teacher: Teacher, clock: datetime, password: str, code: No
) -> None:
    slip = accounts.issue_slip(held, teacher, clock)
    assert code_of(lambda: accounts.activate(held, slip, "zhongwen", password, clock)) == code
    assert teacher.user_id is None
    user = accounts.activate(held, slip, "zhongwen", PASSWORD, clock)
    assert code_of(lambda: accounts.set_password(held, user, password)) == code
    assert check_password_hash(user.password, PASSWORD)


def test_the_old_password_is_asked_for(held: Any, clock: datetime) -> None:
    user = accounts.create_user(held, "somebody", "某", PASSWORD)
    assert code_of(lambda: accounts.change_password(held, user, "wrong", "another good one 8")) == No.PASSWORD_WRONG
    user.fail_login_count = 9
    accounts.change_password(held, user, PASSWORD, "another good one 8")
    assert check_password_hash(user.password, "another good one 8") and user.fail_login_count == 0


def test_a_user_name_is_taken_once(held: Any) -> None:
    accounts.create_user(held, " somebody ", "某", PASSWORD)
    assert held.scalars(select(User).where(User.username == "somebody")).one().active
    assert code_of(lambda: accounts.create_user(held, "somebody", "某", PASSWORD)) == No.USERNAME_TAKEN
    for name in ("ab", "x" * 61):
        assert code_of(lambda name=name: accounts.create_user(held, name, "某", PASSWORD)) == No.USERNAME_LENGTH
