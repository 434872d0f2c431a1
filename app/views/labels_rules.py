"""Every rule of DOMAIN §3 in words: a short title, a sentence that a school clerk understands, the clause it rests on.

What a rule does stands in ``app/domain``. A clause is cited as the notice numbers it, in either language; R is a
reading of ours where the notices are silent.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.rules import Rule
from app.views.access import holds


class Told(NamedTuple):
    """A rule in words."""

    title: Any
    sentence: Any
    clause: str


RULES: dict[Rule, Told] = {
    Rule.MIN: Told(
        _("Minima"),
        _(
            "Each category has its yearly minimum, and so has the total. What one category has too much never fills "
            "another, but every recognised hour counts to the total."
        ),
        "S1 §二；S2 §二（一）",
    ),
    Rule.YEAR: Told(
        _("Natural year"),
        _(
            "Hours count in the year of the days on which they were earned, from 1 January to 31 December. An activity "
            "over New Year is divided by calendar day."
        ),
        "S1 §四（一）；R",
    ),
    Rule.DAY: Told(
        _("Days into hours"),
        _(
            "A full day gives the policy's hours of a day. For part of a day every 45 minutes give one hour, rounded "
            "down, and never more than a full day."
        ),
        "S1 §二；S2 §二（一）；R",
    ),
    Rule.CEIL: Told(
        _("Most in a day"),
        _(
            "No calendar day should yield more than a full day's hours from everything attended in person. What "
            "exceeds it is shown to the reviewer, who decides; nothing is cut silently."
        ),
        "R",
    ),
    Rule.DUP_PUBLIC: Told(
        _("Same public subject"),
        _(
            "The same public subject counts once a year, whatever platform it was studied on: the entry with the most "
            "hours, then the earlier one. The others are kept and shown as not counted."
        ),
        "S1 §二（一）",
    ),
    Rule.DUP_CLAIM: Told(
        _("Claimed twice"),
        _(
            "Hours that are registered already may not be claimed again. The same certificate number, the same file, "
            "or the same days and title are refused; where it is found out later, the registration is cancelled."
        ),
        "S1 §五（三）3",
    ),
    Rule.EXAM: Told(
        _("Failed assessment"),
        _("Training that ends with an assessment gives no hours where the assessment was failed."),
        "S2 §二（三）1",
    ),
    Rule.DEGREE: Told(
        _("Degree study"),
        _(
            "Degree study in service, passed in the year and within the programme's normal length, gives a fixed "
            "number of hours: professional where it is related to the subject taught, elective where not."
        ),
        "S2 §二（三）2",
    ),
    Rule.RESULT: Told(
        _("Teaching or research result"),
        _(
            "A patent, a book, a completed project of provincial-department level or above, or an article in a public "
            "professional journal gives a fixed number of professional hours; the main author gets more than others."
        ),
        "S2 §二（三）4",
    ),
    Rule.CONFERENCE: Told(
        _("Academic exchange"),
        _(
            "Conferences, lectures and visits of a proper academic body count by the days truly spent, as professional "
            "or elective hours."
        ),
        "S2 §二（三）3",
    ),
    Rule.MENTOR: Told(
        _("Tutors and talent programmes"),
        _(
            "Who tutors at a practice base, hosts a studio or takes part in a talent programme, and is assessed as "
            "passed, gets hours by the days truly spent."
        ),
        "S2 §二（三）5",
    ),
    Rule.OUTSIDE: Told(
        _("Training by others"),
        _(
            "Training that no education authority gives counts as professional where it suits the subject taught, else "
            "as elective. The reviewer may reclassify it."
        ),
        "S2 §二（三）1",
    ),
    Rule.KINDS: Told(
        _("Kinds of claims"),
        _(
            "Professional hours are claimed under the kinds that the notice lists. Where no formula is set, the hours "
            "are those that the evidence states and the reviewer recognises."
        ),
        "S1 §二（二）",
    ),
    Rule.AUTO: Told(
        _("Without a claim"),
        _("Courses on the platform itself and attendance that the organiser registers give hours without a claim."),
        "S1 §四（二）",
    ),
    Rule.CARRY: Told(
        _("Carrying over"),
        _(
            "Hours above both the required total and the professional minimum move into the next year as professional "
            "hours, where both years' policies allow it. Public hours never do, and it does not depend on passing."
        ),
        "S1 §四（三）；R",
    ),
    Rule.EFFECT: Told(
        _("In effect and in time"),
        _(
            "Hours count only after the last review. What comes after the last day is not recorded, unless the "
            "reviewing authority sets the deadline aside with a written reason, which is kept."
        ),
        "S1 §四（三）；S1 §五（三）2；R",
    ),
    Rule.EVIDENCE: Told(
        _("Evidence"),
        _(
            "Scan or photograph the original; a copy is void and unrelated material gives nothing. A certificate in "
            "another language needs a sealed Chinese translation beside it, one without dates a sealed proof of hours. "
            "Evidence is of the year of the claim."
        ),
        "S1 §五（三）3；S2 §三（四）",
    ),
    Rule.IDENTITY: Told(
        _("Same identity everywhere"),
        _(
            "Name, ID number, subject and title must agree on every platform, or the year cannot be transferred. What "
            "differs is shown, so that it can be mended."
        ),
        "S1 §五（二）1",
    ),
    Rule.SCOPE: Told(
        _("Who is verified"),
        _("Closed schools and teachers who have left are deactivated. Their records stay as they are."),
        "S1 §一；S1 §五（二）2；R",
    ),
    Rule.EXEMPT: Told(
        _("Exemption"),
        _(
            "An exemption has a reason, a period and an effect: it is only noted, exempts from the year, or credits "
            "hours. It is printed on the certificate."
        ),
        "R",
    ),
    Rule.SUBSIDY: Told(
        _("What the result is for"),
        _(
            "Subsidies for teachers of private schools and title reviews ask for the yearly result. Lists of it can be "
            "exported for both."
        ),
        "S1 §五（一）；S2 §三（一）",
    ),
}


# Forms, and what is worked out beneath them while one types.
FORMS = ("add", "edit", "reckon")


def rule_mark(code: str) -> dict[str, str]:
    """What the mark of a rule says and where it leads: {title, words, url, target}; empty for a code that is no rule.

    ``url`` is empty for who may not open the page of the rules. From a form it leads to a page of its own, so that
    nothing typed or chosen there is lost.
    """
    told = RULES.get(Rule(code)) if code in set(Rule) else None
    if told is None:
        return {"title": "", "words": "", "url": "", "target": ""}
    url = url_for("PolicyView.rules", _anchor=code) if holds("can_list", "PolicyView") else ""
    # Without the clause: beside the mark stands the one of the pack at hand, which may be another.
    words = gettext("%(title)s: %(sentence)s", title=str(told.title), sentence=str(told.sentence))
    target = "_blank" if (request.endpoint or "").rpartition(".")[2] in FORMS else ""
    return {"title": str(told.title), "words": words, "url": url, "target": target}
