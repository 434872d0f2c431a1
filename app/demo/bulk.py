"""Writing many rows: SQLite by its own executemany, PostgreSQL by COPY. Values pass the tables' own column types.

It knows no table by name but the order in which they may be filled; what stands in the rows is others' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

ROWS_A_FLUSH = 20_000
Row = Mapping[str, Any]


class Ids:
    """The next id of each table, so that rows can point to one another before they are written."""

    def __init__(self, connection: Connection, tables: Iterable[Table]) -> None:
        self._next: dict[str, count[int]] = {}
        for table in tables:
            last = connection.scalar(select(func.max(table.c.id))) or 0
            self._next[table.name] = count(int(last) + 1)

    def of(self, table: Table) -> int:
        """A fresh id of a table."""
        return next(self._next[table.name])

    def of_name(self, name: str) -> int:
        """A fresh id of the table of that name."""
        return next(self._next[name])


class Bulk:
    """Rows waiting by table; written in the tables' order whenever enough have gathered."""

    def __init__(self, connection: Connection, tables: Iterable[Table]) -> None:
        self.connection = connection
        self.tables = tuple(tables)
        self.ids = Ids(connection, self.tables)
        self.written: dict[str, int] = {table.name: 0 for table in self.tables}
        self._waiting: dict[str, list[Row]] = {table.name: [] for table in self.tables}
        self._count = 0
        self._is_postgres = connection.dialect.name == "postgresql"
        self._columns = {table.name: self._processors(table) for table in self.tables}

    def add(self, table: Table, row: Row) -> None:
        """Put a row in line. Columns it leaves out take their model's plain default, else NULL."""
        self._waiting[table.name].append(row)
        self._count += 1

    def flush_if_many(self) -> None:
        """Write what waits if it is a few thousand rows. Call it between units that belong together."""
        if self._count >= ROWS_A_FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write everything that waits, parents before children."""
        for table in self.tables:
            rows = self._waiting[table.name]
            if rows:
                self._write(table, rows)
                self.written[table.name] += len(rows)
                rows.clear()
        self._count = 0

    def finish(self) -> None:
        """Write the rest, and move PostgreSQL's sequences behind the ids that were given out here."""
        self.flush()
        if not self._is_postgres:
            return
        for table in self.tables:
            # FAB's tables have a sequence of their own name instead of an owned one.
            name = self.connection.scalar(
                text("SELECT coalesce(pg_get_serial_sequence(:t, 'id'), to_regclass(:s)::text)"),
                {"t": table.name, "s": f"{table.name}_id_seq"},
            )
            last = self.connection.scalar(select(func.max(table.c.id)))
            if name is not None and last is not None:
                self.connection.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})

    def _processors(self, table: Table) -> list[tuple[str, Any, Any]]:
        dialect = self.connection.dialect
        found = []
        for column in table.columns:
            processor = column.type.dialect_impl(dialect).bind_processor(dialect)
            default = column.default
            found.append((column.name, processor, default.arg if default is not None and default.is_scalar else None))
        return found

    def _write(self, table: Table, rows: list[Row]) -> None:
        columns = self._columns[table.name]
        filled = ([(row.get(name, default), processor) for name, processor, default in columns] for row in rows)
        values = (
            tuple([value if processor is None or value is None else processor(value) for value, processor in cells])
            for cells in filled
        )
        names = ", ".join(f'"{name}"' for name, _, _ in columns)
        cursor = self.connection.connection.cursor()
        try:
            if self._is_postgres:
                with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:  # type: ignore[attr-defined]
                    for value in values:
                        copy.write_row(value)
            else:
                marks = ", ".join("?" for _ in columns)
                cursor.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', values)  # noqa: S608
        finally:
            cursor.close()
