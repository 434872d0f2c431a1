"""The job that answers "what if": school by school, each group's answer committed with how far it is.

The counts stand in the job's row. Who would change, in the store: by key alone, without a name. A killed worker goes on
after the last school committed. No table but the job's own is written.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.domain.hours import plain
from app.jobs.work import checkpoint, job
from app.models import Job
from app.security.actor import current_actor
from app.security.session import OutOfReach
from app.services import simulations
from app.services.simulations import SIMULATE_JOB, Answer
from app.services.store import store

EMPTY: dict[str, Any] = {"last": 0, "schools": {}, "parts": [], "needs": {}, "carried": ["0", "0"]}


@job(SIMULATE_JOB)
def simulate(session: Session, row: Job, now: datetime) -> dict[str, Any]:
    """Answer the question of the payload: {school: counts and, where somebody would change, the part naming them}."""
    if not current_actor().sees_all:
        # Narrowed to some schools, the counts would be of these alone and not say so.
        raise OutOfReach(SIMULATE_JOB)
    question = simulations.question_of(row.payload)
    outcome = row.outcome or EMPTY
    row.total = simulations.people(session, question)
    checkpoint(session, row, row.done, outcome)
    for schools in simulations.school_groups(session, outcome["last"]):
        found = simulations.answer(session, question, schools)
        outcome = _with(outcome, found, schools[-1])
        done = sum(tally.people for tally in found.tallies.values())
        checkpoint(session, row, min(row.total, row.done + done), outcome)
    return outcome


def _with(outcome: dict[str, Any], found: Answer, last: int) -> dict[str, Any]:
    """The outcome with another group's answer: a new value, so that the row sees that it changed."""
    parts, schools, needs = list(outcome["parts"]), dict(outcome["schools"]), dict(outcome["needs"])
    part = None
    if found.changes:
        part = len(parts)
        parts.append(store().put(json.dumps(found.changes, sort_keys=True).encode("utf-8")))
    for school_id, tally in found.tallies.items():
        schools[str(school_id)] = [*tally.as_list(), part if school_id in found.changes else None]
    for hours, count in found.needs.items():
        needs[hours] = needs.get(hours, 0) + count
    carried = [plain(Decimal(before) + more) for before, more in zip(outcome["carried"], found.carried, strict=True)]
    return {"last": last, "schools": schools, "parts": parts, "needs": needs, "carried": carried}
