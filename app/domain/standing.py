"""What a teacher's year adds up to under its policy, and why (rules MIN, DUP-PUBLIC, CARRY, EXEMPT).

A pure function of the policy, the year's entries, what was carried in, and the exemptions. Hours are exact
decimals. Entries are those in force: an entry and its reversal are left out by whoever reads the ledger. The
hot path is kept lean: a rebuild runs it for 155,000 teachers and three years.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from app.domain.errors import Code, Refused
from app.domain.policy_terms import Policy
from app.domain.rules import Rule

ZERO = Decimal(0)

EntryId = int | str


class Entry(NamedTuple):
    """One line of the ledger. A named tuple, since a million are made in a rebuild; `Entry._make(row)` reads
    a row.

    `subject` is the subject's code for public entries, `on` the day it was earned. Ids are all numbers or all
    texts.
    """

    id: EntryId
    year: int
    category: str
    subject: str | None
    hours: Decimal
    on: date | None
    platform: str | None = None


class Result(StrEnum):
    """年度验证结果."""

    PASSED = "passed"
    NOT_PASSED = "not_passed"
    EXEMPT = "exempt"


class ExemptionEffect(StrEnum):
    """What an exemption does (EXEMPT, R)."""

    NONE = "none"
    EXEMPT = "exempt"
    CREDITED = "credited"


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exemption for one year. `hours` and `category` only where hours are credited."""

    year: int
    effect: ExemptionEffect
    hours: Decimal = ZERO
    category: str | None = None


class NotCounted(NamedTuple):
    """An entry that is kept and shown but does not count: the rule, and its facts (`kept`: the entry that
    counts)."""

    entry: EntryId
    rule: Rule
    facts: Mapping[str, object]


class Standing(NamedTuple):
    """A year's standing. All mappings go by category id; `missing` has the categories the policy requires and
    `total`.

    `recognised` holds the entries that count and the hours an exemption credits (`credited` of them), not
    what was carried in; `total` and `missing` take that in. `carried_from`: the year the carried hours were
    earned in. `counted`: the ids of the entries that count.
    """

    year: int
    policy: str
    recognised: Mapping[str, Decimal]
    credited: Mapping[str, Decimal]
    carried_in: Decimal
    carried_from: int | None
    total: Decimal
    missing: Mapping[str, Decimal]
    carried_out: Decimal
    result: Result
    counted: frozenset[EntryId]
    not_counted: tuple[NotCounted, ...]

    @property
    def missing_total(self) -> Decimal:
        """What is missing to the yearly total."""
        return self.missing["total"]


