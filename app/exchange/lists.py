"""The workbook of a list of yearly results: the columns of "yearly hours out", written row by row.

A hundred thousand rows are written in constant memory. Every text is written as text: a name that begins with an
equals sign is no formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import xlsxwriter

from app.exchange import vocabulary
from app.services.lists import ResultRow

PERSON = ("身份证号", "姓名", "单位", "专业系列", "专业技术职称", "年度")
# The categories that every reader of these lists expects; others follow under their own titles.
HOURS = {"public": "公需学时", "professional": "专业学时", "elective": "选修学时"}
SUM = ("合计学时", "验证结果")
WIDTHS = (21, 12, 32, 12, 14, 8)
HOURS_WIDTH = 10


def headings(categories: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The first row of a list whose packs have these categories (id, title)."""
    return (*PERSON, *_of_categories(categories).values(), *SUM)


def _of_categories(categories: Sequence[tuple[str, str]]) -> dict[str, str]:
    return HOURS | {category: title for category, title in categories if category not in HOURS}


class ListWorkbook:
    """A list being written to a file; leaving the block without an error finishes it."""

    def __init__(self, path: Path, categories: Sequence[tuple[str, str]]) -> None:
        self.categories = tuple(_of_categories(categories))
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        self.sheet = self.book.add_worksheet()
        self.text = self.book.add_format({"num_format": "@"})
        self.line = 0
        bold = self.book.add_format({"bold": True, "bottom": 1})
        self.sheet.freeze_panes(1, 0)
        for place, heading in enumerate(headings(categories)):
            self.sheet.set_column(place, place, WIDTHS[place] if place < len(WIDTHS) else HOURS_WIDTH)
            self.sheet.write_string(0, place, heading, bold)

    def __enter__(self) -> ListWorkbook:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.book.close()

    def add(self, row: ResultRow) -> None:
        """Write one person's year."""
        self.line += 1
        texts = (
            row.id_number,
            row.name,
            row.school,
            vocabulary.SERIES.word(row.series),
            vocabulary.TITLE.word(row.title),
        )
        for place, text in enumerate(texts):
            self.sheet.write_string(self.line, place, text, self.text)
        self.sheet.write_number(self.line, len(texts), row.year)
        place = len(PERSON)
        for category in self.categories:
            # A pack without the category leaves its cell empty: that is not the same as no hours.
            if category in row.hours:
                self.sheet.write_number(self.line, place, row.hours[category])
            place += 1
        self.sheet.write_number(self.line, place, row.total)
        self.sheet.write_string(self.line, place + 1, vocabulary.RESULT.word(row.result))
