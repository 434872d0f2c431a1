"""Filters of lists: declared in one line, always visible as chips, several values of one meaning "or".

A filter reads the request's own arguments; nothing is kept on the view (FAB keeps one filter object a
view, shared by threads, and requests have shown each other's filters). A value that makes no sense
is left out, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, or_, select
from werkzeug.datastructures import MultiDict

from app.extensions import db
from app.models.types import Instant
from app.services.clock import SHANGHAI, now_utc
from app.views.addresses import here
from app.views.columns import Joins, code_words, column_of, related_model
from app.views.fields import is_key
from app.views.list_query import CHOSEN, OPEN

FIRST_YEAR = 2018
MOST_VALUES = 50


@dataclass(frozen=True)
class Filter:
    """One filter. ``kind``: select (codes), bool, year, lookup (a relation), date, number or text."""

    name: str
    kind: str
    title: Any = None
    lookup: str = ""
    choices: Callable[[], list[tuple[str, str]]] | None = None
    # Of a yes-or-no filter that no column answers: what "yes" means.
    where: Callable[[], ColumnElement[bool]] | None = None

    @property
    def param(self) -> str:
        """Its argument in the address."""
        return self.name.replace(".", "_") + ("_from" if self.is_range else "")

    @property
    def param_to(self) -> str:
        """The argument of a range's end."""
        return self.name.replace(".", "_") + "_to" if self.is_range else ""

    @property
    def is_range(self) -> bool:
        return self.kind in ("date", "number")


@dataclass
class Applied:
    """A filter as the request sets it: the criterion (None: unset), its chip, and what was left out."""

    chip: dict[str, Any]
    criterion: ColumnElement[bool] | None = None
    left_out: list[str] = field(default_factory=list)


class BadValue(ValueError):
    """A filter value that makes no sense."""


def apply(view: Any, declared: Filter, args: MultiDict[str, str], joins: Joins) -> Applied:
    """Read one filter from ``args``."""
    chip: dict[str, Any] = {
        "name": declared.param,
        "title": str(declared.title or view.label_of(declared.name)),
        "param": declared.param,
        "kind": "select" if declared.kind in ("bool", "year") else declared.kind,
        "values": [],
        "choices": choices(view.datamodel.obj, declared),
        "remove_url": without(declared.param, declared.param_to),
    }
    applied = Applied(chip)
    if declared.is_range:
        chip["param_to"] = declared.param_to
        _range(view, declared, args, joins, applied)
    elif declared.kind == "lookup":
        chip["lookup_url"] = url_for("LookupView.lookup", name=declared.lookup or declared.name.rpartition(".")[2])
        _lookup(view, declared, args, joins, applied)
    else:
        _chosen(declared, args, joins, applied)
    return applied


def choices(model: type, declared: Filter) -> list[tuple[str, str]]:
    """(value, word) of a filter that one chooses from."""
    if declared.choices is not None:
        return declared.choices()
    if declared.kind == "bool":
        return [("1", gettext("Yes")), ("0", gettext("No"))]
    if declared.kind == "year":
        this = now_utc().astimezone(SHANGHAI).year
        return [(str(year), str(year)) for year in range(this, FIRST_YEAR - 1, -1)]
    words = code_words(model, declared.name) if declared.kind == "select" else None
    return [(code, str(word)) for code, word in (words or {}).items()]


def without(*params: str) -> str:
    """The present address without some arguments, at its first page."""
    gone = [name for name in request.args if name in params or name.startswith(("page_", "_flt"))]
    left = request.args.keys() - {*gone, OPEN, CHOSEN}
    # Said where no filter is left: the bare list would open with the view that comes first.
    return here(dict.fromkeys(gone) | ({} if left else {CHOSEN: "1"}))


