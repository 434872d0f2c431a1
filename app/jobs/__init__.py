"""Long work: the queue and the kinds of jobs. Each kind resumes from its Job row; a new kind is a module named here."""

from __future__ import annotations

from flask import Flask

from app.extensions import listen_once
from app.jobs import exports, imports, lists, printing, rebuilding, simulating, tallying  # noqa: F401  (puts their kinds on the list)
from app.jobs.queue import Queue
from app.services import jobs


def init_jobs(app: Flask) -> None:
    """Give the application its queue, and services the port to it. Tests set JOBS_IMMEDIATE: work is done at once."""
    queue = Queue(app)
    app.extensions["job_queue"] = queue
    app.extensions["send_job"] = queue.send
    listen_once(jobs.install)
