"""``flask certificates issue``: issue and print the certificates of a year, a school or an authority."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Authority, School, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services import certificates as service
from app.services.clock import now_utc


@click.group()
def certificates() -> None:
    """Yearly certificates."""


@certificates.command()
@click.option("--year", type=int, required=True)
@click.option("--school", "school_code", help="Only this school (its code).")
@click.option("--authority", "authority_code", help="Only the schools of this reviewing authority (its code).")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also print them into this PDF.")
@with_appcontext
def issue(year: int, school_code: str | None, authority_code: str | None, out: Path | None) -> None:
    """Issue a certificate to every passed or exempt teacher of a year who has none that still holds."""
    query = (
        select(Standing)
        .join(School, Standing.school_id == School.id)
        .join(Teacher, Standing.teacher_id == Teacher.id)
        .where(Standing.year == year, Standing.result.in_(service.ISSUED_FOR))
        .options(joinedload(Standing.teacher), joinedload(Standing.school).joinedload(School.district))
        .order_by(School.code, Teacher.name, Teacher.id)
    )
    begun = time.monotonic()
    with acting(SYSTEM):
        if school_code:
            _require(School, school_code, "--school")
            query = query.where(School.code == school_code)
        if authority_code:
            _require(Authority, authority_code, "--authority")
            query = query.join(Authority, School.authority_id == Authority.id).where(Authority.code == authority_code)
        now = now_utc()
        issued = [service.issue(db.session, standing, SYSTEM, now) for standing in db.session.scalars(query)]
        if out is not None and issued:
            out.write_bytes(service.render(issued, "zh"))
        db.session.commit()
    seconds = time.monotonic() - begun
    rate = len(issued) / seconds if seconds else 0
    click.echo(f"certificates: {len(issued)} in {seconds:.1f} s, {rate:.0f} a second")


def _require(model: Any, code: str, option: str) -> None:
    """A mistyped code is no empty selection. Exits 2."""
    if db.session.scalar(select(model.id).where(model.code == code)) is None:
        raise click.BadParameter(f"no {model.__tablename__} has the code {code}", param_hint=option)
