"""Changes in words: the history of a record, and the lines of the trail, from the same code.

Field words and value words: codes become words, foreign keys names within reach, days and instants as read here, hours
without trailing zeros. A record tells of the fields that its view shows or edits and no others; of an ID number only
that it changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import Boolean, Date, inspect, select

from app.extensions import db
from app.models import Model
from app.models.types import Hours, Instant
from app.security.reach import READS
from app.services import history
from app.services.history import Line, Step
from app.views import labels, labels_claims
from app.views.addresses import here
from app.views.columns import readable
from app.views.labels_codes import TABLES

STEPS = 20
# Beyond the latest few one asks for more: the page is about the record.
OPEN_STEPS = 5
MOST_PAGES = 10
LONGEST_VALUE = 300
ID_NUMBER = ("id_number_masked", "id_number_cipher", "id_number_index")
# Never told of a record, whatever a view lists.
SECRET = frozenset({"password", "code", "code_digest", "snapshot", "certificate_key", *ID_NUMBER})
MODELS = {model.__tablename__: model for model in READS}


@dataclass(frozen=True)
class Child:
    """Rows told with a record: ``model``, its foreign key ``by`` to the record, and the columns that are told."""

    model: type[Model]
    by: str
    columns: tuple[str, ...]


Change = tuple[str, Any, Any]


def values(view: Any, item: Any) -> dict[str, Any]:
    """The history panel: steps, and the address of the page that shows more of them."""
    asked = request.args.get("history", "")
    pages = min(int(asked), MOST_PAGES) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 4 else 1
    children = [(one.model, one.by) for one in view.history_children]
    steps, is_more = history.of(db.session, item, children, STEPS * max(pages, 1))
    told = {item.__tablename__: fields_of(view)}
    told |= {one.model.__tablename__: dict.fromkeys(one.columns) for one in view.history_children}
    names = Names(line for step in steps for line in step.lines)
    rows = [row for row in (_row(item, step, told, names) for step in steps) if row["changes"] or row["verb"]]
    more = here({"history": pages + 1}) + "#history" if is_more and pages < MOST_PAGES else ""
    return {"steps": rows, "more_url": more, "open": OPEN_STEPS if pages == 1 else len(rows)}


def fields_of(view: Any) -> dict[str, Any]:
    """The columns of the view's table that its pages show or edit, each with its word there."""
    mapper = inspect(view.datamodel.obj)
    found: dict[str, Any] = {}
    shown = view.history_columns or [*view.show_columns, *view.edit_columns, *view.add_columns, *view.list_columns]
    for name in shown:
        if name in mapper.relationships:
            key = next(iter(mapper.relationships[name].local_columns)).key
            if key in mapper.column_attrs and key != "id":
                found.setdefault(key, view.label_of(name))
        elif name in mapper.column_attrs:
            found.setdefault(name, view.label_of(name))
    if "id_number_masked" in mapper.column_attrs:
        found["id_number_index"] = view.label_of("id_number")
    return found


class Names:
    """Names of the rows that foreign keys point to, one query a table; a row out of reach has none."""

    def __init__(self, lines: Iterable[Line]) -> None:
        asked: dict[str, set[int]] = {}
        for line in lines:
            for side in (line.before, line.after):
                for name, value in side.items():
                    target = target_of(line.subject, name)
                    if target in MODELS and isinstance(value, int):
                        asked.setdefault(target, set()).add(value)
        self._names: dict[tuple[str, int], str] = {}
        for table, ids in asked.items():
            model = MODELS[table]
            for row in db.session.scalars(select(model).where(model.id.in_(sorted(ids)))):  # type: ignore[attr-defined]
                self._names[table, row.id] = str(row)

    def of(self, table: str, key: Any) -> str:
        return self._names.get((table, key), "") or gettext("not yours to see")


def target_of(subject: str, name: str) -> str:
    """The table that a column points to; empty where it is no foreign key."""
    column = _column(subject, name)
    keys = list(column.foreign_keys) if column is not None else []
    return keys[0].column.table.name if keys else ""


def _column(subject: str, name: str) -> Any:
    table = Model.metadata.tables.get(subject)
    return table.columns.get(name) if table is not None else None


def field_word(name: str) -> str:
    """A column by its word; a foreign key by its relation's."""
    return str(labels.column_word(name.removesuffix("_id")))


