"""One value of a policy pack, read with its place, so that a fault names the place, the line and the reason.

What a pack holds stands in `policy_pack.py`; here is only how one value is read and refused.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from app.domain.policy_lines import Lines, Place, written
from app.domain.policy_terms import DayOfYear, Figure
from app.domain.words import Words

FEBRUARY_AT_ITS_SHORTEST = 28
HOURS_IN_A_YEAR = 366 * 24
_DAY = re.compile(r"(same|next)-year (\d\d)-(\d\d)")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
LONGEST_ID = 20  # categories, kinds, purposes: what their columns hold
_DAYS_IN_MONTH = (31, FEBRUARY_AT_ITS_SHORTEST, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

MOST_BYTES = 256 * 1024  # the largest pack that ships has 12 KB
_DEEPEST = 20
_LONGEST_WHOLE = 18
_LONG_WHOLE = re.compile(rf"\d{{{_LONGEST_WHOLE + 1},}}")

Choice = TypeVar("Choice", bound=StrEnum)
Read = TypeVar("Read")


class PackReason(StrEnum):
    """Why a pack is refused: a closed vocabulary, as `errors.Code` is for claims."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    TOO_DEEP = "too_deep"
    SYNTAX = "syntax"
    KEY_MISSING = "key_missing"
    KEY_UNKNOWN = "key_unknown"
    TYPE_WRONG = "type_wrong"
    TEXT_EMPTY = "text_empty"
    ID_INVALID = "id_invalid"
    ID_TWICE = "id_twice"
    SOURCE_MISSING = "source_missing"
    NUMBER_INVALID = "number_invalid"
    NEGATIVE = "negative"
    NOT_POSITIVE = "not_positive"
    NUMBER_TOO_LARGE = "number_too_large"
    NUMBER_TOO_FINE = "number_too_fine"
    DAY_INVALID = "day_invalid"
    YEAR_IMPOSSIBLE = "year_impossible"
    YEARS_REVERSED = "years_reversed"
    CATEGORY_UNKNOWN = "category_unknown"
    CATEGORY_COUNT = "category_count"
    SERIES_UNKNOWN = "series_unknown"
    WORD_UNKNOWN = "word_unknown"
    FIELD_MISSING = "field_missing"
    BINDINGS_OVERLAP = "bindings_overlap"
    NAME_DIFFERS = "name_differs"


class PackFault(Exception):
    """A pack is refused: at `place` (`kind[2].hours.main`), on `line` of the file, for `reason` (a
    `PackReason`). `all` holds every fault that was found, this one first."""

    def __init__(self, place: str, line: int, reason: PackReason, name: str = "") -> None:
        super().__init__(place, line, reason, name)
        self.place, self.line, self.reason, self.name = place, line, reason, name
        self.all: tuple[PackFault, ...] = (self,)

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: {self.place}: {self.reason}"


