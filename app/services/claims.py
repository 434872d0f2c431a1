"""The teacher's side of a claim: drafting, changing, submitting, withdrawing (DOMAIN §4).

The reviewers' side is ``decisions.py``; the state itself is written in ``workflow.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.domain.deadlines import is_in_time
from app.domain.errors import Code, Refused
from app.domain.hours import HOURS_IN_A_YEAR, ClaimFacts, Part, check_hours, convert
from app.domain.hours import Session as Stay
from app.domain.likeness import certificate_key
from app.domain.policy import Deadline, Policy, pack
from app.domain.workflow import Duty, Verb
from app.models import Claim, Teacher
from app.security.actor import Actor
from app.services import duplicates, numbers, standings, workflow
from app.services.refusals import No
from app.services.turns import take_turn


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
                minutes=row.get("minutes"),
            )
            for row in raw.get("sessions") or ()
        )
        stated = raw.get("stated_hours")
        return ClaimFacts(
            kind=data.kind,
            passed=raw.get("passed"),
            related=raw.get("related"),
            author=raw.get("author"),
            sessions=sessions,
            stated_hours=None if stated in (None, "") else Decimal(str(stated)),
            year=None if sessions else data.year,
            category=raw.get("category"),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise Refused(Code.TYPE_WRONG) from error


def reckon(policy: Policy, data: ClaimData) -> Part:
    """The hours of the claim's own year and how they came about.

    Days of another year are that year's claim (YEAR, EVIDENCE). Raises Refused, CLAIM_NO_HOURS for nothing.
    """
    parts = convert(policy, domain_facts(data))
    own = [part for part in parts if part.year == data.year]
    if not own:
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


def open_years(session: Session, series: str, now: datetime) -> tuple[int, ...]:
    """The years that can still be claimed for, ascending: this one, and the last until its deadline."""
    this = day_in_china(now).year
    open_ones = []
    for year in (this - 1, this):
        try:
            policy = standings.policy_for(session, year, series)
        except Refused:
            continue
        if year == this or is_in_time(policy, Deadline.CLAIM, year, now):
            open_ones.append(year)
    return tuple(open_ones)


def draft(session: Session, teacher: Teacher, data: ClaimData, actor: Actor, now: datetime) -> Claim:
    """Begin a claim. A draft may be incomplete; what it lacks is told when it is submitted."""
    if not teacher.is_active:
        raise Refused(No.TEACHER_INACTIVE, name=teacher.name)
    policy = standings.policy_for(session, data.year, teacher.series)
    claim = Claim(
        number=numbers.claim_number(session, data.year),
        teacher=teacher,
        school=teacher.school,
        authority=teacher.school.authority,
        year=data.year,
        policy=policy.id,
        created_at=now,
        created_by_id=actor.user_id,
        round=0,
        state="draft",
    )
    _fill(claim, policy, data, now)
    session.add(claim)
    session.flush()
    return claim


def change(session: Session, claim: Claim, data: ClaimData, now: datetime, seen_version: int | None = None) -> Claim:
    """Mend a draft or a returned claim. Its year stays: a claim of another year is another claim."""
    if claim.state not in ("draft", "returned"):
        raise Refused(No.CLAIM_CLOSED)
    if seen_version is not None and seen_version != claim.version:
        raise Refused(No.STALE)
    if data.year != claim.year:
        raise Refused(Code.YEAR_OTHER, year=data.year, expected=claim.year)
    _fill(claim, pack(claim.policy), data, now)
    session.flush()
    return claim


def _fill(claim: Claim, policy: Policy, data: ClaimData, now: datetime) -> None:
    kind = policy.kind(data.kind)
    if kind is None:
        raise Refused(Code.KIND_UNKNOWN, kind=data.kind)
    # Read first, so that a date or number that is none leaves the claim as it was.
    days = _days(data)
    claim.kind = kind.id
    claim.title = data.title
    claim.organiser_name = data.organiser_name
    claim.certificate_number = data.certificate_number
    claim.certificate_key = certificate_key(data.certificate_number)
    claim.subject = data.subject
    claim.facts = dict(data.facts)
    claim.starts_on = days[0] if days else data.starts_on
    claim.ends_on = days[-1] if days else data.ends_on
    try:
        part = reckon(policy, data)
    except Refused:
        claim.category, claim.claimed_hours = kind.categories[0], Decimal(0)
    else:
        claim.category, claim.claimed_hours = part.category, part.hours
    claim.changed_at = now


def _days(data: ClaimData) -> list[date]:
    """The days a draft names so far, ascending. Raises Refused for one that is none."""
    try:
        return sorted(date.fromisoformat(row["on"]) for row in data.facts.get("sessions") or () if row.get("on"))
    except (TypeError, ValueError, AttributeError) as error:
        raise Refused(Code.TYPE_WRONG) from error


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


def submit(session: Session, claim: Claim, actor: Actor, now: datetime, seen_version: int | None = None) -> None:
    """Hand a claim in: complete, with evidence, in time, and not claimed before (DUP-CLAIM)."""
    if not claim.title.strip():
        raise Refused(No.TITLE_MISSING)
    part = reckon(pack(claim.policy), data_of(claim))
    _refuse_future(claim, now)
    if not claim.evidence:
        raise Refused(No.EVIDENCE_MISSING)
    # Of two claims for the same hours handed in at once, the second sees the first.
    take_turn(session)
    duplicates.refuse_repeated(session, claim)
    workflow.move(session, claim, Verb.SUBMIT, actor, now, seen_version=seen_version)
    claim.category, claim.claimed_hours = part.category, part.hours
    session.flush()


def _refuse_future(claim: Claim, now: datetime) -> None:
    """Hours are claimed for what took place: no evidence exists of a day to come."""
    today = day_in_china(now)
    days = [row["on"] for row in claim.facts.get("sessions") or ()]
    last = max((date.fromisoformat(on) for on in days), default=claim.ends_on or claim.starts_on)
    if claim.year > today.year or (last is not None and last > today):
        raise Refused(No.NOT_YET, on=last or claim.year)


def withdraw(session: Session, claim: Claim, actor: Actor, now: datetime, seen_version: int | None = None) -> None:
    """Take one's claim back before the school has decided."""
    workflow.move(session, claim, Verb.WITHDRAW, actor, now, seen_version=seen_version)


def discard(session: Session, claim: Claim, actor: Actor) -> None:
    """Throw a draft away, as its teacher or as the school that begins claims on their behalf."""
    if claim.state != "draft":
        raise Refused(No.CLAIM_CLOSED)
    if not {Duty.TEACHER, Duty.SCHOOL} & set(workflow.duties_towards(actor, claim)):
        raise Refused(Code.NOT_OWN_CLAIM)
    for evidence in list(claim.evidence):
        session.delete(evidence)
    session.flush()
    session.delete(claim)
    session.flush()


__all__ = ["ClaimData", "change", "data_of", "discard", "draft", "reckon", "submit", "withdraw"]
