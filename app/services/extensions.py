"""Extending deadlines: granting, ending, and those that hold for somebody (EFFECT, S1 §五（三）2; R).

Late is not recorded, unless the reviewing authority sets the deadline aside with a written reason. What an extension
does stands in ``domain/deadlines.py``; here the rows are written and found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import deadlines
from app.domain.days import day_in_china
from app.domain.errors import Code, Refused
from app.domain.policy import Deadline
from app.models import Affiliation, Claim, Extension, School, Teacher
from app.security.actor import Actor, acting, current_actor
from app.services import notices, standings
from app.services.refusals import No
from app.services.turns import take_turn

Extensions = tuple[deadlines.Extension, ...]


def may_extend(actor: Actor, school: School) -> bool:
    """The reviewing authority for its schools; the city for those that have none, and in place of any."""
    return "city" in actor.duties or actor.machine == "system" or school.authority_id in actor.authority_ids


def grant(
    session: Session,
    school: School,
    teacher: Teacher | None,
    year: int,
    deadline: str,
    until_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Extension:
    """Move a deadline of one year for a teacher of a school, or for all of it. ``until_on`` is included.

    Raises Refused: OVERRIDE_FORBIDDEN, OWN_EXTENSION, OVERRIDE_REASON_MISSING, OTHER_SCHOOL_TEACHER,
    EXTENSION_NO_DEADLINE, EXTENSION_NOT_LATER, EXTENSION_PAST, EXTENSION_HELD.
    """
    # Of two who grant the same at once, the second finds the first one's.
    take_turn(session)
    if not may_extend(actor, school):
        raise Refused(Code.OVERRIDE_FORBIDDEN)
    _refuse_own(actor, school.id, teacher.id if teacher is not None else None)
    if not reason.strip():
        raise Refused(Code.OVERRIDE_REASON_MISSING)
    if teacher is not None and not _belongs(session, teacher, school):
        raise Refused(No.OTHER_SCHOOL_TEACHER, name=teacher.name, school=school.name)
    policy = standings.policy_for(session, year, teacher.series if teacher is not None else "teacher")
    due_on = policy.deadline(deadline, year)
    if due_on is None:
        raise Refused(No.EXTENSION_NO_DEADLINE, year=year)
    if until_on <= due_on:
        raise Refused(No.EXTENSION_NOT_LATER, due_on=due_on)
    if until_on < day_in_china(now):
        raise Refused(No.EXTENSION_PAST, until_on=until_on)
    _refuse_held(session, school, teacher, year, deadline, until_on)
    extension = Extension(
        school=school,
        teacher=teacher,
        year=year,
        deadline=Deadline(deadline),
        until_on=until_on,
        reason=reason.strip(),
        granted_at=now,
        granted_by_id=actor.user_id,
        granted_by=actor.name,
    )
    session.add(extension)
    session.flush()
    facts: dict[str, Any] = {"extension": extension.id, "year": year, "deadline": deadline, "until_on": until_on}
    if teacher is not None:
        notices.tell_teachers(session, [teacher.id], "extension_granted", now, **facts)
    else:
        notices.tell_staff(session, school.id, "extension_granted", now, **facts)
    return extension


def end(session: Session, extension: Extension, reason: str, actor: Actor, now: datetime) -> None:
    """End an extension before its day. What was done while it held stays done."""
    if not may_extend(actor, extension.school):
        raise Refused(Code.OVERRIDE_FORBIDDEN)
    _refuse_own(actor, extension.school_id, extension.teacher_id)
    if extension.ended_at is not None:
        raise Refused(No.EXTENSION_ENDED)
    if not reason.strip():
        raise Refused(Code.REASON_MISSING)
    extension.ended_at, extension.end_reason = now, reason.strip()
    session.flush()


def of_claim(session: Session, claim: Claim) -> Extensions:
    """The extensions that hold for a claim: those of its teacher at its school, and of the whole school."""
    return of_teacher(session, claim.school_id, claim.teacher_id)


def of_teacher(session: Session, school_id: int, teacher_id: int | None) -> Extensions:
    """The extensions that hold for a teacher at a school; for nobody in particular, those of the whole school."""
    return choose(of_schools(session, [school_id]), school_id, teacher_id)


def of_schools(session: Session, school_ids: Iterable[int]) -> Mapping[int, Sequence[Extension]]:
    """All extensions in force at some schools, in one query: an import asks once for a chunk of rows."""
    found: dict[int, list[Extension]] = defaultdict(list)
    question = select(Extension).where(Extension.school_id.in_(set(school_ids)), Extension.ended_at.is_(None))
    # Whoever registers attendance is bound by them without reading them: an organiser has none in reach.
    with acting(current_actor().as_system()):
        for row in session.scalars(question.order_by(Extension.id)):
            found[row.school_id].append(row)
    return found


def choose(found: Mapping[int, Sequence[Extension]], school_id: int, teacher_id: int | None) -> Extensions:
    """Of what ``of_schools`` found, what holds for a teacher there."""
    return tuple(
        deadlines.Extension(Deadline(row.deadline), row.year, row.until_on, row.reason)
        for row in found.get(school_id, ())
        if row.teacher_id in (None, teacher_id)
    )


def _belongs(session: Session, teacher: Teacher, school: School) -> bool:
    """A claim stays with the school where it was made, so whoever has moved on still belongs to it."""
    stays = select(Affiliation.id).where(Affiliation.teacher_id == teacher.id, Affiliation.school_id == school.id)
    return teacher.school_id == school.id or session.scalars(stays.limit(1)).first() is not None


def _refuse_held(
    session: Session, school: School, teacher: Teacher | None, year: int, deadline: str, until_on: date
) -> None:
    """The same once more would outlive its twin: ended, the deadline would still not be the policy's again."""
    found = session.scalars(
        select(Extension)
        .where(
            Extension.school_id == school.id,
            Extension.teacher_id.is_(None) if teacher is None else Extension.teacher_id == teacher.id,
            Extension.year == year,
            Extension.deadline == deadline,
            Extension.until_on >= until_on,
            Extension.ended_at.is_(None),
        )
        .order_by(Extension.until_on.desc())
    ).first()
    if found is not None:
        raise Refused(No.EXTENSION_HELD, until_on=found.until_on)


def _refuse_own(actor: Actor, school_id: int, teacher_id: int | None) -> None:
    """Nobody sets a deadline aside for themselves, nor for a whole school to which they belong."""
    is_own = actor.teacher_id is not None and actor.teacher_id == teacher_id
    if is_own or (teacher_id is None and actor.teacher_school_id == school_id):
        raise Refused(No.OWN_EXTENSION)
