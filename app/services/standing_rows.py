"""The kept rows of standings: read beside what was computed, and written where they differ, with their trail.

They are written by statements over many rows and not row by row through the session, so this module does what
listeners do elsewhere: it refuses who is not the machine, and puts every changed field into the trail. What a standing
adds up to is computed in ``standings.py``; nobody else calls what writes here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Text, bindparam, cast, inspect, select, type_coerce
from sqlalchemy.orm import Session

from app.models import Standing
from app.models.types import WrittenJSON, of_hundredths
from app.security.actor import current_actor
from app.security.session import OutOfReach
from app.services import audit
from app.services.standing_sources import among

TABLE = Standing.__table__
TEXTS = ("recognised", "credited", "missing", "not_counted")
HOURS = ("carried_in", "carried_out", "total")
COMPARED = ("school_id", "policy", *TEXTS, *HOURS, "result")

_TEXTS = {name: bindparam(name, type_=WrittenJSON) for name in TEXTS}
INSERT = TABLE.insert().values(_TEXTS)
UPDATE = (
    TABLE.update()
    .where(TABLE.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in ("computed_at", *COMPARED)} | _TEXTS)
)

Key = tuple[int, int]
Columns = Mapping[str, Any]


class Kept(NamedTuple):
    """A kept row: its id, since when it is what it is, and what it says."""

    id: int
    computed_at: datetime
    columns: dict[str, Any]


class Change(NamedTuple):
    """A standing that is not what the ledger adds up to: the row that is kept, if any, and what it should say."""

    teacher_id: int
    year: int
    row: Kept | None
    columns: Columns | None


# Most of a city's rows say one of a few thousand things.
@lru_cache(maxsize=1 << 14)
def _read(text: str) -> Any:
    return json.loads(text)


def kept_rows(session: Session, teacher_ids: Sequence[int], year: int | None = None) -> dict[Key, Kept]:
    """The rows as they stand in the database now, by teacher and year; with ``year`` those of it only."""
    texts = [cast(getattr(Standing, name), Text) for name in TEXTS]
    hours = [type_coerce(getattr(Standing, name), Integer) for name in HOURS]
    asked = select(
        Standing.teacher_id, Standing.year, Standing.id, Standing.computed_at, Standing.school_id, Standing.policy,
        *texts, *hours, Standing.result,
    ).where(among(Standing.teacher_id, teacher_ids))  # fmt: skip
    if year is not None:
        asked = asked.where(Standing.year == year)
    read, of = _read, of_hundredths
    return {
        (teacher, of_year): Kept(
            row_id,
            at,
            {
                "school_id": school,
                "policy": policy,
                "recognised": read(recognised),
                "credited": read(credited),
                "missing": read(missing),
                "not_counted": read(not_counted),
                "carried_in": of(carried_in),
                "carried_out": of(carried_out),
                "total": of(total),
                "result": result,
            },
        )
        for (
            teacher, of_year, row_id, at, school, policy, recognised, credited, missing, not_counted,
            carried_in, carried_out, total, result,
        ) in session.execute(asked)
    }  # fmt: skip


@lru_cache(maxsize=1 << 14)
def _text(items: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(dict(items))


def _written(row: Columns) -> dict[str, Any]:
    """A row whose JSON is written out."""
    texts = {name: _text(tuple(row[name].items())) for name in TEXTS if name != "not_counted"}
    return {**row, **texts, "not_counted": json.dumps(row["not_counted"]) if row["not_counted"] else "[]"}


def compare(kept: Mapping[Key, Kept], computed: Mapping[Key, Columns]) -> list[Change]:
    """Where the two differ, in the order of teachers and years."""
    found = []
    for key, columns in computed.items():
        row = kept.get(key)
        if row is None or row.columns != columns:
            found.append(Change(*key, row, columns))
    found += [Change(*key, row, None) for key, row in kept.items() if key not in computed]
    found.sort(key=lambda one: one[:2])
    return found


def write(session: Session, changes: Sequence[Change], now: datetime) -> None:
    """Insert, change and delete rows, and put every changed field into the trail. Raises OutOfReach for people."""
    if current_actor().machine != "system":
        raise OutOfReach(TABLE.name)
    lines = _insert(session, [one for one in changes if one.row is None], now)
    lines += _update(session, changes, now)
    lines += _delete(session, changes)
    audit.record(session, lines)
    _forget(session, changes)


def _insert(session: Session, changes: Sequence[Change], now: datetime) -> list[audit.Line]:
    if not changes:
        return []
    rows = [
        {"teacher_id": teacher_id, "year": year, "computed_at": now, **(columns or {})}
        for teacher_id, year, _row, columns in changes
    ]
    session.connection().execute(INSERT, [_written(row) for row in rows])
    teachers = among(TABLE.c.teacher_id, range(changes[0].teacher_id, changes[-1].teacher_id + 1))
    ids = {
        (teacher_id, year): row_id
        for teacher_id, year, row_id in session.connection().execute(
            select(TABLE.c.teacher_id, TABLE.c.year, TABLE.c.id).where(teachers)
        )
    }
    return [_line("insert", ids[row["teacher_id"], row["year"]], None, row) for row in rows]


def _update(session: Session, changes: Iterable[Change], now: datetime) -> list[audit.Line]:
    rows, lines = [], []
    for _teacher_id, _year, row, columns in changes:
        if row is None or columns is None:
            continue
        rows.append(_written({"of": row.id, "computed_at": now, **columns}))
        before = {"computed_at": row.computed_at, **row.columns}
        after = {"computed_at": now, **columns}
        changed = [name for name, value in after.items() if before[name] != value]
        lines.append(
            _line("update", row.id, {name: before[name] for name in changed}, {name: after[name] for name in changed})
        )
    if rows:
        session.connection().execute(UPDATE, rows)
    return lines


def _delete(session: Session, changes: Iterable[Change]) -> list[audit.Line]:
    rows, lines = [], []
    for teacher_id, year, row, columns in changes:
        if row is None or columns is not None:
            continue
        rows.append({"of": row.id})
        before = {"teacher_id": teacher_id, "year": year, "computed_at": row.computed_at, **row.columns}
        lines.append(_line("delete", row.id, before, None))
    if rows:
        session.connection().execute(TABLE.delete().where(TABLE.c.id == bindparam("of")), rows)
    return lines


def _line(change: str, row_id: int, before: Columns | None, after: Columns | None) -> audit.Line:
    """A line as the listener would write it of the row."""
    whole = {"id": row_id} if change != "update" else {}
    return (
        change,
        TABLE.name,
        str(row_id),
        None if before is None else audit.told({**whole, **before}),
        None if after is None else audit.told({**whole, **after}),
    )


def _forget(session: Session, changes: Iterable[Change]) -> None:
    """What this session read of these rows is no longer so: it reads them again when it next looks."""
    held: dict[int, Standing] = {
        inspect(row).identity[0]: row for row in session.identity_map.values() if isinstance(row, Standing)
    }
    for _teacher_id, _year, row, columns in changes if held else ():
        if row is None or row.id not in held:
            continue
        if columns is None:
            session.expunge(held[row.id])
        else:
            session.expire(held[row.id])
