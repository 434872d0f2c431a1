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
    AuthorityTally,
    BulkReview,
    Certificate,
    Claim,
    Decision,
    Delegation,
    District,
    Entry,
    Evidence,
    Exemption,
    Extension,
    Job,
    ListChoice,
    Model,
    Note,
    Notice,
    Organiser,
    PolicyBinding,
    Preference,
    ReasonSentence,
    ReviewSetting,
    SavedView,
    School,
    SchoolTally,
    SpotCheck,
    Standing,
    Teacher,
)
from app.security import criteria, criteria_desk
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
    SavedView: criteria_desk.saved_view,
    ListChoice: criteria_desk.own(ListChoice.user_id),
    Note: criteria_desk.note,
    Notice: criteria_desk.own(Notice.user_id),
    Preference: criteria_desk.own(Preference.user_id),
    Delegation: criteria_desk.delegation,
    ReasonSentence: criteria.signed_in,
    ReviewSetting: criteria.signed_in,
    BulkReview: criteria_desk.own(BulkReview.user_id),
    SpotCheck: criteria.of_claim(SpotCheck.claim_id),
    SchoolTally: criteria_desk.school_tally(SchoolTally),
    AuthorityTally: criteria_desk.authority_tally,
}

# Where writing reaches less far than reading. The city writes what it reads; see may_change.
WRITES: dict[type[Model], Callable[[Actor], Criterion]] = READS | {
    District: criteria.nobody,
    Authority: criteria.nobody,
    Organiser: criteria.nobody,
    PolicyBinding: criteria.nobody,
    School: criteria.nobody,
    Teacher: criteria.teacher_written,
    Evidence: criteria.by_own_right(criteria.of_claim(Evidence.claim_id)),
    Entry: criteria.of_person(Entry.teacher_id, Entry.school_id),
    Activity: criteria.activity_written,
    Attendance: criteria.attendance_written,
    Exemption: criteria.by_authority(Exemption.school_id),
    Extension: criteria.by_authority(Extension.school_id),
    SavedView: criteria_desk.own(SavedView.owner_id),
    Note: criteria_desk.note_written,
    Delegation: criteria_desk.own(Delegation.from_user_id),
    ReasonSentence: criteria.nobody,
    ReviewSetting: criteria.nobody,
    SchoolTally: criteria.nobody,
    AuthorityTally: criteria.nobody,
}

# Nobody else's business, whatever one's duty: only a machine sees them all.
PERSONAL = frozenset({SavedView, ListChoice, Notice, Preference})


def criterion_to_read(model: type[Model], actor: Actor) -> Criterion:
    """Rows of ``model`` that ``actor`` may see; None for all of them."""
    if actor.machine == "verifier":
        return None if model is Certificate else false()
    if actor.machine == "system" or (actor.sees_all and model not in PERSONAL):
        return None
    return READS[model](actor)


def criterion_to_write(model: type[Model], actor: Actor) -> Criterion:
    """Rows of ``model`` that ``actor`` may insert, change or delete; None for all of them."""
    if actor.machine == "system":
        return None
    if model in PERSONAL:
        return WRITES[model](actor)
    if "city" in actor.duties:
        return None
    if not actor.may_change:
        return false()
    return WRITES[model](actor)
