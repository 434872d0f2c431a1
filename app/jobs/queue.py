"""The Huey queue of this installation: SQLite, or PostgreSQL or Redis by setting. It carries job numbers only."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey, crontab

from app.extensions import db
from app.jobs import work
from app.jobs.mailing import Postman
from app.security.actor import SYSTEM, acting
from app.services import due, tallies, years
from app.services.clock import now_utc

NAME = "xueshi"
# A database that is away for a while is no reason to give a job up.
RETRIES = 30
RETRY_SECONDS = 10


def make_huey(url: str) -> Huey:
    """The queue of a QUEUE_URL. Raises ValueError for one that is none of the three."""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return SqliteHuey(NAME, filename=url.removeprefix("sqlite:///"), fsync=True, timeout=15, strict_fifo=True)
    if scheme in ("postgresql", "postgres"):
        return PostgresHuey(NAME, dsn=url)
    if scheme in ("redis", "rediss"):
        return RedisHuey(NAME, url=url)
    raise ValueError(f"QUEUE_URL: {scheme}:// is not one of sqlite, postgresql, redis")


class Queue:
    """The queue of one application, connected at first use: a page must open while the queue is away."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.is_immediate = bool(app.config.get("JOBS_IMMEDIATE"))
        self.postman = Postman(app.config["SETTINGS"])

    @cached_property
    def huey(self) -> Huey:
        """The connection."""
        if self.is_immediate:
            return MemoryHuey(NAME, immediate=True)
        return make_huey(self.app.config["SETTINGS"].queue_url)

    @cached_property
    def _task(self) -> Any:
        return self.huey.task(name="run_job", retries=RETRIES, retry_delay=RETRY_SECONDS)(self._run)

    def consumer(self, threads: int) -> Any:
        """A consumer for a worker process: it runs jobs, and looks every minute for abandoned ones."""
        assert self._task is not None  # the task is put on Huey's list
        self.huey.periodic_task(crontab(minute="*"), name="send_abandoned")(self.send_abandoned)
        self.huey.periodic_task(crontab(minute="*/5"), name="open_year")(self.open_year)
        self.huey.periodic_task(crontab(minute="*"), name="send_mail")(self.send_mail)
        self.huey.periodic_task(crontab(minute="*/15"), name="tell_due")(self.tell_due)
        self.huey.periodic_task(crontab(minute="*/10"), name="ask_tallies")(self.ask_tallies)
        return self.huey.create_consumer(workers=threads, worker_type="thread", max_delay=1.0)

    def pause(self) -> None:
        """Ask the jobs in hand to stop at their next checkpoint."""
        work.stopping.set()

    def send(self, job_id: int) -> None:
        """Queue a job by its number."""
        self._task(job_id)

    def _run(self, job_id: int) -> None:
        # A context of its own: the work has its own database session, also when it is done at once.
        with self.app.app_context():
            work.run(db.session, job_id)

    def send_abandoned(self) -> int:
        """Queue every job that is not done and that no live worker holds; returns how many."""
        with self.app.app_context():
            found = work.abandoned(db.session)
        for job_id in found:
            self.send(job_id)
        return len(found)

    def send_mail(self) -> int:
        """Mail what people were told since the last time; returns how many messages went out."""
        with self.app.app_context():
            return self.postman.send_waiting(db.session, now_utc())

    def tell_due(self) -> bool:
        """Tell whose deadline is near, once a day."""
        with self.app.app_context(), acting(SYSTEM):
            told = due.tell(db.session, now_utc())
            db.session.commit()
            return told

    def open_year(self) -> None:
        """Open the new year, once; a worker that was away on New Year's Day does it when it comes back."""
        with self.app.app_context(), acting(SYSTEM):
            years.open_year(db.session, now_utc())
            db.session.commit()

    def ask_tallies(self) -> None:
        """Have the figures of homes and statistics taken again; one job of several workers."""
        with self.app.app_context(), acting(SYSTEM):
            tallies.ask(db.session, now_utc())
            db.session.commit()
