"""The job that writes a list of yearly results (SUBSIDY). A workbook cannot be added to, so a killed job starts again;
what it reveals is written down once, before the first ID number is read.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.domain.lists import opens
from app.domain.standing import Result
from app.exchange.lists import ListWorkbook
from app.jobs.work import checkpoint, job
from app.models import Job
from app.services import import_files, lists
from app.services.lists import LIST_JOB, Wanted


@job(LIST_JOB)
def make_list(session: Session, row: Job, now: datetime) -> dict[str, Any]:
    """Write the list of the payload; the outcome names the file, which is kept encrypted."""
    wanted = Wanted(**row.payload["wanted"])
    if not (row.outcome or {}).get("recorded"):
        row.total = lists.count(session, wanted)
        lists.record_reveal(session, wanted, row.total)
    checkpoint(session, row, 0, {"recorded": True})
    done = opened = 0
    with tempfile.TemporaryDirectory(prefix="xueshi-list-") as folder:
        path = Path(folder) / "list.xlsx"
        with ListWorkbook(path, lists.categories(wanted)) as book:
            for people in lists.batches(session, wanted):
                for one in people:
                    book.add(one)
                    opened += opens(Result(one.result))
                done += len(people)
                if people:
                    checkpoint(session, row, done)
        kept = import_files.keep(path.read_bytes())
    return {"file": kept, "filename": f"{wanted.use}-{wanted.year}.xlsx", "sealed": True, "rows": done, "opens": opened}
