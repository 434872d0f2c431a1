"""Days and instants of the demonstration: working hours in China, handed out by a seeded generator. No clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from app.domain.days import SHANGHAI

MIDNIGHT = datetime.min.time()


def seeded(seed: int, *place: object) -> Random:
    """A generator of its own for every place, so that more rows in one place move nothing in another."""
    return Random(f"{seed}/{'/'.join(map(str, place))}")  # noqa: S311  (invented data, no secret)


def instant(on: date, minute: int, second: int = 0) -> datetime:
    """The UTC instant of a minute of a day in China."""
    start = datetime.combine(on, MIDNIGHT, SHANGHAI)
    return (start + timedelta(minutes=minute, seconds=second)).astimezone(UTC)


def at_work(rng: Random, on: date) -> datetime:
    """Some moment between 8:40 and 17:40."""
    return instant(on, 520 + int(rng.random() * 540), int(rng.random() * 60))


def in_free_time(rng: Random, on: date) -> datetime:
    """When teachers write their claims: the noon break or the evening."""
    if rng.random() < 0.35:
        return instant(on, 735 + int(rng.random() * 90), int(rng.random() * 60))
    return instant(on, 1080 + int(rng.random() * 280), int(rng.random() * 60))


def a_day(rng: Random, first: date, last: date) -> date:
    """Some day of a span, both ends included; the first where the span is empty."""
    return first + timedelta(days=int(rng.random() * max(1, (last - first).days + 1)))


def workday(on: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return on + timedelta(days=7 - on.weekday()) if on.weekday() > 4 else on
