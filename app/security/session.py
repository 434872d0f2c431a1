"""Reach, put on the database session: every ORM read is narrowed, every foreign write is refused.

Reads: a row out of reach is not there (404). Writes are checked after the flush, inside the
transaction: each new, changed or deleted row must be within the writer's reach, and each foreign
key newly set must point to a row the writer can read. The ledger and the trail are append-only
for everybody.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import event, false, func, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from app.models import AuditEntry, Entry, Model
from app.security.actor import current_actor
from app.security.reach import READS, criterion_to_read, criterion_to_write

APPEND_ONLY = (Entry, AuditEntry)


class OutOfReach(Exception):
    """A write touched a row beyond the actor's reach. Shown as 404: to them it is not there."""


def install(session_factory: Any) -> None:
    """Put reach on every session of ``session_factory`` (a sessionmaker, scoped session or class)."""
    event.listen(session_factory, "do_orm_execute", _narrow)
    event.listen(session_factory, "before_flush", _refuse_rewriting)
    event.listen(session_factory, "after_flush", _check_written)


def _narrow(state: ORMExecuteState) -> None:
    # Refreshing columns of a row already loaded asks for no further row.
    if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    actor = current_actor()
    choose = criterion_to_read if state.is_select else criterion_to_write
    options = []
    for model in READS:
        criterion = choose(model, actor)
        if criterion is not None:
            options.append(with_loader_criteria(model, criterion, include_aliases=True))
    if options:
        state.statement = state.statement.options(*options)


def _refuse_rewriting(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    rewritten = [row for row in session.dirty if isinstance(row, APPEND_ONLY) and session.is_modified(row)]
    deleted = [row for row in session.deleted if isinstance(row, APPEND_ONLY)]
    if rewritten or deleted:
        raise OutOfReach("the ledger and the trail are append-only")
    # A deleted row cannot be asked for afterwards, so it is checked here, while it is there.
    with session.no_autoflush:
        for model, rows in _by_model(list(session.deleted)).items():
            _require(session, model, rows, criterion_to_write(model, current_actor()))


def _check_written(session: Session, _context: UOWTransaction) -> None:
    actor = current_actor()
    changed = [*session.new, *(row for row in session.dirty if session.is_modified(row))]
    # Keys are read before the checking queries below can expire anything.
    pointed: dict[type[Model], set[Any]] = defaultdict(set)
    for row in changed:
        for target, key in _new_references(row):
            pointed[target].add(key)
    for model, rows in _by_model(changed).items():
        if model is AuditEntry:
            continue
        _require(session, model, rows, criterion_to_write(model, actor))
    for target, keys in pointed.items():
        _require_keys(session, target, keys, criterion_to_read(target, actor))


def _by_model(rows: list[Any]) -> dict[type[Model], list[Any]]:
    grouped: dict[type[Model], list[Any]] = defaultdict(list)
    for row in rows:
        if type(row) in READS:
            grouped[type(row)].append(row)
    return grouped


def _new_references(row: Any) -> list[tuple[type[Model], Any]]:
    """The reach-bound rows that ``row`` newly points to, by foreign key."""
    found = []
    state = inspect(row)
    for relation in state.mapper.relationships:
        target = relation.mapper.class_
        if target not in READS or relation.direction.name != "MANYTOONE":
            continue
        (local, _remote), *_rest = relation.local_remote_pairs
        attribute = state.attrs[state.mapper.get_property_by_column(local).key]
        if attribute.history.has_changes() and attribute.value is not None:
            found.append((target, attribute.value))
    return found


def _require(session: Session, model: type[Model], rows: list[Any], criterion: Any) -> None:
    _require_keys(session, model, {row.id for row in rows}, criterion)


def _require_keys(session: Session, model: type[Model], keys: set[Any], criterion: Any) -> None:
    if criterion is None or not keys:
        return
    table = model.__table__
    if criterion is false():
        raise OutOfReach(table.name)
    ordered = sorted(keys)
    for start in range(0, len(ordered), 500):
        some = ordered[start : start + 500]
        # A core statement: the ORM hook would narrow this very question.
        count = session.connection().scalar(
            select(func.count()).select_from(table).where(table.c.id.in_(some), criterion)
        )
        if count != len(some):
            raise OutOfReach(table.name)
