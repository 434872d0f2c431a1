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
    "account_closed": _("The account of %(name)s was closed. The system administrator can open it again."),
    "account_has_duties": _(
        "The account of %(name)s holds other duties too, so no slip leads to it. "
        "The system administrator resets its password."
    ),
    "teacher_inactive": _("%(name)s is not active any more."),
    "file_empty": _("The file is empty. Choose it again."),
    "file_too_large": _("The file is larger than %(most)s. Scan it at a lower resolution."),
    "file_type": _("Only PDF, JPEG and PNG files can be evidence."),
    "file_damaged": _("The file cannot be opened. Save or scan it again."),
    "file_twice": _("This file is attached already."),
    "files_too_many": _("At most %(most)s files. Put pages together in one PDF."),
    "file_missing": _("The file is not there any more. Tell the administrator."),
    "evidence_missing": _("Attach the evidence first: a scan or photo of the original."),
    "companion_missing": _("Beside the evidence this is still missing: %(what)s (EVIDENCE, %(source)s)."),
    "purpose_unknown": _("Say what each file is: choose one from the list."),
    "condition_unmet": _("“%(asked)s” is answered with no, so there are no hours (%(source)s)."),
    "claim_closed": _("This claim can no longer be changed."),
    "part_closed": _(
        "The reviewer did not ask for other evidence, so the files stay. To change them, withdraw and claim anew."
    ),
    "part_unknown": _("Choose from the list what may be mended."),
    "claim_no_hours": _("By the rules this gives no hours in %(year)s. Check the days and the assessment."),
    "same_certificate": _(
        "The certificate number %(certificate)s is claimed already in %(number)s. The same hours count once."
    ),
    "same_file": _("The same file is evidence of claim %(number)s. The same hours count once."),
    "same_activity": _("These hours are registered or claimed already (%(number)s). The same hours count once."),
    "reason_code_unknown": _("Choose a reason from the list."),
    "delegate_unfit": _(
        "%(name)s cannot review for %(place)s. Choose a colleague who reviews there, a teacher of the school, or a "
        "reviewer of one of your schools."
    ),
    "delegation_past": _("%(first)s has passed already. Begin today or later."),
    "delegation_reversed": _("The last day (%(last)s) is before the first one (%(first)s)."),
    "delegation_too_long": _("At most %(most)s days. Whoever is away for longer is replaced by an appointment."),
    "delegation_held": _("%(name)s reviews for you from %(first)s to %(last)s already. End that first."),
    "delegation_ended": _("This delegation is over already."),
    "share_impossible": _("The share is between 0 and 100 per cent, the least between 0 and 100 claims."),
    "spot_check_unopened": _(
        "%(number)s was drawn for a closer look. Open its evidence at the review desk, then approve it there."
    ),
    "bulk_nothing": _("Nothing in this selection can be approved at once."),
    "sentence_missing": _("Word the sentence in both languages, with at most %(most)s characters each."),
    "subject_needed": _("A public course needs its subject: the same subject counts once a year."),
    "not_yet": _("%(on)s is still to come. Submit the claim after it has taken place."),
    "title_missing": _("Enter the name of the activity or result."),
    "address_unfit": _("This is no mail address. Write it as name@school.cn."),
    "address_taken": _("Another account uses this address. Enter one of your own."),
    "correction_long": _("At most %(most)s characters."),
    "correction_id_number": _("Do not write an ID number here. Show your card to your school instead."),
    "corrections_many": _("At most %(most)s requests a day. Your school has the earlier ones; ask there."),
    "own_extension": _("Nobody extends a deadline for themselves. A colleague has to do it."),
    "other_school_teacher": _("%(name)s does not belong to %(school)s. Choose the school that hands in for them."),
    "extension_no_deadline": _("The policy of %(year)s sets no such deadline, so there is nothing to extend."),
    "extension_not_later": _("The deadline is %(due_on)s anyway. Choose a later day."),
    "extension_past": _("%(until_on)s has passed already. Choose today or a later day."),
    "extension_held": _(
        "This deadline is extended until %(until_on)s already. Choose a later day, or leave it at that."
    ),
    "extension_for_nobody": _("Choose a teacher, or the school for all of its teachers."),
    "extension_ended": _("This extension has been ended already."),
    "id_number_taken": _(
        "A teacher with this ID number is registered already. Search for them, or ask their "
        "former school to release them."
    ),
    "code_taken": _("This code is taken by another record."),
    "school_inactive": _("%(name)s is closed. Choose another school."),
    "attended_twice": _("This teacher is registered for that day already."),
    "attended_outside": _("The day lies outside the activity (%(first)s to %(last)s)."),
    "other_school": _("School-based training is for the school's own staff; this teacher belongs to another school."),
    "own_attendance": _("Nobody registers their own attendance. A colleague has to do it."),
    "hours_over_day": _("One day has at most %(most)s hours. Register each day of the activity by itself."),
    "activity_begun": _(
        "Attendance is registered for this activity, so its hours, category and days stay as they are."
    ),
    "date_future": _("The day is in the future. Register attendance after it has taken place."),
    "teacher_left": _("%(name)s had left by that day."),
    "leaves_before_joining": _("The day of leaving is before the day of joining (%(first)s)."),
    "school_has_teachers": _("%(count)s teachers still belong to this school. Move or deactivate them first."),
    "joined_future": _("The first day is in the future. Register the teacher once they have come."),
    "left_future": _("The last day is in the future. Register the departure once it has taken place."),
    "bureau_missing": _("%(name)s has no reviewing authority. Add one, or state that there is no second review."),
    "review_twice": _("There is a reviewing authority, or there is no second review: state one of them."),
    "series_unfit": _(
        "Hours of %(year)s are registered as “%(category)s”, which %(policy)s, the policy of the new series, does not "
        "know. The series stays as it is until they are revoked."
    ),
    "void_already": _("This is void already."),
    "own_exemption": _("Nobody grants or ends an exemption of their own. A colleague has to do it."),
    "exemption_reason_long": _("The reason is printed on the certificate: at most %(most)s characters."),
    "exemption_reason_id_number": _("The reason is printed on the certificate, so it must not hold an ID number."),
    "exemption_reversed": _("The last day (%(last)s) is before the first one (%(first)s)."),
    "exemption_too_long": _("An exemption covers at most %(most)s calendar years. Grant another one for the rest."),
    "exemption_out_of_scope": _(
        "%(name)s was on no school's staff in %(year)s and has no hours in it, so there is nothing to be exempt from. "
        "Shorten the period."
    ),
    "exemption_overlaps": _(
        "An exemption with the same effect is in force from %(first)s to %(last)s already. End that one first, or "
        "choose other days."
    ),
    "exemption_ended": _("This exemption was ended already."),
    "credit_unasked": _(
        "Category and hours are stated only where hours are credited: empty them, or change the effect."
    ),
    "credit_category": _("Say in which category the hours are credited."),
    "credit_hours": _("Say how many hours are credited."),
    "credit_two_years": _(
        "Credited hours belong to one year, and this period touches %(first)s and %(last)s. Grant one for each year."
    ),
    "no_standings": _("Nobody of this series has a yearly result for %(year)s. Choose another year or series."),
    "year_frozen": _("Certificates of %(year)s rest on this policy, so it cannot be changed any more."),
    "not_passed": _("%(name)s has not passed %(year)s, so there is no certificate yet."),
    "list_unknown": _("Choose a list."),
    "list_empty": _("Nobody you reach stands on this list for %(year)s. Choose another year, district or school."),
    "note_not_yours": _("Notes on this record are for the offices that handle it."),
    "note_length": _("Write something, with at most %(most)s characters."),
    "note_stands": _(
        "A note can be withdrawn by whoever wrote it, within %(minutes)s minutes. Add another one instead."
    ),
    "stale": _("Somebody else changed this meanwhile. Load the page again and repeat what is still needed."),
    "teacher_by_slip": _("A teacher's account is opened with an activation slip, printed from the list of teachers."),
    "last_administrator": _("This is the last system administrator. Appoint another one first."),
    "own_appointment": _("Nobody appoints themselves. Another system administrator has to do it."),
    "duties_clash": _(
        "%(name)s cannot be both system administrator and reviewer or city administrator: who administers accounts "
        "reviews nothing. Use a second account."
    ),
    "view_title": _("Give the view a name of at most %(most)s characters."),
    "view_title_taken": _("You have a view called “%(title)s” already. Choose another name, or save that one anew."),
    "view_share": _(
        "Views are shared with colleagues of one's own; only the city shares them with everybody of a role."
    ),
    "views_too_many": _("At most %(most)s views a list. Delete one that is no longer used."),
    "view_too_long": _("Too many filters to keep. Take some of them away."),
    "export_too_long": _("A sheet holds at most %(most)s rows. Narrow the list and export it in parts."),
}
