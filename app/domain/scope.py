"""Who is verified in which year, and by which school (rule SCOPE, S1 §一, §五（二）2; R).

Departed and retired staff and closed schools are deactivated and keep their history: a year in which somebody was
on the staff, if only for a day, stays theirs. No notice shortens the hours of a year that was joined late or left
early; only an exemption does (EXEMPT).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Stay(NamedTuple):
    """Where a teacher worked: school, first day, last day (None while it lasts)."""

    school_id: int
    from_on: date
    to_on: date | None


def years_in_scope(stays: Sequence[Stay], years_with_hours: Iterable[int], verified: Sequence[int]) -> tuple[int, ...]:
    """The years a teacher has a standing for, ascending: those with hours, and the verified ones on some staff."""
    years = set(years_with_hours)
    for year in verified:
        if any(stay.from_on.year <= year and (stay.to_on is None or stay.to_on.year >= year) for stay in stays):
            years.add(year)
    return tuple(sorted(years))


def school_in_year(stays: Sequence[Stay], year: int, otherwise: int) -> int:
    """The school that answers for a year: where the teacher was last in it."""
    there = [stay for stay in stays if stay.from_on.year <= year]
    return max(there, key=lambda stay: stay.from_on).school_id if there else otherwise
