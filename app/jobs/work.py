"""Doing a job: by its kind, as the user who started it, once at a time, from where it stopped.

A kind is a function that takes the session, the job and the time, commits what it has done together
with how far it is by ``checkpoint``, and returns what came of it. Killed at any moment, it is called
again and must go on from the row. A lock held by the live process tells abandoned work from work
in hand.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.domain.errors import Refused
from app.models import Job
from app.security.actor import SYSTEM, Actor, acting, actor_of
from app.security.session import OutOfReach
from app.services import notices
from app.services.clock import now_utc
from app.services.store import Missing

log = logging.getLogger("app.jobs")

Handler = Callable[[Session, Job, datetime], dict[str, Any]]
HANDLERS: dict[str, Handler] = {}
ENDED = ("done", "failed")
# A queued job this old was never sent, or its message was lost.
UNSENT_AFTER = timedelta(minutes=2)
# Set when the worker is asked to stop: jobs pause at their next checkpoint.
stopping = threading.Event()


class Paused(Exception):
    """The worker stops; the job stays "running" in its row and is resumed."""


def job(kind: str) -> Callable[[Handler], Handler]:
    """Put a function on the list of kinds."""

    def put(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return put


def checkpoint(session: Session, row: Job, done: int, outcome: dict[str, Any] | None = None) -> None:
    """Commit what was done so far with the job's progress. Raises Paused when the worker stops."""
    row.done = done
    if outcome is not None:
        row.outcome = outcome
    session.commit()
    if stopping.is_set():
        raise Paused


def run(session: Session, job_id: int) -> None:
    """Run or resume a job, unless it has ended or another process has it in hand."""
    with hold(session, job_id) as is_ours:
        if not is_ours:
            return
        with acting(SYSTEM):
            row = session.get(Job, job_id)
            if row is None or row.state in ENDED:
                return
            actor = _actor(session, row)
            row.state = "running"
            row.started_at = row.started_at or now_utc()
            session.commit()
        try:
            if actor is None:
                _end(session, job_id, "failed", {"failed": "account_closed"})
                return
            with acting(actor):
                outcome = HANDLERS[row.kind](session, row, now_utc())
            _end(session, job_id, "done", outcome)
        except Paused:
            session.rollback()
        except OperationalError:
            # The database is away: the queue tries again.
            session.rollback()
            raise
        except Exception as error:
            session.rollback()
            log.exception("job %s failed", job_id)
            _end(session, job_id, "failed", {"failed": _code(error)})


def _code(error: Exception) -> str:
    if isinstance(error, Refused):
        return str(error.code)
    if isinstance(error, OutOfReach):
        return "out_of_reach"
    return "file_missing" if isinstance(error, Missing) else "unexpected"


def _end(session: Session, job_id: int, state: str, outcome: dict[str, Any]) -> None:
    with acting(SYSTEM):
        row = session.get_one(Job, job_id)
        row.outcome = {**(row.outcome or {}), **outcome}
        row.state = state
        row.ended_at = now_utc()
        notices.tell(session, [row.user_id], f"job_{state}", row.ended_at, job=row.id)
        session.commit()


def _actor(session: Session, row: Job) -> Actor | None:
    """Whom the job acts as: the user with the duties they hold now, or None if the account was closed."""
    if row.user_id is None:
        return SYSTEM
    user = session.get(User, row.user_id)
    if user is None or not user.is_active:
        return None
    return actor_of(session, user.id, user.first_name)


def abandoned(session: Session) -> list[int]:
    """Jobs that are not done and that nobody has in hand."""
    now = now_utc()
    with acting(SYSTEM):
        rows = session.execute(
            select(Job.id, Job.state, Job.created_at).where(Job.state.not_in(ENDED)).order_by(Job.id)
        ).all()
        session.rollback()
    found = []
    for job_id, state, created_at in rows:
        if state == "queued" and now - created_at < UNSENT_AFTER:
            continue
        with hold(session, job_id) as is_free:
            if is_free:
                found.append(job_id)
    return found


@contextmanager
def hold(session: Session, job_id: int) -> Iterator[bool]:
    """Hold a job while the block runs; yields whether it was free. The lock falls with the process, however it ends."""
    engine = session.get_bind()
    if engine.dialect.name == "postgresql":
        with engine.engine.connect() as connection:
            key = {"key": _key(job_id)}
            taken = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key))
            try:
                yield taken
            finally:
                if taken:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
        return
    folder = Path(current_app.instance_path) / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{job_id}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder before us took the file away while we waited to lock it.
            is_ours = path.stat().st_ino == os.fstat(file.fileno()).st_ino
        except (BlockingIOError, FileNotFoundError):
            is_ours = False
        try:
            yield is_ours
        finally:
            if is_ours:
                path.unlink()


def _key(job_id: int) -> int:
    digest = hashlib.sha256(f"xueshi job {job_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
