"""What a claim would do to its teacher's year, and the days on which it exceeds a full day. Shown, never enforced."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.domain.attendance import OF_DAYS
from app.domain.errors import Refused
from app.domain.hours import Part, over_ceiling, plain
from app.domain.policy import Policy, pack
from app.extensions import db
from app.models import Attendance, Claim, Entry, Standing
from app.services import claims, duplicates, ledger
from app.views.labels_claims import category_word

NOTHING = Decimal(0)


def effect(
    policy: Policy, teacher_id: int | None, year: int, part: Part | None, subject: str | None = None
) -> dict[str, Any] | None:
    """The category of ``part`` in the teacher's year as it stands, and once these hours count. None where unknown."""
    if part is None or teacher_id is None:
        return None
    standing = db.session.scalars(
        select(Standing).where(Standing.teacher_id == teacher_id, Standing.year == year)
    ).one_or_none()
    if standing is None or standing.policy != policy.id:
        return None
    before = Decimal(standing.recognised.get(part.category, "0"))
    if part.category == policy.carry_category:
        before += standing.carried_in
    gained = _gained(policy, teacher_id, year, part, subject)
    after, required = before + gained, dict(policy.minima).get(part.category)
    of = required or after
    return {
        "category": category_word(policy, part.category),
        "before": plain(before),
        "after": plain(after),
        "required": plain(required) if required is not None else "",
        "met": required is None or after >= required,
        "share": _share(before, of),
        "more": _share(min(after, of) - min(before, of), of),
        "total_before": plain(standing.total),
        "total_after": plain(standing.total + gained),
        "total_required": plain(policy.required_total),
        "url": url_for("StandingView.show", pk=standing.id),
    }


def _gained(policy: Policy, teacher_id: int, year: int, part: Part, subject: str | None) -> Decimal:
    """What these hours add: of a subject that counts once a year, only what exceeds the hours counted (DUP-PUBLIC)."""
    category = policy.category(part.category)
    if subject is None or category is None or not category.once_per_subject:
        return part.hours
    counted = ledger.live().where(
        Entry.teacher_id == teacher_id, Entry.year == year, Entry.category == category.id, Entry.subject == subject
    )
    return max(NOTHING, part.hours - max((one.hours for one in db.session.scalars(counted)), default=NOTHING))


def _share(hours: Decimal, of: Decimal) -> str:
    return "100" if not of else f"{max(NOTHING, min(Decimal(100), hours * 100 / of)):.1f}"


def ceiling(
    policy: Policy, teacher_id: int | None, part: Part | None, *, but: int | None = None
) -> list[dict[str, Any]]:
    """Days on which this part and the teacher's other hours of the day exceed a full day (CEIL).

    ``but``: the claim itself, which is not counted against itself.
    """
    days = {step.on: step.hours for step in part.steps if step.on is not None} if part is not None else {}
    if not days or teacher_id is None:
        return []
    dated = [(on, hours, None) for on, hours in days.items()]
    dated += _attended(teacher_id, list(days)) + _claimed(teacher_id, days, but)
    return [
        {
            "on": excess.on.isoformat(),
            "hours": plain(excess.hours),
            "allowed": plain(excess.allowed),
            "others": [str(ref) for ref in excess.refs if ref is not None],
        }
        for excess in over_ceiling(policy, dated)
    ]


def _attended(teacher_id: int, days: list[Any]) -> list[Any]:
    rows = db.session.scalars(
        select(Attendance)
        .where(
            Attendance.teacher_id == teacher_id,
            Attendance.attended_on.in_(days),
            Attendance.voided_at.is_(None),
            Attendance.passed.is_(True),
        )
        .options(joinedload(Attendance.activity))
    )
    return [
        (row.attended_on, row.hours, f"{row.activity.title} {plain(row.hours)}")
        for row in rows
        if row.activity.kind in OF_DAYS
    ]


def _claimed(teacher_id: int, days: dict[Any, Decimal], but: int | None) -> list[Any]:
    others = select(Claim).where(
        Claim.teacher_id == teacher_id,
        Claim.state.in_(duplicates.STANDING_STATES),
        Claim.starts_on <= max(days),
        Claim.ends_on >= min(days),
    )
    found = []
    for claim in db.session.scalars(others if but is None else others.where(Claim.id != but)):
        part = part_of(pack(claim.policy), claims.data_of(claim))
        steps = part.steps if part is not None else ()
        found += [
            (step.on, step.hours, f"{claim.title} {plain(step.hours)}") for step in steps if step.on in days
        ]
    return found


def part_of(policy: Policy, data: claims.ClaimData) -> Part | None:
    """The hours of what was typed; None where the rules refuse it."""
    try:
        return claims.reckon(policy, data)
    except Refused:
        return None


__all__ = ["ceiling", "effect", "part_of"]
