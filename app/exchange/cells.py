"""What a cell says: text, a date, hours, a word of a list. Normalises what keyboards and Excel do to values.

A parser takes a plain cell (formulas already shown by their value) and returns what it means, or
raises ``BadCell``. It knows no column and no database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.domain.errors import Code, Refused
from app.domain.hours import HOURS_IN_A_YEAR
from app.domain.identity import check_district_code, check_id_number, check_name, check_school_code
from app.exchange.vocabulary import Vocabulary
from app.services.import_rows import RowFault

Cell = Any
Parser = Callable[[Cell, date], Any]

EXACT_DIGITS = 15  # Excel keeps this many digits of a number and writes zeros after them
# Excel counts days from here, its invented 29 February 1900 included; years 1954 to 2119.
SERIAL_ZERO = date(1899, 12, 30)
SERIALS = range(20_000, 80_001)
DATE = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[T\s]+[0-9:.]*)?$")
COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})$")
PHONE = re.compile(r"[0-9+() -]{5,20}$")


class BadCell(Exception):
    """A cell that does not say what its column is for."""

    def __init__(self, code: StrEnum, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def shown(cell: Cell) -> str:
    """A cell as it looks on the sheet."""
    if isinstance(cell, list):
        return shown(cell[1]) if cell[0] in ("d", "f") and len(cell) > 1 else ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return format(Decimal(str(cell)).normalize(), "f") if cell == cell and abs(cell) < 1e18 else str(cell)
    return "" if cell is None else str(cell)


def _text(cell: Cell) -> str:
    """Text, or a whole number's digits; numbers longer than Excel keeps them are refused."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (bool, list)):
        raise BadCell(RowFault.NOT_TEXT)
    if isinstance(cell, float) and not cell.is_integer():
        raise BadCell(RowFault.NOT_TEXT)
    digits = str(int(cell))
    if len(digits) > EXACT_DIGITS:
        raise BadCell(RowFault.NUMBER_ROUNDED)
    return digits


def _checked(check: Callable[[str], str]) -> Parser:
    def parse(cell: Cell, today: date) -> str:
        try:
            return check(_text(cell))
        except Refused as refusal:
            raise BadCell(refusal.code, **refusal.facts) from refusal

    return parse


def id_number(cell: Cell, today: date) -> str:
    """An ID number in its normal form."""
    try:
        return check_id_number(_text(cell), today=today)
    except Refused as refusal:
        raise BadCell(refusal.code, **refusal.facts) from refusal


def name(cell: Cell, today: date) -> str:
    """A person's name in its normal form; a number is none."""
    if not isinstance(cell, str):
        raise BadCell(RowFault.NOT_TEXT)
    try:
        return check_name(cell)
    except Refused as refusal:
        raise BadCell(refusal.code, **refusal.facts) from refusal


school_code = _checked(check_school_code)
district_code = _checked(check_district_code)


def words(vocabulary: Vocabulary) -> Parser:
    """A parser for the words of a list."""

    def parse(cell: Cell, today: date) -> str:
        typed = _text(cell)
        code = vocabulary.code(typed)
        if code is None:
            raise BadCell(
                RowFault.WORD_UNKNOWN, suggestion=vocabulary.suggestion(typed) or "", words=vocabulary.listed
            )
        return code

    return parse


def line(longest: int) -> Parser:
    """A parser for a line of free text."""

    def parse(cell: Cell, today: date) -> str:
        typed = " ".join(unicodedata.normalize("NFKC", _text(cell)).split())
        if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in typed):
            raise BadCell(Code.NAME_CHARACTERS)
        if len(typed) > longest:
            raise BadCell(RowFault.TOO_LONG, most=longest)
        return typed

    return parse


def title(longest: int) -> Parser:
    """A parser for a name of a school: free text that keeps its full-width brackets."""

    def parse(cell: Cell, today: date) -> str:
        typed = " ".join(_text(cell).split())
        if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in typed):
            raise BadCell(Code.NAME_CHARACTERS)
        if len(typed) > longest:
            raise BadCell(RowFault.TOO_LONG, most=longest)
        return typed

    return parse


def phone(cell: Cell, today: date) -> str:
    """A telephone number as people write it."""
    typed = unicodedata.normalize("NFKC", _text(cell)).strip()
    if not PHONE.match(typed):
        raise BadCell(RowFault.PHONE)
    return typed


def day(cell: Cell, today: date) -> date:
    """A calendar day: a date cell, Excel's serial number, or text in any of the usual spellings."""
    if isinstance(cell, list) and cell[0] == "d":
        return date.fromisoformat(cell[1])
    if isinstance(cell, (bool, list)):
        raise BadCell(RowFault.NOT_A_DATE)
    if isinstance(cell, (int, float)):
        whole = int(cell) if cell == cell and abs(cell) < 1e12 else 0
        return SERIAL_ZERO + timedelta(days=whole) if whole in SERIALS else _spelled(str(whole))
    typed = unicodedata.normalize("NFKC", cell).strip()
    if typed.isascii() and typed.isdigit() and int(typed) in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(typed))
    return _spelled(typed)


def day_past(cell: Cell, today: date) -> date:
    """A day that has come already."""
    found = day(cell, today)
    if found > today:
        raise BadCell(RowFault.DATE_FUTURE)
    return found


def _spelled(text: str) -> date:
    parts = DATE.match(text) or COMPACT_DATE.match(text)
    try:
        if parts is None:
            raise ValueError(text)
        found = date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        raise BadCell(RowFault.NOT_A_DATE) from None
    if not 1900 <= found.year <= 2100:
        raise BadCell(RowFault.NOT_A_DATE)
    return found


def hours(cell: Cell, today: date) -> Decimal:
    """Hours with at most two decimal places; nought is a number of hours too."""
    if isinstance(cell, (bool, list)):
        raise BadCell(Code.HOURS_NOT_A_NUMBER)
    typed = unicodedata.normalize("NFKC", cell).strip() if isinstance(cell, str) else repr(cell)
    try:
        # Arithmetic of a sheet leaves 4.1 as 4.1000000000000005; typed text is taken at its word.
        found = Decimal(typed) if isinstance(cell, str) else Decimal(typed).quantize(Decimal("1e-9"))
    except InvalidOperation:
        raise BadCell(Code.HOURS_NOT_A_NUMBER) from None
    if not found.is_finite():
        raise BadCell(Code.HOURS_NOT_A_NUMBER)
    if found < 0:
        raise BadCell(Code.HOURS_NEGATIVE)
    if found > HOURS_IN_A_YEAR:
        raise BadCell(Code.HOURS_TOO_MANY)
    if found * 100 != int(found * 100):
        raise BadCell(Code.HOURS_TOO_FINE)
    return found.normalize() + Decimal(0)
