"""Drafts kept while one types: the key of a form, the answers to its script, and what a return left closed.

The script sends the form itself with the intent ``autosave``: the same judging and writing as by the button, an answer
in JSON instead of a page. It never submits. It sends at most once in ten seconds while one types and once on leaving
a field or the page: each saving is a change in the trail, and a letter is none.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from flask import get_template_attribute, jsonify, request, url_for
from flask_babel import gettext

from app.domain.mending import FormPart
from app.domain.policy import pack
from app.models import Claim
from app.services import claims
from app.services.clock import SHANGHAI
from app.views import claim_files, claim_page
from app.views.claim_answers import answers
from app.views.claim_sheet import Sheet
from app.views.labels import language
from app.views.labels_claims import kind_word

AUTOSAVE = "autosave"


def new_key() -> str:
    """The key that one showing of the form carries along."""
    return secrets.token_hex(16)


def key_of(user_id: int | None) -> str | None:
    """The key of the form sent, as the claim keeps it: each user's keys are their own, so nobody meets another's."""
    sent = request.form.get("form_key", "")
    if len(sent) != 32 or not sent.isascii() or not sent.isalnum():
        return None
    return hashlib.blake2s(f"{user_id}:{sent}".encode(), digest_size=16).hexdigest()


def kept(claim: Claim, sheet: Sheet) -> Any:
    """It is saved: when, at which version, at which address, with which files."""
    asked = claim_files.asked_beside(sheet.policy, claim, None)
    rows = claim_page.evidence_rows(claim, may_remove=True)
    # Not a page: the files alone, as the form shows them.
    files = get_template_attribute("claims/parts.html", "kept_files")(rows, [], asked["purposes"])
    at = claim.changed_at.astimezone(SHANGHAI)
    return jsonify(
        version=claim.version,
        url=url_for("ClaimView.edit", pk=claim.id),
        words=gettext("Draft saved at %(time)s", time=at.strftime("%H:%M")),
        files=str(files),
        held=sorted(asked["held"]),
    )


def refused(sheet: Sheet) -> Any:
    """Nothing was saved: why, at the field it is about. 409 where the claim was saved elsewhere meanwhile."""
    if sheet.changes is not None:
        words = gettext("Saved elsewhere meanwhile, so nothing was overwritten. Press “Save as a draft” to compare.")
    else:
        words = gettext("Not saved yet: mend what is marked.")
    fields = {one.name: str(one.errors[0]) for one in sheet.form if one.errors}
    said = [*map(str, sheet.form.form_errors), *sheet.faults]
    return jsonify(words=words, fields=fields, faults=said), sheet.status


def closed(claim: Claim | None, parts: tuple[FormPart, ...]) -> dict[str, str]:
    """What the return left closed, as text: (name, as it stands)."""
    if claim is None or claim.state != "returned":
        return {}
    policy, data = pack(claim.policy), claims.data_of(claim)
    subjects = {one.code: one.title.text(language()) for one in policy.public_subjects}
    shown = {
        FormPart.KIND: {gettext("Kind"): kind_word(policy, claim.kind)},
        FormPart.TITLE: {gettext("Name of the activity or result"): claim.title},
        FormPart.ORGANISER: {gettext("Organising body"): claim.organiser_name or ""},
        FormPart.CERTIFICATE: {gettext("Certificate number"): claim.certificate_number or ""},
        FormPart.ANSWERS: {gettext("Public subject"): subjects.get(claim.subject or "", ""), **answers(policy, data)},
    }
    return {
        name: word for part, words in shown.items() if part not in parts for name, word in words.items() if word
    }
