"""Row reach: which rows of each table an actor may read, and which they may write.

One criterion a model. ``session.py`` puts them on the database session, so that no view, form,
lookup, filter or download can forget them. There is no skip flag: machines act as SYSTEM.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import false

from app.models import (
    Activation,
    Activity,
    Affiliation,
    Appointment,
    Attendance,
    AuditEntry,
    Authority,
    Certificate,
    Claim,
    Decision,
    District,
    Entry,
    Evidence,
    Exemption,
    Extension,
    Job,
    Model,
    Organiser,
    PolicyBinding,
    School,
    Standing,
    Teacher,
)
from app.security import criteria
from app.security.actor import Actor
from app.security.criteria import Criterion

READS: dict[type[Model], Callable[[Actor], Criterion]] = {
    District: criteria.signed_in,
    Authority: criteria.signed_in,
    Organiser: criteria.signed_in,
    PolicyBinding: criteria.signed_in,
    School: criteria.school,
    Teacher: criteria.teacher,
    Affiliation: criteria.affiliation,
    Activity: criteria.activity,
    Attendance: criteria.attendance,
    Claim: criteria.claim,
    Evidence: criteria.of_claim(Evidence.claim_id),
    Decision: criteria.of_claim(Decision.claim_id),
    Entry: criteria.entry,
    Exemption: criteria.exemption,
    Extension: criteria.extension,
    Standing: criteria.of_person(Standing.teacher_id, Standing.school_id),
    Certificate: criteria.of_person(Certificate.teacher_id, Certificate.school_id),
    Activation: criteria.activation,
    Appointment: criteria.appointment,
    Job: criteria.job,
    AuditEntry: criteria.nobody,
}

# Where writing reaches less far than reading. The city writes what it reads; see may_change.
WRITES: dict[type[Model], Callable[[Actor], Criterion]] = READS | {
    District: criteria.nobody,
    Authority: criteria.nobody,
    Organiser: criteria.nobody,
    PolicyBinding: criteria.nobody,
    School: criteria.nobody,
    Teacher: criteria.teacher_written,
    Entry: criteria.of_person(Entry.teacher_id, Entry.school_id),
    Activity: criteria.activity_written,
    Attendance: criteria.attendance_written,
    Exemption: criteria.by_authority(Exemption.school_id),
    Extension: criteria.by_authority(Extension.school_id),
}


def criterion_to_read(model: type[Model], actor: Actor) -> Criterion:
    """Rows of ``model`` that ``actor`` may see; None for all of them."""
    if actor.machine == "verifier":
        return None if model is Certificate else false()
    if actor.sees_all:
        return None
    return READS[model](actor)


def criterion_to_write(model: type[Model], actor: Actor) -> Criterion:
    """Rows of ``model`` that ``actor`` may insert, change or delete; None for all of them."""
    if actor.machine == "system" or "city" in actor.duties:
        return None
    if not actor.may_change:
        return false()
    return WRITES[model](actor)
