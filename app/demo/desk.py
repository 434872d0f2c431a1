"""What the demonstration's accounts keep at their desks: saved views, notes on claims, a delegation that is over, a
bulk approval of which two claims still wait to be opened.

Nothing here marks a view as the first one: every list opens as it does anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import SHANGHAI
from app.models import BulkReview, Claim, Decision, Delegation, Note, SavedView, SpotCheck
from app.services import samples

# A share that keeps two of so many.
BULK, KEPT, PERCENT = 24, 2, 5
NOTES = (
    ("demo-school", "已当面看过证书原件，与上传的扫描件一致。"),
    ("demo-authority", "主办单位已电话核实，活动日期无误。"),
)


def keep(session: Session, users: Mapping[str, int], now: datetime, school_id: int, authority_id: int) -> None:
    """Write them, dated some days back. Acts as SYSTEM."""
    _views(session, users, now)
    _notes(session, users, now, school_id)
    _bulk(session, users["demo-authority"], authority_id)
    days = {"from_on": (now - timedelta(days=40)), "to_on": (now - timedelta(days=34))}
    # A reviewer of one of its schools, while the authority's own was away: past, so it changes nobody's desk.
    session.add(
        Delegation(
            from_user_id=users["demo-authority"], to_user_id=users["demo-school"], authority_id=authority_id,
            reason="外出参加培训，由榕荫学校审核员代审。", granted_at=now - timedelta(days=42),
            **{name: at.astimezone(SHANGHAI).date() for name, at in days.items()},
        )
    )  # fmt: skip
    session.flush()


def _views(session: Session, users: Mapping[str, int], now: datetime) -> None:
    kept: tuple[tuple[str, str, dict[str, Any], str | None], ...] = (
        ("demo-authority", "专业科目待复审", {"category": "professional", "state": "passed_first"}, None),
        ("demo-city", "本年度已退回", {"state": "returned", "year": now.astimezone(SHANGHAI).year}, "authority"),
    )
    for login, title, query, duty in kept:
        session.add(
            SavedView(
                view="ClaimView", title=title, query=urlencode(query), owner_id=users[login], duty=duty,
                created_at=now - timedelta(days=20),
            )
        )  # fmt: skip


def _notes(session: Session, users: Mapping[str, int], now: datetime, school_id: int) -> None:
    """On the claim of the demonstration school that waits longest for its second review this year."""
    year = now.astimezone(SHANGHAI).year
    waiting = select(Claim.id).where(Claim.school_id == school_id, Claim.state == "passed_first", Claim.year == year)
    claim_id = session.scalar(waiting.order_by(Claim.submitted_at, Claim.id).limit(1))
    if claim_id is None:
        return
    for place, (login, text) in enumerate(NOTES):
        user_id = users[login]
        author = session.scalars(select(User.first_name).where(User.id == user_id)).one()
        written_at = now - timedelta(days=3 - place)
        session.add(
            Note(subject="claim", subject_id=claim_id, user_id=user_id, author=author, text=text, written_at=written_at)
        )


def _bulk(session: Session, user_id: int, authority_id: int) -> None:
    """The latest approvals of the reviewer as one bulk approval; what it kept aside are claims that wait now."""
    done = session.execute(
        select(Claim.number, Decision.round, Decision.actor_name, Decision.decided_at)
        .join(Decision, Decision.claim_id == Claim.id)
        .where(Decision.user_id == user_id, Decision.stage == "second", Decision.to_state == "approved")
        .order_by(Decision.decided_at.desc(), Decision.id)
        .limit(BULK - KEPT)
    ).all()
    if len(done) < BULK - KEPT:
        return
    waiting = session.scalars(
        select(Claim)
        .where(Claim.authority_id == authority_id, Claim.state == "passed_first", Claim.is_flagged.is_(False))
        .where(Claim.changed_at < done[0].decided_at)
        .order_by(Claim.changed_at.desc(), Claim.id)
        .limit(KEPT)
    ).all()
    if len(waiting) < KEPT:
        return
    kept = {samples.key(claim) for claim in waiting}
    chosen = [*(f"second|{row.round}|{row.number}" for row in done), *sorted(kept)]
    # A seed that draws just these two, so that the sample can be drawn again like any other.
    seed, drawn = next(
        (text, keys)
        for text, keys in ((f"demo-{one}", samples.draw(f"demo-{one}", PERCENT, 1, chosen)) for one in count())
        if set(keys) == kept
    )
    row = BulkReview(
        user_id=user_id, actor_name=done[0].actor_name, sample_percent=PERCENT, sample_least=1, seed=seed,
        chosen=chosen, kept=drawn, unusual={}, decided_at=done[0].decided_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    checks = (SpotCheck(claim_id=one.id, bulk_review_id=row.id, round=one.round, stage="second") for one in waiting)
    session.add_all(checks)
