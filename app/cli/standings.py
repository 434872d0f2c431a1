"""``flask standings rebuild|verify``: recompute from the ledger; compare, exit 1 on any difference."""

from __future__ import annotations

import sys
import time

import click
from flask.cli import with_appcontext

from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services import standings as service
from app.services.clock import now_utc

SHOWN = 20


@click.group()
def standings() -> None:
    """Yearly results."""


@standings.command()
@click.option("--year", type=int, help="Write only the standings of this year.")
@with_appcontext
def rebuild(year: int | None) -> None:
    """Recompute every standing from the ledger."""
    begun = time.monotonic()
    with acting(SYSTEM):
        changed = service.rebuild(db.session, now_utc(), year=year)
        db.session.commit()
    click.echo(f"standings: {changed} changed, {time.monotonic() - begun:.1f} s")


@standings.command()
@click.option("--year", type=int, help="Only this year.")
@with_appcontext
def verify(year: int | None) -> None:
    """Recompute every standing and compare it with what is kept; exit 1 on any difference."""
    count = 0
    with acting(SYSTEM):
        for difference in service.differences(db.session, now_utc(), year):
            count += 1
            if count <= SHOWN:
                click.echo(
                    f"teacher {difference.teacher_id}, {difference.year}: "
                    f"kept {difference.kept}, computed {difference.computed}",
                    err=True,
                )
    click.echo(f"standings: {count} differ")
    sys.exit(1 if count else 0)
