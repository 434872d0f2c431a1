"""A claim saved by somebody else meanwhile: what stands now beside what was typed, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from app.domain.policy import Policy, pack
from app.models import Claim
from app.services import claims
from app.services.claims import ClaimData
from app.views.claim_answers import answers
from app.views.labels import language, listed
from app.views.labels_claims import category_word, kind_word


def differences(claim: Claim, data: ClaimData) -> list[tuple[str, str, str]]:
    """(field, what is saved, what was sent) of every field that differs."""
    policy = pack(claim.policy)
    saved, sent = _words(policy, claims.data_of(claim)), _words(policy, data)
    names = [*saved, *(name for name in sent if name not in saved)]
    return [
        (name, saved.get(name, ""), sent.get(name, "")) for name in names if saved.get(name, "") != sent.get(name, "")
    ]


def _words(policy: Policy, data: ClaimData) -> dict[str, str]:
    subjects = {one.code: one.title.text(language()) for one in policy.public_subjects}
    return {
        gettext("Kind"): kind_word(policy, data.kind),
        gettext("Name of the activity or result"): data.title,
        gettext("Organising body"): data.organiser_name or "",
        gettext("Certificate number"): data.certificate_number or "",
        gettext("Public subject"): subjects.get(data.subject or "", ""),
        gettext("Category"): category_word(policy, data.facts.get("category")),
        **answers(policy, data),
        gettext("Days and duration"): listed(map(_day, data.facts.get("sessions") or ())),
    }


def _day(row: dict[str, Any]) -> str:
    length = gettext("Full day") if row.get("full_day") else gettext("%(minutes)s minutes", minutes=row.get("minutes"))
    return f"{row['on']} {length}"
