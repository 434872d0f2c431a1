"""The teacher's side of a claim: drafting, changing, submitting, withdrawing (DOMAIN §4).

The reviewers' side is ``decisions.py``; the state itself is written in ``workflow.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.domain.deadlines import is_in_time
from app.domain.errors import Code, Refused
from app.domain.hours import ClaimFacts, Part, convert
from app.domain.hours import Session as Stay
from app.domain.policy import Deadline, Policy, pack
from app.domain.workflow import Verb
from app.models import Claim, Teacher
from app.security.actor import Actor
from app.services import duplicates, numbers, standings, workflow
from app.services.refusals import No


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
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
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
    category = policy.category(part.category)
    if category is not None and category.once_per_subject and not data.subject:
        raise Refused(No.SUBJECT_NEEDED)
    return part


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
    claim.kind = kind.id
    claim.title = data.title
    claim.organiser_name = data.organiser_name
    claim.certificate_number = data.certificate_number
    claim.subject = data.subject
    claim.facts = dict(data.facts)
    days = sorted(row["on"] for row in data.facts.get("sessions") or () if row.get("on"))
    claim.starts_on = date.fromisoformat(days[0]) if days else data.starts_on
    claim.ends_on = date.fromisoformat(days[-1]) if days else data.ends_on
    try:
        part = reckon(policy, data)
    except Refused:
        claim.category, claim.claimed_hours = kind.categories[0], Decimal(0)
    else:
        claim.category, claim.claimed_hours = part.category, part.hours
    claim.changed_at = now


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
    part = reckon(pack(claim.policy), data_of(claim))
    if not claim.evidence:
        raise Refused(No.EVIDENCE_MISSING)
    duplicates.refuse_repeated(session, claim)
    claim.category, claim.claimed_hours = part.category, part.hours
    workflow.move(session, claim, Verb.SUBMIT, actor, now, seen_version=seen_version)


def withdraw(session: Session, claim: Claim, actor: Actor, now: datetime, seen_version: int | None = None) -> None:
    """Take one's claim back before the school has decided."""
    workflow.move(session, claim, Verb.WITHDRAW, actor, now, seen_version=seen_version)


def discard(session: Session, claim: Claim) -> None:
    """Throw a draft away; nobody has seen it yet."""
    if claim.state != "draft":
        raise Refused(No.CLAIM_CLOSED)
    for evidence in list(claim.evidence):
        session.delete(evidence)
    session.flush()
    session.delete(claim)
    session.flush()


__all__ = ["ClaimData", "change", "data_of", "discard", "draft", "reckon", "submit", "withdraw"]
