"""What was found on submission, in words with links: the same hours elsewhere, other hours on the same days.

Found and judged in ``services/duplicates.py``; nothing of a record beyond reach is known here.
"""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.likeness import Likeness
from app.extensions import db
from app.models import Claim
from app.security.actor import current_actor
from app.services import duplicates
from app.services.duplicates import Finding
from app.views import labels_codes
from app.views.access import holds
from app.views.labels import listed

CLAUSES = {"DUP-CLAIM": "S1 §五（三）3", "CEIL": ""}
VIEWS = {"claim": "ClaimView", "attendance": "AttendanceView"}

# Of another teacher: two authors may share a paper.
OTHERS: dict[Likeness, Any] = {
    Likeness.CERTIFICATE: _("Another teacher claims the same certificate number."),
    Likeness.FILE: _("Another teacher uploaded the same file."),
}
# Of the same teacher, but rejected or revoked: what still stands is refused on submission.
AGAIN: dict[Likeness, Any] = {
    Likeness.CERTIFICATE: _("The same certificate number was claimed before: %(state)s."),
    Likeness.FILE: _("The same file was evidence of an earlier claim: %(state)s."),
    Likeness.ACTIVITY: _("The same activity on the same days was claimed before: %(state)s."),
}


def rows(claim: Claim) -> list[dict[str, Any]]:
    """The findings of a claim for whoever reads it. A claimant sees their own other hours, and no one else's."""
    if claim.state not in duplicates.STANDING_STATES:
        return []
    is_own = current_actor().teacher_id == claim.teacher_id
    found = duplicates.findings(db.session, claim)
    return [_row(one, claim) for one in found if one.is_own or not is_own]


def _row(one: Finding, claim: Claim) -> dict[str, Any]:
    view = VIEWS[one.record]
    is_open = one.is_in_reach and holds("can_show", view)
    return {
        "words": _words(one),
        "rule": str(one.rule),
        "is_same_file": one.likeness is Likeness.FILE,
        "clause": CLAUSES[str(one.rule)],
        "is_in_reach": one.is_in_reach,
        "url": url_for(f"{view}.show", pk=one.record_id) if is_open else "",
        "label": one.number,
        "title": one.title if one.is_own else "",
        "who": "" if one.is_own else one.teacher_name,
        "advice": _advice(one, claim),
    }


def _words(one: Finding) -> str:
    if not one.is_own:
        return str(OTHERS[one.likeness])
    days = listed(on.isoformat() for on in one.days)
    if one.likeness is Likeness.DAYS and one.record == "attendance":
        return gettext("Attendance of another activity is registered on the same day: %(days)s.", days=days)
    if one.likeness is Likeness.DAYS:
        return gettext("Another claim of the same teacher names the same day: %(days)s.", days=days)
    if one.record == "attendance":
        return gettext("The same hours are registered by attendance as well.")
    state = labels_codes.STATES.get(one.state, "")
    if one.state in duplicates.REFUSED_STATES:
        return str(AGAIN[one.likeness]) % {"state": state}
    return gettext("The same teacher claims the same hours elsewhere.")


def _advice(one: Finding, claim: Claim) -> str:
    """Found after the approval, a registration is cancelled (S1 §五（三）3)."""
    is_same = one.is_own and one.likeness is not Likeness.DAYS and one.state not in duplicates.REFUSED_STATES
    if claim.state == "approved" and is_same:
        return gettext("Hours registered twice are cancelled: revoke this claim if they are the same.")
    return ""


def told_on_submission(claim: Claim) -> str:
    """What is said to whoever has just handed a claim in; empty where nothing was found of their own."""
    found = [one for one in rows(claim) if not one["who"] and one["is_in_reach"]]
    if not found:
        return ""
    listed = " ".join(f"{one['words']} {one['label']}" for one in found[:3])
    return gettext("The reviewer will see this too: %(findings)s", findings=listed)
