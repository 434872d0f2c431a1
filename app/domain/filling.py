"""How much of what is missing some more hours would fill (rules MIN, DUP-PUBLIC). Finding activities is no matter of
this module."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from app.domain.standing import ZERO


class Gain(NamedTuple):
    """What some hours would add to the year, and how much of what is missing they would fill: of their category's
    minimum, and of the total. Greater fills more."""

    of_category: Decimal
    of_total: Decimal
    hours: Decimal


def gain(missing: Mapping[str, Decimal], category: str, hours: Decimal, counted: Decimal = ZERO) -> Gain:
    """What `hours` in `category` would fill of `missing` (which has `total` beside the categories with a minimum).

    `counted`: the hours of the same public subject that count already; only what exceeds them is gained, since the
    entry with the most hours counts and the other no longer does.
    """
    added = max(ZERO, hours - counted)
    return Gain(min(added, missing.get(category, ZERO)), min(added, missing["total"]), added)
