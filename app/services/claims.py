"""The teacher's side of a claim: drafting, changing, submitting, withdrawing (DOMAIN §4).

The reviewers' side is ``decisions.py``; the state itself is written in ``workflow.py``. What a claim holds and what
the rules make of it is ``claim_facts.py``, whose names are handed on from here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.domain.deadlines import is_in_time
from app.domain.errors import Code, Refused
from app.domain.evidence import missing
from app.domain.likeness import certificate_key
from app.domain.policy import Deadline, Policy, pack
from app.domain.workflow import Duty, Verb
from app.models import Claim, Teacher
from app.security.actor import Actor
from app.services import duplicates, extensions, mended, numbers, standings, workflow
from app.services.claim_facts import (
    ClaimData,
    check_kept_hours,
    data_of,
    domain_facts,
    most_in,
    reckon,
    stated_companions,
)
from app.services.refusals import No
from app.services.turns import take_turn


def open_years(session: Session, series: str, now: datetime, teacher: Teacher | None = None) -> tuple[int, ...]:
    """The years that can still be claimed for, ascending: this one, the last until its deadline, extended ones."""
    this = day_in_china(now).year
    extended = extensions.of_teacher(session, teacher.school_id, teacher.id) if teacher is not None else ()
    open_ones = []
    for year in sorted({this - 1, this} | {one.year for one in extended if one.year < this}):
        try:
            policy = standings.policy_for(session, year, series)
        except Refused:
            continue
        if year == this or is_in_time(policy, Deadline.CLAIM, year, now, extended):
            open_ones.append(year)
    return tuple(open_ones)


def draft(
    session: Session, teacher: Teacher, data: ClaimData, actor: Actor, now: datetime, form_key: str | None = None
) -> Claim:
    """Begin a claim. A draft may be incomplete; what it lacks is told when it is submitted.

    ``form_key``: of the form that begins it; the database takes each once (``begun_by``).
    """
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
        form_key=form_key,
        round=0,
        state="draft",
    )
    _fill(claim, policy, data, now)
    session.add(claim)
    session.flush()
    return claim


def begun_by(session: Session, form_key: str | None) -> Claim | None:
    """The claim that this form began already, if it did: a retry changes it, and begins no second one."""
    return session.scalars(select(Claim).where(Claim.form_key == form_key)).one_or_none() if form_key else None


def change(session: Session, claim: Claim, data: ClaimData, now: datetime, seen_version: int | None = None) -> Claim:
    """Mend a draft, or what the return opened of a returned claim. Its year stays: another year is another claim."""
    if claim.state not in ("draft", "returned"):
        raise Refused(No.CLAIM_CLOSED)
    if seen_version is not None and seen_version != claim.version:
        raise Refused(No.STALE)
    if data.year != claim.year:
        raise Refused(Code.YEAR_OTHER, year=data.year, expected=claim.year)
    beside = duplicates.marked_beside(session, claim)
    _fill(claim, pack(claim.policy), mended.held_to(claim, data), now)
    session.flush()
    duplicates.mark_again(session, beside)
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


def submit(session: Session, claim: Claim, actor: Actor, now: datetime, seen_version: int | None = None) -> None:
    """Hand a claim in: complete, with evidence, in time, and not claimed before (DUP-CLAIM)."""
    if not claim.title.strip():
        raise Refused(No.TITLE_MISSING)
    policy, data = pack(claim.policy), data_of(claim)
    # A draft from before its kind declared fields answers none of them, and is asked now.
    kind = policy.kind(data.kind)
    if kind is not None and kind.own_fields:
        data = replace(data, facts={"answers": {}, **data.facts})
    part = reckon(policy, data)
    _refuse_future(claim, now)
    _refuse_incomplete(policy, claim)
    # Of two claims for the same hours handed in at once, the second sees the first.
    take_turn(session)
    duplicates.refuse_repeated(session, claim)
    # What is claimed stands in the decision too, so that what reviewers change is told against it for good.
    workflow.move(
        session, claim, Verb.SUBMIT, actor, now, seen_version=seen_version, hours=part.hours, category=part.category
    )
    claim.category, claim.claimed_hours = part.category, part.hours
    duplicates.mark(session, claim)
    session.flush()


def _refuse_incomplete(policy: Policy, claim: Claim) -> None:
    """The proof and whatever has to stand beside it (EVIDENCE, S1 §五（三）3)."""
    held = {one.purpose for one in claim.evidence}
    for purpose in missing(policy, stated_companions(policy, claim.facts), held):
        companion = policy.companion(purpose)
        if companion is None:
            raise Refused(No.EVIDENCE_MISSING)
        raise Refused(No.COMPANION_MISSING, companion=purpose, what=companion.title, source=companion.source)


def _refuse_future(claim: Claim, now: datetime) -> None:
    """Hours are claimed for what took place: no evidence exists of a day to come, nor hours of who had left (SCOPE)."""
    today = day_in_china(now)
    days = [row["on"] for row in claim.facts.get("sessions") or ()]
    last = max((date.fromisoformat(on) for on in days), default=claim.ends_on or claim.starts_on)
    if claim.year > today.year or (last is not None and last > today):
        raise Refused(No.NOT_YET, on=last or claim.year)
    # Whoever does not reach the teacher finds none here, and is refused by the workflow.
    left_on = claim.teacher.left_on if claim.teacher is not None else None
    if left_on is not None and (claim.year > left_on.year or (last is not None and last > left_on)):
        raise Refused(No.TEACHER_LEFT, name=claim.teacher.name)


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


__all__ = [
    "ClaimData", "begun_by", "change", "check_kept_hours", "data_of", "discard", "domain_facts", "draft", "most_in",
    "open_years", "reckon", "stated_companions", "submit", "withdraw",
]  # fmt: skip
