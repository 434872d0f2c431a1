"""Form fields that refuse what no column could hold, in sentences: text, figures, days, codes and records.

FAB's own fields load whole tables into a select, pass ``NaN`` as a number and keep a NUL that PostgreSQL
then refuses. What a value means is not judged here but in the services.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import wtforms
from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup, escape
from sqlalchemy import select
from wtforms import validators
from wtforms.widgets import html_params

from app.domain.hours import HOURS_IN_A_YEAR
from app.extensions import db
from app.security.actor import current_actor
from app.security.reach import criterion_to_write

BIGGEST = 2**31 - 1


def is_key(text: str) -> bool:
    """Whether a text can be the key of a row: plain digits that a 32-bit column holds. SQLite fails on longer ones."""
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= BIGGEST


class Required(validators.InputRequired):
    """Needed; a text of blanks is none."""

    def __init__(self) -> None:
        super().__init__(_("This is needed."))

    def __call__(self, form: Any, field: Any) -> None:
        super().__call__(form, field)
        is_blank = field.data is None or (isinstance(field.data, str) and not field.data.strip())
        if is_blank and not field.errors:
            raise validators.StopValidation(str(self.message))


class Typed(wtforms.StringField):
    """A line of text: stripped, without control characters, at most as long as its column; empty is None."""

    def __init__(self, label: Any = None, validators: Any = (), longest: int = 200, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.longest = longest

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = text.strip() or None
        if any(ord(letter) < 32 and letter not in "\r\n\t" for letter in text):
            # Kept for the form without them, so that the rest of what was typed is not lost.
            self.data = "".join(letter for letter in text if ord(letter) >= 32).strip() or None
            raise ValueError(_("This holds characters that cannot be stored. They were taken out; check the text."))

    def pre_validate(self, form: Any) -> None:
        if self.data and len(self.data) > self.longest:
            raise validators.ValidationError(_("At most %(most)s characters.", most=self.longest))

    def _value(self) -> str:
        return str(self.data) if self.data is not None else ""


class TypedArea(Typed):
    """Several lines of text."""

    widget = wtforms.widgets.TextArea()


class Figure(wtforms.Field):
    """Shared by hours and whole numbers: what was typed is shown again where it is no number."""

    widget = wtforms.widgets.TextInput()

    def __init__(self, label: Any = None, validators: Any = (), **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "decimal", "autocomplete": "off", **(kwargs.get("render_kw") or {})}
        super().__init__(label, validators, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = self.read(text) if text else None

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:f}" if isinstance(self.data, Decimal) else str(self.data)


class HoursField(Figure):
    """Hours: a finite decimal, not negative, at most two places."""

    def read(self, text: str) -> Decimal:
        try:
            hours = Decimal(text)
        except InvalidOperation:
            raise ValueError(_("Write a number, such as 6 or 4.5.")) from None
        if not hours.is_finite():
            raise ValueError(_("Write a number, such as 6 or 4.5."))
        if hours < 0:
            raise ValueError(_("Hours cannot be negative."))
        if hours > HOURS_IN_A_YEAR:
            raise ValueError(_("That is more hours than a year has."))
        if hours != hours.quantize(Decimal("0.01")):
            raise ValueError(_("At most two decimal places."))
        return hours


class WholeField(Figure):
    """A whole number between two bounds, by default those of a 32-bit column."""

    def __init__(self, label: Any = None, validators: Any = (), low: int = 0, high: int = BIGGEST, **kw: Any) -> None:
        super().__init__(label, validators, **kw)
        self.low, self.high = low, high

    def read(self, text: str) -> int:
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()):
            raise ValueError(_("Write a whole number."))
        if len(digits) > 10 or not self.low <= int(text) <= self.high:
            raise ValueError(_("Between %(low)s and %(high)s.", low=self.low, high=self.high))
        return int(text)


class DateField(wtforms.Field):
    """A day, written 2021-03-05 and no other way."""

    widget = wtforms.widgets.TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            day = date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            day = None
        if day is None or not 1900 <= day.year <= 2200:
            raise ValueError(_("Write the day as 2021-03-05."))
        self.data = day

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""


class CodeField(wtforms.SelectField):
    """One of the codes of a column, shown by its word. ``choices`` may be a function: words follow the language."""

    def __init__(self, label: Any = None, validators: Any = (), optional: bool = False, **kwargs: Any) -> None:
        given = kwargs.pop("choices", ())
        # Copied for each form: SelectField would keep the first request's language.
        self.words = {str(code): word for code, word in (given() if callable(given) else given)}
        listed = [wtforms.SelectChoice(code, str(word)) for code, word in self.words.items()]
        empty = [wtforms.SelectChoice("", gettext("not stated") if optional else gettext("Choose one"))]
        kwargs["coerce"] = lambda value: None if value in (None, "") else str(value)
        super().__init__(label, validators, choices=empty + listed, validate_choice=False, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data not in self.words:
            raise validators.ValidationError(_("Choose one from the list."))


class RemoteLookup:
    """A select with only the chosen record in it; the script asks ``data-lookup`` for others."""

    def __call__(self, field: RemoteSelectField, **kwargs: Any) -> Markup:
        kwargs.setdefault("id", field.id)
        # A form may be shown again in another address; the lookup's own is absolute on our host.
        kwargs["data-lookup"] = url_for("LookupView.lookup", name=field.lookup)
        option = Markup('<option value=""></option>')
        if field.data is not None:
            option += Markup('<option value="{}" selected>{}</option>').format(field.data.id, escape(str(field.data)))
        return Markup(f"<select {html_params(name=field.name, **kwargs)}>{option}</select>")  # noqa: S704  (escaped above)


class RemoteSelectField(wtforms.Field):
    """A record chosen by a scoped lookup. ``data`` is the object, read through the narrowed session by its id.

    An id out of the actor's reach is as unknown as one that never was. ``to_write``: so is a record that they
    may read but not add to.
    """

    widget = RemoteLookup()

    def __init__(
        self,
        label: Any = None,
        validators: Any = (),
        *,
        model: Any = None,
        lookup: str = "",
        to_write: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.model = model
        self.lookup = lookup
        self.to_write = to_write

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        if is_key(text):
            asked = select(self.model).where(self.model.id == int(text))
            criterion = criterion_to_write(self.model, current_actor()) if self.to_write else None
            self.data = db.session.scalars(asked if criterion is None else asked.where(criterion)).one_or_none()
        if self.data is None:
            raise ValueError(_("Choose one from the list."))


def new_password() -> tuple[Any, Any]:
    """The two fields in which a new password is typed; whether it is strong enough is for the services to say."""
    kept = {"autocomplete": "new-password"}
    same = validators.EqualTo("password", _("The two passwords differ."))
    return (
        wtforms.PasswordField(
            _("New password"),
            [Required()],
            description=_("At least ten characters, not only digits."),
            render_kw=kept,
        ),
        wtforms.PasswordField(_("New password once more"), [Required(), same], render_kw=kept),
    )
