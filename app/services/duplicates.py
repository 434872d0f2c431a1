"""Finding hours claimed twice (DUP-CLAIM): refused for the same teacher, flagged to the reviewer across teachers.

What is alike is judged in ``domain/likeness.py``; here the rows to compare are found, by indexed columns and no more
than a page could show, and ``Claim.is_flagged`` is kept: the mark of a claim with something to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.attendance import OF_DAYS
from app.domain.errors import Refused
from app.domain.likeness import Attended, Claimed, Likeness, is_refused, likeness, likeness_to_attendance
from app.domain.rules import Rule
from app.models import Attendance, Claim, Evidence
from app.security.actor import acting, current_actor
from app.services import audit
from app.services.refusals import No
from app.services.turns import take_turn

# A draft is not yet a claim; what was taken back may be claimed again.
STANDING_STATES = ("submitted", "passed_first", "approved", "returned")
# Their hours do not stand, but the same evidence once more is for the reviewer to see: "a rejected claim is final".
REFUSED_STATES = ("rejected", "revoked")
MOST = 50
REFUSALS = {
    Likeness.CERTIFICATE: No.SAME_CERTIFICATE,
    Likeness.FILE: No.SAME_FILE,
    Likeness.ACTIVITY: No.SAME_ACTIVITY,
}


@dataclass(frozen=True)
class Finding:
    """Something the reviewer should look at: the rule, what is alike, and the other claim or attendance.

    Beyond the reader's reach it is told that there is one, and nothing of whose or which.
    """

    rule: Rule
    likeness: Likeness
    record: str  # "claim" | "attendance"
    record_id: int
    is_own: bool
    is_in_reach: bool
    number: str = ""
    title: str = ""
    teacher_name: str = ""
    state: str = ""
    days: tuple[date, ...] = ()


def refuse_repeated(session: Session, claim: Claim) -> None:
    """Refuse what this teacher has claimed or been registered for already (SAME_CERTIFICATE, SAME_FILE, …)."""
    # At a former school too: the rule knows the teacher, not the reviewer's rows.
    with acting(current_actor().as_system()):
        for row, found in _alike(session, claim):
            is_standing = isinstance(row, Attendance) or row.state in STANDING_STATES
            if is_standing and is_refused(found, same_teacher=row.teacher_id == claim.teacher_id):
                raise Refused(REFUSALS[found], number=_number(row), certificate=claim.certificate_number)


def findings(session: Session, claim: Claim) -> list[Finding]:
    """What the reviewer should look at, the same hours first. Identities only within the actor's reach."""
    with acting(current_actor().as_system()):
        alike = _alike(session, claim)
        told = [_told(claim, row, found) for row, found in alike]
    reached = {
        model: set(session.scalars(select(model.id).where(model.id.in_([one.id for one, _ in alike]))))
        for model in (Claim, Attendance)
        if alike
    }
    shown = [
        Finding(is_in_reach=True, **facts)
        if row.id in reached[type(row)]
        else Finding(
            facts["rule"], facts["likeness"], facts["record"], 0, facts["is_own"], is_in_reach=False
        )
        for (row, _found), facts in zip(alike, told, strict=True)
    ]
    return sorted(shown, key=lambda one: one.likeness is Likeness.DAYS)


def mark(session: Session, claim: Claim) -> None:
    """Set the mark of a claim handed in, and of the older ones that have become alike by it."""
    with acting(current_actor().as_system()):
        alike = _alike(session, claim)
        claim.is_flagged = bool(alike)
        _write(session, [row.id for row, _found in alike if _is_waiting(row)], True)


def mark_others_again(session: Session, claim: Claim) -> None:
    """The claim no longer stands: look again at those that were alike."""
    with acting(current_actor().as_system()):
        _look_again(session, [row for row, _found in _alike(session, claim) if _is_waiting(row)])


def marked_beside(session: Session, claim: Claim) -> list[Any]:
    """What is marked beside a returned claim, before it is mended: for ``mark_again`` afterwards."""
    if claim.state != "returned" or not claim.is_flagged:
        return []
    with acting(current_actor().as_system()):
        return [row for row, _found in _alike(session, claim) if _is_waiting(row)]


def mark_again(session: Session, others: Sequence[Any]) -> None:
    """Look again at claims of which one has been mended or taken back."""
    with acting(current_actor().as_system()):
        _look_again(session, others)


def mark_attended(session: Session, attendances: Sequence[Attendance]) -> None:
    """Registered attendance may be for hours that are claimed: mark these claims, approved ones too.

    Found later, a registration is cancelled (S1 §五（三）3); that is the reviewing authority's to decide.
    """
    by_teacher: dict[int, list[Attended]] = {}
    for row in attendances:
        by_teacher.setdefault(row.teacher_id, []).append(_attended(row))
    days = [row.attended_on for row in attendances]
    if not days:
        return
    columns = (Claim.id, Claim.teacher_id, Claim.year, Claim.title, Claim.starts_on, Claim.ends_on, Claim.facts)
    with acting(current_actor().as_system()):
        question = select(*columns).where(
            Claim.state.in_(STANDING_STATES), Claim.is_flagged.is_(False), _touches(min(days), max(days))
        )
        ids = sorted(by_teacher)
        for start in range(0, len(ids), 500):
            rows = session.execute(question.where(Claim.teacher_id.in_(ids[start : start + 500]))).all()
            met = [
                row.id
                for row in rows
                if any(likeness_to_attendance(_claimed(row), one) for one in by_teacher[row.teacher_id])
            ]
            _write(session, met, True)


