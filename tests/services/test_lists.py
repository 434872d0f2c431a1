"""Lists of yearly results: who stands on them, for whom, what they say, and what the trail keeps of the ID numbers."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Code, Refused
from app.models import AuditEntry, Job, Organiser, School, Standing, Teacher
from app.security.actor import acting, actor_of
from app.services import attendance, lists
from app.services.lists import Wanted
from app.services.refusals import No
from tests.factories import World, id_number, make_activity, make_teacher

YEAR = 2026


def wanted(use: str = "title_review", **changed: Any) -> Wanted:
    return Wanted(**({"use": use, "year": YEAR, "purpose": "职称评审"} | changed))


def names(session: Any, of: Wanted) -> list[str]:
    return [row.name for rows in lists.batches(session, of) for row in rows]


@contextmanager
def as_duty(session: Any, world: World, duty: str) -> Any:
    with acting(actor_of(session, world.users[duty], duty)) as actor:
        yield actor


def privately(session: Any, school_id: int) -> None:
    session.get_one(School, school_id).ownership = "private"
    session.flush()


@pytest.mark.parametrize("duty", ["school", "authority"])
def test_a_list_holds_only_the_people_within_reach(session: Any, world: World, duty: str) -> None:
    with as_duty(session, world, duty):
        assert names(session, wanted()) == ["何敏", "陈怡"]
        assert lists.count(session, wanted()) == 2
    with as_duty(session, world, "city"):
        assert names(session, wanted()) == ["何敏", "陈怡", "鹮何敏", "鹮陈怡"]
    with as_duty(session, world, "organiser"):
        assert names(session, wanted()) == []


def test_the_allowance_is_for_private_schools_whatever_the_result(session: Any, world: World) -> None:
    assert lists.count(session, wanted("private_allowance")) == 0
    privately(session, world.theirs.school)
    rows = [row for rows in lists.batches(session, wanted("private_allowance")) for row in rows]
    assert [(row.name, row.result) for row in rows] == [("鹮何敏", "not_passed"), ("鹮陈怡", "not_passed")]
    assert lists.count(session, wanted("title_review")) == 4


def test_a_list_is_narrowed_to_a_district_or_a_school(session: Any, world: World) -> None:
    ours = session.get_one(School, world.ours.school)
    assert names(session, wanted(district_id=ours.district_id)) == ["何敏", "陈怡"]
    assert names(session, wanted(school_id=world.theirs.school)) == ["鹮何敏", "鹮陈怡"]
    assert lists.count(session, wanted(school_id=world.theirs.school)) == 2
    assert lists.count(session, wanted(district_id=ours.district_id, school_id=world.theirs.school)) == 0
    with as_duty(session, world, "school"):
        assert lists.count(session, wanted(school_id=world.theirs.school)) == 0


def test_the_exempt_stand_on_a_list_as_exempt(session: Any, world: World) -> None:
    standing = session.scalars(select(Standing).where(Standing.teacher_id == world.ours.teacher)).first()
    standing.result = "exempt"
    session.flush()
    rows = {row.name: row.result for rows in lists.batches(session, wanted()) for row in rows}
    assert rows["陈怡"] == "exempt"


def test_a_row_says_the_whole_number_and_hours_that_add_up(session: Any, world: World, clock: datetime) -> None:
    teacher = session.get_one(Teacher, world.ours.teacher)
    body = session.scalars(select(Organiser)).first()
    activity = make_activity(
        session, "L-1", "课程", kind="online", hours=Decimal("4.5"), organiser_id=body.id, category="elective"
    )
    attendance.register(session, activity, teacher, date(2026, 3, 4), Decimal("4.5"), True, clock)
    standing = session.scalars(
        select(Standing).where(Standing.teacher_id == teacher.id, Standing.year == YEAR)
    ).one()
    standing.carried_in, standing.total = Decimal(10), standing.total + 10
    session.flush()
    row = next(row for rows in lists.batches(session, wanted(school_id=world.ours.school)) for row in rows
               if row.name == "陈怡")  # fmt: skip
    assert row.id_number == id_number(1)
    assert (row.school, row.series, row.title, row.year) == ("西关小学", "teacher", "first", YEAR)
    # Three registered hours, and the ten carried in are professional ones.
    assert row.hours == {"public": 0, "professional": 13, "elective": Decimal("4.5")}
    assert row.total == sum(row.hours.values()) == Decimal("17.5")


def test_asking_needs_a_purpose_a_known_list_and_somebody_on_it(session: Any, world: World, clock: datetime) -> None:
    with as_duty(session, world, "school") as actor:
        for asked, code in (
            (wanted(purpose="  "), Code.REASON_MISSING),
            (wanted("lottery"), No.LIST_UNKNOWN),
            (wanted(year=2019), No.LIST_EMPTY),
            (wanted(school_id=world.theirs.school), No.LIST_EMPTY),
        ):
            with pytest.raises(Refused) as refusal:
                lists.ask(session, asked, actor, clock)
            assert refusal.value.code == code
        assert lists.ask(session, wanted(), actor, clock).user_id == actor.user_id
    assert len(session.scalars(select(Job)).all()) == 1
    # Asking reveals nothing, so the trail has nothing yet.
    assert not session.scalars(select(AuditEntry).where(AuditEntry.subject == "result_list")).all()


def test_what_is_revealed_is_written_down_with_its_purpose_and_number(session: Any, world: World) -> None:
    with as_duty(session, world, "authority") as actor:
        lists.record_reveal(session, wanted(), 2)
    line = session.scalars(select(AuditEntry).where(AuditEntry.subject == "result_list")).one()
    assert (line.user_id, line.change, line.subject_id) == (actor.user_id, "event", "title_review")
    assert line.after == {"use": "title_review", "year": YEAR, "purpose": "职称评审", "id_numbers": 2}


def test_the_years_offered_are_the_verified_ones(session: Any, world: World, clock: datetime) -> None:
    assert lists.years(session, clock) == [2026]


def test_schools_are_read_some_at_a_time_in_the_order_of_the_list(
    session: Any, world: World, clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "SCHOOLS_AT_ONCE", 1)
    make_teacher(session, session.get_one(School, world.ours.school), "安然", 77, clock)
    parts = [[row.name for row in rows] for rows in lists.batches(session, wanted())]
    assert [part for part in parts if part] == [["何敏", "安然", "陈怡"], ["鹮何敏", "鹮陈怡"]]


def test_a_use_is_told_by_the_clause_of_the_earliest_pack() -> None:
    """S1 §五（一） of 2019 itself, not the reading of a later pack."""
    assert {use.id: use.source for use in lists.uses().values()} == {
        "private_allowance": "S1 §五（一）",
        "registration": "S1 §五（二）1",
        "title_review": "S2 §三（一）：从 2019 年起",
    }