class Node:
    """One value of the pack with its place, read key by key; `done()` refuses keys nobody asked for."""

    def __init__(self, pack: "Pack", place: Place, value: Any) -> None:
        self.pack, self.place, self.value = pack, place, value
        self._seen: set[str] = set()

    def fault(self, reason: PackReason, *below: str | int) -> NoReturn:
        self.pack.fault(self.place + below, reason)

    def has(self, key: str) -> bool:
        return key in self._table()

    def _table(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            self.fault(PackReason.TYPE_WRONG)
        return self.value

    def child(self, key: str) -> "Node":
        table = self._table()
        if key not in table:
            self.fault(PackReason.SOURCE_MISSING if key == "source" else PackReason.KEY_MISSING, key)
        self._seen.add(key)
        return Node(self.pack, (*self.place, key), table[key])

    def items(self, key: str) -> Iterator["Node"]:
        """The members of a list; none where the key is absent."""
        if not self.has(key):
            return
        node = self.child(key)
        if not isinstance(node.value, list):
            node.fault(PackReason.TYPE_WRONG)
        for position, value in enumerate(node.value):
            yield Node(self.pack, (*node.place, position), value)

    def done(self) -> None:
        for key in self._table():
            if key not in self._seen:
                self.fault(PackReason.KEY_UNKNOWN, key)

    def string(self) -> str:
        if not isinstance(self.value, str):
            self.fault(PackReason.TYPE_WRONG)
        if not self.value.strip():
            self.fault(PackReason.SOURCE_MISSING if self.place[-1] == "source" else PackReason.TEXT_EMPTY)
        return self.value

    def text(self, key: str) -> str:
        return self.child(key).string()

    def id(self, key: str = "id", longest: int = LONGEST_ID) -> str:
        found = self.text(key)
        if not _ID.fullmatch(found) or len(found) > longest:
            self.fault(PackReason.ID_INVALID, key)
        return found

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.fault(PackReason.TYPE_WRONG)
        return self.value

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.fault(PackReason.TYPE_WRONG)
        return self.value

    def number(self) -> Decimal:
        """Hours: a finite decimal, not negative, in hundredths, no more than a year has. Never a float."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal):
            self.fault(PackReason.TYPE_WRONG)
        number = Decimal(self.value)
        if not number.is_finite():
            self.fault(PackReason.NUMBER_INVALID)
        if number < 0:
            self.fault(PackReason.NEGATIVE)
        if number > HOURS_IN_A_YEAR:
            self.fault(PackReason.NUMBER_TOO_LARGE)
        if number != round(number, 2):
            self.fault(PackReason.NUMBER_TOO_FINE)
        return number

    def positive(self) -> Decimal:
        number = self.number()
        if number == 0:
            self.fault(PackReason.NOT_POSITIVE)
        return number

    def choice(self, vocabulary: type[Choice]) -> Choice:
        try:
            return vocabulary(self.string())
        except ValueError:
            self.fault(PackReason.WORD_UNKNOWN)

    def words(self, key: str) -> Words:
        node = self.child(key)
        found = Words(node.text("zh"), node.text("en"))
        node.done()
        return found

    def figure(self, key: str) -> tuple["Node", str]:
        """The value node and the source of `{ value, source }`; noted for the pack screen."""
        node = self.child(key)
        source = node.text("source") if isinstance(node.value, dict) else ""
        if not source:
            node.fault(PackReason.SOURCE_MISSING)
        value = node.child("value")
        node.done()
        self.pack.note(node.place, value.value, source)
        return value, source

    def day(self, key: str) -> DayOfYear:
        """`same-year 12-31` or `next-year 01-31`; 29 February is refused, as it is missing from most
        years."""
        node, source = self.figure(key)
        match = _DAY.fullmatch(node.string())
        if not match:
            node.fault(PackReason.DAY_INVALID)
        month, day = int(match[2]), int(match[3])
        if not (1 <= month <= len(_DAYS_IN_MONTH) and 1 <= day <= _DAYS_IN_MONTH[month - 1]):
            node.fault(PackReason.DAY_INVALID)
        return DayOfYear(1 if match[1] == "next" else 0, month, day, source)


class Pack:
    """The pack being read: its text, its lines, the figures met so far, and the faults found so far."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.figures: list[Figure] = []
        self.faults: list[PackFault] = []
        if len(text) > MOST_BYTES:
            raise PackFault("", 1, PackReason.TOO_LARGE, name)
        # Dotted names and brackets without end would keep the reader busy for hours, and no notice is so deep.
        for number, line in enumerate(text.splitlines(), start=1):
            if line.partition("=")[0].count(".") > _DEEPEST and not line.lstrip().startswith("#"):
                raise PackFault("", number, PackReason.TOO_DEEP, name)
        self.lines = Lines(text)
        self.tree = self._parsed(text)

    def _parsed(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text, parse_float=_exact)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"at line (\d+)", str(error))  # otherwise it is "at end of document"
            line = int(at[1]) if at else max(1, len(text.splitlines()))
            raise PackFault("", line, PackReason.SYNTAX, self.name) from error
        except ValueError as error:  # a whole number of thousands of digits
            raise PackFault("", _line_of(_LONG_WHOLE, text), PackReason.NUMBER_TOO_LARGE, self.name) from error
        except RecursionError as error:
            raise PackFault("", _deepest_line(text), PackReason.TOO_DEEP, self.name) from error

    def fault(self, place: Place, reason: PackReason) -> NoReturn:
        raise PackFault(written(place), self.lines.line(place), reason, self.name)

    def each(self, nodes: Iterable[Node], read: Callable[[Node], Read]) -> tuple[Read, ...]:
        """What `read` makes of each node. A fault of one is noted, so that one look finds those of all."""
        found = []
        for node in nodes:
            try:
                found.append(read(node))
            except PackFault as fault:
                self.faults.append(fault)
        return tuple(found)

    def note(self, place: Place, value: object, source: str) -> None:
        self.figures.append(
            Figure(written(place), tuple(value) if isinstance(value, list) else value, source)
        )


def _exact(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except ArithmeticError:  # an exponent beyond all numbers; refused as none where it is read
        return Decimal("NaN")


def _line_of(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.search(text)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def _deepest_line(text: str) -> int:
    """The first line that opens more than a pack ever would."""
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        for letter in line:
            depth += (letter in "[{") - (letter in "]}")
            if depth > _DEEPEST:
                return number
    return 1


def decoded(raw: bytes, name: str) -> str:
    """The text of a pack's file. Raises PackFault for one that is too large or not UTF-8."""
    if len(raw) > MOST_BYTES:
        raise PackFault("", 1, PackReason.TOO_LARGE, name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackFault("", raw.count(b"\n", 0, error.start) + 1, PackReason.NOT_UTF8, name) from error
