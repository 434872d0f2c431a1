"""The ledger: appended once a source, taken back once by a line of its own, never rewritten."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from app.models import Claim, Entry, Model
from app.security.session import OutOfReach
from app.services import ledger
from app.services.claims import ClaimData
from tests.services.stage import DEGREE, Stage, claim_in, draft, say


@pytest.fixture
def entry(held: Any, stage: Stage, clock: datetime) -> Entry:
    found = ledger.live_entry_of_claim(held, claim_in(held, stage, "approved", clock).id)
    assert found is not None
    return found


def test_a_claim_is_entered_once_in_its_life(held: Any, entry: Entry, clock: datetime) -> None:
    with pytest.raises(IntegrityError):
        ledger.enter_claim(held, held.get_one(Claim, entry.claim_id), clock)


def test_a_line_is_taken_back_once(held: Any, entry: Entry, clock: datetime) -> None:
    reversal = ledger.reverse(held, entry, clock)
    assert (reversal.hours, reversal.reverses_id, reversal.claim_id) == (-entry.hours, entry.id, entry.claim_id)
    with pytest.raises(IntegrityError):
        ledger.reverse(held, entry, clock)


def test_a_reversal_is_not_taken_back(held: Any, entry: Entry, clock: datetime) -> None:
    reversal = ledger.reverse(held, entry, clock)
    with pytest.raises(IntegrityError):
        ledger.reverse(held, reversal, clock)


def test_nobody_rewrites_or_deletes_a_line_not_even_the_machine(held: Any, entry: Entry) -> None:
    entry.title = "改"
    with pytest.raises(OutOfReach):
        held.flush()
    held.expire(entry)
    held.delete(entry)
    with pytest.raises(OutOfReach):
        held.flush()


def test_live_lines_leave_out_what_was_taken_back(held: Any, stage: Stage, entry: Entry, clock: datetime) -> None:
    kept = [row.id for row in ledger.live_entries(held, entry.teacher_id)]
    assert entry.id in kept
    ledger.reverse(held, entry, clock)
    assert [row.id for row in ledger.live_entries(held, entry.teacher_id)] == [one for one in kept if one != entry.id]


def test_hours_without_days_were_earned_when_they_were_handed_in(held: Any, stage: Stage, clock: datetime) -> None:
    teacher = claim_in(held, stage, "draft", clock).teacher
    data = ClaimData(2026, "degree", "硕士", facts=DEGREE)
    claim = draft(held, teacher, stage.actors["teacher"], clock, data)
    for verb, who in (("submit", "teacher"), ("approve", "school"), ("approve", "authority")):
        say(held, claim, verb, stage.actors[who], clock)
    found = ledger.live_entry_of_claim(held, claim.id)
    assert found is not None and (found.earned_on, found.hours) == (date(2026, 11, 20), 28)


def test_a_teachers_lines_are_found_by_the_teacher() -> None:
    """Nearly no line reverses another: SQLite must not go looking for those that do not (a page took a second)."""
    engine = create_engine("sqlite://")
    Model.metadata.create_all(engine)
    question = ledger.live().with_only_columns(Entry.id).where(Entry.teacher_id == 1, Entry.year == 2026)
    written = question.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        plan = [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
    assert plan[0] == "SEARCH entry USING INDEX ix_entry_teacher_year (teacher_id=? AND year=?)"
    engine.dispose()
