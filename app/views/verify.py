"""The public page of a certificate: anyone with its code learns whether it holds, with masked data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from app.domain.identity import mask_name
from app.extensions import db, limiter
from app.models import Certificate
from app.security.actor import VERIFIER, acting
from app.services.certificates import CODE_LENGTH, grouped, plain_code
from app.views import labels
from app.views.claim_page import moment

blueprint = Blueprint("verify", __name__)

# Enough for a class of teachers behind one school address, far too few to search 128 bits.
RATE = "60 per minute"
limiter.limit(RATE)(blueprint)


@blueprint.get("/verify")
@blueprint.get("/verify/")
def ask() -> Any:
    """A form for a code typed from paper."""
    typed = plain_code(request.args.get("code", ""))[:60]
    if typed:
        return redirect(url_for("verify.answer", code=typed))
    return render_template("verify/ask.html", title=gettext("Check a certificate"))


@blueprint.get("/verify/<code>")
def answer(code: str) -> Any:
    """Valid, void or superseded; the same page and status for any code that was never issued."""
    typed = plain_code(code)[:60]
    with acting(VERIFIER):
        found = None
        if len(typed) == CODE_LENGTH:
            found = db.session.scalars(select(Certificate).where(Certificate.code == typed)).one_or_none()
        if found is None:
            page = render_template("verify/unknown.html", title=gettext("Check a certificate"), typed=typed[:40])
            return page, 404
        text = found.snapshot[labels.language()]
        page = render_template(
            "verify/answer.html",
            title=gettext("Check a certificate"),
            certificate=found,
            text=text,
            name=mask_name(text["name"]),
            code=grouped(found.code),
            replaced_by=found.replaced_by.number if found.replaced_by is not None else "",
            ended_at=moment(found.ended_at) if found.ended_at else "",
        )
    return page
