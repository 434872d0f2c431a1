"""What a claimant answered to what the kind asks, in words: for the record page, the desk and comparisons."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.policy import FieldType, KindField, Policy
from app.services.claims import ClaimData, stated_companions
from app.views.labels import language

# The options of the built-in fields that a formula may go by.
CASES = {
    "main": _("Main author"),
    "other": _("Other author"),
    "related": _("related to the subject taught"),
    "unrelated": _("not related to the subject taught"),
}


def answers(policy: Policy, data: ClaimData) -> dict[str, str]:
    """{question: answer} of the built-in fields and of those the kind declares; unanswered ones are left out."""
    facts = data.facts
    shown = {
        gettext("Does it suit the subject taught?"): yes_no(facts.get("related")),
        gettext("Part in the work"): _author(facts.get("author")),
        gettext("Assessed as passed?"): yes_no(facts.get("passed")),
        gettext("Hours stated by the evidence"): str(facts.get("stated_hours") or ""),
    }
    kind = policy.kind(data.kind)
    given = facts.get("answers") or {}
    for field in kind.own_fields if kind is not None else ():
        shown[field.title.text(language())] = _answer(field, given.get(field.id))
    said = [one.when.text(language()) for one in policy.companions if one.id in stated_companions(policy, facts)]
    shown[gettext("Of the evidence")] = gettext("; ").join(said)
    return {question: answer for question, answer in shown.items() if answer}


def case_word(policy: Policy, kind_id: str, case: str) -> str:
    """Which of a kind's figures it is, in words: the option of the field that its formula goes by."""
    kind = policy.kind(kind_id)
    field = kind.own_field(kind.by) if kind is not None else None
    option = field.option(case) if field is not None else None
    return option.title.text(language()) if option else str(CASES.get(case, case))


def _answer(field: KindField, value: Any) -> str:
    if field.type is FieldType.YES_NO:
        return yes_no(value)
    option = field.option(value)
    return option.title.text(language()) if option else "" if value is None else str(value)


def _author(author: str | None) -> str:
    return str(CASES.get(author, "")) if author else ""


def yes_no(value: bool | None) -> str:
    """Yes, no, or nothing where it was not answered."""
    return "" if value is None else gettext("Yes") if value else gettext("No")
