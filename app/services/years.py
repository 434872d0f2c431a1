"""A new year begins: everybody has a standing in it from its first day, not only from their first hours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.models import Job
from app.models.register import SERIES
from app.security.actor import SYSTEM
from app.services import jobs, numbers
from app.services.bindings import REBUILD_JOB


def opened_key(year: int) -> str:
    """The number series that remembers that a year was opened."""
    return f"opened-{year}"


def open_year(session: Session, now: datetime) -> Job | None:
    """Put down a rebuild of everybody on the first call in a year (Asia/Shanghai); None on every later one."""
    key = opened_key(day_in_china(now).year)
    if numbers.peek(session, key) or numbers.next_number(session, key) > 1:
        return None
    return jobs.enqueue(session, REBUILD_JOB, {"series": list(SERIES)}, SYSTEM, now)
