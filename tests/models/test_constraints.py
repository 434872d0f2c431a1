"""The database holds the law too: what no service writes cannot be written by SQL either."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DataError, IntegrityError, StatementError

from app.extensions import db
from app.models import Certificate, Claim, Decision, Entry, Model, Standing
from app.models.types import Hours, Instant
from tests.conftest import disconnect
from tests.factories import World

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def put(migrated: Flask, database: Any, peopled: World) -> Iterator[None]:
    disconnect(migrated)
    database.refresh("world")
    yield
    disconnect(migrated)


@pytest.fixture
def connection(put: None, migrated: Flask) -> Iterator[Any]:
    """A plain connection, rolled back."""
    with migrated.app_context(), db.engine.connect() as made:
        yield made
        made.rollback()


@pytest.fixture
def ours(peopled: World) -> Any:
    return peopled.ours


def claim(ours: Any, **changed: Any) -> dict[str, Any]:
    row = {
        "number": "T-1", "teacher_id": ours.teacher, "school_id": ours.school, "authority_id": ours.authority,
        "year": 2026, "policy": "guangdong-2021", "kind": "conference", "title": "年会", "facts": {},
        "category": "professional", "claimed_hours": Decimal(8), "state": "draft", "round": 0, "version": 1,
        "created_at": NOW, "changed_at": NOW,
    }  # fmt: skip
    return row | changed


def decision(ours: Any, **changed: Any) -> dict[str, Any]:
    row = {
        "claim_id": ours.claim, "round": 1, "stage": "first", "verb": "return", "from_state": "submitted",
        "to_state": "returned", "actor_name": "x", "duty": "school", "decided_at": NOW, "reason": "因",
        "evidence_seen": [],
    }  # fmt: skip
    return row | changed


def entry(ours: Any, **changed: Any) -> dict[str, Any]:
    row = {
        "teacher_id": ours.teacher, "school_id": ours.school, "year": 2026, "category": "professional",
        "hours": Decimal(8), "earned_on": date(2026, 1, 1), "title": "年会", "source": "claim", "platform": "jijiao",
        "claim_id": ours.claim, "entered_at": NOW,
    }  # fmt: skip
    return row | changed


def certificate(ours: Any, **changed: Any) -> dict[str, Any]:
    row = {
        "number": "C-1", "code": "C-1", "teacher_id": ours.teacher, "school_id": ours.school, "year": 2026,
        "policy": "guangdong-2021", "series": "teacher", "result": "passed", "snapshot": {}, "state": "valid",
        "issued_at": NOW, "version": 1,
    }  # fmt: skip
    return row | changed


SUBMITTED = {"state": "submitted", "round": 1, "submitted_at": NOW}
PASSED = {**SUBMITTED, "state": "passed_first", "recognised_hours": Decimal(8), "recognised_category": "professional"}
MAKERS = {Claim: claim, Decision: decision, Entry: entry, Certificate: certificate}

# Each bad row beside a good one of its kind, so that it fails for its own reason.
GOOD: list[tuple[type[Model], dict[str, Any]]] = [
    (Claim, {}), (Claim, SUBMITTED), (Claim, PASSED), (Decision, {}),
    (Claim, {"claimed_hours": Decimal(8784)}), (Entry, {"hours": Decimal(8784)}),
    (Decision, {"verb": "approve", "reason": None, "hours": Decimal(8), "category": "professional"}),
    (Decision, {"verb": "submit", "stage": "teacher", "reason": None}), (Entry, {}), (Certificate, {}),
    (Certificate, {"state": "void", "ended_at": NOW}), (Certificate, {"result": "exempt"}),
]  # fmt: skip
BAD: list[tuple[type[Model], dict[str, Any]]] = [
    (Claim, {"state": "lost"}),
    (Claim, {"state": "draft", "round": 1, "submitted_at": NOW}),
    (Claim, {"state": "submitted", "round": 0}),
    (Claim, {**SUBMITTED, "submitted_at": None}),
    (Claim, {**PASSED, "recognised_hours": None}),
    (Claim, {**PASSED, "recognised_category": None}),
    (Claim, {**PASSED, "state": "approved", "recognised_hours": None}),
    (Claim, {**PASSED, "state": "revoked", "recognised_hours": None}),
    (Claim, {"claimed_hours": Decimal(-1)}),
    (Claim, {**PASSED, "recognised_hours": Decimal(-1)}),
    (Claim, {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)}),
    (Claim, {"teacher_id": 999_999}),
    (Claim, {"claimed_hours": Decimal("8784.01")}),
    (Claim, {**PASSED, "recognised_hours": Decimal("8784.01")}),
    (Entry, {"hours": Decimal("8784.01")}),
    (Certificate, {"series": "wizard"}),
    (Decision, {"verb": "bless"}),
    (Decision, {"stage": "third"}),
    (Decision, {"reason": None}),
    (Decision, {"reason": "  "}),
    (Decision, {"verb": "reject", "reason": None}),
    (Decision, {"verb": "revoke", "stage": "after", "reason": ""}),
    (Decision, {"verb": "approve", "hours": None, "category": "professional"}),
    (Decision, {"verb": "approve", "hours": Decimal(8), "category": None}),
    (Decision, {"claim_id": 999_999}),
    (Entry, {"claim_id": None}),
    (Entry, {"source": "attendance"}),
    (Entry, {"source": "wind"}),
    (Entry, {"hours": Decimal(0)}),
    (Entry, {"hours": Decimal(-8)}),
    (Certificate, {"result": "not_passed"}),
    (Certificate, {"state": "void"}),
    (Certificate, {"ended_at": NOW}),
    (Certificate, {"replaced_by_id": 1}),
]


def test_the_good_rows_are_taken(connection: Any, ours: Any) -> None:
    for model, changed in GOOD:
        point = connection.begin_nested()
        connection.execute(insert(model.__table__).values(**MAKERS[model](ours, **changed)))
        point.rollback()


@pytest.mark.parametrize(
    ("model", "changed"), BAD, ids=[f"{m.__name__} {sorted(c.items(), key=str)}"[:70] for m, c in BAD]
)
def test_the_bad_row_is_refused(connection: Any, ours: Any, model: type[Model], changed: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        connection.execute(insert(model.__table__).values(**MAKERS[model](ours, **changed)))


TWICE: list[tuple[type[Model], dict[str, Any]]] = [
    (Decision, {}),
    (Decision, {"verb": "approve", "hours": Decimal(8), "category": "professional"}),
    (Entry, {}),
    (Claim, {}),
    (Certificate, {"number": "C-2", "code": "C-2"}),
    (Certificate, {"year": 2025, "code": "C-2"}),
    (Certificate, {"year": 2025, "number": "C-2"}),
]


@pytest.mark.parametrize(("model", "changed"), TWICE, ids=lambda value: str(value)[:40])
def test_what_is_once_is_not_twice(connection: Any, ours: Any, model: type[Model], changed: dict[str, Any]) -> None:
    connection.execute(insert(model.__table__).values(**MAKERS[model](ours)))
    with pytest.raises(IntegrityError):
        connection.execute(insert(model.__table__).values(**MAKERS[model](ours, **changed)))


def test_another_round_stage_or_teacher_act_is_free(connection: Any, ours: Any) -> None:
    table = Decision.__table__
    for changed in ({}, {"round": 2}, {"stage": "second"}):
        connection.execute(insert(table).values(**decision(ours, **changed)))
    for _ in range(2):
        connection.execute(insert(table).values(**decision(ours, stage="teacher", verb="submit")))


def test_one_reversal_a_line(connection: Any, ours: Any) -> None:
    key = connection.execute(insert(Entry.__table__).values(**entry(ours))).inserted_primary_key[0]
    back = entry(ours, hours=Decimal(-8), reverses_id=key)
    connection.execute(insert(Entry.__table__).values(**back))
    with pytest.raises(IntegrityError):
        connection.execute(insert(Entry.__table__).values(**back))


def test_one_standing_a_year_and_no_other_result(connection: Any, ours: Any) -> None:
    table = Standing.__table__
    row = dict(connection.execute(select(table).where(table.c.teacher_id == ours.teacher)).mappings().first())
    del row["id"]
    point = connection.begin_nested()
    with pytest.raises(IntegrityError):
        connection.execute(insert(table).values(**row))
    point.rollback()
    with pytest.raises(IntegrityError):
        connection.execute(update(table).values(result="nearly"))


def test_what_a_row_rests_on_is_not_deleted(connection: Any) -> None:
    for name in ("teacher", "school", "activity", "claim", "district", "authority", "organiser"):
        point = connection.begin_nested()
        if name == "organiser":
            connection.execute(
                text("UPDATE activity SET kind='online', school_id=NULL, organiser_id=(SELECT min(id) FROM organiser)")
            )
        with pytest.raises(IntegrityError):
            connection.execute(text(f"DELETE FROM {name}"))
        point.rollback()


def test_a_duty_at_a_place_is_held_once(connection: Any, peopled: World) -> None:
    appointment = Model.metadata.tables["appointment"]
    row = {"user_id": peopled.users["school"], "duty": "school", "school_id": peopled.ours.school}
    with pytest.raises(IntegrityError):
        connection.execute(insert(appointment).values(**row))


@pytest.mark.parametrize("row", [{"duty": "school"}, {"duty": "city", "school_id": 1}, {"duty": "king"}])
def test_a_duty_has_its_place(connection: Any, peopled: World, row: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        connection.execute(insert(Model.metadata.tables["appointment"]).values(user_id=peopled.users["auditor"], **row))


# --- Hours and instants ---


@pytest.mark.parametrize("hours", ["0.01", "8", "7.5", "999.99", "-8", "100"])
def test_hours_come_back_exactly(connection: Any, ours: Any, hours: str) -> None:
    wanted = Decimal(hours)
    back = None if wanted > 0 else _first_entry(connection)
    key = connection.execute(
        insert(Entry.__table__).values(**entry(ours, hours=wanted, reverses_id=back))
    ).inserted_primary_key[0]
    held = connection.scalar(select(Entry.__table__.c.hours).where(Entry.__table__.c.id == key))
    assert isinstance(held, Decimal) and held == wanted and "E" not in str(held)


def _first_entry(connection: Any) -> int:
    return connection.scalar(select(Entry.__table__.c.id).limit(1))


@pytest.mark.parametrize("hours", ["0.001", "NaN", "Infinity", "x"])
def test_hours_that_are_none_never_reach_the_table(connection: Any, ours: Any, hours: str) -> None:
    with pytest.raises((StatementError, DataError, ValueError)):
        connection.execute(insert(Entry.__table__).values(**entry(ours, hours=hours)))


@pytest.mark.pure
def test_an_instant_needs_its_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]


@pytest.mark.pure
def test_hours_are_kept_as_hundredths() -> None:
    assert Hours().process_bind_param("1.25", None) == 125  # type: ignore[arg-type]
    assert str(Hours().process_result_value(10000, None)) == "100"  # type: ignore[arg-type]


def test_an_instant_comes_back_aware(connection: Any) -> None:
    at = connection.scalar(select(Claim.__table__.c.created_at).limit(1))
    assert at.tzinfo is not None and at.utcoffset().total_seconds() == 0
