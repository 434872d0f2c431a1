"""Approving many claims together: which of a selection may be, which are kept aside, and then all of the rest or none.

What is unusual among them is told by ``unusual.py``, the sample drawn by ``samples.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.errors import Refused
from app.domain.workflow import Duty, State, Verb, verbs_for
from app.models import BulkReview, Claim, Decision, SpotCheck
from app.security.actor import Actor
from app.services import decisions, notices, samples, standings, unusual, workflow
from app.services.refusals import No
from app.services.unusual import Mark

CHUNK = 500


class Barred(StrEnum):
    """Why a claim of the selection is not for this actor to approve now."""

    STATE = "state"
    OWN = "own"
    BOTH_STAGES = "both_stages"
    LATE = "late"


@dataclass
class Plan:
    """What would happen to a selection: shown before it is done, and made again before it is done."""

    chosen: list[Claim]
    barred: dict[Barred, list[Claim]] = field(default_factory=dict)
    # Drawn by an earlier bulk approval: they wait to be opened.
    kept_before: list[Claim] = field(default_factory=list)
    marks: dict[Mark, list[Claim]] = field(default_factory=dict)
    left_out: list[Claim] = field(default_factory=list)
    # What the sample is drawn from, and what it drew.
    drawn_from: list[str] = field(default_factory=list)
    kept: list[Claim] = field(default_factory=list)
    approved: list[Claim] = field(default_factory=list)

    @property
    def token(self) -> str:
        """A digest of what would be approved and kept, each in the version seen: a change of any shows."""
        told = [[f"{claim.id}:{claim.version}" for claim in some] for some in (self.approved, self.kept)]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def load(session: Session, ids: Sequence[int]) -> list[Claim]:
    """The claims of a selection within reach, with all that is asked of them: five questions a chunk."""
    found: dict[int, Claim] = {}
    for start in range(0, len(ids), CHUNK):
        rows = session.scalars(
            select(Claim)
            .where(Claim.id.in_(ids[start : start + CHUNK]))
            .options(
                joinedload(Claim.teacher),
                joinedload(Claim.school),
                joinedload(Claim.authority),
                selectinload(Claim.evidence),
                selectinload(Claim.decisions),
            )
            .execution_options(populate_existing=True)
        )
        found |= {claim.id: claim for claim in rows.unique()}
    return [found[one] for one in dict.fromkeys(ids) if one in found]


def plan(
    session: Session,
    claims: Sequence[Claim],
    actor: Actor,
    now: datetime,
    *,
    leave: Collection[str] | None = None,
    aside: Collection[int] = (),
) -> Plan:
    """Sort a selection. ``leave``: marks to leave out, by default the serious ones; ``aside``: claims to leave out."""
    made = Plan(list(claims))
    candidates = _sort_out(made, actor)
    checks = samples.checks_of(session, candidates)
    made.kept_before = [claim for claim in candidates if claim.id in checks]
    candidates = [claim for claim in candidates if claim.id not in checks]
    late = unusual.late_ones(session, candidates, now)
    for claim in [one for one in candidates if one.id in late and not _may_set_aside(one, actor)]:
        # Only the reviewing authority sets a deadline aside, with its reason (EFFECT).
        made.barred.setdefault(Barred.LATE, []).append(claim)
        candidates.remove(claim)
    made.marks = unusual.find(session, candidates, now)
    codes = unusual.SERIOUS if leave is None else frozenset(Mark) & set(leave)
    out = {claim.id for mark, held in made.marks.items() if mark in codes for claim in held} | set(aside)
    made.left_out = [claim for claim in candidates if claim.id in out]
    rest = {samples.key(claim): claim for claim in candidates if claim.id not in out}
    share = samples.setting(session)
    made.drawn_from = list(rest)
    kept = samples.draw(share.seed, share.sample_percent, share.sample_least, made.drawn_from)
    made.kept = [rest[one] for one in kept]
    made.approved = [claim for one, claim in rest.items() if one not in set(kept)]
    return made


def carry_out(
    session: Session,
    made: Plan,
    actor: Actor,
    now: datetime,
    *,
    leave: Collection[str],
    override_reason: str | None = None,
) -> BulkReview:
    """Approve what the plan approves, each with its own hours, keep its sample aside, and write both down.

    Raises Refused with ``number`` of the claim that stands in the way, or BULK_NOTHING; StaleDataError where somebody
    else was faster. The caller rolls back: all of it or nothing.
    """
    if not made.approved:
        raise Refused(No.BULK_NOTHING)
    with notices.gathered(session):
        teachers = []
        for claim in made.approved:
            try:
                if decisions.pass_on(session, claim, actor, now, override_reason=override_reason):
                    teachers.append(claim.teacher_id)
            except Refused as refusal:
                raise Refused(refusal.code, **{**refusal.facts, "number": claim.number}) from refusal
        if teachers:
            standings.refresh_all(session, sorted(set(teachers)), now)
        return _write(session, made, actor, now, leave)


def _write(session: Session, made: Plan, actor: Actor, now: datetime, leave: Collection[str]) -> BulkReview:
    share = samples.setting(session)
    row = BulkReview(
        user_id=actor.user_id,
        actor_name=actor.name,
        sample_percent=share.sample_percent,
        sample_least=share.sample_least,
        seed=share.seed,
        chosen=made.drawn_from,
        kept=[samples.key(claim) for claim in made.kept],
        unusual={
            str(mark): {"count": len(held), "left_out": mark in leave} for mark, held in sorted(made.marks.items())
        },
        decided_at=now,
    )
    session.add(row)
    for claim in made.kept:
        check = SpotCheck(claim=claim, bulk_review=row, round=claim.round, stage=samples.STAGES[claim.state])
        session.add(check)
    session.flush()
    if made.kept:
        _tell_colleagues(session, made.kept, now)
    return row


def _tell_colleagues(session: Session, kept: Sequence[Claim], now: datetime) -> None:
    first = [claim.school_id for claim in kept if claim.state == "submitted"]
    second = [claim.authority_id for claim in kept if claim.state == "passed_first" and claim.authority_id]
    who = notices.reviewers(session, school_ids=first, authority_ids=second)
    notices.tell(session, who, notices.Kind.SPOT_CHECK_KEPT, now, count=len(kept))


def _sort_out(made: Plan, actor: Actor) -> list[Claim]:
    """Those whose approval the table of DOMAIN §4 opens to the actor; the others by why not."""
    may = []
    for claim in made.chosen:
        why = _why_not(claim, actor)
        if why is None:
            may.append(claim)
        else:
            made.barred.setdefault(why, []).append(claim)
    return may


def _why_not(claim: Claim, actor: Actor) -> Barred | None:
    duties = (*workflow.duties_towards(actor, claim), *workflow.duties_handed(actor, claim))
    stages = {one.stage for one in claim.decisions if one.user_id is not None and one.user_id == actor.user_id}
    is_own = actor.teacher_id == claim.teacher_id

    def may(*, own: bool, first: bool, second: bool) -> bool:
        return Verb.APPROVE in verbs_for(
            State(claim.state), duties, has_authority=claim.authority_id is not None,
            is_own=own, decided_first=first, decided_second=second,
        )  # fmt: skip

    if not may(own=False, first=False, second=False):
        return Barred.STATE
    if is_own:
        return Barred.OWN
    if not may(own=False, first="first" in stages, second="second" in stages):
        return Barred.BOTH_STAGES
    return None


def _may_set_aside(claim: Claim, actor: Actor) -> bool:
    duties = (*workflow.duties_towards(actor, claim), *workflow.duties_handed(actor, claim))
    return claim.state == "passed_first" and Duty.AUTHORITY in duties


def decided_since(claims: Sequence[Claim], actor: Actor, since: datetime) -> list[tuple[Claim, Decision]]:
    """Of a selection, what somebody else decided since it was shown, with their decision."""
    found = []
    for claim in claims:
        last = claim.decisions[-1] if claim.decisions else None
        if last is not None and last.decided_at > since and last.user_id != actor.user_id:
            found.append((claim, last))
    return found
