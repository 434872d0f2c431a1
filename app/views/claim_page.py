"""What the pages of a claim show: its hours and how they came about, its story, its evidence, its deadline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from app.domain.deadlines import days_left
from app.domain.errors import Refused
from app.domain.hours import Part, plain
from app.domain.policy import Deadline, Policy, pack
from app.extensions import db
from app.models import Claim, Decision
from app.security.actor import current_actor
from app.services import claims, duplicates
from app.services.clock import SHANGHAI
from app.views import claim_effect, labels, labels_claims
from app.views.labels import language
from app.views.labels_claims import category_word, kind_word

# Still to be decided: what it would do to the year is worth seeing.
OPEN = ("draft", "returned", "submitted", "passed_first")
WAITS_FOR = {"submitted": Deadline.FIRST_REVIEW, "passed_first": Deadline.SECOND_REVIEW, "draft": Deadline.CLAIM}


def moment(at: datetime) -> str:
    """An instant as people here read it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def file_size(size: int) -> str:
    """Bytes in the unit people know."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


def steps(policy: Policy, part: Part) -> list[dict[str, str]]:
    """How the hours came about, a line a day or figure."""
    rows = []
    for step in part.steps:
        if step.on is None:
            label, how = gettext("As a whole"), gettext("fixed or stated hours")
        elif step.full_day:
            label, how = step.on.isoformat(), gettext("full day, %(hours)s", hours=plain(policy.daily_hours))
        else:
            label = step.on.isoformat()
            how = gettext(
                "%(minutes)s min ÷ %(unit)s, rounded down", minutes=step.minutes, unit=policy.minutes_per_hour
            )
            if step.capped:
                how += gettext(", at most a full day's %(hours)s", hours=plain(policy.daily_hours))
        rows.append(
            {"label": label, "how": how, "hours": plain(step.hours), "rule": str(step.rule), "source": step.source}
        )
    return rows


def reckoned(policy: Policy, data: claims.ClaimData, *, has_kind: bool = True) -> dict[str, Any]:
    """The result panel: hours, category, steps; or the sentence that says what is missing."""
    if not has_kind:
        return {"hours": None, "refusal": gettext("Choose the kind first; then the hours are computed as you type.")}
    try:
        part = claims.reckon(policy, data)
    except Refused as refusal:
        return {"hours": None, "refusal": labels.refusal_text(refusal)}
    return {
        "hours": plain(part.hours),
        "category": category_word(policy, part.category),
        "unit": policy.unit.text(language()),
        "steps": steps(policy, part),
        "refusal": "",
    }


def decision_row(decision: Decision) -> dict[str, Any]:
    """A decision as the story of a claim tells it."""
    policy = pack(decision.claim.policy)
    code = labels_claims.reason_word(decision.reason_code) if decision.reason_code else ""
    said = gettext(": ").join(part for part in (code, decision.reason) if part)
    if decision.override_reason:
        said = gettext("Deadline set aside: %(reason)s", reason=decision.override_reason)
    changes = []
    claim = decision.claim
    if decision.category and decision.category != claim.category:
        changes.append(
            (gettext("Category"), category_word(policy, claim.category), category_word(policy, decision.category))
        )
    if decision.hours is not None and decision.hours != claim.claimed_hours:
        changes.append((gettext("Hours"), plain(claim.claimed_hours), plain(decision.hours)))
    return {
        "who": decision.actor_name,
        "verb": labels_claims.verb_done(decision.verb),
        "stage": labels_claims.stage_word(decision.stage),
        "at": moment(decision.decided_at),
        "iso": decision.decided_at.isoformat(),
        "reason": said,
        "hours": plain(decision.hours) if decision.hours is not None else "",
        "changes": changes,
        "state": decision.to_state,
    }


def evidence_rows(claim: Claim, *, may_remove: bool) -> list[dict[str, Any]]:
    """The files of a claim, each with its address under the claim's reach."""
    rows = []
    for one in claim.evidence:
        url = url_for("ClaimView.evidence", pk=one.id)
        is_image = one.media_type != "application/pdf"
        rows.append(
            {
                "id": one.id,
                "name": one.filename,
                "kind": "image" if is_image else "pdf",
                "size": file_size(one.size),
                "at": moment(one.uploaded_at),
                "url": url,
                "thumb_url": url if is_image else "",
                "may_remove": may_remove,
                "note": "",
            }
        )
    return rows


def clock(policy: Policy, which: Deadline, year: int, now: datetime) -> dict[str, Any] | None:
    """A deadline of a year as its clock shows it; None where the pack sets none."""
    left, due_on = days_left(policy, which, year, now), policy.deadline(which, year)
    if left is None or due_on is None:
        return None
    return {
        "what": labels_claims.deadline_word(which),
        "due_on": due_on.isoformat(),
        "left": left,
        "words": labels_claims.clock_words(left),
        "nearness": labels_claims.nearness(left),
        "source": policy.deadline_source(which),
    }


def deadline(claim: Claim, now: datetime) -> dict[str, Any] | None:
    """The clock of what the claim waits for; None where nothing is due."""
    which = WAITS_FOR.get(claim.state)
    return None if which is None else clock(pack(claim.policy), which, claim.year, now)


def last_return(claim: Claim) -> dict[str, Any] | None:
    """What the reviewer asked to be mended; None where the claim was not returned."""
    if claim.state != "returned":
        return None
    returns = [one for one in claim.decisions if one.verb == "return"]
    return decision_row(returns[-1]) if returns else None


def _days(claim: Claim) -> str:
    if claim.starts_on is None:
        return ""
    last = claim.ends_on
    return claim.starts_on.isoformat() + (f" – {last.isoformat()}" if last and last != claim.starts_on else "")


def _recognised(policy: Policy, claim: Claim) -> str:
    """What the last decision recognised, where there is one."""
    if claim.recognised_hours is None:
        return ""
    hours, unit = plain(claim.recognised_hours), policy.unit.text(language())
    return f"{hours} {unit}{gettext(', ')}{category_word(policy, claim.recognised_category)}"


def _flags(claim: Claim) -> list[duplicates.Flag]:
    """Likeness to other teachers' claims: for those who review, not for the claimant (DUP-CLAIM)."""
    is_own = current_actor().teacher_id == claim.teacher_id
    return [] if is_own or claim.state not in duplicates.STANDING_STATES else duplicates.flags(db.session, claim)


def page_values(claim: Claim, now: datetime, *, may_change: bool) -> dict[str, Any]:
    """Everything the record page shows beyond its buttons."""
    policy, data = pack(claim.policy), claims.data_of(claim)
    part = claim_effect.part_of(policy, data)
    return {
        "claim": claim,
        "policy": policy,
        "kind": kind_word(policy, claim.kind),
        "category": category_word(policy, claim.category),
        "subject": next(
            (one.title.text(language()) for one in policy.public_subjects if one.code == claim.subject), ""
        ),
        "days": _days(claim),
        "recognised": _recognised(policy, claim),
        "result": reckoned(policy, data),
        "effect": claim_effect.effect(policy, claim.teacher_id, claim.year, part) if claim.state in OPEN else None,
        "ceiling": claim_effect.ceiling(policy, claim.teacher_id, part, but=claim.id) if claim.state in OPEN else [],
        "decisions": [decision_row(one) for one in claim.decisions],
        "evidence": evidence_rows(claim, may_remove=may_change),
        "flags": _flags(claim),
        "returned": last_return(claim),
        "deadline": deadline(claim, now),
    }
