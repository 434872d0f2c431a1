"""Carried hours lead back to the entries they were earned with, whatever the entries and however many years."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.carried import YearHours, trace
from app.domain.policy import pack
from app.domain.standing import Entry, assess, assess_years

YEARS = (2018, 2019, 2020)
FROM_2019 = pack("guangzhou-2019")
halves = st.integers(1, 240).map(lambda number: Decimal(number) / 2)


@st.composite
def ledgers(draw):
    """Entries of three years, most of them professional; ids without an order in time."""
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(YEARS), st.sampled_from(["professional"] * 3 + ["public", "elective"]), halves,
                      st.integers(1, 12), st.integers(1, 28)),
            max_size=14,
        )
    )  # fmt: skip
    ids = draw(st.permutations(range(len(rows))))
    return [
        Entry(key, year, category, "abc"[month % 3] if category == "public" else None, hours, date(year, month, day))
        for key, (year, category, hours, month, day) in zip(ids, rows, strict=True)
    ]


def movements(entries):
    """The standings of the years under the pack that carries, and what moved between them."""
    standings = assess_years(YEARS, entries, lambda year: FROM_2019)
    return standings, trace([year_hours(one, entries) for one in standings])


def year_hours(standing, entries):
    own = tuple(one for one in entries if one.id in standing.counted and one.category == "professional")
    return YearHours(standing.year, standing.carried_in, standing.carried_out, own)


many = settings(max_examples=200, deadline=None)


@many
@given(ledgers())
def test_the_traced_hours_are_exactly_those_that_were_carried(entries):
    standings, moved = movements(entries)
    for one in standings:
        assert sum(part.hours for part in moved[one.year].moved_on) == one.carried_out
        assert sum(part.hours for part in moved[one.year].came_in) == one.carried_in
        assert all(part.year <= one.year for part in moved[one.year].moved_on)
        assert all(part.year < one.year for part in moved[one.year].came_in)


@many
@given(ledgers())
def test_no_entry_is_carried_twice_nor_for_more_than_its_hours(entries):
    _, moved = movements(entries)
    held = {one.id: one for one in entries}
    for movement in moved.values():
        ids = [part.entry for part in movement.moved_on]
        assert len(ids) == len(set(ids))
        for part in movement.moved_on:
            entry = held[part.entry]
            assert 0 < part.hours <= entry.hours and entry.category == "professional"
            assert (part.year, part.on) == (entry.year, entry.on)
    # What moves further on came from the year before, and no more of it.
    for year in YEARS[:-1]:
        left = {part.entry: part.hours for part in moved[year].moved_on}
        for part in moved[year + 1].moved_on:
            assert part.year == year + 1 or part.hours <= left[part.entry]


@many
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_entries_never_matters(entries, random):
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert movements(entries)[1] == movements(shuffled)[1]


def entry(key, year, hours, on):
    return Entry(key, year, "professional", None, Decimal(hours), date.fromisoformat(on))


def test_what_was_earned_last_moves_on_and_an_entry_may_be_split():
    _, moved = movements([entry(1, 2019, "60", "2019-05-01"), entry(2, 2019, "30.5", "2019-11-01")])
    assert [(part.entry, str(part.hours)) for part in moved[2019].moved_on] == [(2, "18.5")]
    _, moved = movements([entry(1, 2019, "90", "2019-11-01"), entry(2, 2019, "10", "2019-05-01")])
    assert [(part.entry, str(part.hours)) for part in moved[2019].moved_on] == [(1, "28")]


def test_hours_carried_in_are_used_up_first_and_what_is_left_of_them_keeps_its_year():
    """2018 leaves 128 over; 2019 adds 10 of its own and lets 66 out: its own 10, and 56 that were earned in 2018."""
    _, moved = movements([entry(1, 2018, "200", "2018-03-01"), entry(2, 2019, "10", "2019-03-01")])
    assert [(part.entry, part.year, str(part.hours)) for part in moved[2020].came_in] == [
        (1, 2018, "56"), (2, 2019, "10")
    ]  # fmt: skip


def test_of_two_on_one_day_the_smaller_id_was_first():
    _, moved = movements([entry(10, 2019, "50", "2019-05-01"), entry(9, 2019, "30", "2019-05-01")])
    assert [part.entry for part in moved[2019].moved_on] == [10]


def test_a_year_that_takes_nothing_in_ends_the_trail():
    entries = [entry(1, 2019, "100", "2019-05-01")]
    first = assess(FROM_2019, 2019, entries)
    second = assess(pack("guangdong-2020-84"), 2020, [])
    moved = trace([year_hours(first, entries), year_hours(second, [])])
    assert moved[2019].moved_on and not moved[2020].came_in and not moved[2020].moved_on


def test_a_year_without_a_standing_in_between_passes_on_what_it_did_not_use():
    moved = trace(
        [
            YearHours(2018, Decimal(0), Decimal(128), (entry(1, 2018, "200", "2018-03-01"),)),
            YearHours(2020, Decimal(56), Decimal(0), ()),
        ]
    )
    assert [(part.year, str(part.hours)) for part in moved[2020].came_in] == [(2018, "56")]
