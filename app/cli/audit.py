"""``flask audit verify``: walk the trail's chain; exit 1 and the place of the first fault."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services.audit import first_fault


@click.group()
def audit() -> None:
    """The trail of changes."""


@audit.command()
@with_appcontext
def verify() -> None:
    """Check that no line of the trail was edited, deleted, inserted or moved."""
    with acting(SYSTEM):
        fault = first_fault(db.session)
    if fault is not None:
        click.echo(f"audit: the chain breaks at entry {fault}", err=True)
        sys.exit(1)
    click.echo("audit: the chain is whole")
