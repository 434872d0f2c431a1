"""Which invented claims have something to look at, as ``services/duplicates.py`` would have found on submission.

Judged in memory over one teacher's rows. Across teachers only what the stories lay down is alike: everybody else's
numbers and files are their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from app.demo.activities import Offer
from app.domain.attendance import OF_DAYS
from app.domain.likeness import Attended, Claimed, Likeness, likeness, likeness_to_attendance
from app.services.duplicates import REFUSED_STATES, STANDING_STATES

Row = dict[str, Any]


def attended(offer: Offer, row: Row) -> tuple[Attended, bool]:
    """A registered day as claims are compared with it, and whether the assessment was passed."""
    return Attended(row["teacher_id"], offer.title, row["attended_on"], offer.kind in OF_DAYS), row["passed"]


def mark(claims: Sequence[Row], days: Iterable[tuple[Attended, bool]]) -> None:
    """Set the mark on one teacher's rows, which still wait to be written."""
    days = list(days)
    compared = [(row, _claimed(row)) for row in claims]
    for row, one in compared:
        if row["state"] not in STANDING_STATES:
            continue
        found = any(_is_alike(one, other, theirs) for other, theirs in compared if other is not row)
        if found or any(_is_attended(one, day, passed) for day, passed in days):
            row["is_flagged"] = True


def _is_alike(one: Claimed, other: Row, theirs: Claimed) -> bool:
    if other["state"] not in (*STANDING_STATES, *REFUSED_STATES):
        return False
    found = likeness(one, theirs)
    # A day on which hours were refused holds none.
    return found is not None and (found is not Likeness.DAYS or other["state"] in STANDING_STATES)


def _is_attended(one: Claimed, day: Attended, passed: bool) -> bool:
    found = likeness_to_attendance(one, day)
    return found is not None and (passed or found is not Likeness.DAYS)


def _claimed(row: Row) -> Claimed:
    named = (date.fromisoformat(session["on"]) for session in row["facts"].get("sessions", ()))
    return Claimed(
        teacher=row["teacher_id"],
        year=row["year"],
        title=row["title"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        certificate=row["certificate_number"],
        days=frozenset(on for on in named if on.year == row["year"]),
    )
