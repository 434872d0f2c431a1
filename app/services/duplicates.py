"""Finding hours claimed twice (DUP-CLAIM): refused for the same teacher, flagged to the reviewer across teachers.

Two authors may share a paper, so the same certificate number or file at another teacher is a question, not a no.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.errors import Refused
from app.models import Activity, Attendance, Claim, Evidence
from app.security.actor import acting, current_actor
from app.services.refusals import No

# A draft is not yet a claim; what was taken back or refused may be claimed again.
STANDING_STATES = ("submitted", "passed_first", "approved", "returned")


@dataclass(frozen=True)
class Flag:
    """Something the reviewer should look at: the rule, what is alike, and the other claim."""

    rule: str
    likeness: str  # "certificate" | "file" | "activity"
    claim_id: int
    number: str
    teacher_name: str
    is_in_reach: bool


def refuse_repeated(session: Session, claim: Claim) -> None:
    """Refuse what this teacher has claimed or been registered for already."""
    # At a former school too: the rule knows the teacher, not the reviewer's rows.
    with acting(current_actor().as_system()):
        _refuse_repeated(session, claim)


def _refuse_repeated(session: Session, claim: Claim) -> None:
    others = select(Claim).where(
        Claim.teacher_id == claim.teacher_id, Claim.id != claim.id, Claim.state.in_(STANDING_STATES)
    )
    if claim.certificate_key:
        same = session.scalars(others.where(Claim.certificate_key == claim.certificate_key)).first()
        if same is not None:
            raise Refused(No.SAME_CERTIFICATE, number=same.number, certificate=claim.certificate_number)
    files = [evidence.sha256 for evidence in claim.evidence]
    same = session.scalars(
        others.where(Claim.id.in_(select(Evidence.claim_id).where(Evidence.sha256.in_(files))))
    ).first()
    if same is not None:
        raise Refused(No.SAME_FILE, number=same.number)
    same = session.scalars(
        others.where(Claim.title == claim.title, Claim.starts_on == claim.starts_on, Claim.ends_on == claim.ends_on)
        if claim.starts_on
        else others.where(Claim.title == claim.title, Claim.year == claim.year, Claim.starts_on.is_(None))
    ).first()
    if same is not None:
        raise Refused(No.SAME_ACTIVITY, number=same.number)
    if claim.starts_on and claim.ends_on:
        registered = session.scalars(
            select(Attendance)
            .join(Activity)
            .where(
                Attendance.teacher_id == claim.teacher_id,
                Attendance.voided_at.is_(None),
                Activity.title == claim.title,
                Attendance.attended_on.between(claim.starts_on, claim.ends_on),
            )
        ).first()
        if registered is not None:
            raise Refused(No.SAME_ACTIVITY, number=registered.activity.number)


def flags(session: Session, claim: Claim) -> list[Flag]:
    """The same certificate number or file at other teachers. Names only where the reviewer may see the claim."""
    files = [evidence.sha256 for evidence in claim.evidence]
    likenesses = []
    if claim.certificate_key:
        likenesses.append(Claim.certificate_key == claim.certificate_key)
    if files:
        likenesses.append(Claim.id.in_(select(Evidence.claim_id).where(Evidence.sha256.in_(files))))
    if not likenesses:
        return []
    query = (
        select(Claim)
        .where(Claim.teacher_id != claim.teacher_id, Claim.state.in_(STANDING_STATES), or_(*likenesses))
        .options(joinedload(Claim.teacher))
        .order_by(Claim.id)
        .limit(10)
    )
    with acting(current_actor().as_system()):
        found = [
            (row.id, row.number, row.teacher.name, row.certificate_key == claim.certificate_key)
            for row in session.scalars(query).unique()
        ]
    reached = set(session.scalars(select(Claim.id).where(Claim.id.in_([row[0] for row in found]))))
    return [
        Flag(
            rule="DUP-CLAIM",
            likeness="certificate" if by_number and claim.certificate_key else "file",
            claim_id=claim_id,
            number=number if claim_id in reached else "",
            teacher_name=name if claim_id in reached else "",
            is_in_reach=claim_id in reached,
        )
        for claim_id, number, name, by_number in found
    ]
