"""The trail: a listener that writes, for every changed row, who changed what from what to what.

It sees every flush, so no service or view can forget it. Lines are chained by SHA-256; writers take
turns (see ``turns.py``), which keeps the chain straight.
Secrets (ciphers, password hashes) stand in it as digests: that they changed, not what they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import bindparam, event, inspect, select
from sqlalchemy.orm import Session, UOWTransaction

from app.models import (
    AuditEntry,
    AuthorityTally,
    Job,
    ListChoice,
    Model,
    Notice,
    NumberSeries,
    Preference,
    SchoolTally,
)
from app.models.types import WrittenJSON
from app.security.actor import current_actor
from app.services.clock import now_utc
from app.services.turns import take_turn

GENESIS = "0" * 64
# Progress of a job, the last number of a series and counted figures are machinery; which columns somebody shows, what
# they were told and want are theirs: none of these is a record.
UNTRACKED = (AuditEntry, Job, NumberSeries, SchoolTally, AuthorityTally, ListChoice, Notice, Preference)
SECRET_COLUMNS = {"password", "id_number_cipher", "id_number_index", "code_digest", "code", "snapshot"}
# FAB stamps these at every try to sign in; that somebody signed in is no change of a record.
SILENT_COLUMNS = {"changed_on", "created_on", "last_login", "login_count", "fail_login_count", "version"}
# Where the old values wait from before a flush until after it.
UNREAD = "audit_unread"


def install(session_factory: Any) -> None:
    """Listen on every session of ``session_factory``."""
    event.listen(session_factory, "before_flush", _prepare)
    event.listen(session_factory, "after_flush", _record)


def record_event(session: Session, subject: str, subject_id: str, facts: dict[str, Any]) -> None:
    """Write down something that changed no row: a reveal of an ID number, an import, a login."""
    take_turn(session)
    _append(session, [("event", subject, subject_id, None, facts)])


Line = tuple[str, str, str, dict[str, Any] | None, dict[str, Any] | None]


def record(session: Session, lines: Sequence[Line]) -> None:
    """Write down changes that a statement over many rows made, which no listener sees: a line a row, as it would be."""
    if lines:
        take_turn(session)
        _append(session, lines)


def told(columns: Mapping[str, Any]) -> dict[str, Any]:
    """A row's columns as a line tells them: plain values, secrets as digests."""
    return {name: _plain(name, value) for name, value in columns.items() if name not in SILENT_COLUMNS}


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def line_hash(previous: str, line: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of a line's content."""
    return _hash(previous, _canonical(line))


def _hash(previous: str, canonical: str) -> str:
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


def _prepare(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Queue before any row is touched, and read what the flush is about to overwrite unread.

    A column set on an expired row has no old value in the session, and a deleted row may be expired whole.
    """
    changed = [row for row in session.dirty if _is_tracked(row) and session.is_modified(row)]
    deleted = [row for row in session.deleted if _is_tracked(row)]
    if any(not _is_silent(row) for row in changed) or deleted or any(_is_tracked(row) for row in session.new):
        take_turn(session)
    unread: dict[Any, dict[str, Any]] = {}
    for row in changed:
        state = inspect(row)
        names = [one.key for one in state.mapper.column_attrs if _is_overwritten_unread(state, one.key)]
        if names:
            unread[state] = _stored(session, state, names)
    for row in deleted:
        state = inspect(row)
        unread[state] = _stored(session, state, [one.key for one in state.mapper.column_attrs])
    session.info[UNREAD] = unread


def _is_silent(row: Any) -> bool:
    """Whether only sign-in counters of an account change: that leaves no line, so it waits for nobody's turn."""
    if not isinstance(row, User):
        return False
    return not any(one.history.has_changes() for one in inspect(row).attrs if one.key not in SILENT_COLUMNS)


def _is_overwritten_unread(state: Any, column: str) -> bool:
    history = state.attrs[column].history
    return bool(history.added) and not history.deleted and state.persistent


def _stored(session: Session, state: Any, names: list[str]) -> dict[str, Any]:
    table = state.mapper.local_table
    columns = [state.mapper.get_property(name).columns[0].label(name) for name in names]
    found = session.connection().execute(select(*columns).where(table.c.id == state.identity[0])).first()
    return dict(found._mapping) if found is not None else {}


def _record(session: Session, context: UOWTransaction) -> None:
    lines: list[Line] = []
    unread = session.info.pop(UNREAD, {})
    for row in session.new:
        if _is_tracked(row):
            lines.append(("insert", *_name(row), None, _values(row)))
    for row in session.dirty:
        if _is_tracked(row):
            before, after = _differences(row, unread.get(inspect(row), {}))
            if after:
                lines.append(("update", *_name(row), before, after))
    for row in session.deleted:
        if _is_tracked(row):
            lines.append(("delete", *_name(row), _values(row, unread.get(inspect(row), {})), None))
    _append(session, lines)


_INSERT = AuditEntry.__table__.insert().values(
    before=bindparam("before", type_=WrittenJSON), after=bindparam("after", type_=WrittenJSON)
)


def _append(session: Session, lines: Iterable[Line]) -> None:
    lines = list(lines)
    if not lines:
        return
    connection = session.connection()
    table = AuditEntry.__table__
    last = connection.scalar(select(table.c.hash).order_by(table.c.id.desc()).limit(1))
    previous = last or GENESIS
    actor = current_actor()
    at = now_utc()
    told_at, user, name = _canonical(at.isoformat()), _canonical(actor.user_id), _canonical(actor.name)
    stands = {"at": at, "user_id": actor.user_id, "actor_name": actor.name}
    rows = []
    for change, subject, subject_id, before, after in lines:
        was, became = _canonical(before), _canonical(after)
        # The canonical JSON of the whole, put together so that a row is written out once.
        line = _hash(
            previous,
            f'{{"actor":{name},"after":{became},"at":{told_at},"before":{was},"change":"{change}",'
            f'"subject":{_canonical(subject)},"subject_id":{_canonical(subject_id)},"user":{user}}}',
        )
        rows.append(
            {
                **stands, "change": change, "subject": subject, "subject_id": subject_id,
                "before": None if before is None else was, "after": None if after is None else became,
                "previous_hash": previous, "hash": line,
            }
        )  # fmt: skip
        previous = line
    connection.execute(_INSERT, rows)


def _is_tracked(row: Any) -> bool:
    return isinstance(row, (Model, User, Role)) and not isinstance(row, UNTRACKED)


def _name(row: Any) -> tuple[str, str]:
    return row.__tablename__, str(inspect(row).identity[0] if inspect(row).identity else row.id)


def _values(row: Any, unread: dict[str, Any] | None = None) -> dict[str, Any]:
    values = inspect(row).dict | (unread or {})
    return {
        attribute.key: _plain(attribute.key, values[attribute.key])
        for attribute in inspect(row).mapper.column_attrs
        if attribute.key not in SILENT_COLUMNS and values.get(attribute.key) is not None
    }


def _differences(row: Any, unread: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    state = inspect(row)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if attribute.key in SILENT_COLUMNS or not history.has_changes():
            continue
        old = history.deleted[0] if history.deleted else unread.get(attribute.key)
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
    if isinstance(value, (str, bool, int, dict, list)):
        return str(value) if isinstance(value, Enum) else value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)
