"""Mending a returned claim: the parts that its return opened may change, the others stay as the reviewer saw them.

The screen shows the closed parts as text; what is posted for them all the same is not taken (law: the server decides).
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.errors import Refused
from app.domain.mending import ALL, FormPart, opened
from app.domain.workflow import State, Verb
from app.models import Claim
from app.services.claim_facts import ClaimData, data_of
from app.services.refusals import No

_DAYS = frozenset({"sessions", "stated_hours"})
_EVIDENCE = frozenset({"companions"})


def open_parts(claim: Claim) -> tuple[FormPart, ...]:
    """The parts of the claim's form that may change now: all of a draft, of a returned claim what its return opened.

    Returns from before parts were named opened all of them.
    """
    if claim.state == State.DRAFT:
        return ALL
    if claim.state != State.RETURNED:
        return ()
    last = next((one for one in reversed(claim.decisions) if one.verb == Verb.RETURN), None)
    return ALL if last is None or not last.open_fields else opened(last.open_fields)


def require_evidence_open(claim: Claim) -> None:
    """Raises Refused CLAIM_CLOSED, or PART_CLOSED where the return did not ask for other files."""
    parts = open_parts(claim)
    if not parts:
        raise Refused(No.CLAIM_CLOSED)
    if FormPart.EVIDENCE not in parts:
        raise Refused(No.PART_CLOSED)


def held_to(claim: Claim, data: ClaimData) -> ClaimData:
    """``data`` with every closed part as the claim has it, whatever was sent for it."""
    parts, kept = set(open_parts(claim)), data_of(claim)
    if parts == set(ALL):
        return data
    facts = {
        name: value
        for source, is_new in ((kept.facts, False), (data.facts, True))
        for name, value in source.items()
        if (_part_of_fact(name) in parts) is is_new
    }
    return replace(
        data,
        kind=data.kind if FormPart.KIND in parts else kept.kind,
        title=data.title if FormPart.TITLE in parts else kept.title,
        organiser_name=data.organiser_name if FormPart.ORGANISER in parts else kept.organiser_name,
        certificate_number=data.certificate_number if FormPart.CERTIFICATE in parts else kept.certificate_number,
        subject=data.subject if FormPart.ANSWERS in parts else kept.subject,
        starts_on=data.starts_on if FormPart.DAYS in parts else kept.starts_on,
        ends_on=data.ends_on if FormPart.DAYS in parts else kept.ends_on,
        facts=facts,
    )


def _part_of_fact(name: str) -> FormPart:
    if name in _DAYS:
        return FormPart.DAYS
    return FormPart.EVIDENCE if name in _EVIDENCE else FormPart.ANSWERS


__all__ = ["held_to", "open_parts", "require_evidence_open"]
