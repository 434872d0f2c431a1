"""Words of reviewing: reason codes with the sentence ready for each, verbs as done, deadlines and their clocks."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from app.domain.policy import Deadline, Policy
from app.domain.reasons import ReasonCode
from app.domain.workflow import Verb
from app.views import labels
from app.views.labels_codes import DEADLINES, STAGES, STATES

# (word, sentence to the teacher)
REASONS: dict[ReasonCode, tuple[Any, Any]] = {
    ReasonCode.ILLEGIBLE: (
        _("Illegible"),
        _("The picture cannot be read. Please scan or photograph the original again."),
    ),
    ReasonCode.COPY: (
        _("A copy"),
        _("What was added is a copy, and a copy is void. Please scan or photograph the original."),
    ),
    ReasonCode.UNRELATED: (
        _("Unrelated"),
        _("What was added is not about this activity or result. Please claim with its own certificate or proof."),
    ),
    ReasonCode.NO_TRANSLATION: (
        _("No translation"),
        _("The certificate is not in Chinese. Please add a Chinese translation stamped by your school."),
    ),
    ReasonCode.NO_DATES: (
        _("No dates"),
        _("The certificate states no dates. Please add a stamped statement of hours from your school."),
    ),
    ReasonCode.WRONG_YEAR: (
        _("Another year"),
        _("The evidence is of another year and cannot count here. Please claim hours in the year they were earned."),
    ),
    ReasonCode.HOURS_DIFFER: (
        _("Hours differ"),
        _("The hours claimed differ from those on the certificate. Please state the hours as the certificate does."),
    ),
    ReasonCode.NAME_DIFFERS: (
        _("Name differs"),
        _(
            "The name or ID number on the evidence is not the one you are registered with. Please add your own "
            "certificate, or ask your school to mend your record."
        ),
    ),
    ReasonCode.DUPLICATE: (
        _("Registered already"),
        _("These hours are registered already. The same hours count once, so please do not claim them again."),
    ),
    ReasonCode.FALSE: (
        _("False claim"),
        _(
            "The claim is not true to what was done, so no hours are registered. "
            "If you disagree, please ask your school."
        ),
    ),
    ReasonCode.OTHER: (_("Other"), ""),
}
DONE = {
    Verb.SUBMIT: _("submitted"),
    Verb.WITHDRAW: _("withdrew"),
    Verb.APPROVE: _("approved"),
    Verb.RETURN: _("returned"),
    Verb.REJECT: _("rejected"),
    Verb.REVOKE: _("revoked"),
}


def reason_word(code: str) -> str:
    """The word of a reason code; the code itself where it is no longer one."""
    return str(REASONS[ReasonCode(code)][0]) if code in set(ReasonCode) else code


def verb_done(verb: str) -> str:
    """What somebody did: "approved"."""
    return str(DONE[Verb(verb)])


def stage_word(stage: str) -> str:
    """At which stage it was done."""
    return str(STAGES[stage])


def deadline_word(which: Deadline) -> str:
    """What has to be done by a deadline."""
    return str(DEADLINES[str(which)])


def clock_words(left: int) -> str:
    """How many days a deadline leaves."""
    if left < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -left)
    if left == 0:
        return gettext("last day today")
    return ngettext("%(num)s day left", "%(num)s days left", left)


def nearness(left: int) -> str:
    """How pressing a deadline is: "late", "near" (a week), or empty."""
    return "late" if left < 0 else "near" if left <= 7 else ""


def category_word(policy: Policy, code: str | None) -> str:
    """A category in the words of its pack."""
    category = policy.category(code or "")
    return category.title.text(labels.language()) if category else code or ""


def kind_word(policy: Policy, code: str) -> str:
    """A claim kind in the words of its pack."""
    kind = policy.kind(code)
    return kind.title.text(labels.language()) if kind else code


def purpose_word(policy: Policy, purpose: str) -> str:
    """What a file of evidence is, in the words of the pack that asks for it."""
    companion = policy.companion(purpose)
    return companion.title.text(labels.language()) if companion else gettext("The evidence itself")


def state_pill(state: str) -> Any:
    """A claim's state as a quiet pill with its word."""
    return labels.code_mark("claim", "state", state, STATES)


def result_pill(result: str) -> Any:
    """A standing's result as a pill."""
    return labels.code_mark("standing", "result", result, labels.words_of("standing", "result"))


def category_choices() -> list[tuple[str, str]]:
    """Every category of every pack, for filters."""
    return list(labels.category_words().items())
