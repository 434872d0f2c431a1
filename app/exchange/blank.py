"""An empty workbook of a layout: the headings, required ones marked, lists of words where a column has them."""

from __future__ import annotations

import io

import xlsxwriter

from app.exchange.layouts import Layout

ROWS = 5000
LONGEST_LIST = 255  # what Excel takes as a list typed into the rule itself


def blank_workbook(layout: Layout) -> bytes:
    """The xlsx file. Every column is text, so that numbers of 18 digits survive being typed."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet()
    text = book.add_format({"num_format": "@"})
    required = book.add_format({"bold": True, "bottom": 1})
    optional = book.add_format({"bottom": 1})
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(layout.columns):
        sheet.set_column(place, place, 22 if column.is_secret else 16, text)
        sheet.write_string(0, place, column.heading, required if column.is_required else optional)
        if column.vocabulary is None:
            continue
        words = [word for code in column.vocabulary.words if (word := column.vocabulary.word(code))]
        if len(",".join(words)) <= LONGEST_LIST:
            sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": words, "ignore_blank": True})
    book.close()
    return output.getvalue()
