"""A table's rows as import rows: headings matched in any order, every cell read, every fault of a row gathered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from app.domain.identity import mask_id_number
from app.exchange import cells
from app.exchange.layouts import LAYOUTS, Column, Layout
from app.exchange.vocabulary import normal
from app.exchange.workbook import FileFault, FileRefused, RawTable, open_table
from app.services.import_rows import Fault, ImportRow, Kind, RowFault

SHOWN_LENGTH = 60


class Table:
    """The rows of a file under a layout; iterating reads them afresh. Implements ``import_rows.Rows``."""

    def __init__(self, layout: Layout, raw: RawTable, today: date) -> None:
        self.layout = layout
        self.raw = raw
        self.today = today
        self.headings, self.places = _match(layout, raw)
        self.count = raw.count - 1
        if self.count < 1:
            raise FileRefused(FileFault.NO_ROWS)

    def __iter__(self) -> Iterator[ImportRow]:
        first: dict[tuple[Any, ...], int] = {}
        for number, values in self.raw_rows():
            row = self._read(number, values)
            key = tuple(row.values.get(field) for field in self.layout.key)
            if None not in key:
                earlier = first.setdefault(key, number)
                if earlier != number:
                    column = self.layout.by_field[self.layout.key[-1 if len(key) == 1 else 1]]
                    told = _shown(column, self._cell(values, column))
                    row.faults.append(Fault(column.field, RowFault.ROW_TWICE, told, {"row": earlier}))
            yield row

    def raw_rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Row number and cells, without the headings."""
        rows = iter(self.raw)
        next(rows, None)
        yield from rows

    def _cell(self, values: list[Any], column: Column) -> Any:
        place = self.places[column.field]
        return values[place] if place < len(values) else None

    def _read(self, number: int, values: list[Any]) -> ImportRow:
        row = ImportRow(number, {})
        for column in self.layout.columns:
            if column.field not in self.places:
                continue
            cell = self._cell(values, column)
            try:
                value = _value(column, cell, self.today)
            except cells.BadCell as fault:
                row.faults.append(Fault(column.field, fault.code, _shown(column, cell), fault.facts))
            else:
                if value is not None:
                    row.values[column.field] = value
        return row


def read_table(kind: Kind, content: bytes, today: date) -> Table:
    """Open a file as ``kind``. ``today`` (in China) judges dates to come. Raises FileRefused."""
    return Table(LAYOUTS[kind], open_table(content), today)


def _match(layout: Layout, raw: RawTable) -> tuple[list[str], dict[str, int]]:
    """The headings as they stand, and each known field's place; headings that are not ours are passed over."""
    first = next(iter(raw), None)
    if first is None or first[0] != 1:
        required = "、".join(column.heading for column in layout.columns if column.is_required)
        raise FileRefused(FileFault.HEADINGS_MISSING, headings=required)
    headings = [cells.shown(cell) for cell in first[1]]
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        column = layout.by_heading.get(normal(heading))
        if column is None:
            continue
        if column.field in places:
            raise FileRefused(FileFault.HEADING_TWICE, heading=column.heading)
        places[column.field] = place
    missing = [c.heading for c in layout.columns if c.is_required and c.field not in places]
    if missing:
        raise FileRefused(FileFault.HEADINGS_MISSING, headings="、".join(missing))
    return headings, places


def _value(column: Column, cell: Any, today: date) -> Any:
    if isinstance(cell, list):
        if cell[0] == "e":
            raise cells.BadCell(RowFault.ERROR_VALUE)
        if cell[0] == "m":
            raise cells.BadCell(RowFault.MERGED)
        if cell[0] == "f":
            if column.is_identity:
                raise cells.BadCell(RowFault.FORMULA_IDENTITY)
            cell = cell[1]
            if cell is None:
                raise cells.BadCell(RowFault.FORMULA_EMPTY)
    if cell is None or (isinstance(cell, str) and not normal(cell)):
        if column.is_required:
            raise cells.BadCell(RowFault.REQUIRED)
        return column.if_empty
    return column.parse(cell, today)


def _shown(column: Column, cell: Any) -> str:
    """The value for a message. An ID number stands masked whatever is wrong with it."""
    text = cells.shown(cell)
    if column.is_secret and text:
        text = mask_id_number(text) if len(text) == 18 else text[:6] + "*" * max(0, len(text) - 6)
    return text[:SHOWN_LENGTH]
