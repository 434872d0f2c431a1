"""The tables. No rule of the field stands here beyond what the database itself can hold."""

from app.models.account import Activation, Appointment
from app.models.activity import Activity, Attendance
from app.models.audit import AuditEntry
from app.models.base import Model
from app.models.certificate import Certificate, NumberSeries
from app.models.claim import Claim, Decision, Evidence
from app.models.exemption import Exemption
from app.models.extension import Extension
from app.models.job import Job
from app.models.ledger import Entry
from app.models.register import Affiliation, Authority, District, Organiser, School, Teacher
from app.models.standing import PolicyBinding, Standing

__all__ = [
    "Activation",
    "Activity",
    "Affiliation",
    "Appointment",
    "Attendance",
    "AuditEntry",
    "Authority",
    "Certificate",
    "Claim",
    "Decision",
    "District",
    "Entry",
    "Evidence",
    "Exemption",
    "Extension",
    "Job",
    "Model",
    "NumberSeries",
    "Organiser",
    "PolicyBinding",
    "School",
    "Standing",
    "Teacher",
]
