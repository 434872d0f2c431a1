"""Words of policy packs: every place of a pack, every value, and every reason for which a pack is refused.

A place is written as the pack reads (``kind[3].hours.main``); its word stands under the place without its numbers. What
the packs say themselves, they say in both languages.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.hours import plain
from app.domain.policy import ANY_SERIES, Category, Formula, PackFault, Policy
from app.domain.policy_uses import Who
from app.exchange.pack_words import REASONS
from app.views.labels import language, listed
from app.views.labels_claims import DEADLINES
from app.views.labels_codes import SERIES

PLACES: dict[str, Any] = {
    "binds": _("In force by itself"),
    "total.required": _("Total of the year"),
    "category[].required": _("Minimum of the category"),
    "category[].once_per_subject": _("The same subject counts once a year"),
    "day.hours": _("Hours of a full day"),
    "day.minutes_per_hour": _("Part of a day: minutes for one hour"),
    "carry.out": _("Surplus is carried into the next year"),
    "carry.in": _("Surplus of the year before is taken in"),
    "carry.category": _("Carried as"),
    **{f"deadlines.{which}": word for which, word in DEADLINES.items()},
    "review_days": _("Review days of each month"),
    "reminder[].on": _("Reminder"),
    "kind[].hours.main": _("Hours of the main author"),
    "kind[].hours.other": _("Hours of the other authors"),
    "kind[].hours.related": _("Hours where it is related to the subject taught"),
    "kind[].hours.unrelated": _("Hours where it is not related"),
    "kind[].hours.each": _("Hours for each"),
    "kind[].hours.most": _("Hours at most"),
    "kind[].field[].most": _("Most that may be entered"),
}
FORMULAS: dict[Formula, Any] = {
    Formula.DAYS: _("By the days and minutes truly spent"),
    Formula.DAYS_OR_STATED: _("By the days where they are given, else as the evidence states"),
    Formula.STATED: _("As the evidence states and the reviewer recognises"),
    Formula.BY_CHOICE: _("A fixed figure for each answer"),
    Formula.PER_UNIT: _("A figure for each unit"),
}
FIELDS: dict[str, Any] = {
    "passed": _("Assessment passed"),
    "related": _("Related to the subject taught"),
    "author": _("Part taken"),
    "sessions": _("Days and minutes"),
    "stated_hours": _("Hours the evidence states"),
    "category": _("Category"),
}
WHO: dict[Who, Any] = {Who.PRIVATE: _("teachers of private schools"), Who.ALL: _("all teachers")}
_NUMBERED = re.compile(r"\[\d+\]")
_DAY = re.compile(r"(same|next)-year (\d\d-\d\d)")


def place_word(place: str) -> str:
    """What stands at a place of a pack. A place without a word of its own is shown as it is written."""
    return str(PLACES.get(_NUMBERED.sub("[]", place), place))


def field_word(name: str) -> str:
    """A field that a kind of claim asks for."""
    return str(FIELDS.get(name, name))


def value_word(policy: Policy, value: object) -> str:
    """A value as it stands in a pack, in words."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, (tuple, list)):
        return listed(value_word(policy, one) for one in value)
    text = str(value)
    if day := _DAY.fullmatch(text):
        return day_word(day[1] == "next", day[2])
    category = policy.category(text)
    return category_title(category) if category is not None else text


def day_word(is_next: bool, day: str) -> str:
    """A day of the year (``12-31``) as the pack states it."""
    return gettext("%(day)s of the next year", day=day) if is_next else gettext("%(day)s of the year itself", day=day)


def category_title(category: Category) -> str:
    """A category in the words of its pack, in the request's language."""
    return text_of(category.title)


def text_of(words: Any) -> str:
    """A pack's own words in the request's language."""
    return str(words.text(language())) if words is not None else ""


def years_word(policy: Policy) -> str:
    """The years that a pack binds by itself."""
    if policy.binds is None:
        return gettext("not by itself")
    if policy.binds.last is None:
        return gettext("%(year)s and later", year=policy.binds.first)
    if policy.binds.last == policy.binds.first:
        return str(policy.binds.first)
    return f"{policy.binds.first}–{policy.binds.last}"


def series_word(series: tuple[str, ...] | list[str]) -> str:
    """Staff series in words; all of them where none is named."""
    if ANY_SERIES in series or set(series) >= set(SERIES):
        return gettext("all series")
    return listed(str(SERIES.get(one, one)) for one in series)


def fault_texts(fault: PackFault) -> list[str]:
    """Why a pack is refused: every fault with its line and place, so that it can be mended."""
    said = []
    for one in fault.all:
        where = gettext("Line %(line)s", line=one.line)
        if one.place:
            where = gettext("Line %(line)s, %(place)s", line=one.line, place=one.place)
        said.append(gettext("%(where)s: %(why)s", where=where, why=str(REASONS[one.reason])))
    return said
