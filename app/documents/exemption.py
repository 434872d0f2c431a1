"""The line by which a certificate tells of exemptions: reason, period, effect (DOMAIN §6, EXEMPT).

Its words are frozen like those of ``words.py``: what was issued must print the same years later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.documents.words import plain_hours

# As long as any text of a certificate may be.
LONGEST = 200
# What weighs most is told first, and kept where the line is full.
ORDER = ("exempt", "credited", "none")


@dataclass(frozen=True, slots=True)
class ExemptionFact:
    """One exemption as it is printed; hours, category and unit in the language's words, where hours are credited."""

    reason: str
    from_on: date
    to_on: date
    effect: str
    hours: Decimal | None = None
    category: str = ""
    unit: str = ""


_EFFECTS = {
    "zh": {"exempt": "免予当年验证", "credited": "计入{category}{hours}{unit}", "none": "仅作记录"},
    "en": {
        "exempt": "exempt from the year",
        "credited": "{hours} {unit} credited, {category}",
        "none": "noted only",
    },
}
_PERIOD = {"zh": "{first}至{last}", "en": "{first} to {last}"}
_COMMA = {"zh": "，", "en": ", "}
_NEXT = {"zh": "；", "en": "; "}
_MORE = {"zh": "另有{count}项", "en": "and {count} more"}


def exemption_line(facts: Sequence[ExemptionFact], language: str) -> str | None:
    """All exemptions of a year in one line of at most LONGEST characters; None where there are none.

    What finds no place is counted, not cut in the middle.
    """
    ordered = sorted(facts, key=lambda one: (ORDER.index(one.effect), one.from_on, one.reason))
    told = [_told(one, language) for one in ordered]
    for kept in range(len(told), 0, -1):
        rest = len(told) - kept
        line = _NEXT[language].join([*told[:kept], *([_MORE[language].format(count=rest)] if rest else [])])
        if len(line) <= LONGEST:
            return line
    return None


def _told(fact: ExemptionFact, language: str) -> str:
    first, last = fact.from_on.isoformat(), fact.to_on.isoformat()
    effect = _EFFECTS[language][fact.effect].format(
        hours=plain_hours(fact.hours), category=fact.category, unit=fact.unit
    )
    period = first if first == last else _PERIOD[language].format(first=first, last=last)
    return _COMMA[language].join((fact.reason, period, effect))
