"""A claim saved by somebody else meanwhile: what stands now beside what was typed, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from app.domain.policy import Policy, pack
from app.models import Claim
from app.services import claims
from app.services.claims import ClaimData
from app.views.labels import language
from app.views.labels_claims import kind_word


def differences(claim: Claim, data: ClaimData) -> list[tuple[str, str, str]]:
    """(field, what is saved, what was sent) of every field that differs."""
    policy = pack(claim.policy)
    saved, sent = _words(policy, claims.data_of(claim)), _words(policy, data)
    return [(name, saved[name], sent[name]) for name in saved if saved[name] != sent[name]]


def _words(policy: Policy, data: ClaimData) -> dict[str, str]:
    facts = data.facts
    subjects = {one.code: one.title.text(language()) for one in policy.public_subjects}
    return {
        gettext("Kind"): kind_word(policy, data.kind),
        gettext("Name of the activity or result"): data.title,
        gettext("Organising body"): data.organiser_name or "",
        gettext("Certificate number"): data.certificate_number or "",
        gettext("Public subject"): subjects.get(data.subject or "", ""),
        gettext("Does it suit the subject taught?"): _yes_no(facts.get("related")),
        gettext("Your part in it"): {"main": gettext("Main author"), "other": gettext("Other author")}.get(
            facts.get("author") or "", ""
        ),
        gettext("Assessed as passed?"): _yes_no(facts.get("passed")),
        gettext("Hours stated by the evidence"): str(facts.get("stated_hours") or ""),
        gettext("Days and duration"): gettext(", ").join(map(_day, facts.get("sessions") or ())),
    }


def _yes_no(value: bool | None) -> str:
    return "" if value is None else gettext("Yes") if value else gettext("No")


def _day(row: dict[str, Any]) -> str:
    length = gettext("Full day") if row.get("full_day") else gettext("%(minutes)s minutes", minutes=row.get("minutes"))
    return f"{row['on']} {length}"
