"""``flask standings rebuild|verify``: recompute from the ledger; compare, exit 1 on any difference.

A city's standings are compared by a process of its own beside this one, which writes them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from app.cli import collector
from app.extensions import db
from app.models import Teacher
from app.security.actor import SYSTEM, acting
from app.services import standings as service
from app.services.clock import now_utc
from app.services.standing_readers import comparing

SHOWN = 20
# Below so many teachers another process would take longer to start than it saves.
WORTH_A_PROCESS = 10_000
processes = click.option(
    "--processes", type=click.IntRange(0, 16), help="How many compare beside this one; by default 1 for many teachers."
)


@click.group()
def standings() -> None:
    """Yearly results."""


@standings.command()
@click.option("--year", type=int, help="Write only the standings of this year.")
@processes
@with_appcontext
def rebuild(year: int | None, processes: int | None) -> None:
    """Recompute every standing from the ledger."""
    begun = time.monotonic()
    now = now_utc()
    with acting(SYSTEM), _comparing(processes, now, year) as compare:
        changed = service.rebuild(db.session, now, year=year, compare=compare)
        db.session.commit()
    click.echo(f"standings: {changed} changed, {time.monotonic() - begun:.1f} s")


@standings.command()
@click.option("--year", type=int, help="Only this year.")
@processes
@with_appcontext
def verify(year: int | None, processes: int | None) -> None:
    """Recompute every standing and compare it with what is kept; exit 1 on any difference."""
    count = 0
    now = now_utc()
    with acting(SYSTEM), _comparing(processes, now, year) as compare:
        for difference in service.differences(db.session, now, year, compare):
            count += 1
            if count <= SHOWN:
                click.echo(
                    f"teacher {difference.teacher_id}, {difference.year}: "
                    f"kept {difference.kept}, computed {difference.computed}",
                    err=True,
                )
    click.echo(f"standings: {count} differ")
    sys.exit(1 if count else 0)


@contextmanager
def _comparing(processes: int | None, now: datetime, year: int | None) -> Iterator[service.Comparer | None]:
    """What compares besides this process, or None."""
    if processes is None:
        processes = int((db.session.scalar(select(func.count(Teacher.id))) or 0) >= WORTH_A_PROCESS)
    with collector.resting():
        if not processes:
            yield None
            return
        with comparing(db.session, current_app.config["SETTINGS"].database_url, processes, now, year) as compare:
            yield compare
