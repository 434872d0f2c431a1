"""Add and edit forms made from a table's columns: each column gets the field that holds exactly what it can.

Relations become remote lookups, coded columns selects with words; nothing loads a whole table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import wtforms
from flask_wtf import FlaskForm
from sqlalchemy import Boolean, Date, Integer, String, Text, inspect
from sqlalchemy.orm import Relationship

from app.models.types import Hours
from app.views import labels
from app.views.fields import (
    CodeField,
    DateField,
    HoursField,
    RemoteSelectField,
    Required,
    Typed,
    TypedArea,
    WholeField,
)


class RecordForm(FlaskForm):
    """A form of one record. ``version`` is the one the user saw: a stale form is found by it."""

    version = wtforms.HiddenField()

    def refuse(self, words: str, field: str = "") -> None:
        """Show a refusal at a field, or at the top of the form."""
        if field and field in self:
            self[field].errors = [*self[field].errors, words]
        else:
            self.form_errors = [*self.form_errors, words]


def make_form(view: Any, names: list[str]) -> type[RecordForm]:
    """The form class of a view for columns ``names``; ``view.extra_fields`` go before what the table says."""
    model = view.datamodel.obj
    members: dict[str, Any] = {}
    for name in names:
        extra = view.extra_fields.get(name)
        members[name] = extra() if extra is not None else field_of(model, name, view)
    return type(f"{view.name}Form", (RecordForm,), members)


def field_of(model: type, name: str, view: Any) -> Any:
    """The unbound field for one column or to-one relation of ``model``."""
    options: dict[str, Any] = {"description": view.description_columns.get(name, "")}
    label = view.label_of(name)
    mapper = inspect(model)
    found = mapper.attrs[name]
    if isinstance(found, Relationship):
        column = next(iter(found.local_columns))
        given = [wtforms.validators.Optional()] if column.nullable else [Required()]
        target = found.mapper.class_
        return RemoteSelectField(
            label, given, model=target, lookup=labels.LOOKUP_OF_TABLE[target.__tablename__], **options
        )
    column = found.columns[0]
    return _plain_field(column, labels.words_of(model.__tablename__, name), label, options)


def _plain_field(column: Any, words: dict[str, Any] | None, label: Any, options: dict[str, Any]) -> Any:
    optional = column.nullable
    if column.default is not None and column.default.is_scalar:
        options["default"] = column.default.arg
    given: list[Any] = [wtforms.validators.Optional()] if optional else [Required()]
    if words is not None:
        return CodeField(label, given, optional=optional, choices=_choices(words), **options)
    if isinstance(column.type, Boolean):
        return wtforms.BooleanField(label, **options)
    if isinstance(column.type, Hours):
        return HoursField(label, given, **options)
    if isinstance(column.type, Integer):
        return WholeField(label, given, **options)
    if isinstance(column.type, Date):
        return DateField(label, given, **options)
    if isinstance(column.type, Text):
        return TypedArea(label, given, longest=5000, **options)
    if isinstance(column.type, String):
        return Typed(label, given, longest=column.type.length or 200, **options)
    raise TypeError(f"no field for {column.table.name}.{column.name}")


def _choices(words: dict[str, Any]) -> Callable[[], list[tuple[str, Any]]]:
    return lambda: list(words.items())


def fill(item: Any, form: RecordForm) -> None:
    """Write the form's values to the record; the token and the version are the form's own."""
    for field in form:
        if field.name not in ("csrf_token", "version"):
            field.populate_obj(item, field.name)
