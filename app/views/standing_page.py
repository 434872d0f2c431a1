"""The page "why": for each category what counted and from which entries, what was carried, what did not count and the
rule, what is missing and by when.

Its parts stand beside it: ``standing_lost.py`` (what gave no hours), ``standing_open.py`` (what is still open),
``identity_panel.py`` (whether the year can be transferred).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.domain.carried import Carried, Movement
from app.domain.days import day_in_china
from app.domain.hours import plain
from app.domain.policy import Policy, pack
from app.extensions import db
from app.models import Claim, Entry, Standing
from app.services import carried, ledger
from app.services.clock import now_utc
from app.views import identity_panel, labels, standing_exemptions, standing_lost, standing_open
from app.views.labels_claims import category_word
from app.views.standing_open import TOTAL

WAITING = ("submitted", "passed_first")
LISTED_CLAIMS = (*WAITING, "draft", "returned", "rejected", "revoked", "approved")
# The sums are those of the standing whatever is listed; the ledger has the rest.
MOST_ENTRIES = 200
MOST_CLAIMS = 100
ZERO = Decimal(0)


def page_values(standing: Standing) -> dict[str, Any]:
    """Everything the page shows beyond its buttons."""
    now = now_utc()
    policy = pack(standing.policy)
    moved = carried.movement(db.session, standing)
    entries = _entries(standing, moved)
    own = [one for one in entries.values() if one.year == standing.year]
    left_out = {row["entry"] for row in standing.not_counted}
    counted = [one for one in own if one.id not in left_out]
    claims = _claims(standing)
    waiting = [one for one in claims if one.state in WAITING]
    years = _years(standing)
    still_open = standing_open.values(policy, standing, counted, waiting, now)
    return {
        "standing": standing,
        "policy": policy,
        "rings": [
            *(_ring(policy, standing, waiting, one.id) for one in policy.categories),
            _total(policy, standing, waiting),
        ],
        "sums": [_sum(policy, standing, one.id) for one in policy.categories],
        "total_sum": _total_sum(policy, standing),
        "has_carried": bool(standing.carried_in),
        "has_credited": bool(standing.credited),
        "exemptions": standing_exemptions.rows(policy, standing),
        "counted": _groups(policy, standing, counted[:MOST_ENTRIES], {one.entry: one.hours for one in moved.moved_on}),
        "more_entries": max(0, len(counted) - MOST_ENTRIES),
        "entries_url": url_for("EntryView.list", teacher=standing.teacher_id, year=standing.year),
        "came_in": _trail(moved.came_in, entries, years),
        "not_counted": standing_lost.rows(
            policy, standing, own, claims, is_late=not still_open["may_claim"]
        ),
        **still_open,
        "carried_in": plain(standing.carried_in) if standing.carried_in else "",
        "carried_out": plain(standing.carried_out) if standing.carried_out else "",
        "carry_category": category_word(policy, policy.carry_category),
        "carry_in_source": policy.source_of("carry.in"),
        "carry_out_source": policy.source_of("carry.out"),
        "identity": identity_panel.values(standing.teacher),
        "year_links": _year_links(standing, years),
        "finding": standing.result,
        "today": day_in_china(now).isoformat(),
    }


def _entries(standing: Standing, moved: Movement) -> dict[int, Entry]:
    """The year's entries in force, and those of earlier years that were carried into it, by day; those within reach."""
    came = [one.entry for one in moved.came_in]
    rows = db.session.scalars(
        ledger.live()
        .where(
            Entry.teacher_id == standing.teacher_id, or_(Entry.year == standing.year, Entry.id.in_(came))
        )
        .options(joinedload(Entry.claim))
        .order_by(Entry.earned_on, Entry.id)
    )
    return {one.id: one for one in rows}


def _claims(standing: Standing) -> list[Claim]:
    rows = db.session.scalars(
        select(Claim)
        .where(
            Claim.teacher_id == standing.teacher_id,
            Claim.year == standing.year,
            Claim.state.in_(LISTED_CLAIMS),
            # An approved claim stands here for its entry, unless it has none.
            or_(Claim.state != "approved", Claim.recognised_hours == ZERO),
        )
        .options(selectinload(Claim.decisions))
        .order_by(Claim.id)
        .limit(MOST_CLAIMS)
    )
    return list(rows)


def _years(standing: Standing) -> dict[int, int]:
    """{year: standing} of the teacher's years within reach."""
    rows = db.session.execute(select(Standing.year, Standing.id).where(Standing.teacher_id == standing.teacher_id))
    return {row.year: row.id for row in rows}


def _year_links(standing: Standing, years: dict[int, int]) -> dict[str, dict[str, Any]]:
    """The nearest year before and after that there is a result of."""
    before = max((year for year in years if year < standing.year), default=None)
    after = min((year for year in years if year > standing.year), default=None)
    return {
        name: {"year": year, "url": url_for("StandingView.show", pk=years[year])}
        for name, year in (("before", before), ("after", after))
        if year is not None
    }


