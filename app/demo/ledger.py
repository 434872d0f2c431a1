"""A teacher's years: what was attended and claimed becomes ledger lines, and these become standings.

Standings are worked out by ``services/standings.py``'s own functions on the lines just made, so that a recomputation
agrees with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from app.demo.people import Person
from app.domain import standing as rules
from app.domain.policy import Policy, default_pack, pack
from app.domain.scope import school_in_year, years_in_scope
from app.services import standings


def policies(bindings: Mapping[tuple[int, str], str]) -> Callable[[int, str], Policy]:
    """The pack of a year and series under the database's bindings."""

    @cache
    def choose(year: int, series: str) -> Policy:
        return pack(bindings.get((year, series)) or default_pack(year, series))

    return choose


def as_rule(row: Mapping[str, Any]) -> rules.Entry:
    """A ledger row as the rules want it."""
    return rules.Entry(
        row["id"], row["year"], row["category"], row.get("subject"), row["hours"], row["earned_on"], row["platform"]
    )


def standing_rows(
    person: Person,
    entries: Sequence[rules.Entry],
    verified: Sequence[int],
    policy_for: Callable[[int, str], Policy],
    now: datetime,
    exemptions: Sequence[rules.Exemption] = (),
) -> Iterator[dict[str, Any]]:
    """The standings of a teacher, one a year in scope."""
    years = years_in_scope(person.stays, {entry.year for entry in entries}, verified)
    ordered = sorted(entries, key=lambda entry: entry.id)
    for result in rules.assess_years(years, ordered, lambda year: policy_for(year, person.series), exemptions):
        yield {
            "teacher_id": person.id,
            "year": result.year,
            "school_id": school_in_year(person.stays, result.year, person.place.id),
            "computed_at": now,
            **standings.columns_of(result),
        }
