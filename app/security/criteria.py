"""The criteria of row reach, one function a model: which rows an actor reads and, where it differs, writes.

Which function holds for which model is told in ``reach.py``; ``session.py`` puts them on every statement.
"""


from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_
from sqlalchemy import select as core_select

from app.models import (
    Activation,
    Activity,
    Affiliation,
    Appointment,
    Attendance,
    Claim,
    Entry,
    Exemption,
    Extension,
    Job,
    School,
    Teacher,
)
from app.security.actor import Actor

Criterion = ColumnElement[bool] | None  # None: every row

# A criterion names the attributes of its own model, so that it follows the model into joins and aliases. The
# subqueries inside select core columns: an ORM select there would be narrowed again, without end.
school_t = School.__table__
teacher_t = Teacher.__table__
affiliation_t = Affiliation.__table__
claim_t = Claim.__table__
attendance_t = Attendance.__table__
activity_t = Activity.__table__


def select(column: Any) -> Select[Any]:
    """A subquery that keeps its own FROM even where the statement around it reads the same table."""
    return core_select(column).correlate(None)


def in_schools(actor: Actor, column: Any) -> list[ColumnElement[bool]]:
    """Rows of the schools an actor reviews, directly or as their reviewing authority."""
    parts: list[ColumnElement[bool]] = []
    if actor.school_ids:
        parts.append(column.in_(sorted(actor.school_ids)))
    if actor.authority_ids:
        schools = select(school_t.c.id).where(school_t.c.authority_id.in_(sorted(actor.authority_ids)))
        parts.append(column.in_(schools))
    return parts


def either(parts: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*parts) if parts else false()


def signed_in(actor: Actor) -> Criterion:
    return None if actor.duties else false()


def school(actor: Actor) -> Criterion:
    if "system" in actor.duties:
        # Who appoints reviewers names their schools; nothing else of a school is behind this.
        return None
    parts = []
    if actor.teacher_school_id is not None:
        parts.append(School.id == actor.teacher_school_id)
    if actor.teacher_id is not None:
        # Where they used to work stays legible on their old claims and results.
        parts.append(School.id.in_(select(claim_t.c.school_id).where(claim_t.c.teacher_id == actor.teacher_id)))
    if actor.school_ids:
        parts.append(School.id.in_(sorted(actor.school_ids)))
    if actor.authority_ids:
        parts.append(School.authority_id.in_(sorted(actor.authority_ids)))
    if actor.stands_in:
        parts.append(School.id.in_(select(claim_t.c.school_id).where(either(handed_claims(actor, claim_t.c)))))
    return either(parts)


def own_attendance(actor: Actor) -> ColumnElement[bool]:
    own = select(activity_t.c.id).where(activity_t.c.organiser_id.in_(sorted(actor.organiser_ids)))
    return Attendance.activity_id.in_(own)


def teacher(actor: Actor) -> Criterion:
    """Whoever works or worked at one's schools: their years there stay legible once they have moved on."""
    parts = in_schools(actor, Teacher.school_id)
    worked = in_schools(actor, affiliation_t.c.school_id)
    if worked:
        # Whoever is still there is found by their school; these are the few who are not.
        gone = select(affiliation_t.c.teacher_id).where(affiliation_t.c.to_on.is_not(None), either(worked))
        parts.append(Teacher.id.in_(gone))
    if actor.teacher_id is not None:
        parts.append(Teacher.id == actor.teacher_id)
    if actor.organiser_ids:
        parts.append(Teacher.id.in_(select(attendance_t.c.teacher_id).where(own_attendance(actor))))
    if actor.stands_in:
        # Who handed in what lies before them; nothing of their record but its head, and none of their colleagues.
        parts.append(Teacher.id.in_(select(claim_t.c.teacher_id).where(either(handed_claims(actor, claim_t.c)))))
    return either(parts)


def teacher_written(actor: Actor) -> Criterion:
    """A record is kept by the school of today; a school before it may read, and no more."""
    parts = in_schools(actor, Teacher.school_id)
    if actor.teacher_id is not None:
        parts.append(Teacher.id == actor.teacher_id)
    return either(parts)


def affiliation(actor: Actor) -> Criterion:
    """Where the teachers within reach work and worked."""
    return Affiliation.teacher_id.in_(select(teacher_t.c.id).where(teacher(actor.by_own_right())))


def activation(actor: Actor) -> Criterion:
    """The slips of one's present staff."""
    there = select(teacher_t.c.id).where(either(in_schools(actor, Teacher.school_id)))
    return Activation.teacher_id.in_(there)


def entry(actor: Actor) -> Criterion:
    """The lines earned at one's schools, and all lines of who is there now: their year has to add up."""
    parts = in_schools(actor, Entry.school_id)
    if actor.school_ids:
        there = select(teacher_t.c.id).where(teacher_t.c.school_id.in_(sorted(actor.school_ids)))
        parts.append(Entry.teacher_id.in_(there))
    if actor.authority_ids:
        # Of a whole district only those who have moved: the lines of all others are its schools' already.
        schools = select(school_t.c.id).where(school_t.c.authority_id.in_(sorted(actor.authority_ids)))
        left = select(affiliation_t.c.teacher_id).where(affiliation_t.c.to_on.is_not(None))
        moved = select(teacher_t.c.id).where(teacher_t.c.school_id.in_(schools), teacher_t.c.id.in_(left))
        parts.append(Entry.teacher_id.in_(moved))
    if actor.teacher_id is not None:
        parts.append(Entry.teacher_id == actor.teacher_id)
    return either(parts)