def counted_in(policy: Policy, standing: Standing, category: str) -> Decimal:
    """What counts towards a category's minimum, hours carried in being professional ones (CARRY)."""
    held = Decimal(standing.recognised.get(category, "0"))
    return held + standing.carried_in if category == policy.carry_category else held


def _ring(policy: Policy, standing: Standing, waiting: list[Claim], category: str) -> dict[str, Any]:
    required = dict(policy.minima).get(category)
    pending = sum((one.claimed_hours for one in waiting if one.category == category), ZERO)
    held = counted_in(policy, standing, category)
    return _circle(
        category_word(policy, category), held, required, pending, Decimal(standing.missing.get(category, "0"))
    )


def _total(policy: Policy, standing: Standing, waiting: list[Claim]) -> dict[str, Any]:
    pending = sum((one.claimed_hours for one in waiting), ZERO)
    missing = Decimal(standing.missing.get(TOTAL, "0"))
    return _circle("", standing.total, policy.required_total, pending, missing)


def _circle(title: str, held: Decimal, required: Decimal | None, pending: Decimal, missing: Decimal) -> dict[str, Any]:
    """A ring's figures: shares are of 100, since lengths are attributes and not styles."""
    of = required or ZERO

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


def _sum(policy: Policy, standing: Standing, category: str) -> dict[str, str]:
    """A category's line of the sums: required, recognised from entries, credited, carried in, missing."""
    required = dict(policy.minima).get(category)
    credited = Decimal(standing.credited.get(category, "0"))
    missing = Decimal(standing.missing.get(category, "0"))
    came_in = standing.carried_in if category == policy.carry_category else ZERO
    return {
        "title": category_word(policy, category),
        "required": plain(required) if required is not None else "",
        "recognised": plain(Decimal(standing.recognised.get(category, "0")) - credited),
        "credited": plain(credited) if credited else "",
        "carried_in": plain(came_in) if came_in else "",
        "missing": plain(missing) if missing else "",
        "clause": policy.source_of(f"category[{policy.category_ids.index(category)}].required"),
    }


def _total_sum(policy: Policy, standing: Standing) -> dict[str, str]:
    credited = sum((Decimal(hours) for hours in standing.credited.values()), ZERO)
    missing = Decimal(standing.missing.get(TOTAL, "0"))
    return {
        "required": plain(policy.required_total),
        "recognised": plain(standing.total - standing.carried_in - credited),
        "credited": plain(credited) if credited else "",
        "carried_in": plain(standing.carried_in) if standing.carried_in else "",
        "missing": plain(missing) if missing else "",
        "clause": policy.source_of("total.required"),
    }


def _groups(
    policy: Policy, standing: Standing, entries: list[Entry], moved_on: dict[Any, Decimal]
) -> list[dict[str, Any]]:
    """The entries that count, by category; of each what of it moved on into the next year."""
    groups = []
    for category in policy.categories:
        rows = [one for one in entries if one.category == category.id]
        if rows:
            credited = Decimal(standing.credited.get(category.id, "0"))
            groups.append(
                {
                    "title": category_word(policy, category.id),
                    "hours": plain(Decimal(standing.recognised.get(category.id, "0")) - credited),
                    "rows": [_row(one, moved_on.get(one.id, ZERO)) for one in rows],
                }
            )
    return groups


def _row(entry: Entry, moved_on: Decimal) -> dict[str, Any]:
    # A claim decided at another school is not within reach, though its hours count.
    claim = entry.claim
    return {
        "on": entry.earned_on.isoformat(),
        "title": entry.title,
        "source": labels.words_of("entry", "source")[entry.source],
        "number": claim.number if claim is not None else "",
        "url": url_for("ClaimView.show", pk=claim.id) if claim is not None else "",
        "rule": "" if entry.claim_id is not None else "AUTO",
        "hours": plain(entry.hours),
        "moved_on": plain(moved_on) if moved_on else "",
    }


def _trail(came_in: Sequence[Carried], entries: dict[int, Entry], years: dict[int, int]) -> list[dict[str, Any]]:
    """Where the carried hours were earned: year, day, entry, how many of its hours."""
    found = []
    for one in came_in:
        entry = entries.get(int(one.entry))
        found.append(
            {
                "year": one.year,
                "on": one.on.isoformat() if one.on is not None else "",
                "title": entry.title if entry is not None else gettext("Registered at another school"),
                "of": plain(entry.hours) if entry is not None and entry.hours != one.hours else "",
                "hours": plain(one.hours),
                "url": url_for("StandingView.show", pk=years[one.year]) if one.year in years else "",
            }
        )
    return found
