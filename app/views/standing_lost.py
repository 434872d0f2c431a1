"""What gave no hours in a year, each with its rule: entries that do not count, failed assessments, refused and late
claims. A part of the page "why"; nothing is decided here.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.domain.hours import plain
from app.domain.lost import FAILED, Loss, by_reason, too_late
from app.domain.policy import Deadline, Policy
from app.extensions import db
from app.models import Attendance, Claim, Entry, Standing
from app.views import labels, labels_claims
from app.views.claim_page import moment
from app.views.labels_claims import category_word
from app.views.labels_codes import STATES

# A year has a handful of these; somebody with more finds the rest in the lists.
MOST = 50
REFUSED = ("rejected", "revoked")
UNFINISHED = ("draft", "returned")


def rows(
    policy: Policy, standing: Standing, entries: list[Entry], claims: list[Claim], *, is_late: bool
) -> list[dict[str, Any]]:
    """Everything of the year that gave no hours, the latest first. ``is_late``: the time for claims is over."""
    found = [*_not_counted(policy, standing, entries), *_failed(policy, standing)]
    for claim in claims:
        if claim.state in REFUSED or (claim.state == "approved" and not claim.recognised_hours):
            found.append(_refused(policy, claim))
        elif claim.state in UNFINISHED and is_late:
            words = gettext("It was not submitted in time, so it is not registered.")
            found.append(_claim(policy, claim, words, too_late(policy, Deadline.CLAIM)))
    return sorted(found, key=lambda row: (row["on"], row["title"]), reverse=True)[:MOST]


def _row(title: str, category: str, place: str, on: date | None, hours: Any, why: str, loss: Loss) -> dict[str, Any]:
    return {
        "title": title,
        "category": category,
        "place": place,
        "on": on.isoformat() if on is not None else "",
        "hours": plain(hours),
        "why": why,
        "said": "",
        "rule": str(loss.rule or ""),
        "clause": loss.source,
        "url": "",
    }


def _not_counted(policy: Policy, standing: Standing, entries: list[Entry]) -> list[dict[str, Any]]:
    """Entries that are kept and do not count, with the one that counts instead (DUP-PUBLIC)."""
    told = {row["entry"]: row for row in standing.not_counted}
    by_id = {one.id: one for one in entries}
    found = []
    for entry in entries:
        if entry.id not in told:
            continue
        kept = by_id.get(told[entry.id].get("kept"))
        why = (
            gettext(
                "The same public subject counts once a year; the %(hours)s hours of %(on)s count.",
                hours=plain(kept.hours),
                on=kept.earned_on.isoformat(),
            )
            if kept is not None
            else gettext("The same public subject counts once a year; another entry of it counts.")
        )
        row = _row(
            entry.title,
            category_word(policy, entry.category),
            str(labels.words_of("entry", "platform").get(entry.platform, entry.platform)),
            entry.earned_on,
            entry.hours,
            why,
            Loss(None, _once_source(policy, entry.category)),
        )
        kept_by = gettext("Counted instead: %(title)s", title=kept.title) if kept is not None else ""
        found.append({**row, "rule": told[entry.id]["rule"], "said": kept_by})
    return found


def _once_source(policy: Policy, category: str) -> str:
    """The clause by which a subject counts once in a category."""
    position = policy.category_ids.index(category)
    return policy.source_of(f"category[{position}].once_per_subject")


def _failed(policy: Policy, standing: Standing) -> list[dict[str, Any]]:
    """Attendances of the year whose assessment was failed (EXAM)."""
    attended = db.session.scalars(
        select(Attendance)
        .where(
            Attendance.teacher_id == standing.teacher_id,
            Attendance.attended_on.between(date(standing.year, 1, 1), date(standing.year, 12, 31)),
            Attendance.passed.is_(False),
            Attendance.voided_at.is_(None),
        )
        .options(joinedload(Attendance.activity))
        .order_by(Attendance.attended_on.desc(), Attendance.id)
        .limit(MOST)
    )
    why = gettext("The assessment was failed, so there are no hours.")
    return [
        _row(
            # A school's own training is not announced to who has moved on; that it was failed still is theirs to see.
            one.activity.title if one.activity is not None else gettext("An activity of another school"),
            category_word(policy, one.activity.category) if one.activity is not None else "",
            gettext("Attendance"),
            one.attended_on,
            one.hours,
            why,
            FAILED,
        )
        for one in attended
    ]


def _refused(policy: Policy, claim: Claim) -> dict[str, Any]:
    """A claim that was refused or cancelled, with the reviewer's reason."""
    decision = claim.decisions[-1] if claim.decisions else None
    code = decision.reason_code if decision is not None else None
    words = gettext("No hours recognised") if claim.state == "approved" else str(STATES[claim.state])
    if code:
        words = gettext(": ").join((words, labels_claims.reason_word(code)))
    loss = FAILED if claim.facts.get("passed") is False and claim.state == "approved" else by_reason(code)
    row = _claim(policy, claim, words, loss)
    if decision is not None and decision.reason:
        at = moment(decision.decided_at)
        row["said"] = gettext("%(who)s, %(at)s: %(reason)s", who=decision.actor_name, at=at, reason=decision.reason)
    return row


def _claim(policy: Policy, claim: Claim, why: str, loss: Loss) -> dict[str, Any]:
    category = category_word(policy, claim.recognised_category or claim.category)
    on = claim.ends_on or claim.starts_on
    row = _row(claim.title, category, claim.number, on, claim.claimed_hours, why, loss)
    return {**row, "url": url_for("ClaimView.show", pk=claim.id)}
