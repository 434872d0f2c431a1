"""Whether work will be done in time: the pace of the last days against what waits and the day it is due.

A forecast is told and decides nothing. Days are calendar days in China, handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from app.domain.standing import ZERO

PACE_DAYS = 7
# A finish further away than this is as good as none: the pace is that of people who have not begun.
FURTHEST = 3650


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where a pace leads. `finish_on` is None where nothing was done lately; `per_day` counts the last days,
    `needed` is what each remaining day (today included) must bring, None once the day has passed."""

    waiting: int
    per_day: int
    needed: int | None
    finish_on: date | None
    days_late: int

    @property
    def is_enough(self) -> bool:
        """Whether the pace suffices: nothing waits, or all is done by the day it is due."""
        return not self.waiting or (self.finish_on is not None and self.days_late == 0)


def forecast(waiting: int, done_lately: int, due_on: date, today: date) -> Forecast:
    """The forecast for `waiting` pieces of work when `done_lately` were done within the last PACE_DAYS."""
    left = (due_on - today).days + 1
    needed = ceil(waiting / left) if left > 0 else None
    per_day = round(done_lately / PACE_DAYS)
    if not waiting:
        return Forecast(0, per_day, needed, today, 0)
    days = ceil(waiting * PACE_DAYS / done_lately) if done_lately else FURTHEST + 1
    if days > FURTHEST:
        return Forecast(waiting, per_day, needed, None, 0)
    finish_on = today + timedelta(days=days - 1)
    return Forecast(waiting, per_day, needed, finish_on, max(0, (finish_on - due_on).days))


def monday(day: date) -> date:
    """The first day of the week of `day`."""
    return day - timedelta(days=day.weekday())


def weeks_between(first: date, last: date) -> list[date]:
    """The Mondays of every week from that of `first` to that of `last`."""
    start = monday(first)
    return [start + timedelta(weeks=number) for number in range((monday(last) - start).days // 7 + 1)]


def left_with(missing: Mapping[str, Decimal], pending: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What would still be missing if the `pending` hours of each category counted (rule MIN: a surplus never
    fills another category's minimum; all hours count to the total)."""
    added = sum(pending.values(), ZERO)
    return {
        name: max(ZERO, short - (added if name == "total" else pending.get(name, ZERO)))
        for name, short in missing.items()
    }
