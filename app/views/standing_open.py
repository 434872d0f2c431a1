"""What is still open in a year: what is missing and by when, what is under review, which activities would fill it.

A part of the page "why". How much something would fill is reckoned in ``domain/filling.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import case, or_, select
from sqlalchemy.orm import joinedload

from app.domain.days import day_in_china
from app.domain.deadlines import Extension
from app.domain.filling import Gain, gain
from app.domain.hours import plain
from app.domain.policy import Deadline, Policy
from app.extensions import db
from app.models import Activity, Attendance, Claim, Entry, Standing
from app.security.actor import current_actor
from app.services import extensions
from app.views import labels_claims
from app.views.access import holds
from app.views.claim_clock import WAITS_FOR, clock, reminders
from app.views.extensions import extend_url
from app.views.labels_claims import category_word

OFFERED = 5
# Among this many announced activities, those of short categories with the most hours, the best are chosen.
CONSIDERED = 80
TOTAL = "total"


def missing_of(standing: Standing) -> dict[str, Decimal]:
    """What the year is short of, by category and ``total``; nothing where the teacher is exempt."""
    if standing.result == "exempt":
        return {TOTAL: Decimal(0)}
    return {name: Decimal(hours) for name, hours in standing.missing.items()}


def values(
    policy: Policy, standing: Standing, entries: list[Entry], waiting: list[Claim], now: datetime
) -> dict[str, Any]:
    """The part's template values; ``entries`` are those that count."""
    missing = missing_of(standing)
    is_short = any(missing.values())
    extended = extensions.of_teacher(db.session, standing.school_id, standing.teacher_id)
    claim_clock = clock(policy, Deadline.CLAIM, standing.year, now, extended)
    may_claim = claim_clock is None or claim_clock["left"] >= 0
    is_over = standing.year < day_in_china(now).year
    return {
        "waiting": [_waiting(policy, one, now, extended) for one in waiting],
        "deadline": claim_clock,
        "extend_url": "" if may_claim else extend_url(standing.school, standing.teacher_id, standing.year, "claim"),
        "reminders": reminders(policy, standing.year, now),
        "attend_by": _attendance_clocks(policy, standing.year, now, extended) if is_short else [],
        "is_short": is_short,
        "is_over": is_over,
        "may_claim": may_claim,
        "claim_url": _claim_url(standing) if may_claim else "",
        "still": _still_missing(policy, missing, waiting),
        "offers": _offers(policy, standing, entries, missing, now) if is_short and not is_over else [],
    }


def _attendance_clocks(
    policy: Policy, year: int, now: datetime, extended: Sequence[Extension]
) -> list[dict[str, Any]]:
    """By when attendance has to be registered by who runs the activity, while there is time."""
    clocks = (clock(policy, which, year, now, extended) for which in (Deadline.FACE_TO_FACE, Deadline.SESSIONS))
    return [one for one in clocks if one is not None and one["left"] >= 0]


def _claim_url(standing: Standing) -> str:
    """Where the teacher claims hours of the year; others claim on their behalf from the list of claims."""
    is_own = current_actor().teacher_id == standing.teacher_id
    return url_for("ClaimView.add", year=standing.year) if is_own and holds("can_add", "ClaimView") else ""


def _still_missing(policy: Policy, missing: Mapping[str, Decimal], waiting: list[Claim]) -> list[str] | None:
    """What would be missing still if everything under review passed as claimed; None where nothing is under review."""
    if not waiting:
        return None
    left = dict(missing)
    for claim in waiting:
        for name in (claim.category, TOTAL):
            if name in left:
                left[name] = max(Decimal(0), left[name] - claim.claimed_hours)
    return [
        gettext("%(category)s %(hours)s", category=_name(policy, name), hours=plain(hours))
        for name, hours in left.items()
        if hours
    ]


def _name(policy: Policy, name: str) -> str:
    return gettext("Total") if name == TOTAL else category_word(policy, name)


def _waiting(policy: Policy, claim: Claim, now: datetime, extended: Sequence[Extension]) -> dict[str, Any]:
    return {
        "title": claim.title,
        "number": claim.number,
        "url": url_for("ClaimView.show", pk=claim.id),
        "category": category_word(policy, claim.category),
        "hours": plain(claim.claimed_hours),
        "state": labels_claims.state_pill(claim.state),
        "review": clock(policy, WAITS_FOR[claim.state], claim.year, now, extended),
    }


def _offers(
    policy: Policy, standing: Standing, entries: list[Entry], missing: Mapping[str, Decimal], now: datetime
) -> list[dict[str, Any]]:
    """Activities still to come this year that would fill something, best filling first, then the nearest."""
    counted = {one.subject: one.hours for one in entries if one.subject and one.category in policy.once_per_subject}
    found = []
    for activity in _announced(policy, standing, missing, now):
        is_once = activity.category in policy.once_per_subject
        known = counted.get(activity.subject or "", Decimal(0)) if is_once else Decimal(0)
        fills = gain(missing, activity.category, activity.hours, known)
        if fills.of_category or fills.of_total:
            found.append((fills, activity))
    found.sort(key=lambda one: (-one[0].of_category, -one[0].of_total, one[1].starts_on, one[1].id))
    return [_offer(policy, missing, fills, activity) for fills, activity in found[:OFFERED]]


def _announced(policy: Policy, standing: Standing, missing: Mapping[str, Decimal], now: datetime) -> list[Activity]:
    """Activities open to the teacher that have not begun, and in which they are not registered."""
    teacher = standing.teacher
    # Whoever looks may see other schools' own training; it is for the staff of those schools.
    is_open = or_(Activity.organiser_id.is_not(None), Activity.school_id == teacher.school_id)
    attended = select(Attendance.activity_id).where(
        Attendance.teacher_id == teacher.id, Attendance.voided_at.is_(None)
    )
    short = [name for name, hours in missing.items() if name != TOTAL and hours]
    if not teacher.is_active:
        return []
    rows = db.session.scalars(
        select(Activity)
        .where(
            is_open,
            Activity.category.in_(policy.category_ids),
            Activity.starts_on.between(day_in_china(now), date(standing.year, 12, 31)),
            Activity.id.not_in(attended),
        )
        .options(joinedload(Activity.organiser), joinedload(Activity.school))
        .order_by(
            case((Activity.category.in_(short), 0), else_=1), Activity.hours.desc(), Activity.starts_on, Activity.id
        )
        .limit(CONSIDERED)
    )
    return list(rows)


def _offer(policy: Policy, missing: Mapping[str, Decimal], fills: Gain, activity: Activity) -> dict[str, Any]:
    category = category_word(policy, activity.category)
    if fills.of_category:
        words = gettext(
            "%(hours)s of the %(missing)s missing in %(category)s",
            hours=plain(fills.of_category),
            missing=plain(missing[activity.category]),
            category=category,
        )
    else:
        words = gettext(
            "%(hours)s of the %(missing)s missing to the total",
            hours=plain(fills.of_total),
            missing=plain(missing[TOTAL]),
        )
    return {
        "title": activity.title,
        "url": url_for("ActivityView.show", pk=activity.id),
        "on": activity.starts_on.isoformat(),
        "category": category,
        "fills": words,
        "hours": plain(fills.hours),
        "body": str(activity.organiser or activity.school or ""),
    }
