"""One table as a file, written row by row: xlsx, or csv in UTF-8 with the mark that Excel looks for.

Numbers stay numbers. Every text is text: a name that begins with an equals sign is no formula, in neither format.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import xlsxwriter

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
# A spreadsheet takes a cell of a csv file that begins so for a formula, whatever it was meant as.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST_NAME = 31  # of a sheet, by Excel
NO_NAME = dict.fromkeys(map(ord, "[]:*?/\\'"), " ")
WIDTH, FIRST_WIDTH = 16, 20


class TableFile(Protocol):
    """A table being written; leaving the block without an error finishes it."""

    def __enter__(self) -> TableFile: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def add(self, row: Sequence[Any]) -> None: ...


class XlsxFile:
    """A sheet, in constant memory however many rows there are."""

    def __init__(self, path: Path, title: str, headings: Sequence[str]) -> None:
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        self.sheet = self.book.add_worksheet(title.translate(NO_NAME)[:LONGEST_NAME].strip() or None)
        self.text = self.book.add_format({"num_format": "@"})
        self.line = 0
        bold = self.book.add_format({"bold": True, "bottom": 1})
        self.sheet.freeze_panes(1, 0)
        for place, heading in enumerate(headings):
            self.sheet.set_column(place, place, WIDTH if place else FIRST_WIDTH)
            self.sheet.write_string(0, place, heading, bold)

    def __enter__(self) -> XlsxFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.book.close()

    def add(self, row: Sequence[Any]) -> None:
        """Write one row."""
        self.line += 1
        for place, cell in enumerate(row):
            if is_number(cell):
                self.sheet.write_number(self.line, place, cell)
            elif cell:
                self.sheet.write_string(self.line, place, str(cell), self.text)


class CsvFile:
    """Lines of text, quoted where they have to be."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self.file = path.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.file)
        self.add(headings)

    def __enter__(self) -> CsvFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.file.close()

    def add(self, row: Sequence[Any]) -> None:
        """Write one row."""
        self.writer.writerow([format(cell, "f") if isinstance(cell, Decimal) else _cell(cell) for cell in row])


def table_file(path: Path, kind: str, title: str, headings: Sequence[str]) -> TableFile:
    """The file of a format, its headings written. Raises ValueError for an unknown one."""
    if kind == "xlsx":
        return XlsxFile(path, title, headings)
    if kind == "csv":
        return CsvFile(path, headings)
    raise ValueError(kind)


def is_number(cell: Any) -> bool:
    """Whether a cell is a figure; yes and no are none."""
    return isinstance(cell, (int, Decimal)) and not isinstance(cell, bool)


def _cell(cell: Any) -> Any:
    if is_number(cell) or cell is None:
        return cell
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
