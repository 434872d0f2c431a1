"""Actions on records: the decorator that declares one, and the values its dialog posts.

An action is a method ``(self, items, posted)`` of a ``SafeModelView``. It calls services, and returns
nothing, a sentence for the user, or a response (a file). The view commits, or rolls everything back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_appbuilder.actions import action as fab_action
from werkzeug.datastructures import MultiDict

from app.domain.errors import Code, Refused
from app.domain.hours import HOURS_IN_A_YEAR

MOST_WORDS = 1000


@dataclass(frozen=True)
class Asks:
    """What an action's dialog asks for. ``reason_codes`` gives code and word, with the ready ``sentence`` and the
    ``other`` language's where there is one (``views/reasons.py``)."""

    kind: str = ""
    # The endpoint that a selection goes to instead of a dialog: a screen on which each of them is looked at.
    screen: str = ""
    needs_reason: bool = False
    needs_hours: bool = False
    needs_date: bool = False
    may_override: bool = False
    reason_label: Any = None
    date_label: Any = None
    reason_codes: Callable[[], list[dict[str, str]]] | None = None
    category_choices: Callable[[], list[tuple[str, str]]] | None = None


@dataclass(frozen=True)
class Posted:
    """What the dialog sent, checked for shape; whether it is allowed is for the services to say."""

    reason: str
    reason_code: str
    hours: Decimal | None
    category: str
    on: date | None
    override_reason: str
    values: MultiDict[str, str]


def action(
    name: str,
    text: Any,
    confirmation: Any = "",
    icon: str = "",
    *,
    multiple: bool = True,
    single: bool = True,
    **asks: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """FAB's ``@action`` with what its dialog asks for (see ``Asks``). The permission is the action's name."""

    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        method._asks = Asks(**asks)  # type: ignore[attr-defined]
        return fab_action(name, text, confirmation, icon, multiple, single)(method)  # type: ignore[no-any-return]

    return wrap


def asks_of(item: Any) -> Asks:
    """What FAB's ActionItem asks for; nothing where it was declared with FAB's own decorator."""
    asks: Asks = getattr(item.func, "_asks", None) or Asks()
    return asks


def read_posted(form: MultiDict[str, str], asks: Asks) -> Posted:
    """Read the dialog's fields. Raises Refused where one is missing or of the wrong shape."""
    reason = _words(form.get("reason", ""))
    code = form.get("reason_code", "").strip()[:30]
    if asks.needs_reason and not reason:
        raise Refused(Code.REASON_MISSING)
    hours = form.get("hours", "").strip()
    on = form.get("on", "").strip()
    if asks.needs_date and not on:
        raise Refused(Code.DATE_INVALID, text="")
    return Posted(
        reason=reason,
        reason_code=code,
        hours=_hours(hours) if hours else None,
        category=form.get("category", "").strip()[:20],
        on=_day(on) if on else None,
        override_reason=_words(form.get("override_reason", "")),
        values=form,
    )


def _words(text: str) -> str:
    return text.replace("\0", "").strip()[:MOST_WORDS]


def _hours(text: str) -> Decimal:
    try:
        hours = Decimal(text)
    except InvalidOperation:
        raise Refused(Code.HOURS_NOT_A_NUMBER) from None
    if not hours.is_finite():
        raise Refused(Code.HOURS_NOT_A_NUMBER)
    if hours.copy_abs() > HOURS_IN_A_YEAR:
        raise Refused(Code.HOURS_TOO_MANY, hours=text[:20], limit=HOURS_IN_A_YEAR)
    if hours != hours.quantize(Decimal("0.01")):
        raise Refused(Code.HOURS_TOO_FINE, hours=text[:20], places=2)
    return hours


def _day(text: str) -> date:
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(Code.DATE_INVALID, text=text[:20]) from None


__all__ = ["Asks", "Posted", "action", "asks_of", "read_posted"]