def _chosen(declared: Filter, args: MultiDict[str, str], joins: Joins, applied: Applied) -> None:
    values = list(dict.fromkeys(value for value in args.getlist(declared.param) if value))[:MOST_VALUES]
    known = dict(applied.chip["choices"])
    if declared.kind == "text":
        good = [value for value in values if "\0" not in value and len(value) <= 200]
    else:
        good = [value for value in values if value in known]
    applied.left_out = [applied.chip["title"]] if len(good) < len(values) else []
    if not good:
        return
    applied.chip["values"] = [{"value": value, "label": known.get(value, value)} for value in good]
    if declared.where is not None:
        meant = declared.where()
        applied.criterion = or_(*[meant if value == "1" else ~meant for value in good])
        return
    attribute = joins.attribute(declared.name)
    if declared.kind == "bool":
        applied.criterion = or_(*[attribute.is_(value == "1") for value in good])
    elif declared.kind == "year":
        applied.criterion = attribute.in_([int(value) for value in good])
    else:
        applied.criterion = attribute.in_(good)


def _lookup(view: Any, declared: Filter, args: MultiDict[str, str], joins: Joins, applied: Applied) -> None:
    values = list(dict.fromkeys(value for value in args.getlist(declared.param) if value))[:MOST_VALUES]
    if not values:
        return
    ids = [int(value) for value in values if is_key(value)]
    model = related_model(view.datamodel.obj, declared.name)
    # Asked through the narrowed session: a row out of reach is as unknown as one that never was.
    found = list(db.session.scalars(select(model).where(model.id.in_(ids)))) if ids else []  # type: ignore[union-attr,arg-type]
    applied.left_out = [applied.chip["title"]] if len(found) < len(values) else []
    if not found:
        return
    applied.chip["values"] = [{"value": row.id, "label": str(row)} for row in found]
    relation = column_of(view.datamodel.obj, declared.name).property
    key = next(iter(relation.local_columns)).key
    prefix = declared.name.rpartition(".")[0]
    attribute = joins.attribute(f"{prefix}.{key}" if prefix else key)
    applied.criterion = attribute.in_([row.id for row in found])


def _range(view: Any, declared: Filter, args: MultiDict[str, str], joins: Joins, applied: Applied) -> None:
    kind = getattr(column_of(view.datamodel.obj, declared.name), "type", None)
    read = _day if declared.kind == "date" else _number
    bounds: list[Any] = []
    for param in (declared.param, declared.param_to):
        text = args.get(param, "").strip()
        try:
            bounds.append(read(text) if text else None)
        except BadValue:
            bounds.append(None)
            applied.left_out = [applied.chip["title"]]
    low, high = bounds
    applied.chip["value_from"], applied.chip["value_to"] = ("" if bound is None else str(bound) for bound in bounds)
    if low is None and high is None:
        return
    applied.chip["values"] = [{"value": "", "label": _span(applied.chip["value_from"], applied.chip["value_to"])}]
    attribute = joins.attribute(declared.name)
    if isinstance(kind, Instant):
        # A day of Shanghai, its last one included.
        low = datetime.combine(low, time(), SHANGHAI) if low else None
        after = datetime.combine(high + timedelta(days=1), time(), SHANGHAI) if high else None
        parts = [attribute >= low] if low else []
        parts += [attribute < after] if after else []
    else:
        parts = [attribute >= low] if low is not None else []
        parts += [attribute <= high] if high is not None else []
    criterion = parts[0]
    for part in parts[1:]:
        criterion = criterion & part
    applied.criterion = criterion


def _span(low: str, high: str) -> str:
    if not high:
        return gettext("from %(low)s", low=low)
    return f"{low} – {high}" if low else gettext("up to %(high)s", high=high)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise BadValue(text)
    return day


def _number(text: str) -> Decimal:
    """A decimal that both databases can compare: finite, within 32 bits as hundredths, at most two places."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadValue(text) from None
    if not number.is_finite() or number.copy_abs() > 1_000_000 or number != number.quantize(Decimal("0.01")):
        raise BadValue(text)
    return number


__all__ = ["Applied", "Filter", "apply", "choices"]
