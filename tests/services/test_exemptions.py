"""Exemptions: each refusal, each effect, and ending one leaves what was there before (EXEMPT, R)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain.errors import Code, Refused
from app.models import Exemption, PolicyBinding, School, Standing, Teacher
from app.security.actor import acting
from app.security.session import OutOfReach
from app.services import bindings, exemptions, register, standings
from app.services.refusals import No
from tests.factories import make_teacher
from tests.services.exempting import FIRST, LAST, end, grant, settled
from tests.services.stage import Stage, earn, standing_of


@pytest.fixture
def teacher(held: Any, stage: Stage, clock: datetime) -> Teacher:
    return settled(held, stage, clock)


def kept(session: Any, teacher: Teacher) -> dict[int, dict[str, Any]]:
    """Every standing of a teacher, in the columns that a recomputation compares."""
    session.flush()
    rows = session.scalars(
        select(Standing).where(Standing.teacher_id == teacher.id).execution_options(populate_existing=True)
    )
    return {row.year: {name: getattr(row, name) for name in standings.COMPARED} for row in rows}


def test_exempt_frees_from_every_year_the_period_touches_and_from_no_other(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    held.add_all(PolicyBinding(year=year, series="teacher", policy="guangdong-2021") for year in (2023, 2024, 2025))
    held.flush()
    made = grant(held, stage, teacher, clock, from_on=date(2024, 9, 1), to_on=date(2025, 1, 31))
    assert {year: row["result"] for year, row in kept(held, teacher).items()} == {
        2023: "not_passed", 2024: "exempt", 2025: "exempt", 2026: "not_passed",
    }  # fmt: skip
    assert (made.school_id, made.granted_by, made.granted_at) == (teacher.school_id, "authority", clock)


def test_credited_hours_fill_a_category_and_are_told_apart(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    earn(held, teacher, "professional", "6", date(2026, 3, 2), clock)
    grant(held, stage, teacher, clock, "credited")
    row = standing_of(held, teacher.id)
    assert (row.recognised["professional"], row.credited, row.total) == ("16", {"professional": "10"}, 16)
    assert row.missing["professional"] == "26" and row.result == "not_passed"


def test_a_note_changes_no_standing(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    before = kept(held, teacher)
    grant(held, stage, teacher, clock, "none", reason="病休")
    assert kept(held, teacher) == before


def test_credited_hours_are_not_carried_over(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    """S1 §四（三） carries what was earned; hours credited fill their own year (R)."""
    then = datetime(2019, 12, 1, tzinfo=UTC)
    for category, hours in (("public", "18"), ("professional", "60")):
        earn(held, teacher, category, hours, date(2019, 5, 4), then)
    earn(held, teacher, "professional", "1", date(2020, 5, 4), datetime(2020, 6, 1, tzinfo=UTC))
    grant(held, stage, teacher, clock, "credited", from_on=date(2019, 3, 1), to_on=date(2019, 6, 30))
    rows = kept(held, teacher)
    assert (rows[2019]["total"], rows[2019]["carried_out"], rows[2020]["carried_in"]) == (88, 6, 6)


REFUSED: list[tuple[str, dict[str, Any], Any]] = [
    ("no reason", {"reason": " \n "}, Code.REASON_MISSING),
    ("a letter for a reason", {"reason": "事" * 81}, No.EXEMPTION_REASON_LONG),
    ("an ID number in it", {"reason": "产假 440105198503120018"}, No.EXEMPTION_REASON_ID_NUMBER),
    ("an unknown effect", {"effect": "half"}, Code.EFFECT_UNKNOWN),
    ("reversed", {"from_on": LAST, "to_on": FIRST}, No.EXEMPTION_REVERSED),
    ("six years", {"from_on": date(2021, 1, 1), "to_on": date(2026, 1, 1)}, No.EXEMPTION_TOO_LONG),
    ("a year no pack binds", {"from_on": date(2015, 1, 1), "to_on": date(2015, 2, 1)}, Code.YEAR_UNBOUND),
    ("even to note it", {"effect": "none", "from_on": date(2015, 1, 1), "to_on": date(2015, 2, 1)}, Code.YEAR_UNBOUND),
    ("hours where none are credited", {"hours": Decimal(1)}, No.CREDIT_UNASKED),
    ("a category where none is credited", {"effect": "none", "category": "public"}, No.CREDIT_UNASKED),
    ("credit without category", {"effect": "credited", "category": None}, No.CREDIT_CATEGORY),
    ("credit without hours", {"effect": "credited", "hours": None}, No.CREDIT_HOURS),
    ("no hours", {"effect": "credited", "hours": Decimal(0)}, Code.HOURS_NOT_POSITIVE),
    ("negative hours", {"effect": "credited", "hours": Decimal(-1)}, Code.HOURS_NEGATIVE),
    ("hours that are no number", {"effect": "credited", "hours": Decimal("NaN")}, Code.HOURS_NOT_A_NUMBER),
    ("more hours than a year has", {"effect": "credited", "hours": Decimal(10**9)}, Code.HOURS_TOO_MANY),
    ("a thousandth of an hour", {"effect": "credited", "hours": Decimal("0.001")}, Code.HOURS_TOO_FINE),
    ("a category the pack has not", {"effect": "credited", "category": "credits"}, Code.CATEGORY_UNKNOWN),
    ("credit over New Year", {"effect": "credited", "from_on": date(2025, 12, 1)}, No.CREDIT_TWO_YEARS),
]


@pytest.mark.parametrize(("said", "code"), [pytest.param(said, code, id=tells) for tells, said, code in REFUSED])
def test_what_is_refused_changes_nothing(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime, said: dict[str, Any], code: Any
) -> None:
    before = kept(held, teacher)
    with pytest.raises(Refused) as refusal:
        grant(held, stage, teacher, clock, **said)
    assert refusal.value.code is code
    assert held.scalar(select(func.count(Exemption.id)).where(Exemption.teacher_id == teacher.id)) == 0
    assert kept(held, teacher) == before


def test_a_year_on_nobodys_staff_cannot_be_exempted_but_noted(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    new = make_teacher(held, teacher.school, "新人", 611, clock, joined_on=date(2026, 9, 1))
    period = {"from_on": date(2025, 9, 1), "to_on": date(2026, 1, 31)}
    for effect in ("exempt", "credited"):
        said = period if effect == "exempt" else {"from_on": date(2025, 9, 1), "to_on": date(2025, 12, 31)}
        with pytest.raises(Refused) as refusal:
            grant(held, stage, new, clock, effect, **said)
        assert refusal.value.code is No.EXEMPTION_OUT_OF_SCOPE
        assert dict(refusal.value.facts) == {"year": 2025, "name": "新人"}
    grant(held, stage, new, clock, "none", **period)


def test_the_same_effect_twice_at_a_time_is_refused_until_the_first_is_ended(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    first = grant(held, stage, teacher, clock)
    with pytest.raises(Refused) as refusal:
        grant(held, stage, teacher, clock, from_on=LAST, to_on=date(2026, 9, 1))
    assert refusal.value.code is No.EXEMPTION_OVERLAPS
    grant(held, stage, teacher, clock, from_on=date(2026, 7, 11), to_on=date(2026, 9, 1))
    end(held, stage, first, clock)
    grant(held, stage, teacher, clock)


def test_hours_may_be_credited_in_two_categories_at_a_time(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    grant(held, stage, teacher, clock, "credited")
    grant(held, stage, teacher, clock, "credited", category="elective", hours=Decimal("4.5"))
    assert standing_of(held, teacher.id).credited == {"professional": "10", "elective": "4.5"}
    with pytest.raises(Refused) as refusal:
        grant(held, stage, teacher, clock, "credited", hours=Decimal(1))
    assert refusal.value.code is No.EXEMPTION_OVERLAPS


@pytest.mark.parametrize("who", ["authority", "city"])
def test_the_reviewing_authority_and_the_city_grant_and_end(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime, who: str
) -> None:
    made = grant(held, stage, teacher, clock, who=who)
    end(held, stage, made, clock, who=who)
    assert (made.ended_at, made.end_reason, made.is_in_force) == (clock, "误录", False)


@pytest.mark.parametrize("who", ["teacher", "school", "organiser", "auditor", "system", "authority elsewhere"])
def test_nobody_else_grants_or_ends(held: Any, stage: Stage, teacher: Teacher, clock: datetime, who: str) -> None:
    made = grant(held, stage, teacher, clock, "none")
    point = held.begin_nested()
    with pytest.raises(OutOfReach):
        grant(held, stage, teacher, clock, who=who)
    point.rollback()
    held.expire_all()
    point = held.begin_nested()
    with pytest.raises(OutOfReach):
        end(held, stage, made, clock, who=who)
    point.rollback()
    held.expire_all()
    assert made.is_in_force


def test_a_school_without_second_review_turns_to_the_city(held: Any, stage: Stage, clock: datetime) -> None:
    professor = held.get_one(Teacher, stage.professor)
    point = held.begin_nested()
    with pytest.raises(OutOfReach):
        grant(held, stage, professor, clock)
    point.rollback()
    assert grant(held, stage, held.get_one(Teacher, stage.professor), clock, who="city").id


def test_nobody_grants_or_ends_their_own(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    made = grant(held, stage, teacher, clock)
    teacher.user_id = stage.actors["city"].user_id
    held.flush()
    own = replace(stage.actors["city"], teacher_id=teacher.id, duties=frozenset({"city", "teacher"}))
    with acting(own):
        assert not exemptions.is_kept(held, made)
        for attempt in (
            lambda: exemptions.grant(held, teacher, FIRST, LAST, "none", "产假", None, None, own, clock),
            lambda: exemptions.end(held, made, "误录", own, clock),
        ):
            with pytest.raises(Refused) as refusal:
                attempt()
            assert refusal.value.code is No.OWN_EXEMPTION


def test_an_ended_one_is_ended_once_and_with_a_reason(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    made = grant(held, stage, teacher, clock)
    with pytest.raises(Refused) as refusal:
        end(held, stage, made, clock, reason="  ")
    assert refusal.value.code is Code.REASON_MISSING
    end(held, stage, made, clock)
    with pytest.raises(Refused) as refusal:
        end(held, stage, made, clock)
    assert refusal.value.code is No.EXEMPTION_ENDED


PERIODS = st.sampled_from([(2019, 2019), (2020, 2020), (2019, 2021), (2021, 2021), (2026, 2026), (2025, 2026)])


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    effect=st.sampled_from(["none", "exempt", "credited"]),
    period=PERIODS,
    category=st.sampled_from(["public", "professional", "elective"]),
    hours=st.sampled_from(["0.5", "30", "120"]),
    earned=st.lists(
        st.tuples(
            st.sampled_from(["public", "professional", "elective"]),
            st.sampled_from(["18", "42", "70.5"]),
            st.sampled_from([2019, 2020, 2021, 2026]),
        ),
        max_size=5,
    ),
)
def test_ending_restores_exactly_what_was_before(
    held: Any,
    stage: Stage,
    clock: datetime,
    effect: str,
    period: tuple[int, int],
    category: str,
    hours: str,
    earned: list[tuple[str, str, int]],
) -> None:
    point = held.begin_nested()
    colleague = held.get_one(Teacher, stage.world.ours.colleague)
    for of, many, year in earned:
        earn(held, colleague, of, many, date(year, 10, 10), datetime(year, 11, 1, tzinfo=UTC))
    # Earned in the past, they left the standings as they were then.
    standings.refresh(held, colleague.id, clock)
    before = kept(held, colleague)
    first, last = period
    said: dict[str, Any] = {"from_on": date(first, 10, 1), "to_on": date(last, 11, 30)}
    if effect == "credited":
        said |= {"from_on": date(last, 10, 1), "category": category, "hours": Decimal(hours)}
    made = grant(held, stage, colleague, clock, effect, **said)
    during = kept(held, colleague)
    # Comparing lets go of every object.
    key = made.id
    assert list(standings.differences(held, clock)) == []
    made, colleague = held.get_one(Exemption, key), held.get_one(Teacher, stage.world.ours.colleague)
    assert (during == before) == (effect == "none" or not set(before) & set(range(first, last + 1)))
    assert {year: row["carried_out"] for year, row in during.items()} == {
        year: row["carried_out"] for year, row in before.items()
    }
    end(held, stage, made, clock)
    assert kept(held, colleague) == before
    point.rollback()
    held.expire_all()


def test_a_pack_without_a_place_for_credited_hours_is_refused(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    grant(held, stage, teacher, clock, "credited", category="elective")
    with pytest.raises(Refused) as refusal:
        bindings.bind(held, None, 2026, "teacher", "accounting-2021", clock)
    assert refusal.value.code is Code.CATEGORY_UNKNOWN


def test_the_exemptions_of_a_year_are_those_that_touch_it_and_are_in_force(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    made = grant(held, stage, teacher, clock, from_on=date(2025, 12, 31), to_on=date(2026, 1, 1))
    assert [exemptions.of_year(held, teacher.id, year) for year in (2024, 2025, 2026, 2027)] == [[], [made], [made], []]
    end(held, stage, made, clock)
    assert exemptions.of_year(held, teacher.id, 2026) == []


def test_an_exemption_stays_with_its_year_when_the_teacher_moves_on(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    """The new authority reads it; the one that granted it, or the city, ends it."""
    made = grant(held, stage, teacher, clock)
    theirs = held.get_one(School, stage.world.theirs.school)
    register.transfer(held, teacher, theirs, date(2026, 11, 1), clock)
    assert standing_of(held, teacher.id).result == "exempt"
    with acting(stage.actors["authority elsewhere"]):
        assert exemptions.of_year(held, teacher.id, 2026) == [made]
        assert not exemptions.is_kept(held, made)
    with acting(stage.actors["authority"]):
        assert exemptions.is_kept(held, made)
