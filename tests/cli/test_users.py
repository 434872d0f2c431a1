"""``flask users create-admin``: the first account, which can then appoint the others; a weak password makes none."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.extensions import db
from app.models import Appointment
from app.security.actor import SYSTEM, acting, actor_of
from tests.factories import PASSWORD

COMMAND = ["users", "create-admin", "--username", "root-of-all", "--name", "张工"]


def test_the_first_account(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=COMMAND, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0 and "created root-of-all" in done.output and PASSWORD not in done.output
    with app.app_context(), acting(SYSTEM):
        user = db.session.scalars(select(User).where(User.username == "root-of-all")).one()
        assert [role.name for role in user.roles] == ["System administrator"]
        actor = actor_of(db.session, user.id, "张工")
        assert actor.duties == {"system"} and not actor.sees_all
    again = app.test_cli_runner().invoke(args=COMMAND, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert again.exit_code == 1 and "username_taken" in again.output


@pytest.mark.parametrize("typed", ["short\nshort\n", "1234567890\n1234567890\n", "root-of-all 12\nroot-of-all 12\n"])
def test_a_weak_password_makes_no_account(app: Flask, typed: str) -> None:
    assert app.test_cli_runner().invoke(args=COMMAND, input=typed).exit_code == 1
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(User).where(User.username == "root-of-all")).all() == []
        assert db.session.scalars(select(Appointment).where(Appointment.duty == "system")).all() == []
