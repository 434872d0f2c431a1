"""The chart of a year's weeks: claims handed in, reviews done, the pace that is needed; and the same as a table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext

from app.domain.days import day_in_china
from app.domain.pace import forecast, monday, weeks_between
from app.domain.policy import Deadline, Policy
from app.views.figures import Place
from app.views.panels import claims_url

WEEKS_BEFORE = 12


def trend(
    year: int, now: datetime, policy: Policy | None, weeks: list[dict[str, Any]], todo: int, *, stage: str, place: Place
) -> dict[str, Any] | None:
    """Claims handed in and reviews done by week, the pace that is needed, deadlines and today; and the same as rows."""
    if policy is None:
        return None
    today = day_in_china(now)
    words = {
        Deadline.CLAIM: gettext("claims due"),
        Deadline.FIRST_REVIEW: gettext("first review due"),
        Deadline.SECOND_REVIEW: gettext("second review due"),
    }
    due = {which: policy.deadline(which, year) for which in words}
    days = [day for day in due.values() if day is not None]
    if not days:
        return None
    start = min(days) - timedelta(weeks=WEEKS_BEFORE)
    end = max(days)
    if start <= today <= end:
        start = min(start, today - timedelta(weeks=WEEKS_BEFORE))
    known = {one["on"]: one for one in weeks}
    this_week = monday(today)
    rows = []
    for on in weeks_between(start, end):
        held = known.get(on.isoformat(), {})
        url = claims_url(
            place, year=year, submitted_at_from=on.isoformat(), submitted_at_to=(on + timedelta(days=6)).isoformat()
        )
        rows.append(
            {
                "on": on.isoformat(),
                "label": f"{on:%m-%d}",
                "submitted": held.get("submitted", 0) if on <= this_week else None,
                "reviewed": held.get(stage, 0) if on < this_week else None,
                "url": url if held.get("submitted") else "",
            }
        )
    goal = due[Deadline.FIRST_REVIEW if stage == "first" else Deadline.SECOND_REVIEW]
    ahead = forecast(todo, 0, goal, today) if goal is not None else None
    needed = (ahead.needed or 0) * 7 if ahead is not None and todo else 0
    total = sum(one["submitted"] or 0 for one in rows)
    busiest = max(rows, key=lambda one: one["submitted"] or 0)
    return {
        "title": gettext("Claims and reviews by week"),
        "reviewed": gettext("First reviews done") if stage == "first" else gettext("Second reviews done"),
        "rows": rows,
        "needed": needed,
        "words": gettext(
            "%(total)s claims handed in, most in the week of %(week)s: %(most)s.",
            total=f"{total:,}",
            week=busiest["label"],
            most=f"{busiest['submitted'] or 0:,}",
        )
        if total
        else gettext("No claims in these weeks yet."),
        "data": {
            "rows": rows,
            "needed": needed,
            "neededFrom": this_week.isoformat(),
            "neededTo": goal.isoformat() if goal else "",
            "neededWords": gettext("%(count)s a week needed", count=f"{needed:,}"),
            "marks": [
                {"on": day.isoformat(), "short": f"{day:%m-%d}", "words": words[which]}
                for which, day in due.items()
                if day
            ],
            "today": today.isoformat(),
            "todayWords": gettext("today"),
            "legend": {
                "submitted": gettext("Handed in"),
                "reviewed": gettext("Reviews done"),
                "needed": gettext("Needed to be in time"),
            },
        },
    }
