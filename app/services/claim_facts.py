"""What a claim's form or row holds, and what the rules make of it: hours, or why there are none.

Nothing is written here; drafting and handing in stand in ``claims.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from app.domain.answers import unmet
from app.domain.errors import Code, Refused
from app.domain.hours import HOURS_IN_A_YEAR, ClaimFacts, Part, check_hours, convert
from app.domain.hours import Session as Stay
from app.domain.policy import Policy, pack
from app.models import Claim
from app.services.refusals import No

Value = TypeVar("Value")


@dataclass(frozen=True)
class ClaimData:
    """What a claim form holds. ``facts`` are the fields its kind asks for; see the model for their layout."""

    year: int
    kind: str
    title: str
    organiser_name: str | None = None
    certificate_number: str | None = None
    subject: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def domain_facts(data: ClaimData) -> ClaimFacts:
    """The same facts as the conversion wants them. Raises Refused for a date or number that is none."""
    raw = data.facts
    try:
        sessions = tuple(
            Stay(
                on=date.fromisoformat(row["on"]),
                full_day=bool(row.get("full_day")),
                minutes=_typed(row.get("minutes"), int),
            )
            for row in raw.get("sessions") or ()
        )
        stated = raw.get("stated_hours")
        return ClaimFacts(
            kind=data.kind,
            passed=_typed(raw.get("passed"), bool),
            related=_typed(raw.get("related"), bool),
            author=_typed(raw.get("author"), str),
            sessions=sessions,
            stated_hours=None if stated in (None, "") else Decimal(str(stated)),
            year=None if sessions else data.year,
            category=_typed(raw.get("category"), str),
            answers=_typed(raw.get("answers"), dict),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise Refused(Code.TYPE_WRONG) from error


def _typed(value: Any, kind: type[Value]) -> Value | None:
    """The value, if it is of that kind or missing. Raises TypeError; true is no number of minutes."""
    if value is not None and type(value) is not kind:
        raise TypeError(kind)
    return value


def reckon(policy: Policy, data: ClaimData) -> Part:
    """The hours of the claim's own year and how they came about.

    Days of another year are that year's claim (YEAR, EVIDENCE). Raises Refused, CLAIM_NO_HOURS for nothing.
    """
    facts = domain_facts(data)
    parts = convert(policy, facts)
    own = [part for part in parts if part.year == data.year]
    if not own:
        kind = policy.kind(data.kind)
        barring = unmet(kind, facts.answers) if kind is not None else None
        if barring is not None:
            raise Refused(No.CONDITION_UNMET, field=barring.id, asked=barring.title, source=barring.source)
        raise Refused(Code.DATE_OUTSIDE_YEAR if parts else No.CLAIM_NO_HOURS, year=data.year)
    part = own[0]
    check_kept_hours(part.hours)
    _check_subject(policy, part.category, data.subject)
    return part


def check_kept_hours(hours: Decimal) -> None:
    """Refuse what the ledger cannot hold: it keeps hundredths, no more than a year has. Raises Refused HOURS_…."""
    check_hours(hours)
    if hours > HOURS_IN_A_YEAR:
        raise Refused(Code.HOURS_TOO_MANY, hours=hours, most=HOURS_IN_A_YEAR)
    if hours != round(hours, 2):
        raise Refused(Code.HOURS_TOO_FINE, hours=hours, places=2)


def most_in(claim: Claim, category: str) -> Decimal:
    """The hours a reviewer may recognise at most if the claim counts as ``category``: what the kind gives there.

    Raises Refused CATEGORY_UNKNOWN, CATEGORY_NOT_ALLOWED, SUBJECT_NEEDED.
    """
    policy, data = pack(claim.policy), data_of(claim)
    _check_subject(policy, category, claim.subject)
    if category == claim.category:
        return claim.claimed_hours
    # Another category may give fewer hours: an unrelated degree is 18 electives, not 28 (DEGREE, S2 §二（三）2).
    parts = convert(policy, replace(domain_facts(data), category=category))
    there = sum((part.hours for part in parts if part.year == claim.year), Decimal(0))
    return min(claim.claimed_hours, there)


def _check_subject(policy: Policy, category: str, subject: str | None) -> None:
    found = policy.category(category)
    if found is not None and found.once_per_subject and not subject:
        raise Refused(No.SUBJECT_NEEDED)


def data_of(claim: Claim) -> ClaimData:
    """A claim's own fields, as its form would hold them."""
    return ClaimData(
        year=claim.year,
        kind=claim.kind,
        title=claim.title,
        organiser_name=claim.organiser_name,
        certificate_number=claim.certificate_number,
        subject=claim.subject,
        starts_on=claim.starts_on,
        ends_on=claim.ends_on,
        facts=claim.facts,
    )


def stated_companions(policy: Policy, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """What the claimant states to be needed beside the evidence, by the pack's ids (EVIDENCE)."""
    stated = facts.get("companions") or ()
    return tuple(one.id for one in policy.companions if one.id in stated)
