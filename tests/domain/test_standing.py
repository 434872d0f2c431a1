"""Properties of the assessment that hold for every pack and any entries."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Code, Refused
from app.domain.policy import packs
from app.domain.rules import Rule
from app.domain.standing import Entry, Exemption, ExemptionEffect, assess, assess_years

YEAR = 2019
policies = st.sampled_from(list(packs().values()))
days = st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31))
halves = st.integers(0, 200).map(lambda number: Decimal(number) / 2)


@st.composite
def years(draw):
    """A policy, some entries of one year, and what was carried in."""
    policy = draw(policies)
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(policy.category_ids), st.sampled_from("abc"), halves, days
            ),
            max_size=12,
        )
    )  # fmt: skip
    entries = [
        Entry(number, YEAR, category, subject, hours, on) for number, (category, subject, hours, on) in enumerate(rows)
    ]
    return policy, entries, draw(halves)


quick = settings(max_examples=150, deadline=None)


@quick
@given(years(), st.randoms(use_true_random=False))
def test_the_order_of_entries_never_matters(year, random):
    policy, entries, carried_in = year
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert assess(policy, YEAR, entries, carried_in) == assess(policy, YEAR, shuffled, carried_in)


@quick
@given(years(), st.data())
def test_another_entry_never_lowers_the_total(year, data):
    policy, entries, carried_in = year
    category = data.draw(st.sampled_from(policy.category_ids))
    more = Entry(99, YEAR, category, data.draw(st.sampled_from("abc")), data.draw(halves), date(YEAR, 6, 1))
    before = assess(policy, YEAR, entries, carried_in)
    after = assess(policy, YEAR, [*entries, more], carried_in)
    assert after.total >= before.total
    assert all(after.missing[key] <= before.missing[key] for key in before.missing)
    assert after.carried_out >= before.carried_out


@quick
@given(years())
def test_carried_out_never_exceeds_either_surplus(year):
    policy, entries, carried_in = year
    standing = assess(policy, YEAR, entries, carried_in)
    minimum = policy.category("professional").required
    professional = standing.recognised["professional"] + carried_in
    assert 0 <= standing.carried_out <= max(Decimal(0), professional - minimum)
    assert standing.carried_out <= max(Decimal(0), standing.total - policy.required_total)
    if not policy.carry_out:
        assert standing.carried_out == 0


@quick
@given(years())
def test_every_entry_either_counts_or_says_why_not(year):
    policy, entries, carried_in = year
    standing = assess(policy, YEAR, entries, carried_in)
    left_out = {one.entry for one in standing.not_counted}
    assert standing.counted | left_out == {entry.id for entry in entries} and not standing.counted & left_out
    assert standing.total == carried_in + sum(entry.hours for entry in entries if entry.id in standing.counted)
    assert sum(standing.recognised.values()) + carried_in == standing.total
    for one in standing.not_counted:
        assert one.rule is Rule.DUP_PUBLIC and one.facts["kept"] in standing.counted


@quick
@given(years())
def test_passed_means_that_nothing_is_missing(year):
    policy, entries, carried_in = year
    standing = assess(policy, YEAR, entries, carried_in)
    assert (standing.result == "passed") == (not any(standing.missing.values()))
    assert list(standing.missing)[-1] == "total" and standing.missing_total == standing.missing["total"]


@quick
@given(years())
def test_taking_an_entry_away_again_restores_what_was_before(year):
    policy, entries, carried_in = year
    before = assess(policy, YEAR, entries, carried_in)
    more = Entry(99, YEAR, "public", "a", Decimal(200), date(YEAR, 1, 1))
    assess(policy, YEAR, [*entries, more], carried_in)
    assert assess(policy, YEAR, entries, carried_in) == before


def test_ids_of_numbers_are_compared_as_numbers():
    policy = packs()["guangzhou-2019"]
    same = [Entry(number, YEAR, "public", "a", Decimal(6), date(YEAR, 1, 1)) for number in (10, 9)]
    assert assess(policy, YEAR, same).counted == {9}


def test_an_entry_without_a_day_goes_behind_one_with():
    policy = packs()["guangzhou-2019"]
    one, other = (
        Entry(number, YEAR, "public", "a", Decimal(6), on) for number, on in ((1, None), (2, date(YEAR, 12, 31)))
    )
    assert assess(policy, YEAR, [one, other]).counted == {2}


def test_an_unknown_category_and_another_year_are_refused():
    policy = packs()["accounting-2021"]
    with pytest.raises(Refused) as refusal:
        assess(policy, YEAR, [Entry(1, YEAR, "elective", None, Decimal(6), None)])
    assert (refusal.value.code, refusal.value.facts["entry"]) == (Code.CATEGORY_UNKNOWN, 1)
    with pytest.raises(Refused) as refusal:
        assess(policy, YEAR, [Entry(1, YEAR + 1, "public", "a", Decimal(6), None)])
    assert refusal.value.code == Code.YEAR_OTHER
    with pytest.raises(Refused) as refusal:
        assess(policy, YEAR, [], exemptions=[Exemption(YEAR, ExemptionEffect.CREDITED, Decimal(6), "elective")])
    assert refusal.value.code == Code.CATEGORY_UNKNOWN


def test_earlier_years_with_entries_carry_into_the_asked_one_and_a_gap_breaks_nothing():
    names = {2018: "guangzhou-2019", 2019: "guangzhou-2019", 2020: "guangzhou-2020"}
    entries = [Entry(1, 2018, "professional", None, Decimal(200), date(2018, 1, 1))]
    (only,) = assess_years([2020], entries, lambda year: packs()[names[year]])
    # 2018 lets 128 out; 2019 has nothing but these and lets 128 - 72 = 56 out, which is under the professional surplus.
    assert (only.year, only.carried_in, only.carried_from, only.total) == (2020, 56, 2019, 56)


def test_years_are_answered_in_the_order_asked():
    entries = [Entry(1, 2019, "professional", None, Decimal(100), date(2019, 1, 1))]
    later, earlier = assess_years([2020, 2019], entries, lambda year: packs()[f"guangzhou-{year}"])
    assert (later.year, later.carried_in, earlier.year, earlier.carried_out) == (2020, 28, 2019, 28)
    assert assess_years([], entries, lambda year: packs()[f"guangzhou-{year}"]) == ()
