"""``flask users create-admin``: the first account of a real installation."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.domain.errors import Refused
from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services.accounts import appoint, create_user


@click.group()
def users() -> None:
    """Accounts."""


@users.command("create-admin")
@click.option("--username", prompt=True)
@click.option("--name", prompt=True, help="The person's name, as others will see it.")
@click.password_option()
@with_appcontext
def create_admin(username: str, name: str, password: str) -> None:
    """Create the first system administrator."""
    with acting(SYSTEM):
        try:
            user = create_user(db.session, username, name, password)
            appoint(db.session, user, "system")
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from refusal
        db.session.commit()
    click.echo(f"created {username}")
