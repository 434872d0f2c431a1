"""The register of exemptions: granting one, ending one, those of a year (EXEMPT, R).

No notice at hand grants an exemption, so each is the reviewing authority's own decision with its written reason. Who
may write one is told by reach (``security/reach.py``); what it does to a year by ``domain/standing.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.documents.certificate import holds_id_number
from app.documents.exemption import ExemptionFact, exemption_line
from app.domain.errors import Code, Refused
from app.domain.policy import Policy
from app.domain.scope import Stay, years_in_scope
from app.domain.standing import ExemptionEffect
from app.models import Exemption, Teacher
from app.models.exemption import EFFECTS
from app.security.actor import Actor, acting, current_actor
from app.security.reach import criterion_to_write
from app.services import ledger, notices, standings
from app.services.claims import check_kept_hours
from app.services.refusals import No
from app.services.turns import take_turn

# Printed on the certificate, so it is a line and not a letter.
LONGEST_REASON = 80
# Against a slip of the pen in a year; whoever needs longer is granted another one.
MOST_YEARS = 5


def grant(
    session: Session,
    teacher: Teacher,
    from_on: date,
    to_on: date,
    effect: str,
    reason: str,
    category: str | None,
    hours: Decimal | None,
    actor: Actor,
    now: datetime,
) -> Exemption:
    """Enter an exemption and bring the teacher's standings up to date. ``category``, ``hours``: where credited.

    Raises Refused with the first thing that is wrong; OutOfReach for who is not the school's reviewing authority or
    the city.
    """
    # Of two who grant the same at once, the second finds the first one's.
    take_turn(session)
    _refuse_own(actor, teacher.id)
    words = _reason(reason)
    if len(words) > LONGEST_REASON:
        raise Refused(No.EXEMPTION_REASON_LONG, most=LONGEST_REASON)
    if holds_id_number(words):
        raise Refused(No.EXEMPTION_REASON_ID_NUMBER)
    if effect not in EFFECTS:
        raise Refused(Code.EFFECT_UNKNOWN)
    _refuse_period(from_on, to_on)
    _refuse_credit(effect, from_on, to_on, category, hours)
    # What was earned, certified or granted elsewhere is beyond the authority's reach, yet bears on it.
    with acting(current_actor().as_system()):
        _refuse_years(session, teacher, range(from_on.year, to_on.year + 1), effect, category)
        _refuse_overlap(session, teacher.id, from_on, to_on, effect, category)
    exemption = Exemption(
        teacher=teacher,
        # By its key: a school out of reach would read as none, where the guard has to say no.
        school_id=teacher.school_id,
        from_on=from_on,
        to_on=to_on,
        effect=effect,
        category=category,
        hours=hours,
        reason=words,
        granted_at=now,
        granted_by_id=actor.user_id,
        granted_by=actor.name,
    )
    session.add(exemption)
    session.flush()
    _tell(session, exemption, "exemption_granted", now)
    standings.refresh(session, teacher.id, now)
    return exemption


def end(session: Session, exemption: Exemption, reason: str, actor: Actor, now: datetime) -> None:
    """Take an exemption back: from now on it has no effect, and what stood on it falls (``founding.py``)."""
    take_turn(session)
    session.refresh(exemption, ["ended_at"])
    if exemption.ended_at is not None:
        raise Refused(No.EXEMPTION_ENDED)
    _refuse_own(actor, exemption.teacher_id)
    exemption.end_reason = _reason(reason)
    exemption.ended_at = now
    session.flush()
    _tell(session, exemption, "exemption_ended", now)
    standings.refresh(session, exemption.teacher_id, now)


def _tell(session: Session, exemption: Exemption, kind: str, now: datetime) -> None:
    facts: dict[str, Any] = {"exemption": exemption.id, "from_on": exemption.from_on, "to_on": exemption.to_on}
    notices.tell_teachers(session, [exemption.teacher_id], kind, now, **facts)


def of_year(session: Session, teacher_id: int, year: int) -> list[Exemption]:
    """The exemptions in force whose period touches a year, the earliest first, as far as they are within reach."""
    return list(
        session.scalars(
            select(Exemption)
            .where(
                Exemption.teacher_id == teacher_id,
                Exemption.ended_at.is_(None),
                Exemption.from_on <= date(year, 12, 31),
                Exemption.to_on >= date(year, 1, 1),
            )
            .order_by(Exemption.from_on, Exemption.id)
        )
    )


def printed(found: Sequence[Exemption], policy: Policy, language: str) -> str | None:
    """What a certificate says of exemptions, in one language (DOMAIN §6)."""
    return exemption_line(
        [
            ExemptionFact(
                one.reason,
                one.from_on,
                one.to_on,
                one.effect,
                one.hours,
                _title(policy, one.category, language),
                policy.unit.text(language),
            )
            for one in found
        ],
        language,
    )


def is_kept(session: Session, exemption: Exemption) -> bool:
    """Whether the actor may end this exemption: the authority that granted it, or the city."""
    if current_actor().teacher_id == exemption.teacher_id:
        return False
    criterion, table = criterion_to_write(Exemption, current_actor()), Exemption.__table__
    return criterion is None or (
        session.connection().scalar(select(table.c.id).where(table.c.id == exemption.id, criterion)) is not None
    )


def homeless(session: Session, year: int, series: str, policy: Policy) -> str | None:
    """A category in which hours of a year are credited, and which a pack has not; None where each has its place."""
    with acting(current_actor().as_system()):
        return session.scalar(
            select(Exemption.category)
            .join(Teacher, Exemption.teacher_id == Teacher.id)
            .where(
                Exemption.ended_at.is_(None),
                Exemption.from_on.between(date(year, 1, 1), date(year, 12, 31)),
                Teacher.series == series,
                Exemption.category.is_not(None),
                Exemption.category.not_in(policy.category_ids),
            )
            .limit(1)
        )


def _title(policy: Policy, category: str | None, language: str) -> str:
    found = policy.category(category) if category else None
    return found.title.text(language) if found is not None else ""


def _reason(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise Refused(Code.REASON_MISSING)
    return words


def _refuse_own(actor: Actor, teacher_id: int) -> None:
    if actor.teacher_id == teacher_id:
        raise Refused(No.OWN_EXEMPTION)


def _refuse_period(from_on: date, to_on: date) -> None:
    if to_on < from_on:
        raise Refused(No.EXEMPTION_REVERSED, first=from_on, last=to_on)
    if to_on.year - from_on.year >= MOST_YEARS:
        raise Refused(No.EXEMPTION_TOO_LONG, most=MOST_YEARS)


def _refuse_credit(effect: str, from_on: date, to_on: date, category: str | None, hours: Decimal | None) -> None:
    if effect != ExemptionEffect.CREDITED:
        if category is not None or hours is not None:
            raise Refused(No.CREDIT_UNASKED)
        return
    if category is None:
        raise Refused(No.CREDIT_CATEGORY)
    if hours is None:
        raise Refused(No.CREDIT_HOURS)
    check_kept_hours(hours)
    # Hours belong to one year (YEAR): a period over New Year would credit them twice.
    if from_on.year != to_on.year:
        raise Refused(No.CREDIT_TWO_YEARS, first=from_on.year, last=to_on.year)


def _refuse_years(session: Session, teacher: Teacher, years: range, effect: str, category: str | None) -> None:
    """Each year has its pack, is the teacher's (SCOPE), and has a place for what is credited."""
    for year in years:
        standings.policy_for(session, year, teacher.series)
    if effect == ExemptionEffect.NONE:
        return
    stays = [Stay(stay.school_id, stay.from_on, stay.to_on) for stay in teacher.affiliations]
    with_hours = {entry.year for entry in ledger.live_entries(session, teacher.id)}
    theirs = years_in_scope(stays, with_hours, tuple(years))
    for year in years:
        if year not in theirs:
            raise Refused(No.EXEMPTION_OUT_OF_SCOPE, year=year, name=teacher.name)
        if category is not None:
            standings.require_place(session, teacher, year, category)


def _refuse_overlap(
    session: Session, teacher_id: int, from_on: date, to_on: date, effect: str, category: str | None
) -> None:
    """Twice the same at the same time is a mistake; hours may be credited in two categories."""
    found = session.scalars(
        select(Exemption)
        .where(
            Exemption.teacher_id == teacher_id,
            Exemption.ended_at.is_(None),
            Exemption.effect == effect,
            Exemption.category.is_(None) if category is None else Exemption.category == category,
            Exemption.from_on <= to_on,
            Exemption.to_on >= from_on,
        )
        .order_by(Exemption.id)
    ).first()
    if found is not None:
        raise Refused(No.EXEMPTION_OVERLAPS, first=found.from_on, last=found.to_on)
