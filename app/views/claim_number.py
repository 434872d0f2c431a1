"""What is known of a certificate number while it is typed: free as far as the teacher goes, or registered before.

Told, not enforced: what is refused is judged on submission (``services/duplicates.py``, DUP-CLAIM). Nothing is said of
other teachers here; two authors may share a paper, and the reviewer is who asks.
"""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from sqlalchemy import select

from app.domain.likeness import certificate_key
from app.extensions import db
from app.models import Claim
from app.services import duplicates
from app.views import labels_claims


def number_told(teacher_id: int | None, number: str | None, but: int | None) -> dict[str, Any] | None:
    """What to say beside the field; None where there is no number, or nobody whose it is.

    ``but``: the claim that is being written. A draft has registered nothing, so drafts are not asked for.
    """
    key = certificate_key(number)
    if key is None or teacher_id is None:
        return None
    found = db.session.scalars(
        select(Claim)
        .where(
            Claim.certificate_key == key,
            Claim.teacher_id == teacher_id,
            Claim.state.in_(duplicates.STANDING_STATES),
            Claim.id != (but or 0),
        )
        .order_by(Claim.id)
        .limit(1)
    ).first()
    if found is None:
        return {"is_free": True}
    return {
        "is_free": False,
        "label": found.number,
        "title": found.title,
        "state": labels_claims.state_pill(found.state),
        "url": url_for("ClaimView.show", pk=found.id),
    }


def claim_sent() -> int | None:
    """The claim that the form names as the one being written, so that it is not held against itself."""
    sent = request.form.get("claim", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None
