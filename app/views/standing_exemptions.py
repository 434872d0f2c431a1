"""The exemptions of a year on the page "why": reason, period, effect, and what is credited (EXEMPT)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.domain.hours import plain
from app.domain.policy import Policy
from app.extensions import db
from app.models import Standing
from app.services import exemptions
from app.views.access import holds
from app.views.labels_claims import category_word
from app.views.labels_codes import CODES


def rows(policy: Policy, standing: Standing) -> list[dict[str, Any]]:
    """Those in force that touch the year, the earliest first; a reason beyond one's reach is not told here."""
    may_open = holds("can_show", "ExemptionView")
    return [
        {
            "reason": one.reason,
            "from_on": one.from_on.isoformat(),
            "to_on": one.to_on.isoformat(),
            "effect": CODES["exemption", "effect"][one.effect],
            "category": category_word(policy, one.category) if one.category else "",
            "hours": plain(one.hours) if one.hours is not None else "",
            "url": url_for("ExemptionView.show", pk=one.id) if may_open else "",
        }
        for one in exemptions.of_year(db.session, standing.teacher_id, standing.year)
    ]
