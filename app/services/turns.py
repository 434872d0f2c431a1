"""One writer at a time: the order in which everybody who writes waits, so that nobody waits in a circle.

The trail is one chain, so its writers follow one another anyway. They queue here before they touch
a row; a lock on a row first and on the chain after would let two of them wait for each other.
"""

from __future__ import annotations

from sqlalchemy import false, text, update
from sqlalchemy.orm import Session

from app.models import NumberSeries

CHAIN_LOCK = 7_310_201  # any number, the same in every process


def take_turn(session: Session) -> None:
    """Wait until nobody else writes; the turn lasts until the transaction ends.

    What is read after this and before the commit cannot have changed meanwhile. PostgreSQL has an
    advisory lock for it; SQLite's one write lock is taken by a statement that changes nothing.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    else:
        series = NumberSeries.__table__
        connection.execute(update(series).where(false()).values(last=0))
