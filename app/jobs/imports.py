"""The two jobs of an import: judge a file and say what it would do; then write it, a chunk a transaction.

Writing resumes after the last chunk committed. A chunk that was written before the worker died and
is written again finds its rows unchanged, so nothing is doubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.exchange.errors_workbook import errors_workbook
from app.exchange.report import Report
from app.exchange.rows import Table, read_table
from app.exchange.workbook import FileRefused
from app.jobs.work import checkpoint, job
from app.models import Job
from app.services import import_files, imports
from app.services.import_rows import ImportRow, Kind
from app.services.imports import PLAN_JOB, WRITE_JOB, Tally


@job(PLAN_JOB)
def plan(session: Session, row: Job, now: datetime) -> dict[str, Any]:
    """Judge the file of the payload: the tally, the faults, examples of what would change, the errors workbook."""
    kind, table, refused = _open(row, now)
    if table is None:
        return refused
    row.total = table.count
    checkpoint(session, row, 0)
    report = Report()
    done = 0

    def on_chunk(count: int) -> None:
        nonlocal done
        done += count
        checkpoint(session, row, done)

    tally = imports.plan(session, kind, table, now, report.see, on_chunk)
    outcome = {"tally": tally.as_dict(), **report.as_dict()}
    if report.faults:
        with force_locale(row.payload.get("language", "zh")):
            outcome["errors"] = import_files.keep(errors_workbook(table, report.faults))
    return outcome


@job(WRITE_JOB)
def write(session: Session, row: Job, now: datetime) -> dict[str, Any]:
    """Write the good rows of the file. Unless the payload accepts that, a faulty row leaves everything as it is."""
    kind, table, refused = _open(row, now)
    if table is None:
        return refused
    row.total = table.count
    checkpoint(session, row, row.done)
    if not row.done and not row.payload.get("accept_good"):
        tally = imports.plan(session, kind, table, now)
        if tally.faulty:
            return {"tally": tally.as_dict(), "refused": "rows_faulty"}
    tally = Tally(**(row.outcome or {}).get("tally", {}))
    for chunk in _from(table, row.done):
        for planned in imports.write(session, kind, chunk, now):
            tally.add(planned)
        if row.done + len(chunk) >= table.count:
            # In the transaction of the last chunk, so that it is written down once.
            imports.record(session, kind, tally)
        checkpoint(session, row, row.done + len(chunk), {"tally": tally.as_dict()})
    return {"tally": tally.as_dict()}


def _open(row: Job, now: datetime) -> tuple[Kind, Table | None, dict[str, Any]]:
    kind = Kind(row.payload["kind"])
    # The day that the file was judged on judges it again when it is written.
    today = day_in_china(row.created_at)
    try:
        return kind, read_table(kind, import_files.fetch(row.payload["file"]), today), {}
    except FileRefused as refusal:
        return kind, None, {"unreadable": str(refusal.code), "facts": refusal.facts}


def _from(table: Table, done: int) -> Iterator[list[ImportRow]]:
    yield from imports.chunks(islice(table, done, None))
