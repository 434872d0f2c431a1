"""Reads a question put as JSON, exactly and with places: every fault is gathered with where it stands.

Numbers become `int` or `Decimal`, never floats; a key given twice is a fault. What a question means stands in
`hours_question.py` and `assess_question.py`.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from app.domain.errors import Code, Refused
from app.domain.hours import check_hours, check_year, plain

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_LONGEST_WHOLE = 18
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_]+", re.ASCII)

Checked = TypeVar("Checked")


class Fault(NamedTuple):
    """One fault of a question: where (`teachers[0].entries[3].hours`), why, and the facts."""

    place: str
    code: Code
    facts: dict[str, object]

    def __str__(self) -> str:
        told = ", ".join(f"{name}={json.dumps(_shown(value))}" for name, value in self.facts.items())
        return f"{self.place or 'file'}: {self.code}" + (f" ({told})" if told else "")


def _shown(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


class BadQuestion(Exception):
    """The question cannot be answered; `faults` are all that were found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys were given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice: list[str] = []
        if len(self) < len(pairs):
            times = Counter(key for key, _ in pairs)
            self.twice = [key for key in self if times[key] > 1]


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_WHOLE else Decimal(digits)


def parse(raw: bytes) -> "Value":
    """The value of a JSON file in UTF-8. Raises BadQuestion where it is none."""
    try:
        tree = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_Object,
            parse_float=Decimal,
            parse_int=_whole,
            parse_constant=Decimal,  # NaN and Infinity, refused where hours are read
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise BadQuestion([Fault(where, Code.JSON_INVALID, {})]) from error
    except (
        ValueError,
        RecursionError,
        ArithmeticError,
    ) as error:  # not UTF-8, nested without end, beyond any number
        raise BadQuestion([Fault("", Code.JSON_INVALID, {})]) from error
    return Value(tree, "", [])


@dataclass(slots=True)
class Value:
    """A value at its place. Readers return it typed, or note a fault and return None."""

    value: Any
    place: str
    faults: list[Fault]

    def fault(self, code: Code, **facts: object) -> None:
        """Notes a fault at this place."""
        self.faults.append(Fault(self.place, code, facts))

    def at(self, key: str) -> "Value":
        """The member `key` of an object; a missing one has the value None."""
        return Value(self.value.get(key), self._below(key), self.faults)

    def _below(self, key: str) -> str:
        if not _PLAIN_KEY.fullmatch(key):
            return f"{self.place}[{json.dumps(key)}]"
        return f"{self.place}.{key}" if self.place else key

    def is_object(self, required: tuple[str, ...] = (), optional: tuple[str, ...] | None = ()) -> bool:
        """Whether this is an object. Notes keys that are missing, given twice, or unknown; `optional` None
        allows any.

        Its members can be read in any case, so that one look finds all faults.
        """
        if not isinstance(self.value, _Object):
            self.fault(Code.TYPE_WRONG, expected="object")
            return False
        for key in self.value.twice:
            self.at(key).fault(Code.KEY_TWICE)
        for key in required:
            if self.value.get(key) is None:
                self.at(key).fault(Code.KEY_MISSING)
        for key in self.value if optional is not None else ():
            if key not in required and key not in (optional or ()):
                self.at(key).fault(Code.KEY_UNKNOWN)
        return True

    def items(self) -> Iterator["Value"]:
        """The members of a list; none for null."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            self.fault(Code.TYPE_WRONG, expected="list")
            return
        for position, value in enumerate(self.value):
            yield Value(value, f"{self.place}[{position}]", self.faults)

    def text(self) -> str | None:
        """A text that is not empty, without the white space around it; None for null."""
        if self.value is None:
            return None
        if not isinstance(self.value, str):
            self.fault(Code.TYPE_WRONG, expected="string")
            return None
        if not self.value.strip():
            self.fault(Code.TEXT_EMPTY)
            return None
        return self.value.strip()

    def flag(self) -> bool | None:
        """true or false; None for null."""
        if self.value is None or isinstance(self.value, bool):
            return self.value
        self.fault(Code.TYPE_WRONG, expected="boolean")
        return None

    def whole(self) -> int | None:
        """A whole number; None for null."""
        if self.value is None:
            return None
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        self.fault(Code.TYPE_WRONG, expected="whole number")
        return None

    def year(self) -> int | None:
        """A year that can be one; None for null."""
        return self._checked(self.whole(), check_year)

    def day(self) -> date | None:
        """A date `YYYY-MM-DD`; None for null."""
        if self.value is None:
            return None
        if isinstance(self.value, str) and _DATE.fullmatch(self.value):
            try:
                return date.fromisoformat(self.value)
            except ValueError:
                pass  # a day that never was
        self.fault(Code.DATE_INVALID, value=self.value)
        return None

    def hours(self, *, may_be_zero: bool = False) -> Decimal | None:
        """Hours, as a decimal string or a number, exactly as written; None for null."""
        if self.value is None:
            return None
        if isinstance(self.value, str) and not _DECIMAL.fullmatch(self.value.strip()):
            self.fault(Code.HOURS_NOT_A_NUMBER, value=self.value)
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | Decimal):
            self.fault(Code.TYPE_WRONG, expected="decimal string")
            return None
        written = self.value.strip() if isinstance(self.value, str) else self.value
        return self._checked(Decimal(written), lambda hours: check_hours(hours, may_be_zero=may_be_zero))

    def _checked(self, value: Checked | None, check: Callable[[Checked], Checked]) -> Checked | None:
        if value is None:
            return None
        try:
            return check(value)
        except Refused as refused:
            self.fault(Code(refused.code), **refused.facts)
            return None
