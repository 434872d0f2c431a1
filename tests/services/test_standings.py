"""Standings follow the ledger in the same transaction, for the right years and schools; a rebuild finds the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.errors import Refused
from app.domain.scope import Stay, school_in_year, years_in_scope
from app.models import AuditEntry, Claim, Entry, PolicyBinding, School, Standing, Teacher
from app.services import attendance, register, standings
from tests.factories import make_teacher
from tests.services.stage import Stage, claim_in, digest, earn, say, standing_of


def day(year: int, month: int = 5, on: int = 4) -> date:
    return date(year, month, on)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("stays", "with_hours", "years"),
    [
        ([Stay(1, day(2019), None)], [], (2019, 2020, 2021)),
        ([Stay(1, day(2020), None)], [], (2020, 2021)),
        ([Stay(1, day(2019), day(2020))], [], (2019, 2020)),
        ([Stay(1, day(2022), None)], [], ()),
        ([Stay(1, day(2022), None)], [2020], (2020,)),
        ([Stay(1, day(2019), day(2019, 6)), Stay(2, day(2021), None)], [], (2019, 2021)),
        ([], [2018], (2018,)),
    ],
)
def test_the_years_somebody_answers_for(stays: list[Stay], with_hours: list[int], years: tuple[int, ...]) -> None:
    assert years_in_scope(stays, with_hours, (2019, 2020, 2021)) == years


@pytest.mark.pure
def test_the_school_of_a_year_is_where_the_teacher_was_last_in_it() -> None:
    stays = [Stay(1, day(2019), day(2020, 8, 31)), Stay(2, day(2020, 9, 1), None)]
    assert [school_in_year(stays, year, 9) for year in (2018, 2019, 2020, 2021)] == [9, 1, 2, 2]


@pytest.fixture
def teacher(held: Any, stage: Stage, clock: datetime) -> Teacher:
    """Somebody at our school since September 2018, with nothing earned."""
    school = held.get_one(School, stage.world.ours.school)
    return make_teacher(held, school, "钟文", 600, clock, joined_on=date(2018, 9, 1))


def all_standings(session: Any, teacher: Teacher) -> dict[int, Standing]:
    rows = session.scalars(select(Standing).where(Standing.teacher_id == teacher.id).order_by(Standing.year))
    return {row.year: row for row in rows}


def test_a_new_teacher_stands_for_the_current_year(held: Any, teacher: Teacher) -> None:
    (row,) = all_standings(held, teacher).values()
    assert (row.year, row.policy, row.result, row.total) == (2026, "guangdong-2021", "not_passed", 0)
    assert row.missing == {"public": "30", "professional": "42", "elective": "18", "total": "90"}


def test_surplus_of_2019_enters_2020_and_stops_there(held: Any, teacher: Teacher) -> None:
    """S1 §四（三）; S2 bars prior years' hours in 2021."""
    then = datetime(2019, 12, 1, tzinfo=UTC)
    for category, hours in (("public", "18"), ("professional", "70")):
        earn(held, teacher, category, hours, day(2019), then)
    earn(held, teacher, "professional", "60", day(2020), datetime(2020, 6, 1, tzinfo=UTC))
    earn(held, teacher, "elective", "1", day(2021), datetime(2021, 6, 1, tzinfo=UTC))
    rows = all_standings(held, teacher)
    assert [(y, r.policy, r.carried_in, r.carried_out, r.total) for y, r in rows.items() if y < 2022] == [
        (2019, "guangzhou-2019", 0, 16, 88),
        (2020, "guangzhou-2020", 16, 0, 76),
        (2021, "guangdong-2021", 0, 0, 1),
    ]
    assert rows[2019].result == "passed" and rows[2020].missing["public"] == "18"


def test_taking_back_an_old_year_lowers_the_next(held: Any, teacher: Teacher, clock: datetime) -> None:
    then = datetime(2019, 12, 1, tzinfo=UTC)
    attended = earn(held, teacher, "professional", "90", day(2019), then)
    earn(held, teacher, "public", "18", day(2020), datetime(2020, 6, 1, tzinfo=UTC))
    assert standing_of(held, teacher.id, 2020).carried_in == 18
    attendance.void(held, attended, "登记有误", clock)
    assert 2019 not in all_standings(held, teacher) or standing_of(held, teacher.id, 2019).total == 0
    assert standing_of(held, teacher.id, 2020).carried_in == 0


def test_the_same_public_subject_counts_once(held: Any, teacher: Teacher, clock: datetime) -> None:
    for hours in ("10", "12", "12"):
        earn(held, teacher, "public", hours, day(2026), clock, subject="rural-revival")
    row = standing_of(held, teacher.id)
    assert row.recognised["public"] == "12" and row.total == 12
    entries = held.scalars(select(Entry.id).where(Entry.teacher_id == teacher.id).order_by(Entry.id)).all()
    assert row.not_counted == [
        {"entry": entry, "rule": "DUP-PUBLIC", "kept": entries[1]} for entry in (entries[0], entries[2])
    ]


