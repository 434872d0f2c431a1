"""Which entries the carried hours are made of (rule CARRY, S1 §四（三）: 自动转入下一年度; which ones, R).

Hours carried in are used up first, then a year's own in the order they were earned. So what moves on is what was
earned last, an entry perhaps in part. How much moves on is decided in `standing.py`; here it is only traced.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from app.domain.standing import ZERO, Entry, EntryId


class Carried(NamedTuple):
    """Some hours of one entry that moved into a later year. `year` is the one they were earned in."""

    entry: EntryId
    year: int
    on: date | None
    hours: Decimal


@dataclass(frozen=True, slots=True)
class YearHours:
    """What tracing needs of one year: the sums of its standing, and its own entries that count in the category
    that carries over."""

    year: int
    carried_in: Decimal
    carried_out: Decimal
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """What came into a year and what moved on from it, each in the order the hours are used."""

    came_in: tuple[Carried, ...]
    moved_on: tuple[Carried, ...]


def trace(years: Iterable[YearHours]) -> Mapping[int, Movement]:
    """The movement of every given year. A year that is left out had no entries of its own.

    The hours of `moved_on` sum to `carried_out`, those of `came_in` to `carried_in`, provided that the sums are
    those of `assess` and that no year with hours is left out.
    """
    found: dict[int, Movement] = {}
    before: tuple[Carried, ...] = ()
    for one in sorted(years, key=lambda one: one.year):
        came_in = _last(before, one.carried_in)
        own = [
            Carried(entry.id, entry.year, entry.on, entry.hours)
            for entry in sorted(one.entries, key=_earned)
            if entry.hours > ZERO
        ]
        before = _last((*came_in, *own), one.carried_out)
        found[one.year] = Movement(came_in, before)
    return found


def _earned(entry: Entry) -> tuple[date, int, int, str]:
    """The order hours are earned in: by day, one without a day last, then by id (numbers as numbers)."""
    if isinstance(entry.id, int):
        return (entry.on or date.max, 0, entry.id, "")
    return (entry.on or date.max, 1, 0, entry.id)


def _last(parts: Sequence[Carried], hours: Decimal) -> tuple[Carried, ...]:
    """The last `hours` of what is used in this order; the earliest entry among them perhaps in part."""
    kept: list[Carried] = []
    for part in reversed(parts):
        if hours <= ZERO:
            break
        taken = min(hours, part.hours)
        kept.append(part._replace(hours=taken))
        hours -= taken
    return tuple(reversed(kept))
