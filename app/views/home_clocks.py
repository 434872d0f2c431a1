"""The clocks of a home page: the deadlines of a year under its policy, each with the days left."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from app.domain.deadlines import Extension, days_left, last_day
from app.domain.errors import Refused
from app.domain.policy import Deadline
from app.extensions import db
from app.services import standings

NEAR = 7


def clocks(year: int, now: datetime, extended: tuple[Extension, ...]) -> list[dict[str, Any]]:
    """The deadlines of a year under the policy of school teachers, by date."""
    try:
        policy = standings.policy_for(db.session, year, "teacher")
    except Refused:
        return []
    words = {
        Deadline.CLAIM: gettext("Claims of %(year)s", year=year),
        Deadline.FIRST_REVIEW: gettext("First review of %(year)s", year=year),
        Deadline.SECOND_REVIEW: gettext("Second review of %(year)s", year=year),
    }
    found = []
    for which, title in words.items():
        due_on, left = last_day(policy, which, year, extended), days_left(policy, which, year, now, extended)
        if due_on is None or left is None:
            continue
        one = clock(due_on, left, title)
        if due_on != policy.deadline(which, year):
            one["note"] = gettext("extended")
        found.append(one)
    return sorted(found, key=lambda one: one["iso"])


def clock(due_on: date, left: int, title: str) -> dict[str, Any]:
    return {
        "on": f"{due_on:%m-%d}",
        "iso": due_on.isoformat(),
        "title": title,
        "days": left if left >= 0 else None,
        "left": "",
        "past": left < 0,
        "done": None,
        "note": "",
        "tone": "warn" if 0 <= left <= NEAR else "",
    }
