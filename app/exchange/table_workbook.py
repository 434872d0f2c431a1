"""Plain tables as a workbook: a sheet each, its headings frozen. The words and the rows are whoever asks for them's."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 31  # of a sheet, by Excel
WIDTH = 14
FIRST_WIDTH = 32


class Sheet(NamedTuple):
    """One table. Numbers stay numbers; every text is written as text, so that none is taken for a formula."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]


def table_workbook(sheets: Iterable[Sheet]) -> io.BytesIO:
    """The xlsx file, ready to be sent. Rows are written as they come, one at a time."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"constant_memory": True, "in_memory": False})
    bold, wrapped = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    for one in sheets:
        sheet = book.add_worksheet(one.name[:LONGEST_NAME])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, FIRST_WIDTH)
        sheet.set_column(1, max(1, len(one.headings) - 1), WIDTH)
        for column, heading in enumerate(one.headings):
            sheet.write_string(0, column, heading, bold)
        for line, row in enumerate(one.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, (int, Decimal)):
                    sheet.write_number(line, column, cell)
                else:
                    sheet.write_string(line, column, str(cell), wrapped)
    book.close()
    output.seek(0)
    return output
