"""Codes turned into words: states, verbs, duties, columns, refusals. The domain returns codes; only here are sentences.

By subject: ``labels_codes.py`` has the words of coded columns, ``labels_columns.py`` those of columns,
``labels_refusals.py`` and ``labels_services.py`` a sentence for every refusal. This file looks them up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from flask import current_app
from flask_babel import get_locale, gettext
from sqlalchemy.exc import IntegrityError

from app.domain.errors import Code, Refused
from app.domain.hours import plain
from app.domain.policy import Words, packs
from app.security.actor import Actor
from app.services.clock import SHANGHAI
from app.services.refusals import No
from app.views.labels_codes import CODES, DEADLINES, DUTIES, PILLS
from app.views.labels_columns import COLUMNS, CONSTRAINTS
from app.views.labels_refusals import SENTENCES

ROLE_WORDS = DUTIES

# Which duty names a person who holds several.
DUTY_ORDER = ("system", "city", "authority", "school", "organiser", "auditor", "teacher")

# The view that shows a row of a table, and the lookup that finds one.
VIEW_OF_TABLE = {
    "district": "DistrictView",
    "authority": "AuthorityView",
    "organiser": "OrganiserView",
    "school": "SchoolView",
    "teacher": "TeacherView",
    "activity": "ActivityView",
    "attendance": "AttendanceView",
    "claim": "ClaimView",
    "standing": "StandingView",
    "certificate": "CertificateView",
    "exemption": "ExemptionView",
    "extension": "ExtensionView",
    "delegation": "DelegationView",
    "bulk_review": "BulkReviewView",
}
LOOKUP_OF_TABLE = {
    table: table for table in ("district", "authority", "organiser", "school", "teacher", "activity")
} | {"ab_user": "user"}

# At which field of a form a refusal belongs.
FIELDS: dict[str, str] = {
    Code.ID_LENGTH: "id_number",
    Code.ID_CHARACTERS: "id_number",
    Code.ID_DATE_IMPOSSIBLE: "id_number",
    Code.ID_DATE_FUTURE: "id_number",
    Code.ID_CHECK_DIGIT: "id_number",
    No.ID_NUMBER_TAKEN: "id_number",
    Code.NAME_EMPTY: "name",
    Code.NAME_TOO_LONG: "name",
    Code.NAME_CHARACTERS: "name",
    Code.SCHOOL_CODE: "code",
    Code.DISTRICT_CODE: "code",
    No.CODE_TAKEN: "code",
    No.JOINED_FUTURE: "joined_on",
    No.SERIES_UNFIT: "series",
    No.BUREAU_MISSING: "authority",
    No.REVIEW_TWICE: "no_second_review",
    No.PASSWORD_WRONG: "old",
    No.PASSWORD_LENGTH: "password",
    No.PASSWORD_SIMPLE: "password",
    No.PASSWORD_HOLDS_NAME: "password",
    No.USERNAME_LENGTH: "username",
    No.USERNAME_TAKEN: "username",
    No.ADDRESS_UNFIT: "address",
    No.ADDRESS_TAKEN: "address",
    No.OWN_EXEMPTION: "teacher",
    No.OWN_EXTENSION: "teacher",
    No.OTHER_SCHOOL_TEACHER: "school",
    No.EXTENSION_FOR_NOBODY: "teacher",
    No.EXTENSION_NO_DEADLINE: "deadline",
    No.EXTENSION_NOT_LATER: "until_on",
    No.EXTENSION_PAST: "until_on",
    No.EXTENSION_HELD: "until_on",
    No.EXEMPTION_REASON_LONG: "reason",
    No.EXEMPTION_REASON_ID_NUMBER: "reason",
    No.EXEMPTION_REVERSED: "to_on",
    No.EXEMPTION_TOO_LONG: "to_on",
    No.EXEMPTION_OUT_OF_SCOPE: "from_on",
    No.EXEMPTION_OVERLAPS: "from_on",
    No.CREDIT_UNASKED: "effect",
    No.CREDIT_CATEGORY: "category",
    No.CREDIT_HOURS: "hours",
    No.CREDIT_TWO_YEARS: "to_on",
}


def listed(words: Iterable[Any]) -> str:
    """Words one after the other as a list: Chinese has a comma of its own for it (顿号)."""
    text = ""
    for word in words:
        text = gettext("%(words)s, %(word)s", words=text, word=word) if text else str(word)
    return text


def language() -> Literal["zh", "en"]:
    """zh or en, of this request."""
    return "en" if str(get_locale() or "zh").startswith("en") else "zh"


def role_word(actor: Actor) -> str:
    """The word for what an actor is, by their weightiest duty; empty for nobody."""
    for duty in DUTY_ORDER:
        if duty in actor.duties:
            return str(ROLE_WORDS[duty])
    return ""


def column_word(name: str) -> Any:
    """The label of a column. Of a related record's name it is the relation's: "teacher.name" reads Teacher."""
    if name in COLUMNS:
        return COLUMNS[name]
    *relations, last = name.split(".")
    if relations and last in ("name", "title", "number"):
        return COLUMNS.get(relations[-1], relations[-1])
    return COLUMNS.get(last, last)


def category_words() -> dict[str, str]:
    """The categories of every pack, each by its own word, in the packs' order."""
    words: dict[str, str] = {}
    for policy in packs().values():
        for category in policy.categories:
            words.setdefault(category.id, category.title.text(language()))
    return words


