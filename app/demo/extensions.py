"""Invented extensions of deadlines at the first school: one teacher's, the whole school's, and one that was ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from app.demo.claims import Reviewer
from app.demo.days import at_work, seeded
from app.domain.policy import Deadline, Policy


class Told(NamedTuple):
    """What is laid down: which year before this one, whose place on the roster (None: all), how many days more."""

    years_ago: int
    position: int | None
    deadline: Deadline
    days: int
    reason: str
    granted_days_ago: int
    end_reason: str | None = None


# The demonstration teacher is the first of the roster.
TOLD = (
    Told(1, 3, Deadline.CLAIM, 20, "住院治疗，病愈后补交（示例）。", 330, "教师已在原期限内交齐材料（示例）。"),
    Told(0, 0, Deadline.CLAIM, 15, "赴外省支教至年底，返校后补交培训证书（示例）。", 9),
    Told(0, None, Deadline.FIRST_REVIEW, 12, "校舍搬迁，纸质材料暂存区档案室，初审顺延（示例）。", 4),
)


def rows(
    seed: int, school_id: int, first_teacher_id: int, by: Reviewer, policies: dict[int, Policy], now: datetime
) -> Iterator[dict[str, Any]]:
    """The register's columns without ids. ``policies``: of this year and the one before."""
    this_year = max(policies)
    for told in TOLD:
        year = this_year - told.years_ago
        due_on = policies[year].deadline(told.deadline, year)
        if due_on is None:
            continue
        rng = seeded(seed, "extended", told.deadline, year)
        granted_at = at_work(rng, _no_later(due_on, (now - timedelta(days=told.granted_days_ago)).date()))
        yield {
            "school_id": school_id,
            "teacher_id": None if told.position is None else first_teacher_id + told.position,
            "year": year,
            "deadline": str(told.deadline),
            "until_on": due_on + timedelta(days=told.days),
            "reason": told.reason,
            "granted_at": granted_at,
            "granted_by_id": by.user_id,
            "granted_by": by.name,
            "ended_at": granted_at + timedelta(days=2) if told.end_reason else None,
            "end_reason": told.end_reason,
            "version": 1,
        }


def _no_later(due_on: date, on: date) -> date:
    """Whoever asks for more time does so before it has run out."""
    return min(due_on - timedelta(days=3), on)
