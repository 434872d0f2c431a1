"""The job that takes the figures of homes and statistics: counted first, then written in a short transaction.

Killed in between, nothing was written and it counts again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.jobs.work import checkpoint, job
from app.models import Job
from app.security.actor import acting, current_actor
from app.services import tallies


@job(tallies.TALLY_JOB)
def take(session: Session, row: Job, now: datetime) -> dict[str, Any]:
    """Count with nobody waiting, then keep. Ends with the row of the take before, which tells nothing any more."""
    with acting(current_actor().as_system()):
        row.total = 1
        checkpoint(session, row, 0)
        figures = tallies.count(session, now)
        # What was read so far ends here: nobody waits for a writer that is still counting.
        session.commit()
        kept = tallies.keep(session, figures, now)
        session.execute(delete(Job).where(Job.kind == row.kind, Job.state.in_(("done", "failed")), Job.id != row.id))
        checkpoint(session, row, 1)
    return {"rows": kept}
