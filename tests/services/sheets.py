"""Rows as a file gives them, for tests of importing, and running them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.extensions import db
from app.services import imports
from app.services.import_rows import ImportRow, Kind, Planned
from app.services.imports import Tally
from tests.factories import id_number

DAY = date(2026, 3, 2)


class Sheet:
    """Rows as a file gives them: read afresh each time."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows
        self.count = len(rows)

    def __iter__(self) -> Iterator[ImportRow]:
        for number, values in enumerate(self.rows, 2):
            yield ImportRow(number, {k: v for k, v in values.items() if k != "fault"}, [*values.get("fault", [])])


def person(sequence: int, school: str, **stated: Any) -> dict[str, Any]:
    return {"name": "陈怡", "id_number": id_number(sequence), "sex": "2", "school_code": school} | stated


def took_part(number: str, sequence: int, name: str, **stated: Any) -> dict[str, Any]:
    found = {"activity_number": number, "id_number": id_number(sequence), "name": name, "attended_on": DAY}
    return found | {"hours": Decimal(6), "passed": "passed"} | stated


def run(kind: Kind, sheet: Sheet, now: datetime, **how: Any) -> tuple[Tally, dict[int, Planned], bool]:
    seen: dict[int, Planned] = {}
    tally, written = imports.run(
        db.session, kind, sheet, now, see=lambda one: seen.__setitem__(one.row.number, one), **how
    )
    db.session.commit()
    return tally, seen, written


def codes(planned: Planned) -> list[tuple[str, str]]:
    return [(fault.field, str(fault.code)) for fault in planned.row.faults]
