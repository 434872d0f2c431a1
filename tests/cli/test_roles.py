"""``flask roles sync``: what the code grants is granted, what it does not is taken away; again does nothing."""

from __future__ import annotations

from flask import Flask
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.security.roles import ROLES


def test_sync(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["roles", "sync"]).stdout == "roles: 0 granted, 0 revoked\n"
    with app.app_context(), acting(SYSTEM):
        db.session.scalars(select(Role).where(Role.name == "Auditor")).one().permissions = []
        db.session.commit()
    assert run(args=["roles", "sync"]).stdout == f"roles: {len(ROLES['Auditor'])} granted, 0 revoked\n"
    assert run(args=["roles", "sync"]).stdout == "roles: 0 granted, 0 revoked\n"
