"""The sentence for every reason for which a policy pack is refused, and a fault as a line that names its place.

In the language of whoever asks. The reasons are ``PackReason`` of the domain; a test holds that each has one here.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.policy import PackFault, PackReason

REASONS: dict[PackReason, Any] = {
    PackReason.TOO_LARGE: _("This is far larger than any policy."),
    PackReason.NOT_UTF8: _("The file is not UTF-8."),
    PackReason.TOO_DEEP: _("This is nested deeper than any policy."),
    PackReason.SYNTAX: _("This is not TOML. Look for a quote, a bracket or an equals sign that is missing."),
    PackReason.KEY_MISSING: _("Something that every policy states is missing here."),
    PackReason.KEY_UNKNOWN: _("No policy has this key. Look for a typing error."),
    PackReason.TYPE_WRONG: _("The value is of the wrong kind: a number, a text, a list or true and false."),
    PackReason.TEXT_EMPTY: _("The text is empty."),
    PackReason.ID_INVALID: _(
        "An id is short, of small letters, digits, hyphens and underscores, and none of the words kept for the system "
        "(total, proof)."
    ),
    PackReason.ID_TWICE: _("This id stands twice."),
    PackReason.SOURCE_MISSING: _("The clause is missing. Every figure names its source."),
    PackReason.NUMBER_INVALID: _("This is not a number that can be counted with."),
    PackReason.NEGATIVE: _("The number must not be below 0."),
    PackReason.NOT_POSITIVE: _("The number must be more than 0."),
    PackReason.NUMBER_TOO_LARGE: _("The number is larger than can be meant here."),
    PackReason.NUMBER_TOO_FINE: _("At most two decimal places."),
    PackReason.YEAR_IMPOSSIBLE: _("This cannot be a year of verification."),
    PackReason.DAY_INVALID: _("Write a day as “same-year 12-31” or “next-year 01-31”; a review day is 1 to 28."),
    PackReason.YEARS_REVERSED: _("The last year lies before the first."),
    PackReason.CATEGORY_UNKNOWN: _("The policy has no such category."),
    PackReason.CATEGORY_COUNT: _("By relation to the subject there are exactly two categories."),
    PackReason.SERIES_UNKNOWN: _("There is no such staff series."),
    PackReason.WORD_UNKNOWN: _("This word is none of those that can stand here."),
    PackReason.FIELD_MISSING: _("The fields leave out what the formula needs."),
    PackReason.BINDINGS_OVERLAP: _("Another policy is in force by itself for the same years and series."),
    PackReason.NAME_DIFFERS: _("The file is not named after the id."),
}


def fault_line(name: str, fault: PackFault) -> str:
    """``file:line: place: why``, as editors and people follow it."""
    place = fault.place or gettext("the file")
    return f"{name}:{fault.line}: {place}: {REASONS[fault.reason]}"
