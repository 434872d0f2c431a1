"""Running numbers, given out once each: the database increments, so that two at once get two."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import NumberSeries
from app.services.turns import take_turn


def next_number(session: Session, key: str, count: int = 1) -> int:
    """Take ``count`` numbers of a series and return the first. A rollback gives them back.

    The row stays locked until the transaction ends, so numbers follow one another without gaps
    that matter.
    """
    take_turn(session)
    taken = session.execute(
        update(NumberSeries)
        .where(NumberSeries.key == key)
        .values(last=NumberSeries.last + count)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is not None:
        return int(taken) - count + 1
    try:
        with session.begin_nested():
            session.execute(insert(NumberSeries).values(key=key, last=count))
    except IntegrityError:
        # Somebody began the series in this very moment.
        return next_number(session, key, count)
    return 1


def peek(session: Session, key: str) -> int:
    """The last number given out; 0 for a series not begun."""
    return session.scalar(select(NumberSeries.last).where(NumberSeries.key == key)) or 0


def claim_number(session: Session, year: int) -> str:
    """A claim's number: year and running number, "2026-000123"."""
    return f"{year}-{next_number(session, f'claim-{year}'):06d}"


def certificate_number(session: Session, authority_code: str, year: int) -> str:
    """A certificate's number: authority, year, running number, "XS-440105-2026-000123"."""
    return f"XS-{authority_code}-{year}-{next_number(session, f'certificate-{authority_code}-{year}'):06d}"
