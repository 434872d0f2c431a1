"""The job that recomputes the standings of whole series, after a policy was bound otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.work import checkpoint, job
from app.models import Job, Teacher
from app.security.actor import acting, current_actor
from app.services import standings
from app.services.bindings import REBUILD_JOB

CHUNK = 500


@job(REBUILD_JOB)
def rebuild(session: Session, row: Job, now: datetime) -> dict[str, Any]:
    """Refresh every teacher of the payload's series, in the order of their keys; resumes after the last chunk."""
    of_series = Teacher.series.in_(row.payload["series"])
    last = (row.outcome or {}).get("last", 0)
    with acting(current_actor().as_system()):
        row.total = session.scalar(select(func.count()).select_from(Teacher).where(of_series)) or 0
        checkpoint(session, row, row.done)
        while True:
            chosen = select(Teacher.id).where(of_series, Teacher.id > last).order_by(Teacher.id).limit(CHUNK)
            ids = list(session.scalars(chosen))
            if not ids:
                return {"last": last}
            standings.refresh_all(session, ids, now)
            last = ids[-1]
            checkpoint(session, row, row.done + len(ids), {"last": last})
