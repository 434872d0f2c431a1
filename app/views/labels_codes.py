"""The words of coded columns: (table, column) -> {code: word}. A test compares them with the models' CHECK lists."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

Words = dict[str, Any]

DUTIES: Words = {
    "teacher": _("Teacher"),
    "school": _("School reviewer"),
    "authority": _("Authority reviewer"),
    "organiser": _("Organiser"),
    "city": _("City administrator"),
    "auditor": _("Auditor"),
    "system": _("System administrator"),
}
SERIES: Words = {
    "teacher": _("School teachers"),
    "laboratory": _("Laboratory"),
    "library": _("Library"),
    "engineering": _("Engineering"),
    "archives": _("Archives"),
    "accounting": _("Accounting"),
    "health": _("Health"),
    "other": _("Other"),
}
STATES: Words = {
    "draft": _("Draft"),
    "submitted": _("Submitted"),
    "passed_first": _("School passed"),
    "approved": _("Approved"),
    "returned": _("Returned"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
    "revoked": _("Revoked"),
}
VERBS: Words = {
    "submit": _("Submit"),
    "withdraw": _("Withdraw"),
    "approve": _("Approve"),
    "return": _("Return"),
    "reject": _("Reject"),
    "revoke": _("Revoke"),
}
STAGES: Words = {
    "teacher": _("By the teacher"),
    "first": _("First review"),
    "second": _("Second review"),
    "after": _("After approval"),
}
RESULTS: Words = {"passed": _("Passed"), "not_passed": _("Not passed"), "exempt": _("Exempt")}
SOURCES: Words = {"claim": _("Claim"), "attendance": _("Attendance"), "platform": _("Platform")}
PLATFORMS: Words = {
    "jijiao": _("Guangzhou continuing education network"),
    "province_teacher": _("Provincial teacher platform"),
    "province_staff": _("Provincial professionals platform"),
    "accounting": _("Provincial accounting platform"),
    "health": _("Health platform"),
}
DEADLINES: Words = {
    "claim": _("Claim by"),
    "first_review": _("First review by"),
    "second_review": _("Second review by"),
    "face_to_face": _("Face-to-face attendance by"),
    "sessions": _("Research and school-based attendance by"),
}

CODES: dict[tuple[str, str], Words] = {
    ("authority", "kind"): {"district": _("District"), "centre": _("Municipal training centre")},
    ("school", "ownership"): {"public": _("Public"), "private": _("Private")},
    ("school", "kind"): {
        "kindergarten": _("Kindergarten"),
        "primary": _("Primary school"),
        "junior": _("Junior secondary school"),
        "senior": _("Senior secondary school"),
        "complete": _("Complete secondary school"),
        "nine_year": _("Nine-year school"),
        "vocational": _("Vocational school"),
        "special": _("Special education school"),
        "teaching_research": _("Teaching research institute"),
        "research": _("Research institute"),
        "audiovisual": _("Audio-visual institute"),
        "youth_palace": _("Youth palace"),
        "teacher_training": _("Teacher training college"),
        "college": _("College"),
        "other": _("Other"),
    },
    ("teacher", "stage"): {
        "kindergarten": _("Kindergarten"),
        "primary": _("Primary"),
        "junior": _("Junior secondary"),
        "senior": _("Senior secondary"),
        "vocational": _("Vocational"),
        "special": _("Special education"),
    },
    ("teacher", "series"): SERIES,
    ("policy_binding", "series"): SERIES,
    ("certificate", "series"): SERIES,
    ("teacher", "post"): {
        "full_time": _("Full-time teacher"),
        "laboratory": _("Laboratory staff"),
        "library": _("Library staff"),
        "teaching_research": _("Teaching researcher"),
        "research": _("Researcher"),
        "audiovisual": _("Audio-visual staff"),
        "other": _("Other"),
    },
    ("teacher", "title"): {
        "full_senior": _("Full senior title"),
        "senior": _("Senior title"),
        "first": _("First-grade title"),
        "second": _("Second-grade title"),
        "third": _("Third-grade title"),
        "none": _("No title yet"),
    },
    ("teacher", "sex"): {"0": _("Unknown"), "1": _("Male"), "2": _("Female"), "9": _("Unstated")},
    ("organiser", "level"): {
        "national": _("National"),
        "province": _("Province"),
        "city": _("City"),
        "district": _("District"),
        "school": _("School"),
        "other": _("Other"),
    },
    ("activity", "kind"): {
        "face_to_face": _("Face-to-face training"),
        "online": _("Online course"),
        "research_session": _("Research session"),
        "school_based": _("School-based training"),
    },
    ("teacher", "left_reason"): {
        "retired": _("Retired"),
        "resigned": _("Resigned"),
        "transferred": _("Transferred out"),
        "deceased": _("Deceased"),
    },
    ("exemption", "effect"): {
        "none": _("Noted only"),
        "exempt": _("Exempt from the year"),
        "credited": _("Hours credited"),
    },
    # The authority sets the deadline of its own review aside in the decision itself.
    ("extension", "deadline"): {code: word for code, word in DEADLINES.items() if code != "second_review"},
    ("claim", "state"): STATES,
    ("decision", "from_state"): STATES,
    ("decision", "to_state"): STATES,
    ("decision", "verb"): VERBS,
    ("decision", "stage"): STAGES,
    ("decision", "duty"): DUTIES,
    ("spot_check", "stage"): {"first": STAGES["first"], "second": STAGES["second"]},
    ("evidence", "media_type"): {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"},
    ("entry", "source"): SOURCES,
    ("entry", "platform"): PLATFORMS,
    ("standing", "result"): RESULTS,
    ("certificate", "result"): {"passed": RESULTS["passed"], "exempt": RESULTS["exempt"]},
    ("certificate", "state"): {"valid": _("Valid"), "void": _("Void"), "superseded": _("Superseded")},
    ("job", "state"): {"queued": _("Waiting"), "running": _("Running"), "done": _("Done"), "failed": _("Failed")},
    ("appointment", "duty"): DUTIES,
    ("audit_entry", "change"): {
        "insert": _("Created"),
        "update": _("Changed"),
        "delete": _("Deleted"),
        "event": _("Event"),
    },
}

# Which coded columns are shown as a pill: claim states by their own glyphs, others by tone.
PILLS: dict[tuple[str, str], Any] = {
    ("claim", "state"): "state",
    ("standing", "result"): {"passed": "ok", "not_passed": "warn", "exempt": "info"},
    ("certificate", "state"): {"valid": "ok", "void": "bad", "superseded": "warn"},
    ("job", "state"): {"queued": "info", "running": "info", "done": "ok", "failed": "bad"},
    ("exemption", "is_in_force"): {"True": "ok", "False": "info"},
    ("extension", "holds"): {"in_force": "ok", "over": "info", "ended": "info"},
    ("delegation", "holds"): {"now": "ok", "to_come": "info", "over": "info", "ended": "info"},
}

# Tables in the trail.
TABLES: Words = {
    "district": _("District"),
    "authority": _("Reviewing authority"),
    "organiser": _("Organiser"),
    "school": _("School"),
    "teacher": _("Teacher"),
    "affiliation": _("Affiliation"),
    "activity": _("Activity"),
    "attendance": _("Attendance"),
    "claim": _("Claim"),
    "evidence": _("Evidence"),
    "decision": _("Decision"),
    "entry": _("Hours entry"),
    "standing": _("Yearly result"),
    "exemption": _("Exemption"),
    "extension": _("Extension of a deadline"),
    "delegation": _("Standing in"),
    "reason_sentence": _("Sentence of a reason"),
    "review_setting": _("Set-up of reviewing"),
    "bulk_review": _("Bulk approval"),
    "spot_check": _("Claim kept aside"),
    "certificate": _("Certificate"),
    "policy_binding": _("Policy binding"),
    "activation": _("Activation slip"),
    "appointment": _("Appointment"),
    "ab_user": _("Account"),
    "ab_role": _("Role"),
    "result_list": _("List of yearly results"),
    "note": _("Note"),
    "own_data": _("One's own data"),
    "export": _("Export of a list"),
    "saved_view": _("View of a list"),
}

CODES["note", "subject"] = {
    name: TABLES[name] for name in ("claim", "teacher", "school", "activity", "standing", "certificate")
}
CODES["saved_view", "duty"] = DUTIES
