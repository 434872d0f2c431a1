"""``flask tallies take``: count the figures of homes and statistics now."""

from __future__ import annotations

import time

import click
from flask.cli import with_appcontext

from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services import tallies as service
from app.services.clock import now_utc


@click.group()
def tallies() -> None:
    """Figures of homes and statistics."""


@tallies.command()
@click.option("--year", "years", type=int, multiple=True, help="Only this year; may be given again.")
@with_appcontext
def take(years: tuple[int, ...]) -> None:
    """Count every school's and authority's figures. The worker does so every ten minutes."""
    begun = time.monotonic()
    with acting(SYSTEM):
        rows = service.take(db.session, now_utc(), years or None)
        db.session.commit()
    click.echo(f"tallies: {rows} rows, {time.monotonic() - begun:.1f} s")