def kind_words() -> dict[str, str]:
    """The claim kinds of every pack."""
    words: dict[str, str] = {}
    for policy in reversed(list(packs().values())):
        for kind in policy.kinds:
            words.setdefault(kind.id, kind.title.text(language()))
    return words


def policy_words() -> dict[str, str]:
    """The packs by their titles."""
    return {policy.id: f"{policy.title.text(language())}（{policy.id}）" for policy in packs().values()}


def subject_words() -> dict[str, str]:
    """The public subjects of every pack."""
    return {one.code: one.title.text(language()) for policy in packs().values() for one in policy.public_subjects}


class _Words(Mapping[str, Any]):
    """Words that packs hold, read anew in each request's language."""

    def __init__(self, read: Callable[[], dict[str, str]]) -> None:
        self._read = read

    def __getitem__(self, code: str) -> str:
        return self._read()[code]

    def __iter__(self) -> Any:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


PACK_WORDS = {
    "category": _Words(category_words),
    "recognised_category": _Words(category_words),
    "policy": _Words(policy_words),
}


def words_of(table: str, column: str) -> Any:
    """{code: word} of a coded column, or None where a column holds no codes."""
    if (table, column) in CODES:
        return CODES[table, column]
    if table == "claim" and column == "kind":
        return _Words(kind_words)
    return (
        PACK_WORDS.get(column)
        if table in ("claim", "activity", "entry", "decision", "standing", "policy_binding", "exemption")
        else None
    )


def code_mark(table: str, name: str, code: Any, words: Mapping[str, Any]) -> Any:
    """A code as a word; states and results as a quiet pill with its glyph."""
    word = str(words.get(str(code), code))
    tone = PILLS.get((table, name.rpartition(".")[2]))
    if tone is None:
        return word
    marks = current_app.jinja_env.get_template("parts/state.html").module
    return marks.state(code, word) if tone == "state" else marks.pill(tone.get(str(code), "info"), word)


def fact(value: object) -> str:
    """A refusal's fact as a reader wants it."""
    if isinstance(value, Words):
        return value.text(language())
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(value) if value.is_finite() else str(value)
    for words in (*FACT_WORDS, kind_words(), category_words()):
        if isinstance(value, str) and str(value) in words:
            return str(words[str(value)])
    return str(value)


FACT_WORDS: tuple[Mapping[str, Any], ...] = (
    *(
        CODES[key]
        for key in (("claim", "state"), ("decision", "verb"), ("decision", "duty"), ("policy_binding", "series"))
    ),
    DEADLINES,
)


class _Facts(dict[str, str]):
    """Facts for a sentence; one that is missing reads as an ellipsis rather than failing the page."""

    def __missing__(self, key: str) -> str:
        return "…"


def refusal_text(refusal: Refused) -> str:
    """The sentence of a refusal in the request's language, with its facts, saying what to do."""
    sentence = SENTENCES.get(str(refusal.code))
    if sentence is None:
        return gettext("This is not possible (%(code)s).", code=str(refusal.code))
    return str(sentence) % _Facts({name: fact(value) for name, value in refusal.facts.items()})


def field_of_refusal(refusal: Refused) -> str:
    """The form field a refusal belongs to; empty: the whole form."""
    return FIELDS.get(str(refusal.code), "")


def integrity_text(error: IntegrityError, label_of: Callable[[str], Any]) -> tuple[str, str]:
    """(sentence, field) for what the database refused. Never its own words: they hold table names."""
    text = str(error.orig)
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    if not constraint and (found := re.search(r"CHECK constraint failed: (\w+)", text)):
        constraint = found[1]
    if constraint in CONSTRAINTS:
        return str(CONSTRAINTS[constraint]), ""
    unique = re.search(r"UNIQUE constraint failed: (\w+)\.(\w+)$", text)
    column = unique[2] if unique else ""
    if not column and (
        found := re.match(r"uq_[a-z]+(?:_[a-z]+)*?_(code|name|number|year_series|username|district_id)$", constraint)
    ):
        column = found[1]
    if "UNIQUE" in text or constraint.startswith(("uq_", "ab_user")):
        field = column.removesuffix("_id")
        return gettext("Another record already has this. Choose a different one, or change that record."), field
    if "FOREIGN KEY" in text or constraint.startswith("fk_"):
        return gettext("Other records refer to this one, or a record it refers to is gone. Look again."), ""
    return gettext("These values contradict one another or are not allowed. Check the form."), ""


__all__ = ["DUTY_ORDER", "ROLE_WORDS", "code_mark", "column_word", "fact", "refusal_text", "role_word", "words_of"]
