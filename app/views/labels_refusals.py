"""A sentence for every refusal of the domain: what is wrong, and what to do. ``%(name)s`` are the refusal's facts.

Those of the services are in ``labels_services.py``. A test sees that no code is without one.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from app.views.labels_services import SERVICES

DOMAIN: dict[str, Any] = {
    "policy_unknown": _("There is no policy %(policy)s. Choose one from the list."),
    "kind_unknown": _("The policy of this year has no claim kind “%(kind)s”. Choose another kind."),
    "category_unknown": _("The policy of this year has no category “%(category)s”. Choose another."),
    "category_not_allowed": _(
        "A claim of the kind “%(kind)s” cannot count as “%(category)s”. Choose another category."
    ),
    "passed_missing": _("State whether the assessment was passed."),
    "related_missing": _("State whether it is related to the subject taught."),
    "author_missing": _("State the part taken: main author or other."),
    "author_unknown": _("The part taken is either main author or other."),
    "sessions_missing": _("Enter the days: this kind of claim is counted by days and minutes."),
    "session_empty": _("For %(on)s state a full day or the minutes."),
    "session_both": _("For %(on)s state either a full day or the minutes, not both."),
    "day_twice": _("%(on)s is entered twice. Put the day in one line."),
    "minutes_not_positive": _("The minutes on %(on)s must be more than 0."),
    "minutes_over_day": _("%(on)s has more minutes than a day."),
    "hours_missing": _("Enter the hours that the evidence states."),
    "hours_not_a_number": _("The hours are not a number. Write for example 6 or 4.5."),
    "hours_not_positive": _("Hours must be more than 0."),
    "hours_negative": _("Hours cannot be negative."),
    "hours_too_many": _("%(hours)s hours are more than can be recognised here. Check the number."),
    "hours_too_fine": _("Hours have at most two decimal places."),
    "year_missing": _("Enter the year."),
    "year_impossible": _("%(year)s cannot be a year of verification."),
    "year_contradicts": _("The days entered do not lie in the year %(year)s. Mend the days or the year."),
    "year_unbound": _("No policy binds the year %(year)s for this series. Ask the city administrator to bind one."),
    "year_other": _("This belongs to another year (%(year)s). The year of a claim stays as it was made."),
    "answer_missing": _("“%(asked)s” has not been answered."),
    "answer_unknown": _("“%(asked)s” has an answer that is not in the list. Choose one from it."),
    "answer_out_of_range": _("“%(asked)s” is a whole number from 1 to %(most)s."),
    "series_unknown": _("There is no staff series “%(series)s”."),
    "state_forbids": _("This claim is “%(state)s”, so “%(verb)s” is no longer possible. Load the page again."),
    "duty_forbids": _("It is not your turn to “%(verb)s” this claim."),
    "own_claim": _("Nobody decides on a claim of their own. A colleague has to do it."),
    "not_own_claim": _("Only the teacher who made the claim can do this."),
    "both_stages": _("You decided on this claim at the other stage. A second person has to decide now."),
    "reason_missing": _("Give a reason. The person concerned will read it."),
    "late": _(
        "Too late (rule EFFECT, %(source)s): “%(deadline)s” %(due_on)s has passed. Ask the reviewing authority for an "
        "extension; it grants one with a written reason."
    ),
    "override_forbidden": _("Only the reviewing authority can set a deadline aside or extend it."),
    "override_reason_missing": _("Setting a deadline aside needs a written reason."),
    "id_length": _("An ID number has 18 characters; this one has %(length)s."),
    "id_characters": _("An ID number has 17 digits and then a digit or X."),
    "id_date_impossible": _("The date of birth in this ID number never was. Check digits 7 to 14."),
    "id_date_future": _("The date of birth in this ID number is in the future. Check digits 7 to 14."),
    "id_check_digit": _("The last character does not fit the others. One of them is mistyped."),
    "name_empty": _("Enter the name."),
    "name_too_long": _("A name has at most %(limit)s characters."),
    "name_characters": _("The name holds characters that no name has. Check it."),
    "school_code": _("A school code has ten digits."),
    "district_code": _("A district code has six digits and does not begin with 0."),
    "json_invalid": _("The file is not valid JSON."),
    "key_missing": _("The key %(key)s is missing."),
    "key_unknown": _("The key %(key)s is unknown."),
    "key_twice": _("The key %(key)s stands twice."),
    "type_wrong": _("A value has the wrong type. Check what was entered."),
    "text_empty": _("A text is empty where one is needed."),
    "date_invalid": _("Write the day as 2021-03-05."),
    "date_outside_year": _("The day lies outside the year %(year)s."),
    "id_twice": _("The id %(id)s stands twice."),
    "subject_missing": _("A public course needs its subject."),
    "effect_unknown": _("The effect of the exemption is unknown."),
}

SENTENCES: dict[str, Any] = DOMAIN | SERVICES
