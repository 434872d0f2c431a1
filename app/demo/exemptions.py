"""Invented exemptions of each effect: no notice grants any, so here they are an authority's own decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.demo.claims import Reviewer
from app.demo.days import at_work, seeded
from app.demo.people import Person
from app.domain import standing as rules
from app.models import Exemption

exemption_t = Exemption.__table__

# One teacher in so many has one, besides those told of at the first school.
ONE_IN = 150


@dataclass(frozen=True, slots=True)
class Granted:
    """An exemption as it is told: what for, from and until when, with what effect."""

    reason: str
    from_on: date
    to_on: date
    effect: str
    category: str | None = None
    hours: Decimal | None = None
    end_reason: str | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether it was not ended."""
        return self.end_reason is None

    def of_year(self, year: int) -> bool:
        """Whether its period touches a year."""
        return self.from_on.year <= year <= self.to_on.year


def _told(position: int, this_year: int) -> tuple[Granted, ...]:
    """What is laid down for teachers of the first school: one of each effect, and one that was ended."""
    last = this_year - 1
    stories = {
        6: (Granted("产假（示例）", date(last, 3, 1), date(last, 9, 5), "exempt"),),
        8: (
            Granted(
                "支教（示例）", date(last, 2, 20), date(last, 7, 10), "credited", "professional", Decimal(24)
            ),
        ),
        9: (Granted("病休（示例）", date(last, 11, 3), date(last, 12, 12), "none"),),
        12: (
            Granted("援外任教（示例）", date(last, 9, 1), date(last, 12, 31), "exempt", end_reason="未成行（示例）"),
        ),
    }
    return stories.get(position, ())


def of(person: Person, seed: int, this_year: int, years: Sequence[int]) -> tuple[Granted, ...]:
    """A teacher's exemptions; those that free or credit lie in a year in which the teacher was there."""
    if person.is_of_first_school and (told := _told(person.position, this_year)):
        return tuple(one for one in told if person.school_on(one.from_on) is not None)
    rng = seeded(seed, "exemption", person.id)
    if person.is_story or rng.random() * ONE_IN >= 1:
        return ()
    year = rng.choice(years)
    drawn = rng.choice(
        (
            Granted("产假（示例）", date(year, 4, 1), date(year, 9, 25), "exempt"),
            Granted("支教（示例）", date(year, 2, 20), date(year, 7, 10), "credited", "professional", Decimal(18)),
            Granted("病休（示例）", date(year, 5, 6), date(year, 6, 20), "none"),
        )
    )
    return (drawn,) if person.school_on(drawn.from_on) is not None and person.series == "teacher" else ()


def is_away(granted: Sequence[Granted], year: int) -> bool:
    """Whether somebody is exempt from a year: they attended and claimed nothing in it."""
    return any(one.effect == "exempt" and one.is_in_force and one.of_year(year) for one in granted)


def as_rules(granted: Sequence[Granted]) -> list[rules.Exemption]:
    """Those in force as the rules want them, one a year."""
    return [
        rules.Exemption(year, rules.ExemptionEffect(one.effect), one.hours or rules.ZERO, one.category)
        for one in granted
        if one.is_in_force
        for year in range(one.from_on.year, one.to_on.year + 1)
    ]


def row(
    person: Person, granted: Granted, row_id: int, school_id: int, by: Reviewer, seed: int, now: datetime
) -> dict[str, Any]:
    """The register's columns. Granted some days before it began, and well before now; ended a few days after that."""
    rng = seeded(seed, "granted", person.id, granted.from_on)
    yesterday = (now - timedelta(days=1)).date()
    granted_at = at_work(rng, min(granted.from_on - timedelta(days=10), yesterday - timedelta(days=8)))
    is_ended = granted.end_reason is not None
    return {
        "id": row_id,
        "teacher_id": person.id,
        "school_id": school_id,
        "from_on": granted.from_on,
        "to_on": granted.to_on,
        "effect": granted.effect,
        "category": granted.category,
        "hours": granted.hours,
        "reason": granted.reason,
        "granted_at": granted_at,
        "granted_by_id": by.user_id,
        "granted_by": by.name,
        "ended_at": granted_at + timedelta(days=5) if is_ended else None,
        "end_reason": granted.end_reason,
        "version": 1,
    }