def unmark_attended(session: Session, attendance: Attendance) -> None:
    """The attendance is void: look again at the claims of that day."""
    on = attendance.attended_on
    with acting(current_actor().as_system()):
        marked = select(Claim).where(
            Claim.teacher_id == attendance.teacher_id, Claim.is_flagged.is_(True), _touches(on, on)
        )
        _look_again(session, list(session.scalars(marked.limit(MOST))))


def _alike(session: Session, claim: Claim) -> list[tuple[Claim | Attendance, Likeness]]:
    """What is like a claim, at most MOST of claims and of attendances, the same teacher's first."""
    one = _claimed(claim, files=True)
    found: list[tuple[Claim | Attendance, Likeness]] = []
    for other in session.scalars(_candidates(session, claim, one)):
        alike = likeness(one, _claimed(other, files=True))
        if alike is not None and (alike is not Likeness.DAYS or other.state in STANDING_STATES):
            found.append((other, alike))
    if one.starts_on is None:
        return found
    attended = (
        select(Attendance)
        .where(
            Attendance.teacher_id == claim.teacher_id,
            Attendance.voided_at.is_(None),
            Attendance.attended_on.between(one.starts_on, one.ends_on or one.starts_on),
        )
        .options(joinedload(Attendance.activity))
        .order_by(Attendance.attended_on, Attendance.id)
        .limit(MOST)
    )
    for row in session.scalars(attended):
        alike = likeness_to_attendance(one, _attended(row))
        # A failed assessment gave no hours, so the day holds none (EXAM).
        if alike is not None and (row.passed or alike is not Likeness.DAYS):
            found.append((row, alike))
    return found


def _candidates(session: Session, claim: Claim, one: Claimed) -> Any:
    """Claims that may be alike. The files are asked for first: a subquery beside "or" would read the whole table."""
    ways: list[ColumnElement[bool]] = []
    if claim.certificate_key:
        ways.append(Claim.certificate_key == claim.certificate_key)
    if one.files:
        with_file = session.scalars(select(Evidence.claim_id).where(Evidence.sha256.in_(one.files)).limit(MOST * 4))
        ways.append(Claim.id.in_(set(with_file)))
    if one.starts_on is not None:
        ways.append(and_(Claim.teacher_id == claim.teacher_id, _touches(one.starts_on, one.ends_on or one.starts_on)))
    else:
        ways.append(
            and_(Claim.teacher_id == claim.teacher_id, Claim.year == claim.year, Claim.starts_on.is_(None))
        )
    return (
        select(Claim)
        .where(Claim.id != claim.id, Claim.state.in_((*STANDING_STATES, *REFUSED_STATES)), or_(*ways))
        .options(joinedload(Claim.teacher), selectinload(Claim.evidence))
        .order_by(Claim.teacher_id != claim.teacher_id, Claim.id)
        .limit(MOST)
    )


def _touches(first: date, last: date) -> ColumnElement[bool]:
    return and_(Claim.starts_on <= last, func.coalesce(Claim.ends_on, Claim.starts_on) >= first)


def _claimed(row: Any, *, files: bool = False) -> Claimed:
    """A claim, or a row with its columns, as the domain compares it."""
    named = (date.fromisoformat(session["on"]) for session in row.facts.get("sessions") or () if session.get("on"))
    return Claimed(
        teacher=row.teacher_id,
        year=row.year,
        title=row.title,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        certificate=row.certificate_number if files else None,
        files=frozenset(evidence.sha256 for evidence in row.evidence) if files else frozenset(),
        days=frozenset(on for on in named if on.year == row.year),
    )


def _attended(row: Attendance) -> Attended:
    return Attended(row.teacher_id, row.activity.title, row.attended_on, row.activity.kind in OF_DAYS)


def _told(claim: Claim, row: Claim | Attendance, found: Likeness) -> dict[str, Any]:
    is_claim = isinstance(row, Claim)
    days = _claimed(claim).days & (_claimed(row).days if is_claim else {row.attended_on})
    return {
        # Hours of one day beside one another are what the day's ceiling is about.
        "rule": Rule.CEIL if found is Likeness.DAYS else Rule.DUP_CLAIM,
        "likeness": found,
        "record": "claim" if is_claim else "attendance",
        "record_id": row.id,
        "is_own": row.teacher_id == claim.teacher_id,
        "number": _number(row),
        "title": row.title if is_claim else row.activity.title,
        "teacher_name": row.teacher.name,
        "state": row.state if is_claim else "",
        "days": tuple(sorted(days)),
    }


def _number(row: Claim | Attendance) -> str:
    return row.number if isinstance(row, Claim) else row.activity.number


def _is_waiting(row: Claim | Attendance) -> bool:
    return isinstance(row, Claim) and row.state in STANDING_STATES


def _look_again(session: Session, claims: Sequence[Any]) -> None:
    _write(session, [claim.id for claim in claims if not _alike(session, claim)], False)


def _write(session: Session, claim_ids: Sequence[int], is_flagged: bool) -> None:
    """Set the mark alone. The claims themselves are unchanged, so their version stays and no page is stale."""
    if not claim_ids:
        return
    take_turn(session)
    table = Claim.__table__
    other = select(table.c.id).where(table.c.id.in_(claim_ids), table.c.is_flagged != is_flagged)
    changed = sorted(session.connection().scalars(other))
    if changed:
        session.connection().execute(update(table).where(table.c.id.in_(changed)).values(is_flagged=is_flagged))
        before, after = {"is_flagged": not is_flagged}, {"is_flagged": is_flagged}
        audit.record(session, [("update", "claim", str(claim_id), before, after) for claim_id in changed])
