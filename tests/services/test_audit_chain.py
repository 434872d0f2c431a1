"""The chain of the trail: a line edited, deleted, put in or moved afterwards is found where it is.

Lines cut off at the very end leave a shorter chain that is whole: that takes a head signed elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from app.models import AuditEntry
from app.services.audit import content, first_fault, line_hash, record_event
from tests.services.stage import Stage, claim_in

TRAIL = AuditEntry.__table__


@pytest.fixture
def trail(held: Any, stage: Stage, clock: datetime) -> Any:
    """A trail of a good many lines, and three ids in its midst."""
    claim_in(held, stage, "revoked", clock)
    record_event(held, "import", "1", {"rows": 3})
    held.flush()
    ids = held.scalars(select(TRAIL.c.id).order_by(TRAIL.c.id)).all()
    assert first_fault(held) is None and len(ids) > 30
    held.expunge_all()
    return held, held.connection(), ids


EDITS: dict[str, dict[str, Any]] = {
    "who": {"actor_name": "somebody else"},
    "whose id": {"user_id": None},
    "when": {"at": datetime.fromisoformat("2026-01-01T00:00:00+00:00")},
    "what": {"change": "event"},
    "of what": {"subject": "nothing"},
    "which": {"subject_id": "0"},
    "before": {"before": {"name": "x"}},
    "after": {"after": {"name": "x"}},
    "its own hash": {"hash": "f" * 64},
    "its predecessor": {"previous_hash": "e" * 64},
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_line_is_located(trail: Any, name: str) -> None:
    session, connection, ids = trail
    place = next(
        key for key in ids[10:] if connection.scalar(select(TRAIL.c.user_id).where(TRAIL.c.id == key)) is not None
    )
    connection.execute(update(TRAIL).where(TRAIL.c.id == place).values(**EDITS[name]))
    assert first_fault(session) == place


def test_a_deleted_line_is_located_by_the_one_after_it(trail: Any) -> None:
    session, connection, ids = trail
    connection.execute(delete(TRAIL).where(TRAIL.c.id == ids[12]))
    assert first_fault(session) == ids[13]


def test_a_cut_beginning_is_located(trail: Any) -> None:
    session, connection, ids = trail
    connection.execute(delete(TRAIL).where(TRAIL.c.id <= ids[4]))
    assert first_fault(session) == ids[5]


def test_a_hole_in_the_middle_is_located(trail: Any) -> None:
    session, connection, ids = trail
    connection.execute(delete(TRAIL).where(TRAIL.c.id.between(ids[8], ids[20])))
    assert first_fault(session) == ids[21]


def test_two_lines_that_changed_places_are_located(trail: Any) -> None:
    session, connection, ids = trail
    for old, new in ((ids[7], -1), (ids[9], ids[7]), (-1, ids[9])):
        connection.execute(update(TRAIL).where(TRAIL.c.id == old).values(id=new))
    assert first_fault(session) == ids[7]


def test_a_line_put_in_with_a_right_hash_of_its_own_is_located(trail: Any) -> None:
    session, connection, ids = trail
    forged = _line(connection, ids[6])
    forged["previous_hash"] = connection.scalar(select(TRAIL.c.hash).where(TRAIL.c.id == ids[-1]))
    told_of = {"at": forged["at"].isoformat(), "user": forged["user_id"], "actor": "forger"}
    forged |= {"actor_name": "forger", "id": ids[0] - 1, "hash": line_hash(forged["previous_hash"], told_of)}
    connection.execute(insert(TRAIL).values(**forged))
    assert first_fault(session) == ids[0] - 1


def test_a_line_rewritten_with_a_fitting_hash_is_located_by_the_one_after_it(trail: Any) -> None:
    session, connection, ids = trail
    entry = session.get_one(AuditEntry, ids[10])
    line = content(entry) | {"actor": "forger"}
    values = {"actor_name": "forger", "hash": line_hash(entry.previous_hash, line)}
    connection.execute(update(TRAIL).where(TRAIL.c.id == ids[10]).values(**values))
    session.expunge_all()
    assert first_fault(session) == ids[11]


def _line(connection: Connection, key: int) -> dict[str, Any]:
    return dict(connection.execute(select(TRAIL).where(TRAIL.c.id == key)).mappings().one())


def test_an_event_is_in_the_chain(held: Any) -> None:
    record_event(held, "teacher", "1", {"revealed": "身份核对", "hours": str(Decimal(1))})
    entry = held.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert entry.change == "event" and first_fault(held) is None
