"""Long work is put down as a Job row; once that is committed, its number goes to the queue.

The queue is behind a port, a function in ``app.extensions["send_job"]``, so that no service knows
it. A queue that does not answer loses nothing: the row stands, and a worker finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.models import Job
from app.security.actor import Actor

WAITING = "jobs_to_send"

Port = Callable[[int], None]


def install(session_factory: Any) -> None:
    """Send the jobs of every committed transaction of ``session_factory``."""
    event.listen(session_factory, "after_commit", _send)
    event.listen(session_factory, "after_soft_rollback", _forget)


def enqueue(session: Session, kind: str, payload: dict[str, Any], actor: Actor, now: datetime) -> Job:
    """Put down a job of ``kind`` for ``actor``, who is whom it will act as."""
    job = Job(kind=kind, state="queued", user_id=actor.user_id, payload=payload, created_at=now)
    session.add(job)
    session.flush()
    session.info.setdefault(WAITING, []).append(job.id)
    return job


def _send(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for job_id in session.info.pop(WAITING, []):
        try:
            current_app.extensions["send_job"](job_id)
        except Exception:
            # The work is safe in its row; a worker looks for rows that nobody sent.
            current_app.logger.exception("job %s could not be sent to the queue", job_id)


def _forget(session: Session, _previous: Any) -> None:
    if not session.in_nested_transaction():
        session.info.pop(WAITING, None)
