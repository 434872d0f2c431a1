"""Moving a claim: the one function that writes ``claim.state``, with its decision in the same flush.

Who may do what stands in ``domain/workflow.py``. Of two writers at once the claim's version lets
one through; the other's flush fails and is shown as 409 with the winner's decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.deadlines import Override, check_in_time, deadline_of, is_in_time
from app.domain.errors import Refused
from app.domain.policy import pack
from app.domain.reasons import reasons_for
from app.domain.workflow import Duty, State, Transition, Verb, step_as, verbs_for
from app.models import Claim, Decision
from app.security.actor import Actor
from app.services import duplicates, extensions, notices
from app.services.refusals import No

# Where a claim's hours stand no longer.
GONE = (State.WITHDRAWN, State.REJECTED, State.REVOKED)


def duties_towards(actor: Actor, claim: Claim) -> tuple[Duty, ...]:
    """The duties in which an actor meets this claim: a reviewer elsewhere is nobody here."""
    found = []
    if actor.teacher_id is not None and actor.teacher_id == claim.teacher_id:
        found.append(Duty.TEACHER)
    if claim.school_id in actor.school_ids:
        found.append(Duty.SCHOOL)
    if claim.authority_id in actor.authority_ids:
        found.append(Duty.AUTHORITY)
    if "city" in actor.duties:
        found.append(Duty.CITY)
    return tuple(found)


# What is handed over with a delegation: the decisions of that stage. Handing in and cancelling stay at the place.
HANDED = frozenset({Verb.APPROVE, Verb.RETURN, Verb.REJECT})


def duties_handed(actor: Actor, claim: Claim) -> tuple[Duty, ...]:
    """The duties in which an actor meets this claim in a colleague's place."""
    found = []
    if claim.school_id in actor.review_school_ids:
        found.append(Duty.SCHOOL)
    if claim.authority_id in actor.review_authority_ids:
        found.append(Duty.AUTHORITY)
    return tuple(found)


def _duties_for(verb: Verb, actor: Actor, claim: Claim) -> tuple[Duty, ...]:
    own = duties_towards(actor, claim)
    return own + duties_handed(actor, claim) if verb in HANDED else own


def _acted_for(actor: Actor, claim: Claim, transition: Transition) -> str | None:
    """The place in whose name a decision was taken, where it was not by the actor's own right."""
    duty = transition.duty
    if transition.verb not in HANDED or duty in duties_towards(actor, claim):
        return None
    place = claim.school if duty is Duty.SCHOOL else claim.authority
    return place.name if place is not None and duty in duties_handed(actor, claim) else None


def verbs_open_to_each(session: Session, actor: Actor, claims: Sequence[Claim]) -> dict[int, tuple[Verb, ...]]:
    """The same of many claims by their keys; what was decided on them is read once."""
    decided: dict[int, set[str]] = {claim.id: set() for claim in claims}
    if actor.user_id is not None and decided:
        asked = select(Decision.claim_id, Decision.stage).where(Decision.user_id == actor.user_id)
        for claim_id, stage in session.execute(asked.where(Decision.claim_id.in_(decided))):
            decided[claim_id].add(stage)
    return {
        one.id: _verbs_open(actor, one, "first" in decided[one.id], "second" in decided[one.id]) for one in claims
    }


def verbs_open_to(session: Session, actor: Actor, claim: Claim) -> tuple[Verb, ...]:
    """What this actor may do with this claim now: the buttons of its page."""
    return _verbs_open(actor, claim, *_stages_decided(session, actor, claim))


def _verbs_open(actor: Actor, claim: Claim, first: bool, second: bool) -> tuple[Verb, ...]:
    own, handed = duties_towards(actor, claim), duties_handed(actor, claim)

    def open_in(duties: tuple[Duty, ...]) -> tuple[Verb, ...]:
        return verbs_for(
            State(claim.state),
            duties,
            has_authority=claim.authority_id is not None,
            is_own=actor.teacher_id == claim.teacher_id,
            decided_first=first,
            decided_second=second,
        )

    verbs = open_in(own)
    if not handed:
        return verbs
    return tuple(verb for verb in open_in(own + handed) if verb in verbs or verb in HANDED)


