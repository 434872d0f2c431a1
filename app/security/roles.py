"""ROLES: which (permission, view) pairs each role of DOMAIN §5 holds, exactly. ``flask roles sync`` writes them.

FAB's own ``FAB_ROLES`` setting is not used: its patterns are unanchored. Reach (which rows) is not here.
"""

from __future__ import annotations

READ = ("can_list", "can_show")
EDIT = ("can_add", "can_edit")

# Everybody who is signed in: the home page, their own account, the language, remote look-ups.
EVERYBODY = {
    ("can_home", "HomeView"),
    ("can_lookup", "LookupView"),
    ("can_search", "SearchView"),
    ("can_keep", "SavedViewView"),
    ("can_help", "HelpView"),
    ("can_list", "NoticeView"),
    ("can_profile", "ProfileView"),
    ("can_this_form_get", "PasswordView"),
    ("can_this_form_post", "PasswordView"),
    ("can_list", "JobView"),
    ("can_show", "JobView"),
}


def _pairs(view: str, *permissions: str) -> set[tuple[str, str]]:
    return {(permission, view) for permission in permissions}


ROLES: dict[str, set[tuple[str, str]]] = {
    "Teacher": EVERYBODY
    | _pairs("ClaimView", *READ, *EDIT, "submit", "withdraw", "discard", "can_evidence", "can_reckon")
    | _pairs("StandingView", *READ, "can_why")
    | _pairs("CertificateView", *READ, "can_pdf")
    | _pairs("ActivityView", *READ)
    | _pairs("AttendanceView", *READ)
    | _pairs("PolicyView", *READ)
    | _pairs("EntryView", *READ)
    | _pairs("ExtensionView", *READ)
    | _pairs("ExemptionView", *READ),
    "School reviewer": EVERYBODY
    | _pairs("StatisticsView", *READ, "can_overview", "can_authority")
    | _pairs("NoteView", "can_notes", "can_note")
    | _pairs("TeacherView", *READ, *EDIT, "slips", "deactivate")
    | _pairs("SchoolView", *READ)
    | _pairs("ActivityView", *READ, *EDIT)
    | _pairs("AttendanceView", *READ, "can_add", "void")
    | _pairs("ClaimView", *READ, *EDIT, "submit", "discard", "can_evidence", "can_reckon")
    | _pairs("ClaimView", "approve", "return", "reject")
    | _pairs("ReviewView", "can_review")
    | _pairs("BulkReviewView", *READ, "can_approve")
    | _pairs("DelegationView", *READ, "can_add", "end")
    | _pairs("ListView", "can_lists")
    | _pairs("StandingView", *READ, "can_why", "issue")
    | _pairs("CertificateView", *READ, "can_pdf", "print")
    | _pairs("PolicyView", *READ)
    | _pairs("EntryView", *READ)
    | _pairs("ExtensionView", *READ)
    | _pairs("ExemptionView", *READ)
    | _pairs("ImportView", "can_import", "can_import_teachers", "can_import_attendance"),
    "Authority reviewer": EVERYBODY
    | _pairs("StatisticsView", *READ, "can_overview", "can_authority", "can_remind")
    | _pairs("NoteView", "can_notes", "can_note")
    | _pairs("TeacherView", *READ)
    | _pairs("SchoolView", *READ)
    | _pairs("DistrictView", *READ)
    | _pairs("AuthorityView", *READ)
    | _pairs("ActivityView", *READ)
    | _pairs("AttendanceView", *READ)
    | _pairs("ClaimView", *READ, "approve", "return", "reject", "revoke", "can_evidence")
    | _pairs("ReviewView", "can_review")
    | _pairs("BulkReviewView", *READ, "can_approve")
    | _pairs("DelegationView", *READ, "can_add", "end")
    | _pairs("ListView", "can_lists")
    | _pairs("StandingView", *READ, "can_why", "issue")
    | _pairs("CertificateView", *READ, "can_pdf", "print", "void")
    | _pairs("PolicyView", *READ)
    | _pairs("EntryView", *READ)
    | _pairs("ExtensionView", *READ, "can_add", "end")
    | _pairs("ExemptionView", *READ, "can_add", "end"),
    "Organiser": EVERYBODY
    | _pairs("ActivityView", *READ, *EDIT)
    | _pairs("AttendanceView", *READ, "void")
    | _pairs("ImportView", "can_import", "can_import_attendance"),
    "City administrator": EVERYBODY
    | _pairs("StatisticsView", *READ, "can_overview", "can_authority", "can_remind")
    | _pairs("StyleView", "can_style")
    | _pairs("NoteView", "can_notes", "can_note")
    | _pairs("TeacherView", *READ, *EDIT, "slips", "deactivate")
    | _pairs("SchoolView", *READ, *EDIT)
    | _pairs("DistrictView", *READ, *EDIT)
    | _pairs("AuthorityView", *READ, *EDIT)
    | _pairs("OrganiserView", *READ, *EDIT)
    | _pairs("ActivityView", *READ, *EDIT)
    | _pairs("AttendanceView", *READ, "can_add", "void")
    | _pairs("ClaimView", *READ, "revoke", "can_evidence")
    | _pairs("BulkReviewView", *READ)
    | _pairs("DelegationView", *READ, "end")
    | _pairs("ReviewSetupView", "can_setup")
    | _pairs("ListView", "can_lists")
    | _pairs("StandingView", *READ, "can_why", "issue")
    | _pairs("CertificateView", *READ, "can_pdf", "print", "void")
    | _pairs("PolicyView", *READ)
    | _pairs("EntryView", *READ)
    | _pairs("ExtensionView", *READ, "can_add", "end")
    | _pairs("ExemptionView", *READ, "can_add", "end")
    | _pairs("PolicyBindingView", *READ, *EDIT, "can_delete")
    | _pairs("SimulationView", "can_simulate")
    | _pairs("AuditView", *READ)
    | _pairs(
        "ImportView", "can_import", "can_import_teachers", "can_import_schools", "can_import_attendance"
    ),
    "Auditor": EVERYBODY
    | _pairs("StatisticsView", *READ, "can_overview", "can_authority")
    | _pairs("NoteView", "can_notes")
    | _pairs("TeacherView", *READ)
    | _pairs("SchoolView", *READ)
    | _pairs("DistrictView", *READ)
    | _pairs("AuthorityView", *READ)
    | _pairs("OrganiserView", *READ)
    | _pairs("ActivityView", *READ)
    | _pairs("AttendanceView", *READ)
    | _pairs("ClaimView", *READ, "can_evidence")
    | _pairs("BulkReviewView", *READ)
    | _pairs("DelegationView", *READ)
    | _pairs("StandingView", *READ, "can_why")
    | _pairs("CertificateView", *READ, "can_pdf")
    | _pairs("PolicyView", *READ)
    | _pairs("EntryView", *READ)
    | _pairs("ExtensionView", *READ)
    | _pairs("ExemptionView", *READ)
    | _pairs("PolicyBindingView", *READ)
    | _pairs("AuditView", *READ),
    "System administrator": EVERYBODY
    | _pairs("UserView", *READ, *EDIT, "reset")
    | _pairs("StyleView", "can_style")
    | _pairs("RoleView", *READ)
    | _pairs("AppointmentView", *READ, "can_add", "can_delete"),
}

# What whoever stands in for a colleague may do beside their own, for those days: decide on claims (see Actor).
DELEGATED = frozenset(
    _pairs("ClaimView", *READ, "can_evidence", "approve", "return", "reject")
    | _pairs("ReviewView", "can_review")
    | _pairs("NoteView", "can_notes", "can_note")
    | _pairs("BulkReviewView", *READ, "can_approve")
    | _pairs("DelegationView", *READ)
)

ROLE_OF_DUTY = {
    "teacher": "Teacher",
    "school": "School reviewer",
    "authority": "Authority reviewer",
    "organiser": "Organiser",
    "city": "City administrator",
    "auditor": "Auditor",
    "system": "System administrator",
}
