"""Importing rows: judge them all, then write the good ones. Nothing is written where a row is faulty, unless asked.

A row's meaning stands in the planners; here stand the tally, the chunks, and the order of things.
Everything flushes and nothing commits, so a command makes one transaction of a file, and a job one
of each chunk, which writing the same row twice cannot harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

from sqlalchemy.orm import Session

from app.services import audit
from app.services.import_attendance import AttendancePlanner
from app.services.import_rows import Action, ImportRow, Kind, Planned, Rows
from app.services.import_schools import SchoolPlanner
from app.services.import_teachers import TeacherPlanner
from app.services.turns import take_turn

CHUNK = 500
# The kinds of the two jobs: judging a file, and writing it.
PLAN_JOB = "import_plan"
WRITE_JOB = "import_write"


class Planner(Protocol):
    """Judges rows against the database and writes those judged good."""

    def judge(self, rows: Sequence[ImportRow]) -> list[Planned]: ...

    def write(self, planned: Sequence[Planned]) -> None: ...


PLANNERS: dict[Kind, Callable[[Session, datetime], Planner]] = {
    Kind.TEACHERS: TeacherPlanner,
    Kind.SCHOOLS: SchoolPlanner,
    Kind.ATTENDANCE: AttendancePlanner,
}


@dataclass
class Tally:
    """How many rows did what."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    faulty: int = 0

    def add(self, planned: Planned) -> None:
        """Count one row."""
        word = "faulty" if planned.is_faulty else str(planned.action)
        setattr(self, word, getattr(self, word) + 1)

    @property
    def total(self) -> int:
        """All rows."""
        return self.new + self.changed + self.unchanged + self.faulty

    @property
    def good(self) -> int:
        """Rows without a fault."""
        return self.total - self.faulty

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


See = Callable[[Planned], None]


def plan(
    session: Session,
    kind: Kind,
    rows: Rows,
    now: datetime,
    see: See | None = None,
    on_chunk: Callable[[int], None] | None = None,
) -> Tally:
    """Judge every row and change nothing. ``see`` is shown each, ``on_chunk`` told how many were done."""
    planner = PLANNERS[kind](session, now)
    tally = Tally()
    with session.no_autoflush:
        for chunk in chunks(rows):
            for planned in planner.judge(chunk):
                tally.add(planned)
                if see is not None:
                    see(planned)
            if on_chunk is not None:
                on_chunk(len(chunk))
    return tally


def write(session: Session, kind: Kind, rows: Sequence[ImportRow], now: datetime) -> list[Planned]:
    """Judge these rows anew and write the good ones; the others are left out, with their faults."""
    # What is judged here must still be so when it is written.
    take_turn(session)
    planner = PLANNERS[kind](session, now)
    planned = planner.judge(rows)
    good = [one for one in planned if not one.is_faulty and one.action is not Action.UNCHANGED]
    if good:
        planner.write(good)
    return planned


def run(
    session: Session,
    kind: Kind,
    rows: Rows,
    now: datetime,
    *,
    accept_good: bool = False,
    dry_run: bool = False,
    see: See | None = None,
) -> tuple[Tally, bool]:
    """Import a file in one transaction; returns the tally and whether anything was written."""
    tally = plan(session, kind, rows, now, see)
    if dry_run or (tally.faulty and not accept_good) or not tally.new + tally.changed:
        return tally, False
    for chunk in chunks(rows):
        write(session, kind, chunk, now)
    record(session, kind, tally)
    return tally, True


def record(session: Session, kind: Kind, tally: Tally) -> None:
    """Write down that an import took place."""
    audit.record_event(session, "import", str(kind), tally.as_dict())


def chunks(rows: Iterable[ImportRow], size: int = CHUNK) -> Iterator[list[ImportRow]]:
    """The rows in lists of ``size``."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
