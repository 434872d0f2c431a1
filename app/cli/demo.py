"""``flask demo load``: the demonstration data into an empty database."""

from __future__ import annotations

import time

import click
from flask.cli import with_appcontext

from app.demo.load import DEFAULT_SEED, DEFAULT_TEACHERS, LEAST_TEACHERS, NotEmpty, Size
from app.demo.load import load as load_demo
from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services.clock import now_utc
from app.services.store import store


@click.group()
def demo() -> None:
    """The demonstration."""


@demo.command()
@click.option("--teachers", type=click.IntRange(LEAST_TEACHERS, 1_000_000), default=DEFAULT_TEACHERS, show_default=True)
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True)
@with_appcontext
def load(teachers: int, seed: int) -> None:
    """Load invented districts' worth of teachers, the same for the same seed, size and day."""
    begun = time.perf_counter()
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if total >= 10_000 and done * 20 // total > told:
            told = done * 20 // total
            click.echo(f"  {done} of {total} teachers", err=True)

    with acting(SYSTEM):
        try:
            written = load_demo(db.session, store(), now_utc(), Size(teachers, seed), tell)
        except NotEmpty as refusal:
            raise click.ClickException(
                "the database holds schools or teachers already; the demonstration is loaded into an empty one only"
            ) from refusal
        db.session.commit()
    rows = ", ".join(f"{count} {table}" for table, count in written.items() if count)
    click.echo(f"loaded in {time.perf_counter() - begun:.1f} s: {rows}")
