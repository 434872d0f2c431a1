"""Reads a question put as JSON, exactly and with places: every fault is gathered with where it stands.

Numbers become `int` or `Decimal`, never floats; a key given twice is a fault. What a question means stands in
`hours_question.py` and `assess_question.py`; what a single
member can be, in `json_members.py`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from app.domain.errors import Code, Refused
from app.domain.hours import plain
from app.domain.json_members import Reader

_LONGEST_WHOLE = 18
_LONGEST_PLAIN = 30
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_]+", re.ASCII)

class Fault(NamedTuple):
    """One fault of a question: where (`teachers[0].entries[3].hours`), why, and the facts."""

    place: str
    code: Code
    facts: dict[str, object]

    def __str__(self) -> str:
        told = ", ".join(f"{name}={json.dumps(_shown(value))}" for name, value in self.facts.items())
        return f"{self.place or 'file'}: {self.code}" + (f" ({told})" if told else "")


def _shown(value: object) -> str:
    # A number such as 1E+999999999 would be a gigabyte of zeros.
    is_short = isinstance(value, Decimal) and abs(value.adjusted()) < _LONGEST_PLAIN
    return plain(value) if is_short and isinstance(value, Decimal) else str(value)


class BadQuestion(Exception):
    """The question cannot be answered; `faults` are all that were found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class _Twice(dict[str, Any]):
    """A JSON object in which keys were given twice; it remembers which."""

    twice: Sequence[str]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # A plain dictionary where nothing is wrong: a file may hold a million of them.
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    times = Counter(key for key, _ in pairs)
    marked = _Twice(found)
    marked.twice = [key for key in found if times[key] > 1]
    return marked


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_WHOLE else Decimal(digits)


def parse(raw: bytes) -> "Value":
    """The value of a JSON file in UTF-8. Raises BadQuestion where it is none."""
    try:
        tree = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_object,
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
    return Value(tree, None, "", [])


class Shape(NamedTuple):
    """What an object holds: each member's reader, which ones it must have, and all it may have."""

    readers: tuple[tuple[str, Reader], ...]
    required: frozenset[str]
    known: frozenset[str]


def shape(required: Mapping[str, Reader], optional: Mapping[str, Reader]) -> Shape:
    """The shape of an object with these members."""
    return Shape((*required.items(), *optional.items()), frozenset(required), frozenset({*required, *optional}))


@dataclass(slots=True)
class Value:
    """A value and where it stands. Readers return it typed, or note a fault and return None; None for null."""

    value: Any
    above: "Value | None"
    key: str | int
    faults: list[Fault]

    @property
    def place(self) -> str:
        """`teachers[0].entries[3].hours`: put together only where there is a fault to tell."""
        if self.above is None:
            return ""
        place = self.above.place
        if isinstance(self.key, int):
            return f"{place}[{self.key}]"
        if not _PLAIN_KEY.fullmatch(self.key):
            return f"{place}[{json.dumps(self.key)}]"
        return f"{place}.{self.key}" if place else self.key

    def fault(self, code: Code, **facts: object) -> None:
        """Notes a fault at this place."""
        self.faults.append(Fault(self.place, code, facts))

    def at(self, key: str) -> "Value":
        """The member `key` of an object; a missing one has the value None."""
        return Value(self.value.get(key), self, key, self.faults)

    def apart(self) -> "Value":
        """The same value, with faults of its own."""
        return Value(self.value, self.above, self.key, [])

    def is_object(self, required: Iterable[str] = (), optional: Iterable[str] | None = ()) -> bool:
        """Whether this is an object. Notes keys that are missing, given twice, or unknown; `optional` None
        allows any.

        Its members can be read in any case, so that one look finds all faults.
        """
        if not isinstance(self.value, dict):
            self.fault(Code.TYPE_WRONG, expected="object")
            return False
        for key in self.value.twice if isinstance(self.value, _Twice) else ():
            self.at(key).fault(Code.KEY_TWICE)
        for key in required:
            if self.value.get(key) is None:
                self.at(key).fault(Code.KEY_MISSING)
        for key in self.value if optional is not None else ():
            if key not in required and key not in (optional or ()):
                self.at(key).fault(Code.KEY_UNKNOWN)
        return True

    def members(self, of: Shape) -> list[Any] | None:
        """The members of an object, typed, in the order of its shape, with None for each that is null or at
        fault; None where this is no object."""
        tree = self.value
        is_usual = type(tree) is dict and of.required <= tree.keys() <= of.known
        if not is_usual and not self.is_object(sorted(of.required), of.known):
            return None
        found: list[Any] = []
        for key, read in of.readers:
            raw = tree.get(key)
            try:
                found.append(None if raw is None else read(raw))
            except Refused as refused:
                self.at(key).fault(Code(refused.code), **refused.facts)
                found.append(None)
            if raw is None and is_usual and key in of.required:
                self.at(key).fault(Code.KEY_MISSING)
        return found

    def items(self) -> Iterator["Value"]:
        """The members of a list; none for null."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            self.fault(Code.TYPE_WRONG, expected="list")
            return
        for position, value in enumerate(self.value):
            yield Value(value, self, position, self.faults)

    def read(self, reader: Reader) -> Any:
        """What a reader makes of this; None for null, and where the reader refuses, which is noted."""
        if self.value is None:
            return None
        try:
            return reader(self.value)
        except Refused as refused:
            self.fault(Code(refused.code), **refused.facts)
            return None
