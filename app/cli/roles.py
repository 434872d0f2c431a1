"""``flask roles sync``: permissions and roles from code into the database."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services.accounts import sync_roles


@click.group()
def roles() -> None:
    """Permissions and roles."""


@roles.command()
@with_appcontext
def sync() -> None:
    """Write the roles of the code into the database; take away what the code no longer grants."""
    with acting(SYSTEM):
        granted, revoked = sync_roles(db.session)
        db.session.commit()
    click.echo(f"roles: {granted} granted, {revoked} revoked")
