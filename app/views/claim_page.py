"""What the pages of a claim show: its hours and how they came about, its story, its evidence, its deadline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from app.domain.errors import Refused
from app.domain.evidence import PROOF
from app.domain.hours import Part, plain
from app.domain.policy import Policy, pack
from app.domain.workflow import Verb
from app.models import Claim, Decision
from app.services import claims
from app.services.clock import SHANGHAI
from app.views import claim_answers, claim_effect, claim_findings, claim_progress, labels, labels_claims
from app.views.claim_clock import deadline, late, review_day
from app.views.claim_files import purpose_name
from app.views.labels import language
from app.views.labels_claims import category_word, kind_word, purpose_word

# Still to be decided: what it would do to the year is worth seeing.
OPEN = ("draft", "returned", "submitted", "passed_first")


def moment(at: datetime) -> str:
    """An instant as people here read it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def file_size(size: int) -> str:
    """Bytes in the unit people know."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


def steps(policy: Policy, kind: str, part: Part) -> list[dict[str, str]]:
    """How the hours came about, a line a day or figure."""
    rows = []
    for step in part.steps:
        if step.units is not None and step.each is not None:
            label = gettext("As a whole")
            how = gettext("%(units)s × %(each)s", units=step.units, each=plain(step.each))
            if step.capped:
                how += gettext(", at most %(hours)s", hours=plain(step.hours))
        elif step.case:
            label, how = gettext("As a whole"), claim_answers.case_word(policy, kind, step.case)
        elif step.on is None:
            label, how = gettext("As a whole"), gettext("hours stated by the evidence")
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
        "steps": steps(policy, data.kind, part),
        "refusal": "",
    }


def decision_row(decision: Decision) -> dict[str, Any]:
    """A decision as the story of a claim tells it."""
    policy = pack(decision.claim.policy)
    code = labels_claims.reason_word(decision.reason_code) if decision.reason_code else ""
    said = [gettext(": ").join(part for part in (code, decision.reason) if part)]
    if decision.override_reason:
        said.append(gettext("Deadline set aside: %(reason)s", reason=decision.override_reason))
    # What is claimed stands beside each submission; a review recognises.
    is_review = decision.verb != Verb.SUBMIT and decision.hours is not None
    return {
        "who": decision.actor_name,
        "acted_for": decision.acted_for or "",
        "verb": labels_claims.verb_done(decision.verb),
        "stage": labels_claims.stage_word(decision.stage),
        "at": moment(decision.decided_at),
        "iso": decision.decided_at.isoformat(),
        "reason": gettext("; ").join(part for part in said if part),
        "hours": plain(decision.hours) if is_review and decision.hours is not None else "",
        "changes": _changes(policy, decision) if is_review else [],
        "state": decision.to_state,
    }


def _changes(policy: Policy, decision: Decision) -> list[tuple[str, str, str]]:
    """What a review changed, each stage against the one before it, the first against what was claimed."""
    claim = decision.claim
    earlier = [one for one in claim.decisions if one.id < decision.id and one.hours is not None]
    hours = earlier[-1].hours if earlier else claim.claimed_hours
    category = earlier[-1].category if earlier else claim.category
    changes = []
    if decision.category != category:
        changes.append((gettext("Category"), category_word(policy, category), category_word(policy, decision.category)))
    if decision.hours is not None and hours is not None and decision.hours != hours:
        changes.append((gettext("Hours"), plain(hours), plain(decision.hours)))
    return changes


def evidence_rows(claim: Claim, *, may_remove: bool) -> list[dict[str, Any]]:
    """The files of a claim, each with its address under the claim's reach."""
    rows, policy = [], pack(claim.policy)
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
                "purpose": one.purpose,
                "purpose_name": purpose_name(one.sha256),
                "purpose_word": purpose_word(policy, one.purpose) if one.purpose != PROOF else "",
                "note": "",
            }
        )
    return rows


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


def page_values(claim: Claim, now: datetime, *, may_change: bool) -> dict[str, Any]:
    """Everything the record page shows beyond its buttons."""
    policy, data = pack(claim.policy), claims.data_of(claim)
    part, pk = claim_effect.part_of(policy, data), claim.teacher_id
    is_open = claim.state in OPEN
    return {
        "claim": claim,
        "policy": policy,
        "kind": kind_word(policy, claim.kind),
        "category": category_word(policy, claim.category),
        "subject": next(
            (one.title.text(language()) for one in policy.public_subjects if one.code == claim.subject), ""
        ),
        "days": _days(claim),
        "answers": claim_answers.answers(policy, data),
        "recognised": _recognised(policy, claim),
        "result": reckoned(policy, data),
        "effect": claim_effect.effect(policy, pk, claim.year, part, claim.subject) if is_open else None,
        "ceiling": claim_effect.ceiling(policy, pk, part, but=claim.id) if is_open else [],
        "decisions": [decision_row(one) for one in claim.decisions],
        "evidence": evidence_rows(claim, may_remove=may_change),
        "findings": claim_findings.rows(claim),
        "returned": last_return(claim),
        "way": claim_progress.steps(claim, now),
        "deadline": deadline(claim, now),
        "late": late(claim, now),
        "review_day": review_day(policy, now) if claim.state in ("submitted", "passed_first") else None,
    }
