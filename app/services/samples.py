"""The sample that a bulk approval keeps aside: drawn by hash so that anybody can draw it again, opened one by one.

Why it is drawn in this way is told in ``docs/decisions/0006-bulk-sample.md``. Who approves in bulk stands in
``bulk.py``; ``decisions.approve`` asks here whether a claim may pass.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Code, Refused
from app.domain.workflow import Duty, Stage
from app.models import BulkReview, Claim, ReviewSetting, SpotCheck
from app.security.actor import Actor
from app.services import workflow
from app.services.refusals import No

# At which stage a claim in this state is decided next.
STAGES = {"submitted": Stage.FIRST, "passed_first": Stage.SECOND}
DUTIES = {Stage.FIRST: Duty.SCHOOL, Stage.SECOND: Duty.AUTHORITY}
CHUNK = 500


def setting(session: Session) -> ReviewSetting:
    """The one row that the schema begins with."""
    return session.scalars(select(ReviewSetting)).one()


def set_share(
    session: Session, percent: int, least: int, actor: Actor, *, seen_version: int | None = None
) -> ReviewSetting:
    """Say how large a share is kept aside, and how few at least. The seed stays: old samples can be drawn again."""
    if "city" not in actor.duties and actor.machine != "system":
        raise Refused(Code.DUTY_FORBIDS)
    if not (0 <= percent <= 100 and 0 <= least <= 100):
        raise Refused(No.SHARE_IMPOSSIBLE)
    row = setting(session)
    if seen_version is not None and seen_version != row.version:
        raise Refused(No.STALE)
    row.sample_percent, row.sample_least = percent, least
    session.flush()
    return row


def key(claim: Claim) -> str:
    """A claim at the stage and round in which it waits, as the draw names it: ``first|1|2026-000123``."""
    return f"{STAGES[claim.state]}|{claim.round}|{claim.number}"


def draw(seed: str, percent: int, least: int, keys: Sequence[str]) -> list[str]:
    """Of the keys, those kept aside: the first by SHA-256 of ``seed|key``, whatever order they come in.

    ceil(percent · n / 100), ``least`` at least, and never all of them: one claim alone is no bulk approval.
    """
    if len(keys) < 2:
        return []
    many = min(max(math.ceil(percent * len(keys) / 100), least), len(keys) - 1)
    return sorted(keys, key=lambda one: hashlib.sha256(f"{seed}|{one}".encode()).hexdigest())[:many]


def drawn_again(row: BulkReview) -> list[str]:
    """The sample of a bulk approval from what its row says: the same as was kept, or the row is not what it was."""
    return draw(row.seed, row.sample_percent, row.sample_least, row.chosen)


def checks_of(session: Session, claims: Iterable[Claim]) -> dict[int, SpotCheck]:
    """By claim, the check that waits at the stage and round where it stands now."""
    waiting = {claim.id: (claim.round, str(STAGES[claim.state])) for claim in claims if claim.state in STAGES}
    ids, found = sorted(waiting), {}
    for start in range(0, len(ids), CHUNK):
        some = select(SpotCheck).where(SpotCheck.claim_id.in_(ids[start : start + CHUNK]))
        for one in session.scalars(some):
            if waiting[one.claim_id] == (one.round, one.stage):
                found[one.claim_id] = one
    return found


def is_kept(session: Session, claim: Claim) -> bool:
    """Whether the claim was drawn at this stage and round: it is approved alone, after its evidence was opened."""
    return claim.id in checks_of(session, [claim])


def opened(session: Session, claim: Claim, actor: Actor, now: datetime) -> bool:
    """Note that a reviewer of this stage has the evidence before them; True where that was asked for.

    The last one who opened it counts: the one who approves has to be the one who looked.
    """
    check = checks_of(session, [claim]).get(claim.id)
    if check is None or actor.user_id is None:
        return False
    duty = DUTIES[Stage(check.stage)]
    duties = (*workflow.duties_towards(actor, claim), *workflow.duties_handed(actor, claim))
    if duty not in duties or actor.teacher_id == claim.teacher_id:
        return False
    if check.opened_by_id != actor.user_id:
        check.opened_at, check.opened_by_id = now, actor.user_id
        session.flush()
    return True


def require_opened(session: Session, claim: Claim, actor: Actor) -> None:
    """Refuse the approval of a claim that was drawn and not opened by who approves: SPOT_CHECK_UNOPENED."""
    check = checks_of(session, [claim]).get(claim.id)
    if check is not None and (check.opened_by_id is None or check.opened_by_id != actor.user_id):
        raise Refused(No.SPOT_CHECK_UNOPENED, number=claim.number)
