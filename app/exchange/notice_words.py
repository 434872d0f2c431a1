"""The words of a notice: what it is called, what it says, and which page it leads to.

In the language that is asked for when it is read or mailed; the row holds a code and its facts alone. Which codes there
are stands in ``services/notices.py``. Addresses are those of CONTRACTS, so that mail can name them without a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from app.services.notices import Kind


class Words(NamedTuple):
    """Title, sentence and address, each with facts to fill in; the tone is a word of the mocks' pills."""

    title: Any
    sentence: Any
    path: str
    icon: str = "info"
    tone: str = "info"


# The rest is in the application.
MOST_IN_A_LETTER = 30
CLAIM, CERTIFICATE, JOB = "/claims/show/%(claim)s", "/certificates/show/%(certificate)s", "/jobs/show/%(job)s"

WORDS: dict[Kind, Words] = {
    Kind.CLAIM_RETURNED: Words(
        _("A claim was returned to you"),
        _("Claim %(number)s of %(year)s (%(title)s) was returned. Mend it and submit it again."),
        CLAIM, "undo", "warn",
    ),
    Kind.CLAIM_REJECTED: Words(
        _("A claim was not approved"), _("Claim %(number)s of %(year)s (%(title)s) was rejected. This is final."),
        CLAIM, "x", "bad",
    ),
    Kind.CLAIM_PASSED_FIRST: Words(
        _("Your school passed a claim"),
        _("Claim %(number)s of %(year)s (%(title)s) passed the first review and waits for the second one."),
        CLAIM, "send", "info",
    ),
    Kind.CLAIM_APPROVED: Words(
        _("A claim was approved"),
        _("Claim %(number)s of %(year)s (%(title)s) was approved: %(hours)s hours are recognised."),
        CLAIM, "check", "ok",
    ),
    Kind.CLAIM_REVOKED: Words(
        _("A registration was revoked"),
        _("The hours of claim %(number)s of %(year)s (%(title)s) were revoked and count no longer."),
        CLAIM, "minus", "bad",
    ),
    Kind.CLAIM_SUBMITTED: Words(
        _("Your school handed in a claim for you"),
        _("Claim %(number)s of %(year)s (%(title)s) was submitted on your behalf. Check it."),
        CLAIM, "upload", "info",
    ),
    Kind.CERTIFICATE_ISSUED: Words(
        _("Your certificate is issued"),
        _("The certificate %(number)s of %(year)s is issued. You may print it yourself; it is valid once sealed."),
        CERTIFICATE, "award", "ok",
    ),
    Kind.CERTIFICATE_VOIDED: Words(
        _("A certificate is void"),
        _("The certificate %(number)s of %(year)s is void, since something it rests on has changed. Do not use it."),
        CERTIFICATE, "award", "bad",
    ),
    Kind.EXTENSION_GRANTED: Words(
        _("A deadline was extended"), _("A deadline of %(year)s was extended for you until %(until_on)s."),
        "/extensions/show/%(extension)s", "extend", "ok",
    ),
    Kind.EXEMPTION_GRANTED: Words(
        _("An exemption was granted"), _("From %(from_on)s to %(to_on)s an exemption of yours is on record."),
        "/exemptions/show/%(exemption)s", "exempt", "ok",
    ),
    Kind.EXEMPTION_ENDED: Words(
        _("An exemption was ended"),
        _("The exemption from %(from_on)s to %(to_on)s has no effect any more. Look at your year again."),
        "/exemptions/show/%(exemption)s", "exempt", "warn",
    ),
    Kind.JOB_DONE: Words(
        _("Long work is done"), _("What you started is done. Look at what came of it."), JOB, "gear", "ok"
    ),
    Kind.JOB_FAILED: Words(
        _("Long work has failed"), _("What you started did not work. Open it to see why."), JOB, "gear", "bad"
    ),
    Kind.DELEGATED: Words(
        _("A queue was put into your hands"),
        _("%(by)s asks you to review for %(place)s from %(from_on)s to %(to_on)s."), "/review/", "users", "info",
    ),
    Kind.REMINDER: Words(
        _("Your reviewing authority reminds you"),
        _("%(by)s reminds %(school)s: %(count)s claims of %(year)s wait for the first review, due on %(due_on)s."),
        "/review/", "clock", "warn",
    ),
    Kind.SPOT_CHECK_KEPT: Words(
        _("Claims were kept aside to be opened"),
        _("%(count)s claims of a bulk approval were drawn by lot: open each and look at its evidence."),
        "/review/", "eye", "info",
    ),
    Kind.PASSWORD_RESET: Words(
        _("Your password was reset"),
        _("An administrator reset the password of your account, and every session of it ended. If you did not ask for "
          "that, tell them."),
        "/profile/", "lock", "warn",
    ),
    Kind.CLAIM_DUE: Words(
        _("The deadline for claims is near"),
        _("%(count)s claims of %(year)s are not handed in yet. The last day is %(due_on)s."),
        "/claims/list/?state=draft&state=returned", "clock", "warn",
    ),
    Kind.REVIEW_DUE: Words(
        _("The deadline for your reviews is near"),
        _("%(count)s claims of %(year)s wait for your review. The last day is %(due_on)s."),
        "/review/", "clock", "warn",
    ),
    Kind.CORRECTION_ASKED: Words(
        _("A teacher asks for a correction"),
        _("%(name)s says that something in the register is not right."), "/teachers/show/%(teacher)s", "user", "warn",
    ),
}  # fmt: skip


class _Facts(dict[str, Any]):
    """Facts for a sentence; one that is missing reads as an ellipsis rather than failing the page."""

    def __missing__(self, key: str) -> str:
        return "…"


def known(kind: str) -> Words | None:
    """The words of a kind; None for one of an older version."""
    return WORDS.get(Kind(kind)) if kind in set(Kind) else None


def title_of(kind: str) -> str:
    """What a notice is called."""
    words = known(kind)
    return str(words.title) if words else gettext("Notice")


def sentence_of(kind: str, facts: Mapping[str, Any]) -> str:
    """What it says, with its facts."""
    words = known(kind)
    return str(words.sentence) % _Facts(facts) if words else ""


def letter_of(name: str, told: Sequence[tuple[str, Mapping[str, Any]]], public_url: str) -> tuple[str, str]:
    """(subject, text) of the message that tells somebody these notices, the earliest first."""
    first = title_of(told[0][0])
    more = len(told) - 1
    subject = first
    if more:
        subject = ngettext("%(title)s, and %(num)s more", "%(title)s, and %(num)s more", more, title=first)
    lines = [gettext("Dear %(name)s,", name=name), ""]
    for kind, facts in told[:MOST_IN_A_LETTER]:
        lines += [title_of(kind), sentence_of(kind, facts), public_url + path_of(kind, facts), ""]
    if len(told) > MOST_IN_A_LETTER:
        lines += [gettext("All notices: %(url)s", url=f"{public_url}/notices/"), ""]
    said = gettext("This message was written by the Xueshi system; nobody reads replies to it.")
    asked = gettext("To have no more mail, change it in your profile: %(url)s", url=f"{public_url}/profile/")
    return f"[{gettext('Xueshi')}] {subject}", "\n".join([*lines, "-- ", said, asked, ""])


def path_of(kind: str, facts: Mapping[str, Any]) -> str:
    """The page it leads to, on this host; that of all notices where it names none."""
    words = known(kind)
    if words is None:
        return "/notices/"
    path = words.path % _Facts({name: value for name, value in facts.items() if isinstance(value, int)})
    return "/notices/" if "…" in path else path
