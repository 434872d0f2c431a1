"""The homes of the offices: which of them an actor gets, by their weightiest duty."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.security.actor import Actor
from app.views import home_others, home_review

TEMPLATE = "home/office.html"
REVIEWING = frozenset({"city", "auditor", "authority", "school"})


def facts(actor: Actor, now: datetime) -> dict[str, Any]:
    """What the template shows."""
    if actor.duties & REVIEWING:
        return home_review.facts(actor, now)
    if "organiser" in actor.duties:
        return home_others.organiser(actor, now)
    return home_others.system(now) if "system" in actor.duties else home_others.nobody()
