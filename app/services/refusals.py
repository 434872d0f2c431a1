"""Why a service says no, beside the domain's own codes. Closed: ``views/labels.py`` has a sentence each."""

from __future__ import annotations

from enum import StrEnum


class No(StrEnum):
    """Refusals that need the database to be known."""

    # Accounts
    PASSWORD_LENGTH = "password_length"  # noqa: S105  (a code, not a password)
    PASSWORD_SIMPLE = "password_simple"  # noqa: S105
    PASSWORD_HOLDS_NAME = "password_holds_name"  # noqa: S105
    PASSWORD_HOLDS_ID_NUMBER = "password_holds_id_number"  # noqa: S105
    PASSWORD_WRONG = "password_wrong"  # noqa: S105
    USERNAME_LENGTH = "username_length"
    USERNAME_TAKEN = "username_taken"
    ACTIVATION_UNKNOWN = "activation_unknown"
    ACTIVATION_USED = "activation_used"
    ACTIVATION_EXPIRED = "activation_expired"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_HAS_DUTIES = "account_has_duties"
    TEACHER_INACTIVE = "teacher_inactive"
    TEACHER_BY_SLIP = "teacher_by_slip"
    LAST_ADMINISTRATOR = "last_administrator"
    OWN_APPOINTMENT = "own_appointment"
    DUTIES_CLASH = "duties_clash"

    # Evidence
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    FILE_TYPE = "file_type"
    FILE_DAMAGED = "file_damaged"
    FILE_TWICE = "file_twice"
    FILES_TOO_MANY = "files_too_many"
    FILE_MISSING = "file_missing"

    # Claims
    EVIDENCE_MISSING = "evidence_missing"
    COMPANION_MISSING = "companion_missing"
    PURPOSE_UNKNOWN = "purpose_unknown"
    CONDITION_UNMET = "condition_unmet"
    CLAIM_CLOSED = "claim_closed"
    PART_CLOSED = "part_closed"
    PART_UNKNOWN = "part_unknown"
    CLAIM_NO_HOURS = "claim_no_hours"
    SAME_CERTIFICATE = "same_certificate"
    SAME_FILE = "same_file"
    SAME_ACTIVITY = "same_activity"
    REASON_CODE_UNKNOWN = "reason_code_unknown"
    SENTENCE_MISSING = "sentence_missing"
    SUBJECT_NEEDED = "subject_needed"
    TITLE_MISSING = "title_missing"
    NOT_YET = "not_yet"

    # Extensions of deadlines
    OWN_EXTENSION = "own_extension"
    OTHER_SCHOOL_TEACHER = "other_school_teacher"
    EXTENSION_NO_DEADLINE = "extension_no_deadline"
    EXTENSION_NOT_LATER = "extension_not_later"
    EXTENSION_PAST = "extension_past"
    EXTENSION_HELD = "extension_held"
    EXTENSION_ENDED = "extension_ended"
    EXTENSION_FOR_NOBODY = "extension_for_nobody"

    # Register, activities and attendance
    ID_NUMBER_TAKEN = "id_number_taken"
    CODE_TAKEN = "code_taken"
    SCHOOL_INACTIVE = "school_inactive"
    ATTENDED_TWICE = "attended_twice"
    ATTENDED_OUTSIDE = "attended_outside"
    OTHER_SCHOOL = "other_school"
    OWN_ATTENDANCE = "own_attendance"
    HOURS_OVER_DAY = "hours_over_day"
    ACTIVITY_BEGUN = "activity_begun"
    DATE_FUTURE = "date_future"
    TEACHER_LEFT = "teacher_left"
    LEAVES_BEFORE_JOINING = "leaves_before_joining"
    SCHOOL_HAS_TEACHERS = "school_has_teachers"
    JOINED_FUTURE = "joined_future"
    LEFT_FUTURE = "left_future"
    BUREAU_MISSING = "bureau_missing"
    REVIEW_TWICE = "review_twice"
    SERIES_UNFIT = "series_unfit"
    VOID_ALREADY = "void_already"

    # Notes
    NOTE_NOT_YOURS = "note_not_yours"
    NOTE_LENGTH = "note_length"
    NOTE_STANDS = "note_stands"

    # One's own profile
    ADDRESS_UNFIT = "address_unfit"
    ADDRESS_TAKEN = "address_taken"
    CORRECTION_LONG = "correction_long"
    CORRECTION_ID_NUMBER = "correction_id_number"
    CORRECTIONS_MANY = "corrections_many"

    # Exemptions
    OWN_EXEMPTION = "own_exemption"
    EXEMPTION_REASON_LONG = "exemption_reason_long"
    EXEMPTION_REASON_ID_NUMBER = "exemption_reason_id_number"
    EXEMPTION_REVERSED = "exemption_reversed"
    EXEMPTION_TOO_LONG = "exemption_too_long"
    EXEMPTION_OUT_OF_SCOPE = "exemption_out_of_scope"
    EXEMPTION_OVERLAPS = "exemption_overlaps"
    EXEMPTION_ENDED = "exemption_ended"
    CREDIT_UNASKED = "credit_unasked"
    CREDIT_CATEGORY = "credit_category"
    CREDIT_HOURS = "credit_hours"
    CREDIT_TWO_YEARS = "credit_two_years"

    # Standings, policies and certificates
    YEAR_FROZEN = "year_frozen"
    NO_STANDINGS = "no_standings"
    NOT_PASSED = "not_passed"
    STALE = "stale"

    # Lists of yearly results
    LIST_UNKNOWN = "list_unknown"
    LIST_EMPTY = "list_empty"

    # Reviewing: delegation, the sample of bulk approvals
    DELEGATE_UNFIT = "delegate_unfit"
    DELEGATION_PAST = "delegation_past"
    DELEGATION_REVERSED = "delegation_reversed"
    DELEGATION_TOO_LONG = "delegation_too_long"
    DELEGATION_HELD = "delegation_held"
    DELEGATION_ENDED = "delegation_ended"
    SHARE_IMPOSSIBLE = "share_impossible"
    SPOT_CHECK_UNOPENED = "spot_check_unopened"
    BULK_NOTHING = "bulk_nothing"

    # Views of lists that people keep, and exports
    VIEW_TITLE = "view_title"
    VIEW_TITLE_TAKEN = "view_title_taken"
    VIEW_SHARE = "view_share"
    VIEWS_TOO_MANY = "views_too_many"
    VIEW_TOO_LONG = "view_too_long"
    EXPORT_TOO_LONG = "export_too_long"