def test_a_transfer_moves_the_year_and_leaves_the_past(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    earn(held, teacher, "professional", "6", day(2020), datetime(2020, 6, 1, tzinfo=UTC))
    theirs = held.get_one(School, stage.world.theirs.school)
    register.transfer(held, teacher, theirs, date(2026, 9, 1), clock)
    rows = all_standings(held, teacher)
    assert rows[2020].school_id == stage.world.ours.school
    assert rows[2026].school_id == theirs.id


def test_somebody_who_left_stands_for_the_years_they_were_there(held: Any, teacher: Teacher, clock: datetime) -> None:
    earn(held, teacher, "professional", "6", day(2019), datetime(2019, 6, 1, tzinfo=UTC))
    register.depart(held, teacher, date(2026, 3, 1), "resigned", clock)
    next_year = datetime(2027, 3, 1, tzinfo=UTC)
    standings.refresh(held, teacher.id, next_year)
    assert 2027 not in all_standings(held, teacher) and 2019 in all_standings(held, teacher)


def test_new_year_does_not_unmake_the_year_of_somebody_without_hours(held: Any, teacher: Teacher) -> None:
    """Who earned nothing did not pass, and the lists of subsidies and title reviews must say so (SUBSIDY)."""
    standings.refresh(held, teacher.id, datetime(2027, 1, 2, tzinfo=UTC))
    rows = all_standings(held, teacher)
    assert sorted(rows) == [2026, 2027] and rows[2026].result == "not_passed"


def test_a_bound_year_is_verified_for_everybody_there(held: Any, teacher: Teacher, clock: datetime) -> None:
    held.add(PolicyBinding(year=2020, series="teacher", policy="guangdong-2020-84"))
    held.flush()
    standings.refresh(held, teacher.id, clock)
    assert all_standings(held, teacher)[2020].policy == "guangdong-2020-84"
    assert standings.policy_for(held, 2020, "teacher").id == "guangdong-2020-84"
    assert standings.policy_for(held, 2020, "library").id == "guangzhou-2020"


def test_a_year_without_a_pack_is_refused(held: Any) -> None:
    with pytest.raises(Refused):
        standings.policy_for(held, 2001, "teacher")


def test_refresh_touches_only_what_differs(held: Any, teacher: Teacher, clock: datetime) -> None:
    earn(held, teacher, "professional", "6", day(2019), datetime(2019, 6, 1, tzinfo=UTC))
    standings.refresh(held, teacher.id, clock)
    before = digest(held)
    standings.refresh(held, teacher.id, clock)
    assert digest(held) == before
    earn(held, teacher, "elective", "6", day(2026), clock)
    last = held.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(3)).all()
    assert [row.subject for row in last].count("standing") == 1


def test_rebuild_finds_what_was_kept(held: Any, stage: Stage, clock: datetime) -> None:
    claim_in(held, stage, "approved", clock)
    claim_in(held, stage, "revoked", clock)
    held.flush()
    assert list(standings.differences(held, clock)) == []
    assert standings.rebuild(held, clock) == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("total", Decimal(91)),
        ("result", "passed"),
        ("recognised", {}),
        ("carried_in", Decimal(1)),
        ("policy", "guangzhou-2019"),
    ],
)
def test_a_tampered_standing_is_found_and_mended(
    held: Any, stage: Stage, clock: datetime, column: str, value: Any
) -> None:
    table, teacher_id = Standing.__table__, stage.world.ours.teacher
    held.connection().execute(table.update().where(table.c.teacher_id == teacher_id).values({column: value}))
    (found,) = standings.differences(held, clock)
    assert (found.teacher_id, found.year) == (teacher_id, 2026)
    assert found.kept is not None and found.kept[column] == value != found.computed[column]
    assert list(standings.differences(held, clock, year=2025)) == []
    assert standings.rebuild(held, clock) == 1
    held.flush()
    assert list(standings.differences(held, clock)) == []


def test_a_missing_and_a_foreign_standing_are_found(held: Any, stage: Stage, clock: datetime) -> None:
    table = Standing.__table__
    held.connection().execute(table.delete().where(table.c.teacher_id == stage.world.ours.teacher))
    held.connection().execute(table.update().where(table.c.teacher_id == stage.world.ours.colleague).values(year=2031))
    found = {
        (row.teacher_id, row.year): (row.kept is None, row.computed is None)
        for row in standings.differences(held, clock)
    }
    assert found == {
        (stage.world.ours.teacher, 2026): (True, False),
        (stage.world.ours.colleague, 2026): (True, False),
        (stage.world.ours.colleague, 2031): (False, True),
    }


STEP = st.tuples(
    st.sampled_from(["approve", "revoke", "attend", "void"]),
    st.integers(0, 9),
    st.sampled_from(["public", "professional", "elective"]),
    st.sampled_from(["0.01", "3", "7.5", "42"]),
    st.sampled_from([2019, 2020, 2021, 2026]),
)


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=3, max_size=12))
def test_whatever_happens_the_kept_standings_are_what_the_ledger_adds_up_to(
    held: Any, stage: Stage, clock: datetime, steps: list[tuple[str, int, str, str, int]]
) -> None:
    point = held.begin_nested()
    teacher = held.get_one(Teacher, stage.world.ours.teacher)
    approved: list[Claim] = []
    attended: list[Any] = []
    for what, which, category, hours, year in steps:
        if what == "approve":
            approved.append(claim_in(held, stage, "approved", clock))
        elif what == "revoke" and approved:
            say(held, approved.pop(which % len(approved)), "revoke", stage.actors["city"], clock)
        elif what == "attend":
            attended.append(earn(held, teacher, category, hours, day(year), datetime(year, 6, 1, tzinfo=UTC)))
        elif what == "void" and attended:
            attendance.void(held, attended.pop(which % len(attended)), "登记有误", clock)
    held.flush()
    assert list(standings.differences(held, clock)) == []
    live = sum((one.recognised_hours for one in approved), Decimal(3)) + sum(
        (one.hours for one in attended if one.activity.category != "public" and one.attended_on.year == 2026),
        Decimal(0),
    )
    counted = standing_of(held, stage.world.ours.teacher).recognised
    assert Decimal(counted["professional"]) + Decimal(counted["elective"]) == live
    point.rollback()
    held.expire_all()
