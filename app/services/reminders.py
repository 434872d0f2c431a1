"""Reminding schools that are behind with their first reviews: once a day a school, to its reviewers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import SHANGHAI, day_in_china
from app.models import Notice, School
from app.security.actor import Actor, acting, current_actor
from app.services import audit, notices
from app.services.turns import take_turn


def remind(
    session: Session, waiting: Mapping[int, int], year: int, due_on: date, actor: Actor, now: datetime
) -> list[int]:
    """Tell the reviewers of these schools (``waiting``: how many claims wait there); returns the schools told.

    Schools beyond the actor's reach are left out, and so are those reminded of that year today, by whomever, and
    those where nobody reviews.
    """
    take_turn(session)
    schools = {row.id: row for row in session.scalars(select(School).where(School.id.in_(sorted(waiting))))}
    start = datetime.combine(day_in_china(now), datetime.min.time(), SHANGHAI)
    # Notices are their readers' alone; that a school was reminded today is known to nobody else.
    with acting(current_actor().as_system()):
        facts = session.scalars(
            select(Notice.facts).where(Notice.kind == str(notices.Kind.REMINDER), Notice.created_at >= start)
        )
        reminded = {one.get("school_id") for one in facts if one.get("year") == year}
        accounts = notices.reviewers_by_place(session, "school", schools)
    told = [school_id for school_id in sorted(schools) if school_id not in reminded and accounts.get(school_id)]
    for school_id in told:
        notices.tell(
            session,
            accounts[school_id],
            notices.Kind.REMINDER,
            now,
            by=actor.name,
            school=schools[school_id].name,
            school_id=school_id,
            count=waiting[school_id],
            year=year,
            due_on=due_on.isoformat(),
        )
    if told:
        audit.record_event(session, "reminder", str(year), {"schools": told})
    return told
