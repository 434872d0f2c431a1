"""Column types: hours as exact decimals and instants as aware UTC. No table stands here."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, DateTime, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.domain.hours import HOURS_IN_A_YEAR

SCALE = Decimal(100)
# What a CHECK compares: the columns count hundredths.
MOST_HOURS = int(HOURS_IN_A_YEAR * SCALE)


@lru_cache(maxsize=1 << 16)
def of_hundredths(whole: int) -> Decimal:
    """The hours that the database keeps as ``whole`` hundredths. A year of a city repeats a few thousand of them."""
    return (Decimal(whole) / SCALE).normalize() + Decimal(0)


class Hours(TypeDecorator[Decimal]):
    """Hours of credit, exact to a hundredth, kept as an integer count of hundredths.

    SQLite has no decimal type and would keep binary floats; integers sum and compare exactly on
    both databases. Anything that is not a finite number with at most two places raises ValueError.
    """

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if value is None:
            return None
        try:
            scaled = Decimal(value) * SCALE
            whole = int(scaled)
        except (InvalidOperation, ValueError, OverflowError, TypeError) as error:
            raise ValueError("hours must be a finite decimal number") from error
        if scaled != whole:
            raise ValueError("hours have at most two decimal places")
        return whole

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return of_hundredths(int(value))

    @property
    def python_type(self) -> type[Decimal]:
        return Decimal


class Instant(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. A naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WrittenJSON(TypeDecorator[str]):
    """JSON that whoever binds it has written out already: for many rows, which are not written out twice."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        return None
