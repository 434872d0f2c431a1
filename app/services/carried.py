"""Reading what the tracing of carried hours needs (CARRY): a teacher's earlier years, whole.

A year at another school is beyond a reviewer's reach, yet the hours carried from it are part of the year they see.
What is told of it is ids, days and hours; titles are for whoever reaches the entries.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.carried import Movement, YearHours, trace
from app.domain.policy import pack
from app.models import Standing
from app.security.actor import acting, current_actor
from app.services.standing_sources import live_entries

NOTHING = Movement((), ())


def movement(session: Session, standing: Standing) -> Movement:
    """What came into a year and what moved on from it. Two queries where anything did, else none."""
    if not standing.carried_in and not standing.carried_out:
        return NOTHING
    with acting(current_actor().as_system()):
        rows = session.execute(
            select(Standing.year, Standing.policy, Standing.carried_in, Standing.carried_out, Standing.not_counted)
            .where(Standing.teacher_id == standing.teacher_id, Standing.year <= standing.year)
            .order_by(Standing.year)
        ).all()
        entries = live_entries(session, [standing.teacher_id]).get(standing.teacher_id, [])
    years = []
    for year, policy, carried_in, carried_out, not_counted in rows:
        left_out = {row["entry"] for row in not_counted}
        category = pack(policy).carry_category
        own = (one for one in entries if one.year == year and one.category == category and one.id not in left_out)
        years.append(YearHours(year, carried_in, carried_out, tuple(own)))
    return trace(years)[standing.year]
