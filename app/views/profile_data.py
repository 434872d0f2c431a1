"""One's own data as a workbook: a sheet each of person, schools, claims, hours, results, certificates."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from app.exchange.table_workbook import Sheet, table_workbook
from app.services.profiles import OwnData
from app.views import labels

PERSON = (
    "name", "id_number_masked", "sex", "school", "stage", "subject", "title", "series", "post", "joined_on", "left_on",
    "phone",
)  # fmt: skip
CLAIM = (
    "number", "year", "kind", "title", "organiser_name", "category", "claimed_hours", "recognised_hours", "state",
    "submitted_at",
)  # fmt: skip
ENTRY = ("year", "category", "title", "hours", "earned_on", "entered_at")
STANDING = ("year", "policy", "total", "carried_in", "carried_out", "result", "computed_at")
CERTIFICATE = ("number", "year", "result", "state", "issued_at", "ended_at")


def workbook(held: OwnData) -> io.BytesIO:
    """The file, in the language of who asks."""
    person = [(_word(name), _text(held.teacher, name)) for name in PERSON]
    stays = [(one.school, str(one.from_on), str(one.to_on or "")) for one in held.stays]
    return table_workbook(
        [
            Sheet(gettext("Person"), [gettext("Particular"), gettext("As registered")], person),
            Sheet(gettext("Schools"), [gettext("School"), gettext("From"), gettext("To")], stays),
            _sheet(gettext("Claims"), CLAIM, held.claims),
            _sheet(gettext("Hours"), ENTRY, held.entries),
            _sheet(gettext("Yearly results"), STANDING, held.standings),
            _sheet(gettext("Certificates"), CERTIFICATE, held.certificates),
        ]
    )


def shown(row: Any, column: str) -> Any:
    """A value as its reader wants it: a code by its word, hours as a number."""
    value = getattr(row, column)
    if value is None:
        return ""
    words = labels.words_of(row.__tablename__, column)
    if words is not None and str(value) in words:
        return str(words[str(value)])
    return value if isinstance(value, Decimal | int) and not isinstance(value, bool) else labels.fact(value)


def _text(row: Any, column: str) -> str:
    return str(shown(row, column))


def _sheet(title: str, columns: Sequence[str], rows: Sequence[Any]) -> Sheet:
    return Sheet(title, [_word(name) for name in columns], [[shown(row, name) for name in columns] for row in rows])


def _word(name: str) -> str:
    return str(labels.column_word(name))
