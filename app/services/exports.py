"""Exports of lists: exactly the rows, columns and words that a list shows, as a file.

Few rows are written at once; many by a job, under the reach of whoever asked. What a list shows is known to the views
alone: they give ``app.extensions["list_table"]``, so that the job needs to know none of them. Every export leaves a
line in the trail: who took how many rows of what (PIPL).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.models import Job
from app.security.actor import Actor
from app.services import audit, jobs

EXPORT_JOB = "export"
FORMATS = ("xlsx", "csv")
# More rows than this are a job's work.
AT_ONCE = 2000
# A sheet of Excel holds 1,048,576 rows, its headings among them.
MOST = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """Which list, under which arguments, which columns in order, in which words, as which file."""

    view: str
    query: str
    columns: tuple[str, ...]
    language: str
    format: str


@dataclass(frozen=True)
class Table:
    """What a list shows: its title, its headings, how many rows there are, and the rows, some at a time."""

    title: str
    headings: list[str]
    count: int
    batches: Callable[[], Iterator[list[list[Any]]]]


Port = Callable[[Wanted], AbstractContextManager[Table]]


def table(wanted: Wanted) -> AbstractContextManager[Table]:
    """The rows of a list for the present actor. Raises OutOfReach where they may not open it."""
    port: Port = current_app.extensions["list_table"]
    return port(wanted)


def ask(session: Session, wanted: Wanted, actor: Actor, now: datetime, filename: str) -> Job:
    """Put the export down as a job of ``actor``."""
    payload = {"wanted": asdict(wanted) | {"columns": list(wanted.columns)}, "filename": filename}
    return jobs.enqueue(session, EXPORT_JOB, payload, actor, now)


def wanted_of(payload: dict[str, Any]) -> Wanted:
    """What a job was asked for."""
    asked = payload["wanted"]
    return Wanted(**{**asked, "columns": tuple(asked["columns"])})


def record(session: Session, wanted: Wanted, rows: int) -> None:
    """Write down who took how many rows of which list, with which columns and under which filters."""
    facts = {"rows": rows, "columns": list(wanted.columns), "query": wanted.query, "format": wanted.format}
    audit.record_event(session, "export", wanted.view, facts)
