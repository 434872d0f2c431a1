"""The errors workbook: the faulty rows under their own headings, with the row of the sheet and every fault in words.

It can be mended and imported itself: the two columns added are no headings of a layout and are
passed over. What looks like a formula is written as text.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from app.exchange import cells
from app.exchange.fault_words import fault_line
from app.exchange.layouts import FAULTS_HEADING, ROW_HEADING
from app.exchange.rows import Table
from app.exchange.vocabulary import normal
from app.services.import_rows import Fault

WIDTH = 16
FAULTS_WIDTH = 60


def errors_workbook(table: Table, faults: Mapping[int, Sequence[Fault]]) -> bytes:
    """An xlsx file of the rows named in ``faults``, in the language of the moment."""
    added = {normal(ROW_HEADING), normal(FAULTS_HEADING)}
    kept = [place for place, heading in enumerate(table.headings) if heading and normal(heading) not in added]
    dates = {table.places[field] for field in ("joined_on", "attended_on") if field in table.places}
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet()
    heading = book.add_format({"bold": True})
    # Text format, so that what is typed into a mended cell stays as typed.
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    told = book.add_format({"text_wrap": True, "font_color": "#A61E1E", "valign": "top"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(kept), 1) - 1, WIDTH)
    sheet.set_column(len(kept), len(kept), 8)
    sheet.set_column(len(kept) + 1, len(kept) + 1, FAULTS_WIDTH)
    for column, place in enumerate(kept):
        sheet.write_string(0, column, table.headings[place], heading)
    sheet.write_string(0, len(kept), ROW_HEADING, heading)
    sheet.write_string(0, len(kept) + 1, FAULTS_HEADING, heading)
    line = 0
    for number, values in table.raw_rows():
        if number not in faults:
            continue
        line += 1
        for column, place in enumerate(kept):
            cell = values[place] if place < len(values) else None
            _write(sheet, line, column, cell, text, day if place in dates else None)
        sheet.write_number(line, len(kept), number)
        words = "；".join(fault_line(table.layout, fault) for fault in faults[number])
        sheet.write_string(line, len(kept) + 1, words, told)
    book.close()
    return output.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Any, text: Any, day: Any) -> None:
    """One cell as it was. A formula is written as the value it showed."""
    if isinstance(cell, list) and cell[0] == "f":
        cell = cell[1]
    if isinstance(cell, list):
        if cell[0] == "d":
            sheet.write_datetime(row, column, date.fromisoformat(cell[1]), day or text)
        else:
            sheet.write_blank(row, column, None, text)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, (int, float)) and abs(cell) < 10**cells.EXACT_DIGITS:
        # A serial number in a date column keeps meaning that day.
        sheet.write_number(row, column, cell)
    elif cell is None:
        sheet.write_blank(row, column, None, text)
    else:
        sheet.write_string(row, column, cells.shown(cell), text)
