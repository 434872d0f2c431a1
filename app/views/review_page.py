"""A claim as the review desk shows it: its evidence, its facts, how its hours were computed, what may be decided.

Values for the templates, nothing else. The same values serve the desk, the fragment fetched ahead, and the comparison.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.domain.hours import plain
from app.domain.policy import Policy, pack
from app.domain.workflow import Verb
from app.extensions import db
from app.models import Claim
from app.security.actor import current_actor
from app.services import claims, workflow
from app.services.clock import SHANGHAI
from app.views import claim_answers, claim_effect, claim_page, labels, labels_claims, notes, reasons, review_checks
from app.views.access import holds
from app.views.labels_claims import category_word, kind_word
from app.views.labels_mending import opened_by_reason, parts
from app.views.review_queue import waited
from app.views.whose import name_of

DECIDING = (Verb.APPROVE, Verb.RETURN, Verb.REJECT)
# A digit each; what has none is chosen by clicking.
DIGITS = 9


def find(pk: int) -> Claim | None:
    """The claim with all that its pages read, or None where it is out of reach."""
    return db.session.scalars(
        select(Claim)
        .where(Claim.id == pk)
        .options(
            joinedload(Claim.teacher),
            joinedload(Claim.school),
            joinedload(Claim.authority),
            selectinload(Claim.evidence),
            selectinload(Claim.decisions),
        )
    ).one_or_none()


def facts(claim: Claim) -> dict[str, Any]:
    """What is claimed and by whom, its evidence, and how the hours come about: one side of a comparison."""
    policy, data = pack(claim.policy), claims.data_of(claim)
    result = claim_page.reckoned(policy, data)
    steps = result.get("steps") or []
    return {
        "claim": claim,
        "title": claim.title or gettext("Untitled claim"),
        "pill": labels_claims.state_pill(claim.state),
        "teacher_url": url_for("TeacherView.show", pk=claim.teacher_id) if _opens(claim, "TeacherView") else "",
        "school_url": url_for("SchoolView.show", pk=claim.school_id) if _opens(claim, "SchoolView") else "",
        "name": name_of(claim),
        "who": [one for one in (_title(claim), claim.teacher.subject) if one] if claim.teacher is not None else [],
        "kv": _kv(claim, policy, data),
        "result": result,
        "rules": list(dict.fromkeys(step["rule"] for step in steps)),
        "sources": list(dict.fromkeys(step["source"] for step in steps)),
        "agrees": result["hours"] == plain(claim.claimed_hours),
        "claimed": plain(claim.claimed_hours),
        "recognised": plain(claim.recognised_hours) if claim.recognised_hours is not None else "",
        "files": _files(claim),
    }


def values(claim: Claim, now: datetime) -> dict[str, Any]:
    """Everything the middle and the right of the desk show for one claim."""
    policy = pack(claim.policy)
    part = claim_effect.part_of(policy, claims.data_of(claim))
    checked = review_checks.checks(claim, policy, part, now)
    open_verbs = [str(one) for one in workflow.verbs_open_to(db.session, current_actor(), claim) if one in DECIDING]
    return {
        **facts(claim),
        "checks": checked,
        "deadline": checked["deadline"],
        "waited": waited(claim, now),
        "same": review_checks.same_activity(claim),
        "opened": review_checks.spot_check(claim),
        "verbs": [one for one in open_verbs if holds(one, "ClaimView")],
        "is_late": review_checks.may_set_aside(claim, checked["deadline"]),
        "hours": plain(claim.claimed_hours if claim.recognised_hours is None else claim.recognised_hours),
        "category": claim.recognised_category or claim.category,
        "categories": [(one.id, category_word(policy, one.id)) for one in policy.categories],
        "noted": notes.values(claim, now),
        "opens": opened_by_reason(),
        "parts": parts(),
        "same_file": _same_file(checked["found"]),
        "reasons": {str(verb): reasons.offered(verb) for verb in (Verb.RETURN, Verb.REJECT)},
        "url": url_for("ClaimView.show", pk=claim.id),
    }


def _same_file(found: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The finding of the same file elsewhere, as it stands among the warnings."""
    return next((one for one in found if one["is_same_file"]), None)


def _opens(claim: Claim, view: str) -> bool:
    """Whether the reader may open a record beside the claim: in a colleague's place nothing but claims opens."""
    is_here = claim.teacher is not None and bool(workflow.duties_towards(current_actor(), claim))
    return is_here and holds("can_show", view)


def _title(claim: Claim) -> str:
    titles = labels.words_of("teacher", "title")
    return str(titles.get(claim.teacher.title, claim.teacher.title or ""))


def _kv(claim: Claim, policy: Policy, data: claims.ClaimData) -> list[tuple[str, str]]:
    subjects = {one.code: one.title.text(labels.language()) for one in policy.public_subjects}
    days = ""
    if claim.starts_on is not None:
        last = claim.ends_on or claim.starts_on
        days = claim.starts_on.isoformat() + (f" – {last.isoformat()}" if last != claim.starts_on else "")
    shown = [
        (gettext("Kind"), gettext(", ").join((kind_word(policy, claim.kind), category_word(policy, claim.category)))),
        (gettext("Organising body"), claim.organiser_name or ""),
        (gettext("Certificate number"), claim.certificate_number or ""),
        (gettext("Days"), days),
        (gettext("Public subject"), subjects.get(claim.subject or "", "")),
        *claim_answers.answers(policy, data).items(),
    ]
    shown += [(_STAGES[one.stage], _said(one, policy)) for one in claim.decisions if one.stage in _STAGES]
    return [(str(label), value) for label, value in shown if value]


_STAGES = {"first": _("First review"), "second": _("Second review")}


def _said(decision: Any, policy: Policy) -> str:
    """Who decided what, when, and in which words."""
    row = claim_page.decision_row(decision)
    on = decision.decided_at.astimezone(SHANGHAI).strftime("%Y-%m-%d")
    said = f"{decision.actor_name} {on} {row['verb']}"
    if row["hours"]:
        said += f" {row['hours']} {policy.unit.text(labels.language())}"
    return said + (gettext(", “%(words)s”", words=row["reason"]) if row["reason"] else "")


def _files(claim: Claim) -> list[dict[str, Any]]:
    rows = claim_page.evidence_rows(claim, may_remove=False)
    for row, one in zip(rows, claim.evidence, strict=True):
        row["sha"] = f"{one.sha256[:6]}…{one.sha256[-4:]}"
        row["on"] = one.uploaded_at.astimezone(SHANGHAI).strftime("%Y-%m-%d")
    return rows