def move(
    session: Session,
    claim: Claim,
    verb: Verb,
    actor: Actor,
    now: datetime,
    *,
    seen_version: int | None = None,
    reason_code: str | None = None,
    reason: str | None = None,
    override_reason: str | None = None,
    hours: Decimal | None = None,
    category: str | None = None,
    open_fields: list[str] | None = None,
) -> Transition:
    """Take one step of DOMAIN §4 and write it down. Flushes; raises Refused or StaleDataError.

    ``seen_version``: the version the actor had before them; a claim changed since is refused.
    """
    if seen_version is not None and seen_version != claim.version:
        raise Refused(No.STALE)
    first, second = _stages_decided(session, actor, claim)
    words = (reason or "").strip()
    try:
        transition = _step(claim, State(claim.state), verb, actor, first, second, has_reason=bool(words))
    except Refused:
        if _is_outrun(claim, verb, actor, first, second):
            raise Refused(No.STALE) from None
        raise
    if transition.needs_reason and reason_code not in reasons_for(verb):
        raise Refused(No.REASON_CODE_UNKNOWN)
    overridden = _check_deadline(session, claim, transition, now, override_reason)
    decision = Decision(
        claim=claim,
        round=claim.round + (1 if verb is Verb.SUBMIT else 0),
        stage=transition.stage or ("after" if verb is Verb.REVOKE else "teacher"),
        verb=verb,
        from_state=claim.state,
        to_state=transition.to,
        user_id=actor.user_id,
        actor_name=actor.name,
        acted_for=_acted_for(actor, claim, transition),
        duty=transition.duty,
        decided_at=now,
        reason_code=reason_code if words else None,
        reason=words or None,
        override_reason=overridden,
        hours=hours,
        category=category,
        evidence_seen=[evidence.sha256 for evidence in claim.evidence],
        open_fields=open_fields,
    )
    session.add(decision)
    _set_state(claim, transition, decision, now)
    session.flush()
    notices.of_decision(session, claim, decision, now)
    if transition.to in GONE and claim.is_flagged:
        duplicates.mark_others_again(session, claim)
    return transition


def _step(
    claim: Claim, state: State, verb: Verb, actor: Actor, first: bool, second: bool, *, has_reason: bool
) -> Transition:
    return step_as(
        state,
        verb,
        _duties_for(verb, actor, claim),
        has_authority=claim.authority_id is not None,
        is_own=actor.teacher_id == claim.teacher_id,
        decided_first=first,
        decided_second=second,
        has_reason=has_reason,
    )


def _is_outrun(claim: Claim, verb: Verb, actor: Actor, first: bool, second: bool) -> bool:
    """Whether the verb was open to the actor until somebody else took the last step: they are shown the winner's."""
    last = claim.decisions[-1] if claim.decisions else None
    if last is None or last.user_id == actor.user_id or last.to_state != claim.state:
        return False
    try:
        _step(claim, State(last.from_state), verb, actor, first, second, has_reason=True)
    except Refused:
        return False
    return True


def _set_state(claim: Claim, transition: Transition, decision: Decision, now: datetime) -> None:
    """The only place where a claim's state is written."""
    claim.state = transition.to
    claim.round = decision.round
    claim.changed_at = now
    if transition.verb is Verb.SUBMIT:
        claim.submitted_at = now
    if transition.verb is Verb.APPROVE:
        claim.recognised_hours, claim.recognised_category = decision.hours, decision.category
    elif transition.verb is not Verb.REVOKE:
        claim.recognised_hours = claim.recognised_category = None


def _check_deadline(
    session: Session, claim: Claim, transition: Transition, now: datetime, reason: str | None
) -> str | None:
    """Refuse a late step (EFFECT); returns the written reason if a deadline was set aside by one."""
    deadline, policy = deadline_of(transition.verb, transition.source), pack(claim.policy)
    if deadline is None or is_in_time(policy, deadline, claim.year, now):
        return None
    return check_in_time(
        policy,
        deadline,
        claim.year,
        now,
        override=Override(transition.duty, reason) if reason and reason.strip() else None,
        has_authority=claim.authority_id is not None,
        extensions=extensions.of_claim(session, claim),
    )


def _stages_decided(session: Session, actor: Actor, claim: Claim) -> tuple[bool, bool]:
    """Whether this person has decided the first, the second stage of the claim, in any round."""
    if actor.user_id is None or claim.id is None:
        return False, False
    stages = set(
        session.scalars(select(Decision.stage).where(Decision.claim_id == claim.id, Decision.user_id == actor.user_id))
    )
    return "first" in stages, "second" in stages
