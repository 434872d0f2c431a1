"""What the demonstration's accounts have been told lately: some of it read, some new. Nothing of it is mailed.

Of real claims and jobs of theirs, so that every notice leads somewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Certificate, Claim, Decision, Job, Notice, Teacher
from app.services import notices
from app.services.notices import Kind

# The latest this many hours are new to whom they concern.
NEW_HOURS = 24 * 21
MOST_CLAIMS = 12

notice_t = Notice.__table__


def tell(session: Session, users: Mapping[str, int], now: datetime) -> None:
    """Write them, as they would have been written on the days it happened. Acts as SYSTEM."""
    teacher_id = session.scalar(select(Teacher.id).where(Teacher.user_id == users["demo-teacher"]))
    with notices.gathered(session):
        _of_teacher(session, users["demo-teacher"], teacher_id, now)
        ended = select(Job).where(Job.ended_at.is_not(None), Job.user_id.in_(users.values()))
        for row in session.scalars(ended):
            notices.tell(session, [row.user_id], f"job_{row.state}", row.ended_at or now, job=row.id)
        school: dict[str, Any] = {"by": "海珠区教育局", "school": "广州市海珠区榕荫学校", "year": now.year}
        notices.tell(
            session, [users["demo-school"]], Kind.REMINDER, now - timedelta(hours=5), count=9,
            due_on=f"{now.year + 1}-01-31", **school,
        )  # fmt: skip
        notices.tell(session, [users["demo-authority"]], Kind.SPOT_CHECK_KEPT, now - timedelta(hours=30), count=2)
    connection = session.connection()
    # Whose demonstration this is has no mailbox for it.
    connection.execute(update(notice_t).values(mailed_at=now))
    seen = notice_t.c.created_at < now - timedelta(hours=NEW_HOURS)
    connection.execute(update(notice_t).where(seen).values(read_at=notice_t.c.created_at))


def _of_teacher(session: Session, user_id: int, teacher_id: int | None, now: datetime) -> None:
    asked = (
        select(Claim, Decision)
        .join(Decision, Decision.claim_id == Claim.id)
        .where(Claim.teacher_id == teacher_id, Decision.to_state == Claim.state, Decision.duty != "teacher")
        .order_by(Decision.decided_at.desc())
        .limit(MOST_CLAIMS)
    )
    for claim, decision in session.execute(asked):
        kind = notices.BY_STATE.get(decision.to_state)
        if kind is not None:
            facts: dict[str, Any] = {"hours": decision.hours, "reason_code": decision.reason_code}
            notices.tell(session, [user_id], kind, decision.decided_at, claim=claim, **facts)
    for one in session.scalars(select(Certificate).where(Certificate.teacher_id == teacher_id)):
        held: dict[str, Any] = {"certificate": one.id, "number": one.number, "year": one.year}
        notices.tell(session, [user_id], Kind.CERTIFICATE_ISSUED, one.issued_at, **held)
