"""The figures of homes and statistics are those that counting the rows one by one gives."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.days import day_in_china
from app.domain.pace import forecast, left_with, monday
from app.models import AuthorityTally, Claim, Decision, School, SchoolTally, Standing, Teacher
from app.services import register, tallies
from tests.services.stage import claim_in, earn, pass_year

STATES = ("submitted", "passed_first", "approved", "returned", "rejected", "withdrawn", "revoked")


def of_school(session, school_id, year=2026):
    query = select(SchoolTally).where(SchoolTally.school_id == school_id, SchoolTally.year == year)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def counted_by_hand(session, school_id, year):
    """The same figures, one row after another in Python."""
    found = Counter()
    for teacher in session.scalars(select(Teacher).where(Teacher.is_active)):
        standing = session.scalar(select(Standing).where(Standing.teacher_id == teacher.id, Standing.year == year))
        if (standing.school_id if standing else teacher.school_id) != school_id:
            continue
        if standing is None and teacher.joined_on and teacher.joined_on.year > year:
            continue
        found["teachers"] += 1
        if standing is None:
            continue
        found[standing.result] += 1
        if standing.result == "exempt":
            continue
        missing = {name: Decimal(hours) for name, hours in standing.missing.items()}
        pending = Counter()
        for claim in session.scalars(select(Claim).where(Claim.teacher_id == teacher.id, Claim.year == year)):
            if claim.state in ("submitted", "passed_first"):
                pending[claim.recognised_category or claim.category] += (
                    claim.claimed_hours if claim.recognised_hours is None else claim.recognised_hours
                )
        left = left_with(missing, pending)
        found["would_pass"] += not any(left.values())
        for name in missing:
            found[f"{name} met"] += not missing[name]
            found[f"{name} would"] += not left[name]
    for claim in session.scalars(select(Claim).where(Claim.school_id == school_id, Claim.year == year)):
        found["claims"] += claim.state != "draft"
        found[claim.state] += 1
        for decision in session.scalars(select(Decision).where(Decision.claim_id == claim.id)):
            if decision.stage in ("first", "second"):
                found["decisions"] += 1
                found["returns"] += decision.verb == "return"
                found["recent"] += decision.stage == "first"
    return found


def assert_as_by_hand(session, school_id, year=2026):
    row, hand = of_school(session, school_id, year), counted_by_hand(session, school_id, year)
    assert row is not None
    kept = {name: getattr(row, name) for name in tallies.COUNTS}
    assert kept == {
        "teachers": hand["teachers"], "passed": hand["passed"], "exempt": hand["exempt"],
        "would_pass": hand["would_pass"], "claims": hand["claims"], "wait_first": hand["submitted"],
        "wait_second": hand["passed_first"], "returned": hand["returned"], "returns": hand["returns"],
        "decisions": hand["decisions"], "recent_first": hand["recent"],
    }  # fmt: skip
    for name, met in row.categories.items():
        assert met == {"met": hand[f"{name} met"], "would": hand[f"{name} would"]}, name


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(st.sampled_from(STATES), max_size=6), earned=st.sampled_from(["0", "20", "31"]))
def test_the_figures_are_those_of_counting_one_by_one(held, stage, clock, states, earned):
    with held.begin_nested() as step:
        ours = held.get_one(Teacher, stage.world.ours.teacher)
        for category, hours in (("public", "30"), ("elective", "18"), ("professional", earned)):
            if Decimal(hours):
                earn(held, ours, category, hours, date(2026, 5, 4), clock)
        for state in states:
            claim_in(held, stage, state, clock)
        held.flush()
        tallies.take(held, clock)
        for school_id in (stage.world.ours.school, stage.world.theirs.school, stage.college):
            assert_as_by_hand(held, school_id)
        step.rollback()


def test_open_claims_that_would_fill_the_year_count_as_would_pass_only(held, stage, clock):
    teacher = held.get_one(Teacher, stage.world.ours.teacher)
    # 3 hours of the small world, 8 of the claim that is submitted there and 8 of this one: 42 professional in all.
    for category, hours in (("public", "30"), ("elective", "18"), ("professional", "23")):
        earn(held, teacher, category, hours, date(2026, 5, 4), clock)
    claim_in(held, stage, "passed_first", clock)
    tallies.take(held, clock)
    row = of_school(held, stage.world.ours.school)
    assert (row.teachers, row.passed, row.would_pass) == (2, 0, 1)
    assert row.categories["professional"] == {"met": 0, "would": 1}
    assert row.categories["public"] == {"met": 1, "would": 1}


def test_taking_again_changes_nothing_but_the_time(held, stage, clock):
    pass_year(held, stage, clock)
    tallies.take(held, clock)
    columns = [column for column in SchoolTally.__table__.c if column.name != "taken_at"]
    before = held.execute(select(*columns).order_by(SchoolTally.id)).all()
    weeks = held.execute(select(AuthorityTally.authority_id, AuthorityTally.weeks).order_by(AuthorityTally.id)).all()
    later = clock + timedelta(minutes=10)
    tallies.take(held, later)
    assert held.execute(select(*columns).order_by(SchoolTally.id)).all() == before
    again = select(AuthorityTally.authority_id, AuthorityTally.weeks).order_by(AuthorityTally.id)
    assert held.execute(again).all() == weeks
    assert of_school(held, stage.world.ours.school).taken_at == later


def test_a_teacher_who_moved_counts_where_the_year_was_spent(held, stage, clock):
    pass_year(held, stage, clock)
    teacher = held.get_one(Teacher, stage.world.ours.teacher)
    register.transfer(held, teacher, held.get_one(School, stage.world.theirs.school), date(2026, 11, 1), clock)
    tallies.take(held, clock)
    for school_id in (stage.world.ours.school, stage.world.theirs.school):
        assert_as_by_hand(held, school_id)


def test_a_school_without_an_authority_has_weeks_of_its_own(held, stage, clock):
    claim_in(held, stage, "approved", clock, with_authority=False)
    tallies.take(held, clock)
    rows = {row.authority_id: row for row in held.scalars(select(AuthorityTally).where(AuthorityTally.year == 2026))}
    week = rows[None].weeks[-1]
    assert week["on"] == monday(day_in_china(clock)).isoformat()
    assert (week["submitted"], week["first"], week["second"]) == (1, 1, 0)
    assert week["recent"] == {"first": 1, "second": 0}
    assert stage.world.ours.authority in rows


def test_returns_are_counted_by_reason_where_they_were_made(held, stage, clock):
    claim_in(held, stage, "returned", clock)
    tallies.take(held, clock)
    ours = held.scalars(
        select(AuthorityTally).where(
            AuthorityTally.year == 2026, AuthorityTally.authority_id == stage.world.ours.authority
        )
    ).one()
    assert ours.reasons == {"other": 1}
    row = of_school(held, stage.world.ours.school)
    assert row.returns == 1 and row.return_rate == row.returns / row.decisions


def test_one_school_alone_leaves_the_others_as_they_were(held, stage, clock):
    tallies.take(held, clock)
    claim_in(held, stage, "submitted", clock)
    tallies.take(held, clock + timedelta(hours=1), [2026], [stage.world.theirs.school])
    ours, theirs = (of_school(held, one) for one in (stage.world.ours.school, stage.world.theirs.school))
    assert (ours.wait_first, ours.taken_at) == (1, clock)
    assert theirs.taken_at == clock + timedelta(hours=1)


def test_a_closed_and_emptied_school_keeps_no_figures(held, stage, clock):
    district = held.get_one(School, stage.college).district
    empty = register.put_school(
        held, "4401061009", clock, name="空校", district=district, authority=None, ownership="public", kind="primary"
    )
    tallies.take(held, clock)
    assert of_school(held, empty.id) is not None
    register.close_school(held, empty, clock)
    tallies.take(held, clock)
    assert of_school(held, empty.id) is None


def test_the_job_is_put_down_once(held, clock):
    assert tallies.ask(held, clock) is not None
    assert tallies.ask(held, clock) is None


@pytest.mark.parametrize(
    ("waiting", "lately", "due", "finish", "late", "needed"),
    [
        (0, 0, date(2027, 1, 31), date(2027, 1, 19), 0, 0),
        (70, 70, date(2027, 1, 31), date(2027, 1, 25), 0, 6),
        (518, 70, date(2027, 1, 31), date(2027, 3, 11), 39, 40),
        (10, 0, date(2027, 1, 31), None, 0, 1),
        (10, 7, date(2027, 1, 1), date(2027, 1, 28), 27, None),
    ],
)
def test_where_a_pace_leads(waiting, lately, due, finish, late, needed):
    found = forecast(waiting, lately, due, date(2027, 1, 19))
    assert (found.finish_on, found.days_late, found.needed) == (finish, late, needed)
    assert found.is_enough == (waiting == 0 or (finish is not None and late == 0))
