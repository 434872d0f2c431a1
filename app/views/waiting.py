"""What waits for the person signed in: claims to review, drafts, returned claims. Counted once, and only so far."""

from __future__ import annotations

from flask import g, url_for
from sqlalchemy import ColumnElement, and_, false, func, or_, select

from app.extensions import db
from app.models import Claim
from app.security.actor import Actor, current_actor
from app.views.access import holds

# Beyond this many the exact number tells nobody anything.
MOST = 999


def to_review(actor: Actor) -> ColumnElement[bool]:
    """Claims whose next decision is the actor's: submitted at their schools, or passed on to their authority."""
    parts: list[ColumnElement[bool]] = []
    if actor.school_ids:
        parts.append(and_(Claim.school_id.in_(sorted(actor.school_ids)), Claim.state == "submitted"))
    if actor.authority_ids:
        parts.append(and_(Claim.authority_id.in_(sorted(actor.authority_ids)), Claim.state == "passed_first"))
    # And what a colleague has put into their hands for today.
    if actor.review_school_ids:
        parts.append(and_(Claim.school_id.in_(sorted(actor.review_school_ids)), Claim.state == "submitted"))
    if actor.review_authority_ids:
        parts.append(and_(Claim.authority_id.in_(sorted(actor.review_authority_ids)), Claim.state == "passed_first"))
    return or_(*parts) if parts else false()


def bounded(*criteria: ColumnElement[bool]) -> int:
    """How many claims meet the criteria, counted up to MOST + 1."""
    some = select(Claim.id).where(*criteria).limit(MOST + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def count() -> int:
    """How many claims wait for a decision of mine."""
    known: int | None = getattr(g, "waiting", None)
    if known is None:
        actor = current_actor()
        asked = actor.school_ids or actor.authority_ids or actor.stands_in
        known = g.waiting = bounded(to_review(actor)) if asked and holds("approve", "ClaimView") else 0
    return known


def badge() -> str:
    """The count as the navigation shows it; empty where nothing waits."""
    number = count()
    return f"{MOST}+" if number > MOST else str(number or "")


def url() -> str:
    """Where what waits for me is worked through: the desk, or the list for who may not open the desk."""
    if holds("can_review", "ReviewView"):
        return url_for("ReviewView.desk")
    actor = current_actor()
    states = ["submitted"] if actor.school_ids or actor.review_school_ids else []
    states += ["passed_first"] if actor.authority_ids or actor.review_authority_ids else []
    return url_for("ClaimView.list", state=states)
