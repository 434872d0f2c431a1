"""The sample of a bulk approval: drawn so that anybody can draw it again, and approved only after it was opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from app.domain.errors import Code, Refused
from app.models import AuditEntry, BulkReview, Claim, Entry, Notice, SpotCheck, Standing, Teacher
from app.security.actor import acting
from app.services import bulk, samples, unusual
from app.services.bulk import Barred
from app.services.refusals import No
from app.services.unusual import Mark
from tests.services.stage import Stage, claim_in, conference, draft, say

SEED = "0f" * 16
KEYS = [f"first|1|2026-{number:06d}" for number in range(1, 41)]


@given(st.permutations(KEYS), st.integers(0, 100), st.integers(0, 100), st.integers(0, 40))
def test_the_same_claims_give_the_same_sample_whatever_their_order(
    keys: list[str], percent: int, least: int, many: int
) -> None:
    some = keys[:many]
    kept = samples.draw(SEED, percent, least, some)
    assert kept == samples.draw(SEED, percent, least, sorted(some))
    assert set(kept) <= set(some) and len(set(kept)) == len(kept)
    if many < 2:
        assert kept == []
    else:
        assert min(least, many - 1) <= len(kept) <= many - 1
        assert len(kept) >= min(percent * many / 100, many - 1)


def test_the_share_is_rounded_up_and_the_seed_decides() -> None:
    assert len(samples.draw(SEED, 5, 0, KEYS)) == 2
    assert len(samples.draw(SEED, 6, 0, KEYS)) == 3
    assert samples.draw(SEED, 0, 0, KEYS) == []
    assert len(samples.draw(SEED, 0, 1, KEYS)) == 1
    assert samples.draw(SEED, 20, 1, KEYS) != samples.draw("1e" * 16, 20, 1, KEYS)
    # A fixed answer: whoever draws it again elsewhere must find the same.
    assert samples.draw("a", 10, 1, ["first|1|A", "first|1|B", "second|1|A"]) == ["first|1|A"]


@pytest.fixture
def handed_in(held: Any, stage: Stage, clock: Any) -> list[Claim]:
    """Twelve claims of our teacher and a colleague, a day each, waiting for the school."""
    teachers = [held.get_one(Teacher, pk) for pk in (stage.world.ours.teacher, stage.world.ours.colleague)]
    found = []
    for number in range(12):
        day = date(2026, 5, 1) + timedelta(days=number)
        claim = draft(held, teachers[number % 2], stage.actors["school"], clock, conference(f"研讨会{number}", day))
        say(held, claim, "submit", stage.actors["school"], clock)
        found.append(claim)
    held.expire_all()
    return found


@pytest.fixture
def school(stage: Stage) -> Iterator[Any]:
    with acting(stage.actors["school"]) as actor:
        yield actor


def refusal(call: Any) -> Any:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def planned(held: Any, claims: list[Claim], actor: Any, now: Any, leave: Any = ()) -> bulk.Plan:
    return bulk.plan(held, bulk.load(held, [claim.id for claim in claims]), actor, now, leave=leave)


def test_a_bulk_approval_approves_the_rest_and_can_be_drawn_again(
    held: Any, handed_in: list[Claim], school: Any, clock: Any
) -> None:
    made = planned(held, handed_in, school, clock)
    assert (len(made.approved), len(made.kept)) == (11, 1)
    row = bulk.carry_out(held, made, school, clock, leave=())
    assert {claim.state for claim in made.approved} == {"passed_first"}
    assert [claim.state for claim in made.kept] == ["submitted"]
    assert all(claim.recognised_hours == claim.claimed_hours for claim in made.approved)
    assert samples.is_kept(held, made.kept[0]) and not samples.is_kept(held, made.approved[0])
    held.expire_all()
    stored = held.get_one(BulkReview, row.id)
    assert samples.drawn_again(stored) == stored.kept == [samples.key(made.kept[0])]
    assert len(stored.chosen) == 12 and stored.unusual["several"] == {"count": 12, "left_out": False}
    # Chosen again, it stays aside, and nothing is left to approve.
    again = planned(held, handed_in, school, clock)
    assert [claim.id for claim in again.kept_before] == [made.kept[0].id] and again.approved == []
    assert refusal(lambda: bulk.carry_out(held, again, school, clock, leave=())) == No.BULK_NOTHING


def test_a_claim_kept_aside_passes_only_by_who_opened_it(
    held: Any, stage: Stage, handed_in: list[Claim], school: Any, clock: Any
) -> None:
    made = planned(held, handed_in, school, clock)
    bulk.carry_out(held, made, school, clock, leave=())
    (claim,) = made.kept
    assert refusal(lambda: say(held, claim, "approve", school, clock)) == No.SPOT_CHECK_UNOPENED
    # Neither the authority, whose turn it is not, nor the claimant opens it for the school.
    for who in ("authority", "teacher", "city", "auditor"):
        assert samples.opened(held, claim, stage.actors[who], clock) is False
    other = replace(school, user_id=stage.world.users["everything"], name="全能")
    with acting(other):
        assert samples.opened(held, claim, other, clock) is True
    assert refusal(lambda: say(held, claim, "approve", school, clock)) == No.SPOT_CHECK_UNOPENED
    assert samples.opened(held, claim, school, clock) is True
    say(held, claim, "approve", school, clock)
    assert claim.state == "passed_first"
    check = held.scalars(select(SpotCheck)).one()
    assert (check.opened_by_id, check.opened_at) == (school.user_id, clock)
    # The authority's review is another stage, for which it was not drawn.
    say(held, claim, "approve", stage.actors["authority"], clock)
    assert claim.state == "approved"


def test_it_is_returned_freely_and_comes_back_undrawn(
    held: Any, stage: Stage, handed_in: list[Claim], school: Any, clock: Any
) -> None:
    made = planned(held, handed_in, school, clock)
    bulk.carry_out(held, made, school, clock, leave=())
    (claim,) = made.kept
    say(held, claim, "return", school, clock)
    assert not samples.is_kept(held, claim)
    say(held, claim, "submit", school, clock)
    assert claim.round == 2 and not samples.is_kept(held, claim)
    say(held, claim, "approve", school, clock)


def test_the_second_stage_enters_hours_once_and_brings_the_standing_along(
    held: Any, stage: Stage, handed_in: list[Claim], clock: Any
) -> None:
    for claim in handed_in:
        say(held, claim, "approve", stage.actors["school"], clock)
    authority = stage.actors["authority"]
    with acting(authority):
        made = planned(held, handed_in, authority, clock)
        bulk.carry_out(held, made, authority, clock, leave=())
    entries = held.scalars(select(Entry).where(Entry.claim_id.in_([claim.id for claim in handed_in]))).all()
    assert sorted(entry.claim_id for entry in entries) == sorted(claim.id for claim in made.approved)
    for teacher_id in {claim.teacher_id for claim in handed_in}:
        standing = held.scalars(select(Standing).where(Standing.teacher_id == teacher_id, Standing.year == 2026)).one()
        earned = sum((one.hours for one in entries if one.teacher_id == teacher_id), Decimal(0))
        assert standing.total >= earned > 0
    told = held.scalars(select(Notice).where(Notice.kind == "spot_check_kept")).all()
    assert authority.user_id not in {one.user_id for one in told}


def test_what_is_not_the_actors_to_approve_is_left_out_and_said(
    held: Any, stage: Stage, handed_in: list[Claim], clock: Any
) -> None:
    school, authority = stage.actors["school"], stage.actors["authority"]
    say(held, handed_in[0], "approve", school, clock)
    say(held, handed_in[1], "return", school, clock)
    one_person = replace(
        school, authority_ids=authority.authority_ids, teacher_id=stage.world.ours.colleague,
        duties=frozenset({"school", "authority", "teacher"}),
    )  # fmt: skip
    with acting(one_person):
        made = planned(held, handed_in, one_person, clock)
    assert [claim.id for claim in made.barred[Barred.BOTH_STAGES]] == [handed_in[0].id]
    assert [claim.id for claim in made.barred[Barred.STATE]] == [handed_in[1].id]
    assert {claim.teacher_id for claim in made.barred[Barred.OWN]} == {stage.world.ours.colleague}
    assert len(made.barred[Barred.OWN]) == 5 and len(made.approved) + len(made.kept) == 5


def test_one_that_cannot_pass_stops_them_all(
    held: Any, stage: Stage, handed_in: list[Claim], school: Any, clock: Any
) -> None:
    made = planned(held, handed_in, school, clock)
    held.connection().execute(
        Claim.__table__.update().where(Claim.__table__.c.id == made.approved[-1].id).values(category="astrology")
    )
    held.expire_all()
    with held.begin_nested() as point:
        with pytest.raises(Refused) as refused:
            bulk.carry_out(held, made, school, clock, leave=())
        point.rollback()
    assert refused.value.facts["number"] == made.approved[-1].number
    held.expire_all()
    assert {claim.state for claim in handed_in} == {"submitted"}


def test_past_the_deadline_only_the_authority_may_with_its_reason(
    held: Any, stage: Stage, handed_in: list[Claim], clock: Any
) -> None:
    late = clock.replace(year=2027, month=6)
    school, authority = stage.actors["school"], stage.actors["authority"]
    with acting(school):
        assert len(planned(held, handed_in, school, late).barred[Barred.LATE]) == 12
    for claim in handed_in:
        say(held, claim, "approve", school, clock)
    with acting(authority):
        made = planned(held, handed_in, authority, late, leave=None)
        assert len(made.left_out) == 12 == len(made.marks[Mark.LATE])
        made = planned(held, handed_in, authority, late)
        assert refusal(lambda: bulk.carry_out(held, made, authority, late, leave=())) == Code.LATE
        held.expire_all()
    with acting(authority):
        bulk.carry_out(
            held, planned(held, handed_in, authority, late), authority, late, leave=(), override_reason="台风停课"
        )
    assert {one.decisions[-1].override_reason for one in handed_in if one.state == "approved"} == {"台风停课"}


def test_each_mark_finds_its_claims_and_no_others(held: Any, stage: Stage, handed_in: list[Claim], clock: Any) -> None:
    table = Claim.__table__
    ids = [claim.id for claim in handed_in]
    changes: dict[int, dict[str, Any]] = {
        ids[0]: {"is_flagged": True},
        ids[1]: {"title": "TESOL Summer Institute"},
        ids[2]: {"claimed_hours": Decimal(16)},
        ids[3]: {"round": 2},
        ids[4]: {"recognised_hours": Decimal(6), "recognised_category": "professional"},
        ids[5]: {"recognised_hours": Decimal(8), "recognised_category": "elective"},
    }
    changes |= {pk: {"organiser_name": "从未见过的学会"} for pk in ids[6:8]}
    for pk, values in changes.items():
        held.connection().execute(table.update().where(table.c.id == pk).values(**values))
    same = {"title": "同一场年会", "starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 1)}
    for pk, hours in zip(ids[8:11], ("8", "8", "12"), strict=True):
        held.connection().execute(table.update().where(table.c.id == pk).values(claimed_hours=Decimal(hours), **same))
    held.expire_all()
    found = unusual.find(held, bulk.load(held, ids), clock)
    told = {mark: [ids.index(claim.id) for claim in claims] for mark, claims in found.items()}
    assert told == {
        Mark.FLAGGED: [0],
        Mark.FOREIGN: [1],
        Mark.KIND_HOURS: [2],
        Mark.RETURNED: [3],
        Mark.REDUCED: [4, 5],
        Mark.FIRST_ORGANISER: [6, 7],
        Mark.ACTIVITY_HOURS: [10],
        Mark.SEVERAL: list(range(12)),
    }


def test_looking_at_a_selection_asks_the_same_few_questions_of_many_as_of_few(
    held: Any, handed_in: list[Claim], school: Any, clock: Any
) -> None:
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    ids, engine, counts = [claim.id for claim in handed_in], held.get_bind(), []
    event.listen(engine, "before_cursor_execute", note)
    try:
        for some in (ids[:3], ids):
            held.expunge_all()
            asked.clear()
            made = bulk.plan(held, bulk.load(held, some), school, clock)
            assert len(made.approved) + len(made.kept) == len(some)
            counts.append(len(asked))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 12, asked


def test_the_share_is_the_citys_and_each_change_is_written_down(held: Any, stage: Stage) -> None:
    city = stage.actors["city"]
    with acting(city):
        row = samples.set_share(held, 10, 2, city)
    assert (row.sample_percent, row.sample_least) == (10, 2)
    line = held.scalars(select(AuditEntry).where(AuditEntry.subject == "review_setting")).one()
    assert line.before["sample_percent"] == 5 and line.after["sample_percent"] == 10
    for who in ("school", "authority", "auditor", "system", "teacher"):
        assert refusal(lambda who=who: samples.set_share(held, 0, 0, stage.actors[who])) == Code.DUTY_FORBIDS
    for percent, least in ((-1, 0), (101, 0), (0, 101)):
        assert (
            refusal(lambda percent=percent, least=least: samples.set_share(held, percent, least, city))
            == No.SHARE_IMPOSSIBLE
        )


def test_of_few_claims_one_is_kept_and_one_alone_is_no_bulk_approval(
    held: Any, stage: Stage, school: Any, clock: Any
) -> None:
    first, second = (claim_in(held, stage, "submitted", clock) for _ in range(2))
    assert len(planned(held, [first, second], school, clock).kept) == 1
    assert planned(held, [first], school, clock).kept == []
