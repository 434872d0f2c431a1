"""Columns by name, also dotted ("teacher.school.name"): their attribute, their label, and how a value reads.

A column may also be a method ``col_<name>(item)`` of the view, for what is worked out. Nothing is
written here; words of codes come from ``labels.py``.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_appbuilder.models.sqla import Model
from flask_babel import gettext
from markupsafe import Markup, escape
from sqlalchemy import Select, inspect
from sqlalchemy.orm import aliased

from app.domain.hours import plain
from app.models.types import Hours
from app.services.clock import SHANGHAI
from app.views import labels
from app.views.access import holds


def column_of(model: type, dotted: str) -> Any:
    """The SQLAlchemy attribute that ``dotted`` ends in, or None where it is no mapped column."""
    *relations, name = dotted.split(".")
    for relation in relations:
        found = inspect(model).relationships.get(relation)
        if found is None:
            return None
        model = found.mapper.class_
    return getattr(model, name, None) if name in inspect(model).all_orm_descriptors else None


def related_model(model: type, dotted: str) -> type | None:
    """The model that a (dotted) relation leads to, or None where it is no relation."""
    for relation in dotted.split("."):
        found = inspect(model).relationships.get(relation)
        if found is None:
            return None
        model = found.mapper.class_
    return model


def code_words(model: type, dotted: str) -> dict[str, Any] | None:
    """The words of a coded column, or None where the column holds no codes."""
    attribute = column_of(model, dotted)
    if attribute is None or not hasattr(attribute, "class_"):
        return None
    return labels.words_of(attribute.class_.__tablename__, attribute.key)


def is_numeric(model: type, dotted: str) -> bool:
    """Whether a column holds figures, which are set right."""
    kind = getattr(column_of(model, dotted), "type", None)
    return isinstance(kind, Hours)


class Joins:
    """Outer joins of one statement, each relation joined once. Reach narrows the joined rows too."""

    def __init__(self, model: type) -> None:
        self.model = model
        self.aliases: dict[str, Any] = {}
        self.joined: list[Any] = []

    def attribute(self, dotted: str) -> Any:
        """The attribute ``dotted`` ends in, on the alias of its join. Raises KeyError for an unknown name."""
        *relations, name = dotted.split(".")
        entity: Any = self.model
        for depth in range(len(relations)):
            entity = self._join(entity, ".".join(relations[: depth + 1]))
        if name not in inspect(inspect(entity).mapper.class_).all_orm_descriptors:
            raise KeyError(dotted)
        return getattr(entity, name)

    def _join(self, entity: Any, path: str) -> Any:
        if path not in self.aliases:
            relation = getattr(entity, path.rpartition(".")[2])
            self.aliases[path] = aliased(relation.property.mapper.class_)
            self.joined.append(relation.of_type(self.aliases[path]))
        return self.aliases[path]

    def put_on(self, statement: Select[Any]) -> Select[Any]:
        """The statement with the joins that were asked for."""
        for join in self.joined:
            statement = statement.outerjoin(join)
        return statement


def value_of(item: Any, dotted: str) -> Any:
    """Walk ``dotted`` from ``item``; None where a step is empty or out of reach."""
    for name in dotted.split("."):
        if item is None:
            return None
        item = getattr(item, name)
    return item


def shown(view: Any, item: Any, name: str, *, linked: bool = False) -> Any:
    """The value of a column as a reader wants it. ``linked``: a record leads to its page, if one may open it."""
    own = getattr(view, "col_" + name.replace(".", "_"), None)
    if own is not None:
        return own(item)
    value = value_of(item, name)
    words = code_words(type(item), name)
    if words is not None and value is not None:
        return labels.code_mark(type(item).__tablename__, name, value, words)
    if linked and isinstance(value, Model):
        return link_to(value)
    return readable(value)


def exported(view: Any, item: Any, name: str) -> Any:
    """The value of a column as a file holds it: hours as figures, all else in the words that the screen has."""
    own = getattr(view, "cell_" + name.replace(".", "_"), None)
    if own is not None:
        return own(item)
    if getattr(view, "col_" + name.replace(".", "_"), None) is not None:
        value = shown(view, item, name)
    else:
        value = value_of(item, name)
        words = code_words(type(item), name)
        if isinstance(value, Decimal):
            return value
        if words is not None and value is not None:
            return str(words[value]) if value in words else str(value)
        value = readable(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, int):
        return value
    if isinstance(value, (list, tuple)):
        return labels.listed(map(str, value))
    return value.striptags() if hasattr(value, "striptags") else str(value)


def readable(value: Any) -> Any:
    """Dates as 2021-03-05, instants in Shanghai time, hours without trailing zeros, records by their name."""
    if isinstance(value, datetime):
        return (
            value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value.tzinfo else value.isoformat(" ", "minutes")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Model):
        return str(value)
    return value


def link_to(row: Any) -> Any:
    """A link to the record's page where the user may open it, else its name."""
    view = labels.VIEW_OF_TABLE.get(row.__tablename__)
    if view is None or not holds("can_show", view):
        return str(row)
    return Markup('<a href="{}">{}</a>').format(url_for(f"{view}.show", pk=row.id), escape(str(row)))