def value_word(subject: str, name: str, value: Any, names: Names) -> Any:
    """What stood in a column, as a reader wants it; None where it was empty."""
    if value is None or value == "":
        return None
    if (target := target_of(subject, name)) and isinstance(value, int):
        return names.of(target, value) if target in MODELS else f"#{value}"
    words = labels.words_of(subject, name) if subject in Model.metadata.tables else None
    if words is not None and str(value) in words:
        return str(words[str(value)])
    if isinstance(value, (dict, list)):
        return gettext("changed")
    column = _column(subject, name)
    return _typed(column.type if column is not None else None, value)


def _typed(kind: Any, value: Any) -> Any:
    try:
        if isinstance(kind, Hours):
            return readable(Decimal(str(value)))
        if isinstance(kind, Instant):
            return readable(datetime.fromisoformat(str(value)))
        if isinstance(kind, Date):
            return readable(date.fromisoformat(str(value)))
    except (ValueError, ArithmeticError):
        return str(value)
    if isinstance(kind, Boolean) or isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


def changes(line: Line, told: dict[str, Any], names: Names) -> list[Change]:
    """(field, before, after) of a line, of the columns in ``told`` only. An ID number only says that it changed."""
    rows: list[Change] = []
    for name in dict.fromkeys([*line.before, *line.after]):
        if name not in told or (name in SECRET and name != "id_number_index"):
            continue
        word = str(told[name] or field_word(name))
        if name == "id_number_index":
            rows.append((word, None, gettext("changed")))
            continue
        before = value_word(line.subject, name, line.before.get(name), names)
        after = value_word(line.subject, name, line.after.get(name), names)
        if before != after:
            rows.append((word, before, after))
        elif before is not None and before == gettext("changed"):
            rows.append((word, None, after))
    return rows


def _row(item: Any, step: Step, told: dict[str, dict[str, Any]], names: Names) -> dict[str, Any]:
    rows: list[tuple[Any, Change]] = []
    verbs: list[str] = []
    for line in step.lines:
        is_own = line.subject == item.__tablename__
        if line.change == "insert" and is_own:
            verbs.append(gettext("created this"))
            continue
        if line.subject == "decision":
            verbs += _decided(line.after)
        changed = changes(line, told.get(line.subject, {}), names)
        if is_own or line.subject == "decision":
            rows += [((line.subject, one[0]), one) for one in changed]
        elif changed:
            word = str(TABLES.get(line.subject, line.subject))
            rows.append(((line.subject, line.subject_id), (word, *_as_one(line, changed))))
    return {
        "who": step.who,
        "verb": labels.listed(dict.fromkeys(verbs)),
        "at": readable(step.at),
        "iso": step.at.isoformat(),
        "changes": _net(rows),
    }


def _decided(after: dict[str, Any]) -> list[str]:
    return [labels_claims.verb_done(after["verb"])] if after.get("verb") else []


def _as_one(line: Line, changed: Sequence[Change]) -> tuple[Any, Any]:
    """A child's line as one change: what it was, what it is."""
    comma = gettext(", ")
    if line.change == "insert":
        return None, comma.join(str(after) for _word, _before, after in changed if after is not None)
    if line.change == "delete":
        return comma.join(str(before) for _word, before, _after in changed if before is not None), None
    before = comma.join(f"{word} {was}" for word, was, _after in changed if was is not None)
    return before or None, comma.join(f"{word} {now}" for word, _before, now in changed if now is not None) or None


def _net(rows: Sequence[tuple[Any, Change]]) -> list[Change]:
    """Of a field changed twice in one go, what it was at first and what it came to."""
    merged: dict[Any, Change] = {}
    for key, (word, before, after) in rows:
        merged[key] = (word, merged[key][1] if key in merged else before, after)
    return [one for one in merged.values() if one[1] != one[2]]


def trail_changes(item: Any) -> list[Change]:
    """Every column of a line of the trail, for those who read the trail itself."""
    line = Line(item.change, item.subject, item.subject_id, item.before or {}, item.after or {})
    names, comes = Names([line]), columns_of(line)
    rows = []
    for name in comes:
        before = value_word(line.subject, name, line.before.get(name), names)
        after = value_word(line.subject, name, line.after.get(name), names)
        rows.append((field_word(name), before, after))
    return rows


def columns_of(line: Any) -> Collection[str]:
    """The columns a line tells of, in the order written."""
    return dict.fromkeys([*(line.before or {}), *(line.after or {})])
