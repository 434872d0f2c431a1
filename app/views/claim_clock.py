"""The clock of a claim: by when the next step is due, as extended, and what is said where it is late (EFFECT).

Also the days on which claims are reviewed, which are told and refuse nothing (S2 §三（三）).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext

from app.domain.days import day_in_china
from app.domain.deadlines import Extension, days_left, extension_in_force, last_day, next_review_day, open_reminders
from app.domain.errors import Code, Refused
from app.domain.policy import Deadline, Policy, pack
from app.domain.workflow import Verb
from app.extensions import db
from app.models import Claim, Teacher
from app.security.actor import current_actor
from app.services import extensions, workflow
from app.views import labels, labels_claims
from app.views.extensions import extend_claim_url

WAITS_FOR = {
    "draft": Deadline.CLAIM,
    "returned": Deadline.CLAIM,
    "submitted": Deadline.FIRST_REVIEW,
    "passed_first": Deadline.SECOND_REVIEW,
}


def clock(
    policy: Policy, which: Deadline, year: int, now: datetime, extended: Sequence[Extension] = ()
) -> dict[str, Any] | None:
    """A deadline of a year as its clock shows it, as extended; None where the pack sets none."""
    left, due_on = days_left(policy, which, year, now, extended), last_day(policy, which, year, extended)
    if left is None or due_on is None:
        return None
    extension = extension_in_force(policy, which, year, extended)
    first_day = policy.deadline(which, year)
    return {
        "what": labels_claims.deadline_word(which),
        "which": str(which),
        "due_on": due_on.isoformat(),
        "left": left,
        "words": labels_claims.clock_words(left),
        "nearness": labels_claims.nearness(left),
        "source": policy.deadline_source(which),
        "extended_from": first_day.isoformat() if extension is not None and first_day is not None else "",
        "extended_because": extension.reason if extension is not None else "",
    }


def deadline(claim: Claim, now: datetime) -> dict[str, Any] | None:
    """The clock of what the claim waits for; None where nothing is due."""
    which = WAITS_FOR.get(claim.state)
    if which is None:
        return None
    return clock(pack(claim.policy), which, claim.year, now, extensions.of_claim(db.session, claim))


def of_form(policy: Policy, year: int, claim: Claim | None, teacher: Teacher | None, now: datetime) -> dict[str, Any]:
    """What stands beside the claim form: by when it is due, as extended for its teacher, and the next review day."""
    if claim is not None:
        extended = extensions.of_claim(db.session, claim)
    elif teacher is not None:
        extended = extensions.of_teacher(db.session, teacher.school_id, teacher.id)
    else:
        extended = ()
    due = clock(policy, Deadline.CLAIM, year, now, extended)
    is_late = due is not None and due["left"] < 0
    return {
        "deadline": due,
        "late": labels.refusal_text(_too_late(due, year)) if due is not None and is_late else "",
        "review_day": review_day(policy, now),
    }


def late(claim: Claim, now: datetime) -> dict[str, str] | None:
    """What is said before a late step is tried (EFFECT), in the words of its refusal; None where all is in time.

    To whoever could take the step, and to who may extend the deadline. The second review is overridden in its dialog.
    """
    due = deadline(claim, now)
    if due is None or due["left"] >= 0 or due["which"] == Deadline.SECOND_REVIEW:
        return None
    url = extend_claim_url(claim, due["which"])
    verb = Verb.APPROVE if claim.state == "submitted" else Verb.SUBMIT
    if not url and verb not in workflow.verbs_open_to(db.session, current_actor(), claim):
        return None
    return {"words": labels.refusal_text(_too_late(due, claim.year)), "url": url}


def _too_late(due: dict[str, Any], year: int) -> Refused:
    """The refusal that whoever tries would meet."""
    return Refused(Code.LATE, deadline=due["which"], due_on=due["due_on"], year=year, source=due["source"])


def review_day(policy: Policy, now: datetime) -> dict[str, Any] | None:
    """The days on which claims are reviewed, and the next one (S2 §三（三））; None where the pack names none."""
    next_on = next_review_day(policy, day_in_china(now))
    if next_on is None:
        return None
    days = [gettext("day %(number)s", number=day) for day in policy.review_days]
    return {
        "next_on": next_on.isoformat(),
        "days": gettext(" and ").join(days),
        "source": policy.source_of("review_days"),
    }


def reminders(policy: Policy, year: int, now: datetime) -> list[dict[str, str]]:
    """What the pack reminds of until its day has passed: certificates for title applications (S2 §三（一））."""
    return [
        {"on": one.on.in_year(year).isoformat(), "title": one.title.text(labels.language()), "source": one.on.source}
        for one in open_reminders(policy, year, day_in_china(now))
    ]
