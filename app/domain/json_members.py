"""What one member of a question put as JSON can be: readers from its raw value, never null, to what it says.

A reader raises Refused for what it cannot be. Where the member stands, `json_reading.py` knows.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.domain.errors import Code, Refused
from app.domain.hours import check_hours, check_year

Reader = Callable[[Any], Any]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
# A file names the same few hundred days and numbers of hours again and again.
_REMEMBERED = 4096


def text(value: Any) -> str:
    """A text that is not empty, without the white space around it."""
    if not isinstance(value, str):
        raise Refused(Code.TYPE_WRONG, expected="string")
    written = value.strip()
    if not written:
        raise Refused(Code.TEXT_EMPTY)
    return written


def flag(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Refused(Code.TYPE_WRONG, expected="boolean")
    return value


def whole(value: Any) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(Code.TYPE_WRONG, expected="whole number")
    return value


def year(value: Any) -> int:
    """A year that can be one."""
    return check_year(whole(value))


def day(value: Any) -> date:
    """A date `YYYY-MM-DD`."""
    if isinstance(value, str):
        return _day(value)
    raise Refused(Code.DATE_INVALID, value=value)


@lru_cache(maxsize=_REMEMBERED)
def _day(written: str) -> date:
    if _DATE.fullmatch(written):
        try:
            return date.fromisoformat(written)
        except ValueError:
            pass  # a day that never was
    raise Refused(Code.DATE_INVALID, value=written)


def hours(value: Any) -> Decimal:
    """Hours, as a decimal string or a number, exactly as written; not 0."""
    return _hours(value, False) if isinstance(value, str) else _number(value, False)


def hours_or_none(value: Any) -> Decimal:
    """Hours of an entry, which may be 0."""
    return _hours(value, True) if isinstance(value, str) else _number(value, True)


@lru_cache(maxsize=_REMEMBERED)
def _hours(written: str, may_be_zero: bool) -> Decimal:
    plainly = written.strip()
    if not _DECIMAL.fullmatch(plainly):
        raise Refused(Code.HOURS_NOT_A_NUMBER, value=written)
    return check_hours(Decimal(plainly), may_be_zero=may_be_zero)


def _number(value: Any, may_be_zero: bool) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refused(Code.TYPE_WRONG, expected="decimal string")
    return check_hours(Decimal(value), may_be_zero=may_be_zero)