def of_person(column_teacher: Any, column_school: Any) -> Callable[[Actor], Criterion]:
    def criterion(actor: Actor) -> Criterion:
        parts = in_schools(actor, column_school)
        if actor.teacher_id is not None:
            parts.append(column_teacher == actor.teacher_id)
        return either(parts)

    return criterion


def handed_claims(actor: Actor, claims: Any) -> list[ColumnElement[bool]]:
    """Claims that a colleague's delegation puts before an actor: handed in, at the places they stand in at."""
    parts: list[ColumnElement[bool]] = []
    if actor.review_school_ids:
        parts.append(and_(claims.school_id.in_(sorted(actor.review_school_ids)), claims.state != "draft"))
    if actor.review_authority_ids:
        parts.append(and_(claims.authority_id.in_(sorted(actor.review_authority_ids)), claims.state != "draft"))
    return parts


def claim(actor: Actor) -> Criterion:
    """The reviewing authority of a claim is the one it had when it was made, whatever became of the school.

    It meets a claim once that is handed in; a draft is between the teacher and the school.
    """
    parts: list[ColumnElement[bool]] = []
    if actor.teacher_id is not None:
        parts.append(Claim.teacher_id == actor.teacher_id)
    if actor.school_ids:
        parts.append(Claim.school_id.in_(sorted(actor.school_ids)))
    if actor.authority_ids:
        parts.append(and_(Claim.authority_id.in_(sorted(actor.authority_ids)), Claim.state != "draft"))
    return either(parts + handed_claims(actor, Claim))


def of_claim(column: Any) -> Callable[[Actor], Criterion]:
    def criterion(actor: Actor) -> Criterion:
        reached = claim(actor)
        assert reached is not None
        # Asked by key of the one claim: "in (all claims of the authority)" would be listed anew for each question.
        return exists().where(claim_t.c.id == column, reached).correlate_except(claim_t)

    return criterion


def activity(actor: Actor) -> Criterion:
    """Organised activities are announced to everybody; a school's own training is its own matter."""
    if not actor.duties:
        return false()
    parts = [Activity.organiser_id.is_not(None), *in_schools(actor, Activity.school_id)]
    if actor.teacher_school_id is not None:
        parts.append(Activity.school_id == actor.teacher_school_id)
    return or_(*parts)


def activity_written(actor: Actor) -> Criterion:
    parts: list[ColumnElement[bool]] = []
    if actor.school_ids:
        parts.append(Activity.school_id.in_(sorted(actor.school_ids)))
    if actor.organiser_ids:
        parts.append(Activity.organiser_id.in_(sorted(actor.organiser_ids)))
    return either(parts)


def attendance(actor: Actor) -> Criterion:
    parts = in_schools(actor, Attendance.school_id)
    if actor.teacher_id is not None:
        parts.append(Attendance.teacher_id == actor.teacher_id)
    if actor.organiser_ids:
        parts.append(own_attendance(actor))
    return either(parts)


def attendance_written(actor: Actor) -> Criterion:
    """Registered by who runs the activity (S1 §四（二）): its organiser, or the school for its own staff."""
    written = activity_written(actor)
    assert written is not None
    return Attendance.activity_id.in_(select(activity_t.c.id).where(written))


def appointment(actor: Actor) -> Criterion:
    return None if "system" in actor.duties else Appointment.user_id == actor.user_id


def job(actor: Actor) -> Criterion:
    return Job.user_id == actor.user_id if actor.user_id is not None else false()


def exemption(actor: Actor) -> Criterion:
    """Of who works at one's schools, and of who did when it was granted."""
    parts = in_schools(actor, Exemption.school_id)
    there = in_schools(actor, teacher_t.c.school_id)
    if there:
        parts.append(Exemption.teacher_id.in_(select(teacher_t.c.id).where(either(there))))
    if actor.teacher_id is not None:
        parts.append(Exemption.teacher_id == actor.teacher_id)
    return either(parts)


def extension(actor: Actor) -> Criterion:
    """Of one's schools; a teacher sees their own and those of the whole school."""
    parts = in_schools(actor, Extension.school_id)
    if actor.teacher_id is not None:
        parts.append(Extension.teacher_id == actor.teacher_id)
    if actor.teacher_school_id is not None:
        parts.append(and_(Extension.teacher_id.is_(None), Extension.school_id == actor.teacher_school_id))
    return either(parts)


def by_authority(column: Any) -> Callable[[Actor], Criterion]:
    """Granted by the reviewing authority of the school alone (EFFECT, EXEMPT)."""

    def criterion(actor: Actor) -> Criterion:
        schools = select(school_t.c.id).where(school_t.c.authority_id.in_(sorted(actor.authority_ids)))
        return column.in_(schools) if actor.authority_ids else false()

    return criterion


def by_own_right(criterion: Callable[[Actor], Criterion]) -> Callable[[Actor], Criterion]:
    """A criterion for what nobody does in a colleague's place."""
    return lambda actor: criterion(actor.by_own_right())


def nobody(actor: Actor) -> Criterion:
    return false()
