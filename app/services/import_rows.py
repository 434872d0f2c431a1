"""One row on its way in: what a workbook row said once it was read, and everything that is wrong with it.

Plain values only. Reading rows is the business of ``exchange/``, judging them against the database
that of the planners (``import_teachers.py`` and its like).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Kind(StrEnum):
    """What can be imported."""

    TEACHERS = "teachers"
    SCHOOLS = "schools"
    ATTENDANCE = "attendance"


class RowFault(StrEnum):
    """What can be wrong with a row, beside the domain's and the services' own refusals."""

    # Seen in the cell itself
    REQUIRED = "required"
    FORMULA_EMPTY = "formula_empty"
    FORMULA_IDENTITY = "formula_identity"
    ERROR_VALUE = "error_value"
    MERGED = "merged"
    NUMBER_ROUNDED = "number_rounded"
    NOT_TEXT = "not_text"
    WORD_UNKNOWN = "word_unknown"
    TOO_LONG = "too_long"
    NOT_A_DATE = "not_a_date"
    DATE_FUTURE = "date_future"
    PHONE = "phone"
    ROW_TWICE = "row_twice"
    # Seen only beside what is registered
    SCHOOL_UNKNOWN = "school_unknown"
    SCHOOL_CLOSED = "school_closed"
    DISTRICT_UNKNOWN = "district_unknown"
    BUREAU_MISSING = "bureau_missing"
    CENTRE_MISSING = "centre_missing"
    SERIES_UNFIT = "series_unfit"
    TEACHER_ELSEWHERE = "teacher_elsewhere"
    TEACHER_UNKNOWN = "teacher_unknown"
    NAME_DIFFERS = "name_differs"
    ACTIVITY_UNKNOWN = "activity_unknown"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one cell. ``shown`` is the cell's value as it may be shown: never a whole ID number."""

    field: str
    code: str
    shown: str = ""
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass
class ImportRow:
    """A row of the sheet (the headings being row 1). ``values`` holds what the row states and could be read."""

    number: int
    values: dict[str, Any]
    faults: list[Fault] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """A field that would change. Codes, not words; None where there was or will be nothing."""

    field: str
    before: Any
    after: Any


class Action(StrEnum):
    """What importing a row does."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass
class Planned:
    """A row judged: what it would do, or why it cannot. ``label`` and ``under`` name whom it is about."""

    row: ImportRow
    label: str = ""
    under: str = ""
    action: Action | None = None
    differences: list[Difference] = dataclasses.field(default_factory=list)
    # What the change brings with it beyond the field: a code and how many.
    consequence: tuple[str, int] | None = None
    # The planner's own: the rows of the database it found.
    found: Any = None

    @property
    def is_faulty(self) -> bool:
        """Whether this row is left out."""
        return bool(self.row.faults)


class Rows(Protocol):
    """The rows of a file, in order; gone through once to plan and once to write."""

    count: int

    def __iter__(self) -> Iterator[ImportRow]: ...
