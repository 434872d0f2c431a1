"""The tables. No rule of the field stands here beyond what the database itself can hold."""

from app.models.account import Activation, Appointment
from app.models.activity import Activity, Attendance
from app.models.audit import AuditEntry
from app.models.base import Model
from app.models.certificate import Certificate, NumberSeries
from app.models.claim import Claim, Decision, Evidence
from app.models.desk import ListChoice, Note, Notice, Preference, SavedView
from app.models.exemption import Exemption
from app.models.extension import Extension
from app.models.job import Job
from app.models.ledger import Entry
from app.models.register import Affiliation, Authority, District, Organiser, School, Teacher
from app.models.review import BulkReview, Delegation, ReasonSentence, ReviewSetting, SpotCheck
from app.models.standing import PolicyBinding, Standing
from app.models.tally import AuthorityTally, SchoolTally

__all__ = [
    "Activation",
    "Activity",
    "Affiliation",
    "Appointment",
    "Attendance",
    "AuditEntry",
    "Authority",
    "AuthorityTally",
    "BulkReview",
    "Certificate",
    "Claim",
    "Decision",
    "Delegation",
    "District",
    "Entry",
    "Evidence",
    "Exemption",
    "Extension",
    "Job",
    "ListChoice",
    "Model",
    "Note",
    "Notice",
    "NumberSeries",
    "Organiser",
    "PolicyBinding",
    "Preference",
    "ReasonSentence",
    "ReviewSetting",
    "SavedView",
    "School",
    "SchoolTally",
    "SpotCheck",
    "Standing",
    "Teacher",
]
