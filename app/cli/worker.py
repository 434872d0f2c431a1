"""``flask worker``: does the queued jobs. Any number of them, on any machine that reaches database, queue and store."""

from __future__ import annotations

import signal
import threading
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

POLL_SECONDS = 1.0


@click.command()
@click.option("--threads", default=2, show_default=True, help="Jobs done at the same time.")
@with_appcontext
def worker(threads: int) -> None:
    """Work until SIGINT or SIGTERM; jobs in hand pause at their next step and are resumed by the next worker."""
    queue: Any = current_app.extensions["job_queue"]
    asked = threading.Event()

    def stop(_signal: int, _frame: object) -> None:
        asked.set()
        queue.pause()

    consumer = queue.consumer(threads)
    resumed = queue.send_abandoned()
    queue.open_year()
    consumer.start()
    # After start, which sets handlers of its own: an interrupt must not tear a job apart.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    click.echo(f"worker: ready, {resumed} jobs resumed")
    while not asked.wait(POLL_SECONDS):
        consumer.check_worker_health()
    consumer.stop(graceful=True)
    click.echo("worker: stopped")
