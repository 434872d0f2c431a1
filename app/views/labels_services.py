"""A sentence for every refusal of the services (``services/refusals.py``)."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

SERVICES: dict[str, Any] = {
    "password_length": _("Choose a password of at least %(least)s characters."),
    "password_simple": _("This password is too simple. Mix letters with digits or other characters."),
    "password_holds_name": _("The password must not hold the user name."),
    "password_holds_id_number": _("The password must not hold an ID number or its last six places."),
    "password_wrong": _("The present password is not right."),
    "username_length": _("A user name has %(least)s to %(most)s characters."),
    "username_taken": _("The user name “%(username)s” is taken. Choose another."),
    "activation_unknown": _("This activation code is not known. Check it against your slip."),
    "activation_used": _("This slip has been used, or replaced by a newer one. Ask your school for a new slip."),
    "activation_expired": _("This slip has expired. Ask your school for a new one."),
    "already_activated": _("%(name)s has an account already. Sign in with it."),
    "teacher_inactive": _("%(name)s is not active any more."),
    "file_empty": _("The file is empty. Choose it again."),
    "file_too_large": _("The file is larger than %(most)s. Scan it at a lower resolution."),
    "file_type": _("Only PDF, JPEG and PNG files can be evidence."),
    "file_damaged": _("The file cannot be opened. Save or scan it again."),
    "file_twice": _("This file is attached already."),
    "files_too_many": _("At most %(most)s files. Put pages together in one PDF."),
    "file_missing": _("The file is not there any more. Tell the administrator."),
    "evidence_missing": _("Attach the evidence first: a scan or photo of the original."),
    "claim_closed": _("This claim can no longer be changed."),
    "claim_no_hours": _("By the rules this gives no hours in %(year)s. Check the days and the assessment."),
    "same_certificate": _(
        "The certificate number %(certificate)s is claimed already in %(number)s. The same hours count once."
    ),
    "same_file": _("The same file is evidence of claim %(number)s. The same hours count once."),
    "same_activity": _("These hours are registered or claimed already (%(number)s). The same hours count once."),
    "decided_already": _("Somebody else has decided on this claim meanwhile."),
    "reason_code_unknown": _("Choose a reason from the list."),
    "certificate_stands": _("Certificate %(number)s rests on these hours. Void it first."),
    "subject_needed": _("A public course needs its subject: the same subject counts once a year."),
    "not_yet": _("%(on)s is still to come. Submit the claim after it has taken place."),
    "title_missing": _("Enter the name of the activity or result."),
    "id_number_taken": _(
        "A teacher with this ID number is registered already. Search for them, or ask their "
        "former school to release them."
    ),
    "code_taken": _("This code is taken by another record."),
    "school_inactive": _("%(name)s is closed. Choose another school."),
    "attended_twice": _("This teacher is registered for that day already."),
    "attended_outside": _("The day lies outside the activity (%(first)s to %(last)s)."),
    "other_school": _("School-based training is for the school's own staff; this teacher belongs to another school."),
    "activity_begun": _(
        "Attendance is registered for this activity, so its hours, category and days stay as they are."
    ),
    "date_future": _("The day is in the future. Register attendance after it has taken place."),
    "teacher_left": _("%(name)s had left by that day."),
    "leaves_before_joining": _("The day of leaving is before the day of joining (%(first)s)."),
    "school_has_teachers": _("%(count)s teachers still belong to this school. Move or deactivate them first."),
    "void_already": _("This is void already."),
    "year_frozen": _("Certificates were issued for %(year)s under this policy, so it cannot be changed any more."),
    "not_passed": _("%(name)s has not passed %(year)s, so there is no certificate yet."),
    "already_issued": _("A valid certificate was issued already."),
    "nothing_chosen": _("Choose at least one record first."),
    "stale": _("Somebody else changed this meanwhile. Load the page again and repeat what is still needed."),
    "teacher_by_slip": _("A teacher's account is opened with an activation slip, printed from the list of teachers."),
    "last_administrator": _("This is the last system administrator. Appoint another one first."),
}
