"""How the house itself stands, for who keeps it: accounts nobody used yet, accounts shut out, work that failed.

Counts only: whose accounts and whose work they are is no business of a home page.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Appointment, Job
from app.security.actor import acting, current_actor
from app.security.manager import WRONG_BEFORE_WAIT

FAILED_WITHIN = timedelta(days=7)


class Housekeeping(NamedTuple):
    """Accounts and work, by number; ``duties``: how many accounts hold each duty."""

    accounts: int
    unused: int
    closed: int
    locked: int
    failed: int
    open_jobs: int
    oldest_job_at: datetime | None
    duties: dict[str, int]


def state(session: Session, now: datetime) -> Housekeeping:
    """Count it. Jobs are their owners' rows; how many failed is not."""
    accounts, unused, closed, locked = session.execute(
        select(
            func.count(),
            func.count().filter(User.active.is_(True), User.last_login.is_(None)),
            func.count().filter(User.active.is_(False)),
            func.count().filter(User.active.is_(True), User.fail_login_count >= WRONG_BEFORE_WAIT),
        ).select_from(User)
    ).one()
    with acting(current_actor().as_system()):
        duties = session.execute(select(Appointment.duty, func.count()).group_by(Appointment.duty)).all()
        failed = session.scalar(
            select(func.count()).where(Job.state == "failed", Job.ended_at >= now - FAILED_WITHIN).select_from(Job)
        )
        open_jobs, oldest = session.execute(
            select(func.count(), func.min(Job.created_at)).where(Job.state.in_(("queued", "running")))
        ).one()
    return Housekeeping(
        accounts, unused, closed, locked, failed or 0, open_jobs, oldest, {row[0]: row[1] for row in duties}
    )
