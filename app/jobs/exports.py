"""The job that exports a long list. A workbook cannot be added to, so a killed job starts again; that rows were taken
is written down once, before the first is read.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.domain.errors import Refused
from app.exchange.table_file import table_file
from app.jobs.work import checkpoint, job
from app.models import Job
from app.services import exports, import_files
from app.services.exports import EXPORT_JOB
from app.services.refusals import No


@job(EXPORT_JOB)
def make_export(session: Session, row: Job, now: datetime) -> dict[str, Any]:
    """Write the rows of the payload's list; the outcome names the file, which is kept encrypted."""
    wanted = exports.wanted_of(row.payload)
    with exports.table(wanted) as table:
        if table.count > exports.MOST:
            raise Refused(No.EXPORT_TOO_LONG, most=f"{exports.MOST:,}")
        row.total = table.count
        if not (row.outcome or {}).get("recorded"):
            exports.record(session, wanted, table.count)
        checkpoint(session, row, 0, {"recorded": True})
        done = 0
        with tempfile.TemporaryDirectory(prefix="xueshi-export-") as folder:
            path = Path(folder) / f"list.{wanted.format}"
            with table_file(path, wanted.format, table.title, table.headings) as file:
                for rows in table.batches():
                    for one in rows:
                        file.add(one)
                    done += len(rows)
                    checkpoint(session, row, done)
            kept = import_files.keep(path.read_bytes())
    return {"file": kept, "filename": row.payload["filename"], "sealed": True, "rows": done}
