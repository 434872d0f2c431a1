"""Conversion beyond the stories: what makes no sense, and properties of DAY."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Code, Refused
from app.domain.hours import ClaimFacts, Session, convert, plain
from app.domain.policy import packs

POLICY = packs()["guangdong-2021"]
DAY = date(2021, 3, 5)


def conference(*sessions: Session, **more) -> ClaimFacts:
    return ClaimFacts("conference", passed=True, related=True, sessions=sessions, **more)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (ClaimFacts("holiday", year=2021), Code.KIND_UNKNOWN),
        (conference(), Code.SESSIONS_MISSING),
        (conference(Session(DAY)), Code.SESSION_EMPTY),
        (conference(Session(DAY, full_day=True, minutes=90)), Code.SESSION_BOTH),
        (conference(Session(DAY, minutes=0)), Code.MINUTES_NOT_POSITIVE),
        (conference(Session(DAY, minutes=-45)), Code.MINUTES_NOT_POSITIVE),
        (conference(Session(DAY, minutes=1441)), Code.MINUTES_OVER_DAY),
        (conference(Session(date(1021, 3, 5), full_day=True)), Code.YEAR_IMPOSSIBLE),
        (conference(Session(DAY, full_day=True), category="leisure"), Code.CATEGORY_UNKNOWN),
        (conference(Session(DAY, full_day=True), category="public"), Code.CATEGORY_NOT_ALLOWED),
        (conference(Session(DAY, full_day=True), stated_hours=Decimal("NaN")), Code.HOURS_NOT_A_NUMBER),
        (conference(Session(DAY, full_day=True), stated_hours=Decimal("Infinity")), Code.HOURS_NOT_A_NUMBER),
        (conference(Session(DAY, full_day=True), stated_hours=Decimal(-1)), Code.HOURS_NEGATIVE),
        (conference(Session(DAY, full_day=True), stated_hours=Decimal(0)), Code.HOURS_NOT_POSITIVE),
        (conference(Session(DAY, full_day=True), stated_hours=Decimal("1e9")), Code.HOURS_TOO_MANY),
        (conference(Session(DAY, full_day=True), stated_hours=Decimal("0.0000001")), Code.HOURS_TOO_FINE),
        (ClaimFacts("result", author="main", year=20021), Code.YEAR_IMPOSSIBLE),
    ],
)
def test_what_makes_no_sense_is_refused(facts, code):
    with pytest.raises(Refused) as refusal:
        convert(POLICY, facts)
    assert refusal.value.code == code


def test_a_failed_claim_is_still_refused_where_it_makes_no_sense():
    with pytest.raises(Refused):
        convert(POLICY, ClaimFacts("conference", passed=False, sessions=(Session(DAY, minutes=-1),)))


def test_a_day_says_how_its_hours_came_about():
    (part,) = convert(
        POLICY,
        conference(Session(DAY, minutes=400), Session(DAY, minutes=5), Session(date(2021, 3, 4), True)),
    )
    first, second = part.steps
    assert (first.on, first.full_day, first.hours, first.rule) == (date(2021, 3, 4), True, 8, "DAY")
    assert (second.on, second.minutes, second.hours, second.capped) == (DAY, 405, 8, True)
    assert first.source == "S2 §二（一）：每天 8 学时"


sessions = st.lists(
    st.tuples(st.dates(date(2020, 12, 28), date(2021, 1, 3)), st.integers(1, 200)).map(
        lambda pair: Session(pair[0], minutes=pair[1])
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["guangdong-2021", "guangzhou-2019"]), sessions, st.randoms(use_true_random=False))
def test_days_are_capped_floored_split_by_year_and_free_of_order(name, stays, random):
    policy = packs()[name]
    parts = convert(policy, conference(*stays))
    minutes: dict[date, int] = {}
    for stay in stays:
        minutes[stay.on] = minutes.get(stay.on, 0) + stay.minutes
    for year in (2020, 2021):
        wanted = sum(min(int(policy.daily_hours), m // 45) for on, m in minutes.items() if on.year == year)
        assert sum(part.hours for part in parts if part.year == year) == wanted
    assert all(part.hours > 0 for part in parts)
    random.shuffle(stays)
    assert convert(policy, conference(*stays)) == parts


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ("18", "18"),
        ("18.50", "18.5"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0.00", "0"),
        ("-0", "0"),
        ("0.5", "0.5"),
    ],
)
def test_hours_are_written_plainly(hours, text):
    assert plain(Decimal(hours)) == text
