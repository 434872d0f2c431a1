"""The reviewers' side of a claim: approve, return, reject, revoke (DOMAIN §4).

The last approval writes the ledger entry and the standing in the same transaction; revoking
reverses the entry, and voids a certificate that rested on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy.orm import Session

from app.domain.errors import Code, Refused
from app.domain.mending import opened, opens
from app.domain.workflow import Effect, Verb
from app.models import Claim, Teacher
from app.security.actor import Actor, acting, current_actor
from app.services import claims, ledger, samples, standings, workflow
from app.services.refusals import No


class Said(TypedDict):
    """What goes with a return, a rejection or a revocation: its reason by code and words, and the version seen."""

    reason_code: str
    reason: str
    seen_version: NotRequired[int | None]


def approve(
    session: Session,
    claim: Claim,
    actor: Actor,
    now: datetime,
    *,
    hours: Decimal | None = None,
    category: str | None = None,
    override_reason: str | None = None,
    seen_version: int | None = None,
) -> None:
    """Pass a claim at the actor's stage, with the hours and category recognised.

    Left out, they are what the stage before recognised, or what was claimed. A reviewer may
    recognise less and reclassify, not add: Refused HOURS_TOO_MANY, CATEGORY_UNKNOWN, CATEGORY_NOT_ALLOWED.
    A claim that was drawn from a bulk approval has to be opened first: Refused SPOT_CHECK_UNOPENED.
    """
    passed = pass_on(
        session, claim, actor, now, hours=hours, category=category, override_reason=override_reason,
        seen_version=seen_version,
    )  # fmt: skip
    if passed:
        standings.refresh(session, claim.teacher_id, now)


def pass_on(
    session: Session,
    claim: Claim,
    actor: Actor,
    now: datetime,
    *,
    hours: Decimal | None = None,
    category: str | None = None,
    override_reason: str | None = None,
    seen_version: int | None = None,
) -> bool:
    """As ``approve``, but the standing is left to the caller, who may have many; True where there is one to refresh."""
    hours = claim.recognised_hours or claim.claimed_hours if hours is None else hours
    category = category or claim.recognised_category or claim.category
    claims.check_kept_hours(hours)
    most = claims.most_in(claim, category)
    if hours > most:
        raise Refused(Code.HOURS_TOO_MANY, hours=hours, most=most)
    samples.require_opened(session, claim, actor)
    with acting(current_actor().as_system()):
        # Another series since, or another pack bound: then the reviewer says as what the hours count.
        standings.require_place(session, session.get_one(Teacher, claim.teacher_id), claim.year, category)
    transition = workflow.move(
        session,
        claim,
        Verb.APPROVE,
        actor,
        now,
        hours=hours,
        category=category,
        override_reason=override_reason,
        seen_version=seen_version,
    )
    if transition.effect is Effect.ENTER:
        # The claim keeps the authority of its day, even where the school and its ledger lines have another now.
        with acting(current_actor().as_system()):
            ledger.enter_claim(session, claim, now)
    return transition.effect is Effect.ENTER


def return_claim(
    session: Session,
    claim: Claim,
    actor: Actor,
    now: datetime,
    *,
    open_fields: Sequence[str] | None = None,
    **said: Unpack[Said],
) -> None:
    """Send a claim back to be mended; it comes again through the school.

    ``open_fields``: the parts of its form that open (``domain/mending.py``); left out, those its reason is about.
    Raises Refused PART_UNKNOWN.
    """
    try:
        parts = opened(open_fields) if open_fields else opens(said["reason_code"])
    except ValueError:
        raise Refused(No.PART_UNKNOWN) from None
    workflow.move(session, claim, Verb.RETURN, actor, now, open_fields=[str(one) for one in parts], **said)


def reject(session: Session, claim: Claim, actor: Actor, now: datetime, **said: Unpack[Said]) -> None:
    """Refuse a claim for good."""
    workflow.move(session, claim, Verb.REJECT, actor, now, **said)


def revoke(session: Session, claim: Claim, actor: Actor, now: datetime, **said: Unpack[Said]) -> None:
    """Cancel a registration (S1 §五（三）3): the entry is reversed, the standing follows, certificates fall."""
    workflow.move(session, claim, Verb.REVOKE, actor, now, **said)
    with acting(current_actor().as_system()):
        entry = ledger.live_entry_of_claim(session, claim.id)
        if entry is not None:
            ledger.reverse(session, entry, now)
    if entry is not None:
        standings.refresh(session, claim.teacher_id, now)