def assess(
    policy: Policy,
    year: int,
    entries: Iterable[Entry],
    carried_in: Decimal = ZERO,
    exemptions: Iterable[Exemption] = (),
) -> Standing:
    """The standing of one year. `entries` all belong to `year`; `carried_in` comes from the year before.

    Raises Refused: CATEGORY_UNKNOWN for a category the pack has not, YEAR_OTHER for an entry of another year.
    """
    recognised = dict.fromkeys(policy.category_ids, ZERO)
    once = policy.once_per_subject
    best: dict[tuple[str, str], Entry] = {}
    beaten: list[tuple[Entry, tuple[str, str]]] = []
    counted: list[EntryId] = []
    for entry in entries:
        entry_id, of_year, category, subject, hours, _, _ = entry
        if of_year != year:
            raise Refused(Code.YEAR_OTHER, entry=entry_id, year=of_year, expected=year)
        if subject is not None and category in once:
            # DUP-PUBLIC (S1 §二（一）): the same subject counts once a year, from whatever platform.
            key = (category, subject)
            kept = best.get(key)
            if kept is None:
                best[key] = entry
            elif _goes_before(entry, kept):
                best[key] = entry
                beaten.append((kept, key))
            else:
                beaten.append((entry, key))
            continue
        try:
            recognised[category] += hours
        except KeyError:
            raise Refused(
                Code.CATEGORY_UNKNOWN, entry=entry_id, category=category, policy=policy.id
            ) from None
        counted.append(entry_id)
    for (category, _), entry in best.items():
        recognised[category] += entry[4]
        counted.append(entry[0])

    # CARRY (S1 §四（三）): what exceeds both the total and the professional minimum, whether or not the year
    # passed.
    total = sum(recognised.values(), carried_in)
    carry_category = policy.carry_category
    carried_out = ZERO
    if policy.carry_out:
        surplus = min(
            total - policy.required_total, recognised[carry_category] + carried_in - policy.carry_minimum
        )
        if surplus > ZERO:
            carried_out = surplus

    # EXEMPT: credited hours fill this year and give no surplus for the next (R), so they come after CARRY.
    credited: dict[str, Decimal] = {}
    is_exempt = False
    for exemption in exemptions:
        if exemption.year != year:
            continue
        if exemption.effect is ExemptionEffect.EXEMPT:
            is_exempt = True
        elif exemption.effect is ExemptionEffect.CREDITED:
            category = exemption.category or ""
            if category not in recognised:
                raise Refused(Code.CATEGORY_UNKNOWN, category=category, policy=policy.id)
            credited[category] = credited.get(category, ZERO) + exemption.hours
            recognised[category] += exemption.hours
            total += exemption.hours

    # MIN: each minimum and the total; a surplus never fills another category's minimum.
    missing: dict[str, Decimal] = {}
    is_short = False
    for category, required in policy.minima:
        short = required - recognised[category]
        if category == carry_category:
            short -= carried_in
        if short > ZERO:
            is_short = True
            missing[category] = short
        else:
            missing[category] = ZERO
    short = policy.required_total - total
    missing["total"] = short if short > ZERO else ZERO
    is_short = is_short or short > ZERO
    result = Result.EXEMPT if is_exempt else Result.NOT_PASSED if is_short else Result.PASSED
    return Standing(
        year,
        policy.id,
        recognised,
        credited,
        carried_in,
        year - 1 if carried_in else None,
        total,
        missing,
        carried_out,
        result,
        frozenset(counted),
        _not_counted(beaten, best) if beaten else (),
    )


def _goes_before(one: Entry, other: Entry) -> bool:
    """Which of two entries of one subject counts: most hours, then the earlier date, then the smaller id."""
    hours, other_hours = one[4], other[4]
    if hours != other_hours:
        return hours > other_hours
    one_on, other_on = one.on or date.max, other.on or date.max
    if one_on != other_on:
        return one_on < other_on
    if isinstance(one.id, int) and isinstance(other.id, int):
        return one.id < other.id
    return str(one.id) < str(other.id)


def _not_counted(
    beaten: list[tuple[Entry, tuple[str, str]]], best: Mapping[tuple[str, str], Entry]
) -> tuple[NotCounted, ...]:
    """The beaten entries beside the one that counts in the end, in the order of their ids, so that order
    never shows."""
    rows = [
        NotCounted(entry.id, Rule.DUP_PUBLIC, {"subject": key[1], "kept": best[key].id, "hours": entry.hours})
        for entry, key in beaten
    ]
    return tuple(
        sorted(rows, key=lambda row: (0, row.entry, "") if isinstance(row.entry, int) else (1, 0, row.entry))
    )


def assess_years(
    years: Sequence[int],
    entries: Iterable[Entry],
    policy_for: Callable[[int], Policy],
    exemptions: Sequence[Exemption] = (),
) -> tuple[Standing, ...]:
    """The standings of the asked years, in their order, with what is carried from each year into the next.

    Hours carry from Y into Y+1 only if Y's pack lets them out and Y+1's pack takes them in. Entries of years
    before those asked for are assessed too, since they may carry over; `policy_for` may raise
    Refused(YEAR_UNBOUND).
    """
    by_year: dict[int, list[Entry]] = {}
    for entry in entries:
        found = by_year.get(entry[1])
        if found is None:
            by_year[entry[1]] = [entry]
        else:
            found.append(entry)
    if not years:
        return ()
    standings: dict[int, Standing] = {}
    carried = ZERO
    for year in range(min(*years, *by_year, years[0]), max(years) + 1):
        policy = policy_for(year)
        standing = assess(
            policy, year, by_year.get(year, ()), carried if policy.carry_in else ZERO, exemptions
        )
        carried = standing.carried_out
        standings[year] = standing
    return tuple(standings[year] for year in years)
