"""Who changed what in one record, read from the trail.

The trail itself is nobody's (``security/reach.py``). What is read here is only of a record that its caller already
holds, so it is within reach, and of its children within reach. Which columns may be shown, and the words, are the
views' business: lines hold plain values, secrets as digests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.models import AuditEntry, Model
from app.security.actor import acting, current_actor

# One commit flushes several times; its lines stand within this of one another.
ONE_COMMIT = timedelta(seconds=2)
MOST_CHILDREN = 200
# A commit rarely leaves more lines on one record and its children.
LINES_A_STEP = 6


@dataclass(frozen=True)
class Line:
    """One changed row: ``change`` insert, update, delete or event; only the changed columns."""

    change: str
    subject: str
    subject_id: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """What one person changed in one go, in the order it was written."""

    at: datetime
    who: str
    lines: tuple[Line, ...]


def of(
    session: Session, record: Any, children: Sequence[tuple[type[Model], str]], most: int
) -> tuple[list[Step], bool]:
    """The latest ``most`` steps of ``record``, newest first, and whether there are earlier ones.

    ``children``: (model, its foreign key to the record); such rows are asked for within the reader's own reach.
    """
    rows: dict[str, list[str]] = {record.__tablename__: [str(record.id)]}
    for model, key in children:
        ids = session.scalars(
            select(model.id).where(getattr(model, key) == record.id).order_by(model.id.desc()).limit(MOST_CHILDREN)
        )
        rows[model.__tablename__] = [str(one) for one in ids]
    among = or_(
        *(
            and_(AuditEntry.subject == subject, AuditEntry.subject_id.in_(ids))
            for subject, ids in rows.items()
            if ids
        )
    )
    limit = most * LINES_A_STEP
    with acting(current_actor().as_system()):
        found = session.execute(
            select(
                AuditEntry.at,
                AuditEntry.user_id,
                AuditEntry.actor_name,
                AuditEntry.change,
                AuditEntry.subject,
                AuditEntry.subject_id,
                AuditEntry.before,
                AuditEntry.after,
            )
            .where(among)
            .order_by(AuditEntry.id.desc())
            .limit(limit + 1)
        ).all()
    steps = _steps(found[:limit])
    return steps[:most], len(steps) > most or len(found) > limit


def _steps(found: Iterable[Any]) -> list[Step]:
    """Lines, newest first, gathered by commit."""
    gathered: list[list[Any]] = []
    for row in found:
        last = gathered[-1][-1] if gathered else None
        if last is not None and _same_hand(last, row) and last.at - row.at <= ONE_COMMIT:
            gathered[-1].append(row)
        else:
            gathered.append([row])
    return [Step(rows[0].at, rows[0].actor_name, tuple(_line(row) for row in reversed(rows))) for rows in gathered]


def _same_hand(one: Any, other: Any) -> bool:
    return bool((one.user_id, one.actor_name) == (other.user_id, other.actor_name))


def _line(row: Any) -> Line:
    return Line(row.change, row.subject, row.subject_id, row.before or {}, row.after or {})
