"""What the rules say about a claim on the desk: first what a reviewer has to judge, then one line of what is clear.

Judged elsewhere (``claim_effect.py``, ``services/duplicates.py``, ``claim_clock.py``); here it is put in order.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from app.domain.hours import Part, plain
from app.domain.policy import Policy
from app.extensions import db
from app.models import Claim, Entry
from app.security.actor import current_actor
from app.services import companions, ledger, samples
from app.views import claim_clock, claim_effect, claim_findings, identity_panel
from app.views.labels import listed
from app.views.review_queue import authorities_of
from app.views.whose import name_of

# How many companions are named; the rest is a number.
NAMED = 3


def checks(claim: Claim, policy: Policy, part: Part | None, now: datetime) -> dict[str, Any]:
    """``warnings``, the most pressing first; ``in_order``: (words, rule) of what was checked and is in order."""
    due = claim_clock.deadline(claim, now)
    over = claim_effect.ceiling(policy, claim.teacher_id, part, but=claim.id)
    found = claim_findings.rows(claim)
    same, days = [one for one in found if one["rule"] != "CEIL"], [one for one in found if one["rule"] == "CEIL"]
    warnings = [
        *_late(claim, due),
        *_year(claim),
        *_failed(claim),
        *[_finding(one) for one in same],
        *[_over(one) for one in over],
        # Hours of the same day that stay within a full day are told, too: they may be the same hours.
        *([] if over else [_finding(one) for one in days]),
        *_subject(claim, policy, part),
        *_identity(claim),
    ]
    told = {one["rule"] for one in warnings}
    clear = [
        (gettext("of this year"), "YEAR"),
        (gettext("in time"), "EFFECT"),
        (gettext("registered nowhere else"), "DUP-CLAIM"),
        (gettext("no day over a full day's hours"), "CEIL") if claim.starts_on is not None else ("", ""),
        (gettext("particulars of the person complete"), "IDENTITY"),
    ]
    in_order = [one for one in clear if one[1] and one[1] not in told]
    return {"warnings": warnings, "in_order": in_order, "deadline": due, "found": found}


def _warning(rule: str, words: str, why: str = "", clause: str = "", url: str = "", label: str = "") -> dict[str, str]:
    return {"rule": rule, "words": words, "why": why, "clause": clause, "url": url, "label": label}


def _late(claim: Claim, due: dict[str, Any] | None) -> list[dict[str, str]]:
    if due is None or due["left"] >= 0:
        return []
    words = ngettext(
        "%(what)s was due %(num)s day ago", "%(what)s was due %(num)s days ago", -due["left"], what=due["what"]
    )
    if may_set_aside(claim, due):
        why = gettext("Approving sets the deadline aside; write down why.")
    else:
        why = gettext("It can be returned or rejected, not approved, until the deadline is extended.")
    return [_warning("EFFECT", words, why, due["source"])]


def may_set_aside(claim: Claim, due: dict[str, Any] | None) -> bool:
    """Whether approving comes late here, and the actor is the authority that may override that (EFFECT)."""
    return due is not None and due["left"] < 0 and claim.authority_id in authorities_of(current_actor())


def _year(claim: Claim) -> list[dict[str, str]]:
    if claim.starts_on is None or claim.starts_on.year <= claim.year <= (claim.ends_on or claim.starts_on).year:
        return []
    return [_warning("YEAR", gettext("The days are not of the year %(year)s", year=claim.year))]


def _failed(claim: Claim) -> list[dict[str, str]]:
    return [_warning("EXAM", gettext("The assessment was not passed"))] if claim.facts.get("passed") is False else []


def _finding(one: dict[str, Any]) -> dict[str, str]:
    why = one["title"] or one["who"] if one["is_in_reach"] else gettext("It is at another unit.")
    label = one["label"] if one["is_in_reach"] else ""
    told = " ".join(filter(None, (why, one["advice"])))
    return _warning(one["rule"], one["words"], told, one["clause"], one["url"], label)


def _over(one: dict[str, Any]) -> dict[str, str]:
    words = gettext(
        "%(on)s adds up to %(hours)s hours, the most is %(allowed)s",
        on=one["on"], hours=one["hours"], allowed=one["allowed"],
    )  # fmt: skip
    more = plain(Decimal(one["hours"]) - Decimal(one["allowed"]))
    why = gettext("The %(hours)s hours too many are yours to judge.", hours=more)
    if one["others"]:
        why = gettext("Also that day: %(others)s.", others=listed(one["others"])) + " " + why
    return _warning("CEIL", words, why)


def _subject(claim: Claim, policy: Policy, part: Part | None) -> list[dict[str, str]]:
    """A public subject counts once a year, from whatever platform (DUP-PUBLIC)."""
    category = policy.category(part.category) if part is not None else None
    if claim.subject is None or category is None or not category.once_per_subject:
        return []
    counted = ledger.live().where(
        Entry.teacher_id == claim.teacher_id, Entry.year == claim.year, Entry.subject == claim.subject
    )
    entry = db.session.scalars(counted.order_by(Entry.hours.desc()).limit(1)).first()
    if entry is None:
        return []
    words = gettext("%(hours)s hours of the same public subject are registered this year", hours=plain(entry.hours))
    return [_warning("DUP-PUBLIC", words, gettext("The entry with most hours counts, the others are kept."))]


def _identity(claim: Claim) -> list[dict[str, str]]:
    if claim.teacher is None:
        # The school has left this authority's reach since: what the register says is another's to judge.
        return []
    told = identity_panel.values(claim.teacher)
    if not told["missing"]:
        return []
    words = gettext("Not stated: %(particulars)s", particulars=listed(map(str, told["missing"])))
    return [_warning("IDENTITY", words, gettext("Without it the year cannot be transferred."), told["source"])]


def same_activity(claim: Claim) -> dict[str, Any] | None:
    """How others' claims of the same activity were recognised; None where there are none within reach."""
    others = companions.same_activity(db.session, claim)
    if not others:
        return None
    hours = Counter(one.recognised_hours for one in others if one.recognised_hours is not None)
    words = ngettext("%(num)s other claims the same activity", "%(num)s others claim the same activity", len(others))
    if hours:
        most, times = hours.most_common(1)[0]
        words += gettext(", ") + ngettext(
            "%(num)s recognised with %(hours)s hours", "%(num)s recognised with %(hours)s hours", times,
            hours=plain(most),
        )  # fmt: skip
    named = [
        f"{name_of(one)} {plain(one.claimed_hours if one.recognised_hours is None else one.recognised_hours)}"
        for one in others[:NAMED]
    ]
    return {
        "words": words,
        "named": listed(named) + (" …" if len(others) > NAMED else ""),
        "url": url_for("ReviewView.compare", pk=claim.id, other=others[0].id),
        "others": [(one.id, name_of(one)) for one in others],
    }


def spot_check(claim: Claim) -> bool | None:
    """Of a claim kept aside in bulk: whether the actor has opened its evidence. None where it was not kept."""
    check = samples.checks_of(db.session, [claim]).get(claim.id)
    return check.opened_by_id == current_actor().user_id if check is not None else None
