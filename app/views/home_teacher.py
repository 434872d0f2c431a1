"""A teacher's home: how my year stands and what would fill it, what to mend, what is under review, my certificates.

A few bounded queries, no more: what a list of any length would show stands on its own page.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.domain.days import day_in_china
from app.domain.deadlines import next_review_day, open_reminders
from app.domain.errors import Refused
from app.domain.hours import plain
from app.domain.policy import Policy, pack
from app.extensions import db
from app.models import Certificate, Claim, Entry, Standing, Teacher
from app.security.actor import Actor
from app.services import extensions, ledger, standings
from app.views import claim_progress, labels_claims, standing_open, standing_page
from app.views.access import holds
from app.views.claim_page import last_return
from app.views.home_clocks import clock, clocks
from app.views.labels import language
from app.views.labels_claims import category_word

TEMPLATE = "home/teacher.html"
MINE = ("returned", "draft", *standing_page.WAITING)
# Of one teacher's open claims there are few; the list of claims has the rest.
MOST = 60
SHOWN = 5
OFFERED = 3


def facts(actor: Actor, now: datetime) -> dict[str, Any]:
    """What the template shows; ``actor`` is a teacher."""
    teacher = db.session.scalars(
        select(Teacher).where(Teacher.id == actor.teacher_id).options(joinedload(Teacher.school))
    ).one()
    today = day_in_china(now)
    # Until the last review of a year is over, that year is what people work on.
    years = (today.year - 1, today.year) if today.month <= 3 else (today.year,)
    extended = extensions.of_teacher(db.session, teacher.school_id, teacher.id)
    claims, results, papers = _claims(teacher), _standings(teacher, today.year), _papers(teacher)
    year = years[0]
    standing = next((one for one in results if one.year == year), None)
    policy = pack(standing.policy) if standing is not None else _policy(year, teacher)
    waiting = [one for one in claims if one.year == year and one.state in standing_page.WAITING]
    is_new = not claims and not papers and not any(one.total for one in results)
    told = [one for each in years for one in clocks(each, now, extended)]
    return {
        "title": gettext("Home"),
        "year": year,
        "sub": gettext("%(name)s, %(school)s", name=teacher.name, school=teacher.school.name),
        "heading": _heading(standing, year),
        "is_new": is_new,
        "policy_title": policy.title.text(language()) if policy is not None else "",
        "rings": _rings(policy, standing, waiting),
        "carried": _carried(standing),
        "why_url": _why(standing),
        "add_url": url_for("ClaimView.add", year=year) if holds("can_add", "ClaimView") else "",
        "still_open": _open(policy, standing, waiting, now),
        "offered": OFFERED,
        "returned": [_returned(one, now, extended) for one in claims if one.state == "returned"][:SHOWN],
        "drafts": [_row(one) for one in claims if one.state == "draft"][:SHOWN],
        "waiting": [_waiting(one, now, extended) for one in claims if one.state in standing_page.WAITING][:SHOWN],
        "counts": {name: sum(one.state in states for one in claims) for name, states in _GROUPS.items()},
        "lists": {name: url_for("ClaimView.list", state=list(states)) for name, states in _GROUPS.items()},
        "papers": papers,
        "other_years": [_other(one) for one in results if one is not standing],
        "clocks": sorted(told + _told(policy, year, now), key=lambda one: one["iso"]),
    }


_GROUPS = {"returned": ("returned",), "draft": ("draft",), "waiting": standing_page.WAITING}


def _policy(year: int, teacher: Teacher) -> Policy | None:
    try:
        return standings.policy_for(db.session, year, teacher.series)
    except Refused:
        return None


def _claims(teacher: Teacher) -> list[Claim]:
    """My open claims, what came back first, then the latest."""
    rows = db.session.scalars(
        select(Claim)
        .where(Claim.teacher_id == teacher.id, Claim.state.in_(MINE))
        .options(selectinload(Claim.decisions))
        .order_by(Claim.changed_at.desc(), Claim.id.desc())
        .limit(MOST)
    )
    return list(rows)


def _standings(teacher: Teacher, this_year: int) -> list[Standing]:
    rows = db.session.scalars(
        select(Standing)
        .where(Standing.teacher_id == teacher.id, Standing.year.between(this_year - 3, this_year))
        .options(joinedload(Standing.school), joinedload(Standing.teacher))
        .order_by(Standing.year.desc())
    )
    return list(rows)


def _papers(teacher: Teacher) -> list[dict[str, Any]]:
    """My certificates that hold, the latest first, each with its paper."""
    if not holds("can_pdf", "CertificateView"):
        return []
    rows = db.session.scalars(
        select(Certificate)
        .where(Certificate.teacher_id == teacher.id, Certificate.state == "valid")
        .order_by(Certificate.year.desc())
        .limit(SHOWN)
    )
    return [
        {
            "year": one.year,
            "number": one.number,
            "url": url_for("CertificateView.show", pk=one.id),
            "pdf_url": url_for("CertificateView.pdf", pk=one.id),
        }
        for one in rows
    ]


def _heading(standing: Standing | None, year: int) -> str:
    """How the year stands, in one sentence."""
    result = standing.result if standing is not None else ""
    if result == "passed":
        return gettext("You have met the requirements of %(year)s", year=year)
    if result == "exempt":
        return gettext("You are exempt from %(year)s", year=year)
    return gettext("The requirements of %(year)s are not met yet", year=year)


def _rings(policy: Policy | None, standing: Standing | None, waiting: list[Claim]) -> list[dict[str, Any]]:
    """A ring a category and one for the total: counted, and what would be if all under review passed as claimed."""
    if policy is None:
        return []
    if standing is not None and standing.result == "exempt":
        return []
    zero = Decimal(0)
    rings = []
    for category in policy.categories:
        if category.required is None:
            continue
        counted = standing_page.counted_in(policy, standing, category.id) if standing is not None else zero
        missing = standing.missing.get(category.id, "0") if standing is not None else plain(category.required)
        pending = sum((one.claimed_hours for one in waiting if one.category == category.id), zero)
        rings.append(_ring(category_word(policy, category.id), counted, category.required, missing, pending))
    total = standing.total if standing is not None else zero
    missing = standing.missing.get("total", "0") if standing is not None else plain(policy.required_total)
    pending = sum((one.claimed_hours for one in waiting), zero)
    return [*rings, _ring(gettext("Total"), total, policy.required_total, missing, pending)]


def _ring(name: str, counted: Decimal, required: Decimal, missing: str, pending: Decimal) -> dict[str, Any]:
    short = Decimal(missing)
    note = ""
    if pending and short:
        words = gettext("%(hours)s under review", hours=plain(pending))
        note = words if pending < short else gettext("%(hours)s under review; met once it passes", hours=plain(pending))
    return {
        "name": name,
        "counted": plain(counted),
        "required": plain(required),
        "missing": plain(short),
        "pending": plain(pending),
        "note": note,
    }


def _carried(standing: Standing | None) -> str:
    """Hours that came from the year before, which count here (CARRY)."""
    if standing is None or not standing.carried_in:
        return ""
    return gettext(
        "Carried over from %(year)s: %(hours)s hours of %(category)s, already counted above.",
        year=standing.year - 1,
        hours=plain(standing.carried_in),
        category=category_word(pack(standing.policy), pack(standing.policy).carry_category),
    )


def _why(standing: Standing | None) -> str:
    if standing is None or not holds("can_why", "StandingView"):
        return ""
    return url_for("StandingView.why", pk=standing.id)


def _open(
    policy: Policy | None, standing: Standing | None, waiting: list[Claim], now: datetime
) -> dict[str, Any] | None:
    """What is missing and what would fill it; None where nothing is missing or nothing is known yet."""
    if policy is None or standing is None or standing.result != "not_passed":
        return None
    # Only what is of a public subject matters here: it counts once (DUP-PUBLIC).
    rows = db.session.scalars(
        ledger.live()
        .where(Entry.teacher_id == standing.teacher_id, Entry.year == standing.year, Entry.subject.is_not(None))
        .limit(standing_page.MOST_ENTRIES)
    )
    left_out = {row["entry"] for row in standing.not_counted}
    counted = [one for one in rows if one.id not in left_out]
    return standing_open.values(policy, standing, counted, waiting, now)


def _row(claim: Claim) -> dict[str, Any]:
    policy = pack(claim.policy)
    return {
        "title": claim.title or gettext("Untitled claim"),
        "year": claim.year,
        "number": claim.number,
        "hours": plain(claim.claimed_hours),
        "category": category_word(policy, claim.category),
        "url": url_for("ClaimView.show", pk=claim.id),
        "form_url": url_for("ClaimView.edit", pk=claim.id),
        "on": day_in_china(claim.changed_at).isoformat(),
    }


def _returned(claim: Claim, now: datetime, extended: Any) -> dict[str, Any]:
    """What came back, in the reviewer's words, and by when it has to be handed in again."""
    here = claim_progress.steps(claim, now, extended)[0]
    return _row(claim) | {"said": last_return(claim), "due_on": here["on"], "due": here}


def _waiting(claim: Claim, now: datetime, extended: Any) -> dict[str, Any]:
    return _row(claim) | {"way": claim_progress.steps(claim, now, extended)}


def _other(standing: Standing) -> dict[str, Any]:
    return {
        "year": standing.year,
        "total": plain(standing.total),
        "result": labels_claims.result_pill(standing.result),
        "url": _why(standing),
    }


def _told(policy: Policy | None, year: int, now: datetime) -> list[dict[str, Any]]:
    """Days that a teacher is told of and that close nothing: the next review day, the pack's reminders (S2 §三）."""
    if policy is None:
        return []
    today, told = day_in_china(now), []
    for one in open_reminders(policy, year, today):
        on = one.on.in_year(year)
        told.append(clock(on, (on - today).days, one.title.text(language())))
    next_on = next_review_day(policy, today)
    if next_on is not None:
        told.append(clock(next_on, (next_on - today).days, gettext("Next review day")))
    return told
