"""Telling people in good time that a deadline is near: seven days before it and on the day before it, once each day.

Teachers with claims not handed in, and reviewers with claims that wait for them. Days as extended; whoever is away on
such a day is told on the next one of the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import deadlines
from app.domain.days import SHANGHAI, day_in_china
from app.domain.policy import Deadline, pack, packs
from app.models import Claim, Extension
from app.services import extensions, notices, numbers
from app.services.notices import Kind

DAYS_BEFORE = (7, 1)
# Nobody wants to be told at midnight.
FROM_HOUR = 8
STATES = {
    Deadline.CLAIM: ("draft", "returned"),
    Deadline.FIRST_REVIEW: ("submitted",),
    Deadline.SECOND_REVIEW: ("passed_first",),
}

claim_t = Claim.__table__
extension_t = Extension.__table__


def told_key(day: date) -> str:
    """The number series that remembers that a day's notices were written."""
    return f"told-due-{day.isoformat()}"


def tell(session: Session, now: datetime) -> bool:
    """Tell whose deadline is near today; False where that is done, or it is too early in the day. Acts as SYSTEM."""
    today = day_in_china(now)
    if now.astimezone(SHANGHAI).hour < FROM_HOUR or numbers.peek(session, told_key(today)):
        return False
    if numbers.next_number(session, told_key(today)) > 1:
        return False
    wanted = {today + timedelta(days) for days in DAYS_BEFORE}
    with notices.gathered(session):
        for which in STATES:
            years = _years(session, which, wanted, today)
            if years:
                _tell(session, which, years, wanted, today, now)
    return True


def _years(session: Session, which: Deadline, wanted: set[date], today: date) -> set[int]:
    """The years of which some last day, by a pack or by an extension, is one of those wanted."""
    near = (today.year - 1, today.year)
    found = {year for policy in packs().values() for year in near if policy.deadline(which, year) in wanted}
    extended = select(extension_t.c.year).where(
        extension_t.c.deadline == which, extension_t.c.until_on.in_(wanted), extension_t.c.ended_at.is_(None)
    )
    return found | set(session.connection().scalars(extended))


def _tell(session: Session, which: Deadline, years: set[int], wanted: set[date], today: date, now: datetime) -> None:
    person = claim_t.c.teacher_id if which is Deadline.CLAIM else claim_t.c.authority_id
    keys = (person, claim_t.c.school_id, claim_t.c.year, claim_t.c.policy)
    asked = (
        select(*keys, func.count().label("many"))
        .where(claim_t.c.year.in_(years), claim_t.c.state.in_(STATES[which]))
        .group_by(*keys)
    )
    rows = session.connection().execute(asked).all()
    extended = _extended(session, which, years)
    waiting: Counter[tuple[int, int, date]] = Counter()
    for row in rows:
        teacher_id = row[0] if which is Deadline.CLAIM else None
        ours = extensions.choose(extended, row.school_id, teacher_id)
        due_on = deadlines.last_day(pack(row.policy), which, row.year, ours)
        whose = row.school_id if which is Deadline.FIRST_REVIEW else row[0]
        if due_on in wanted and whose is not None:
            waiting[whose, row.year, due_on] += row.many
    reviewers = _reviewers(session, which, {whose for whose, _year, _due_on in waiting})
    for (whose, year, due_on), count in waiting.items():
        facts: dict[str, Any] = {"count": count, "year": year, "due_on": due_on, "days": (due_on - today).days}
        if which is Deadline.CLAIM:
            notices.tell_teachers(session, [whose], Kind.CLAIM_DUE, now, **facts)
        else:
            notices.tell(session, reviewers.get(whose, ()), Kind.REVIEW_DUE, now, **facts)


def _extended(session: Session, which: Deadline, years: set[int]) -> Mapping[int, Sequence[Extension]]:
    asked = select(Extension.school_id).where(
        Extension.deadline == which, Extension.year.in_(years), Extension.ended_at.is_(None)
    )
    school_ids = set(session.scalars(asked))
    return extensions.of_schools(session, school_ids) if school_ids else {}


def _reviewers(session: Session, which: Deadline, places: set[int]) -> dict[int, list[int]]:
    if which is Deadline.CLAIM:
        return {}
    at: Literal["school", "authority"] = "school" if which is Deadline.FIRST_REVIEW else "authority"
    return notices.reviewers_by_place(session, at, places)
