"""The trail: a listener that writes, for every changed row, who changed what from what to what.

It sees every flush, so no service or view can forget it. Lines are chained by SHA-256; on
PostgreSQL one advisory lock a transaction keeps the chain straight, on SQLite the write lock does.
Secrets (ciphers, password hashes) stand in it as digests: that they changed, not what they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import event, inspect, select, text
from sqlalchemy.orm import Session, UOWTransaction

from app.models import AuditEntry, Job, Model, NumberSeries
from app.security.actor import current_actor
from app.services.clock import now_utc

GENESIS = "0" * 64
CHAIN_LOCK = 7_310_201  # any number, the same in every process
# Progress of a job and the last number of a series are machinery, not records.
UNTRACKED = (AuditEntry, Job, NumberSeries)
SECRET_COLUMNS = {"password", "id_number_cipher", "id_number_index", "code_digest", "code", "snapshot"}
# FAB stamps these at every login; the login itself is recorded as an event.
SILENT_COLUMNS = {"changed_on", "created_on", "last_login", "login_count", "fail_login_count", "version"}


def install(session_factory: Any) -> None:
    """Listen on every session of ``session_factory``."""
    event.listen(session_factory, "after_flush", _record)


def record_event(session: Session, subject: str, subject_id: str, facts: dict[str, Any]) -> None:
    """Write down something that changed no row: a reveal of an ID number, an import, a login."""
    _append(session, [("event", subject, subject_id, None, facts)])


def line_hash(previous: str, line: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of a line's content."""
    canonical = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def content(entry: AuditEntry) -> dict[str, Any]:
    """What of an entry is hashed."""
    return {
        "at": entry.at.isoformat(),
        "user": entry.user_id,
        "actor": entry.actor_name,
        "change": entry.change,
        "subject": entry.subject,
        "subject_id": entry.subject_id,
        "before": entry.before,
        "after": entry.after,
    }


def first_fault(session: Session) -> int | None:
    """Walk the chain from its start; the id of the first entry that does not fit, or None."""
    previous = GENESIS
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        if entry.previous_hash != previous or entry.hash != line_hash(previous, content(entry)):
            return entry.id
        previous = entry.hash
    return None


Line = tuple[str, str, str, dict[str, Any] | None, dict[str, Any] | None]


def _record(session: Session, context: UOWTransaction) -> None:
    lines: list[Line] = []
    for row in session.new:
        if _is_tracked(row):
            lines.append(("insert", *_name(row), None, _values(row)))
    for row in session.dirty:
        if _is_tracked(row):
            before, after = _differences(row)
            if after:
                lines.append(("update", *_name(row), before, after))
    for row in session.deleted:
        if _is_tracked(row):
            lines.append(("delete", *_name(row), _values(row), None))
    _append(session, lines)


def _append(session: Session, lines: Iterable[Line]) -> None:
    lines = list(lines)
    if not lines:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    table = AuditEntry.__table__
    last = connection.scalar(select(table.c.hash).order_by(table.c.id.desc()).limit(1))
    previous = last or GENESIS
    actor = current_actor()
    at = now_utc()
    rows = []
    for change, subject, subject_id, before, after in lines:
        entry = AuditEntry(
            at=at,
            user_id=actor.user_id,
            actor_name=actor.name,
            change=change,
            subject=subject,
            subject_id=subject_id,
            before=before,
            after=after,
        )
        line = line_hash(previous, content(entry))
        rows.append({**content_columns(entry), "previous_hash": previous, "hash": line})
        previous = line
    connection.execute(table.insert(), rows)


def content_columns(entry: AuditEntry) -> dict[str, Any]:
    """The entry's columns as an insert wants them, without its place in the chain."""
    names = ("at", "user_id", "actor_name", "change", "subject", "subject_id", "before", "after")
    return {name: getattr(entry, name) for name in names}


def _is_tracked(row: Any) -> bool:
    return isinstance(row, (Model, User, Role)) and not isinstance(row, UNTRACKED)


def _name(row: Any) -> tuple[str, str]:
    return row.__tablename__, str(inspect(row).identity[0] if inspect(row).identity else row.id)


def _values(row: Any) -> dict[str, Any]:
    state = inspect(row)
    return {
        attribute.key: _plain(attribute.key, state.dict.get(attribute.key))
        for attribute in state.mapper.column_attrs
        if attribute.key not in SILENT_COLUMNS and state.dict.get(attribute.key) is not None
    }


def _differences(row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    state = inspect(row)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if attribute.key in SILENT_COLUMNS or not history.has_changes():
            continue
        old = history.deleted[0] if history.deleted else None
        new = history.added[0] if history.added else None
        if old != new:
            before[attribute.key] = _plain(attribute.key, old)
            after[attribute.key] = _plain(attribute.key, new)
    return before, after


def _plain(column: str, value: Any) -> Any:
    if value is None:
        return None
    if column in SECRET_COLUMNS:
        raw = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
        return "sha256:" + hashlib.sha256(raw).hexdigest()[:16]
    if isinstance(value, (bool, int, dict, list)):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)
