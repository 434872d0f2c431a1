"""The page "why": for each category what counted, what did not and the rule, what is missing and by when."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from sqlalchemy import select

from app.domain.days import day_in_china
from app.domain.hours import plain
from app.domain.policy import Deadline, Policy, pack
from app.extensions import db
from app.models import Activity, Claim, Entry, Standing
from app.services import ledger
from app.services.clock import now_utc
from app.views import labels, labels_claims
from app.views.claim_page import category_word, clock

WAITING = ("submitted", "passed_first")
OFFERED = 5
TOTAL = "total"


def page_values(standing: Standing) -> dict[str, Any]:
    """Everything the page shows beyond its buttons."""
    now = now_utc()
    policy = pack(standing.policy)
    entries = [one for one in ledger.live_entries(db.session, standing.teacher_id) if one.year == standing.year]
    waiting = list(
        db.session.scalars(
            select(Claim)
            .where(Claim.teacher_id == standing.teacher_id, Claim.year == standing.year, Claim.state.in_(WAITING))
            .order_by(Claim.id)
        )
    )
    not_counted = {row["entry"]: row for row in standing.not_counted}
    return {
        "standing": standing,
        "policy": policy,
        "rings": [
            *(_ring(policy, standing, waiting, one.id) for one in policy.categories),
            _total(policy, standing, waiting),
        ],
        "counted": _groups(policy, [one for one in entries if one.id not in not_counted]),
        "not_counted": [
            _not_counted(policy, one, not_counted[one.id], entries) for one in entries if one.id in not_counted
        ],
        "waiting": [_waiting(policy, one) for one in waiting],
        "carried_in": plain(standing.carried_in) if standing.carried_in else "",
        "carried_out": plain(standing.carried_out) if standing.carried_out else "",
        "carry_category": category_word(policy, policy.carry_category),
        "carry_in_source": policy.source_of("carry.in"),
        "carry_out_source": policy.source_of("carry.out"),
        "deadline": clock(policy, Deadline.CLAIM, standing.year, now),
        "offers": _offers(standing, now),
        "finding": standing.result,
    }


def _held(policy: Policy, standing: Standing, category: str) -> Decimal:
    """What counts towards a category's minimum, hours carried in being professional ones (CARRY)."""
    held = Decimal(standing.recognised.get(category, "0"))
    return held + standing.carried_in if category == policy.carry_category else held


def _ring(policy: Policy, standing: Standing, waiting: list[Claim], category: str) -> dict[str, Any]:
    required = dict(policy.minima).get(category)
    pending = sum((one.claimed_hours for one in waiting if one.category == category), Decimal(0))
    held = _held(policy, standing, category)
    return _circle(
        category_word(policy, category), held, required, pending, Decimal(standing.missing.get(category, "0"))
    )


def _total(policy: Policy, standing: Standing, waiting: list[Claim]) -> dict[str, Any]:
    pending = sum((one.claimed_hours for one in waiting), Decimal(0))
    missing = Decimal(standing.missing.get(TOTAL, "0"))
    return _circle("", standing.total, policy.required_total, pending, missing)


def _circle(title: str, held: Decimal, required: Decimal | None, pending: Decimal, missing: Decimal) -> dict[str, Any]:
    """A ring's figures: shares are of 100, since lengths are attributes and not styles."""
    of = required or Decimal(0)

    def share(hours: Decimal) -> str:
        return "100" if not of else f"{min(Decimal(100), hours * 100 / of):.1f}"

    return {
        "title": title,
        "held": plain(held),
        "required": plain(required) if required is not None else "",
        "pending": plain(pending) if pending else "",
        "missing": plain(missing) if missing else "",
        "surplus": plain(held - of) if of and held > of else "",
        "fill": share(held),
        "more": share(held + pending),
        "met": not missing,
    }


def _groups(policy: Policy, entries: list[Entry]) -> list[dict[str, Any]]:
    groups = []
    for category in policy.categories:
        rows = [one for one in entries if one.category == category.id]
        if rows:
            groups.append(
                {
                    "title": category_word(policy, category.id),
                    "hours": plain(sum((one.hours for one in rows), Decimal(0))),
                    "rows": [_row(one) for one in rows],
                }
            )
    return groups


def _row(entry: Entry) -> dict[str, Any]:
    # A claim decided at another school is not within reach, though its hours count.
    claim = entry.claim
    return {
        "on": entry.earned_on.isoformat(),
        "title": entry.title,
        "source": labels.words_of("entry", "source")[entry.source],
        "platform": labels.words_of("entry", "platform").get(entry.platform, entry.platform),
        "number": claim.number if claim is not None else "",
        "url": url_for("ClaimView.show", pk=claim.id) if claim is not None else "",
        "rule": "" if entry.claim_id is not None else "AUTO",
        "hours": plain(entry.hours),
    }


def _not_counted(policy: Policy, entry: Entry, row: dict[str, Any], entries: list[Entry]) -> dict[str, Any]:
    kept = next((one for one in entries if one.id == row.get("kept")), None)
    return {
        **_row(entry),
        "category": category_word(policy, entry.category),
        "rule": row["rule"],
        "kept_hours": plain(kept.hours) if kept else "",
        "kept_on": kept.earned_on.isoformat() if kept else "",
        "clause": _once_source(policy, entry.category),
    }


def _once_source(policy: Policy, category: str) -> str:
    """The clause by which a subject counts once in a category."""
    position = policy.category_ids.index(category)
    return policy.source_of(f"category[{position}].once_per_subject")


def _waiting(policy: Policy, claim: Claim) -> dict[str, Any]:
    return {
        "title": claim.title,
        "number": claim.number,
        "url": url_for("ClaimView.show", pk=claim.id),
        "category": category_word(policy, claim.category),
        "hours": plain(claim.claimed_hours),
        "state": labels_claims.state_pill(claim.state),
    }


def _offers(standing: Standing, now: datetime) -> list[dict[str, Any]]:
    """Activities still to come this year in a category that is short, the nearest first."""
    short = [name for name, hours in standing.missing.items() if name != TOTAL and Decimal(hours)]
    if not short:
        return []
    today = day_in_china(now)
    found = db.session.scalars(
        select(Activity)
        .where(Activity.category.in_(short), Activity.starts_on.between(today, date(standing.year, 12, 31)))
        .order_by(Activity.starts_on, Activity.id)
        .limit(OFFERED)
    )
    policy = pack(standing.policy)
    return [
        {
            "title": one.title,
            "url": url_for("ActivityView.show", pk=one.id),
            "on": one.starts_on.isoformat(),
            "category": category_word(policy, one.category),
            "hours": plain(one.hours),
            "body": str(one.organiser or one.school or ""),
        }
        for one in found
    ]
