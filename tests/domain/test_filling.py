"""What would be gained is never more than what is missing, and a subject that counts already gives only the rest."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.domain.filling import gain

MISSING = {"public": Decimal("6"), "professional": Decimal(0), "total": Decimal("20.5")}


def test_hours_fill_their_category_and_the_total():
    assert gain(MISSING, "public", Decimal(8)) == (6, 8, 8)
    assert gain(MISSING, "public", Decimal("0.5")) == (Decimal("0.5"), Decimal("0.5"), Decimal("0.5"))


def test_hours_of_a_category_that_is_met_or_has_no_minimum_fill_the_total_only():
    assert gain(MISSING, "professional", Decimal(30)) == (0, Decimal("20.5"), 30)
    assert gain(MISSING, "elective", Decimal(4)) == (0, 4, 4)


def test_of_a_public_subject_that_counts_already_only_the_rest_is_gained():
    assert gain(MISSING, "public", Decimal(10), Decimal(8)) == (2, 2, 2)
    assert gain(MISSING, "public", Decimal(8), Decimal(8)) == (0, 0, 0)
    assert gain(MISSING, "public", Decimal(6), Decimal(8)) == (0, 0, 0)


halves = st.integers(0, 200).map(lambda number: Decimal(number) / 2)


@given(halves, halves, halves, halves)
def test_nothing_fills_more_than_is_missing_nor_more_than_it_has(short, total, hours, counted):
    found = gain({"public": short, "total": total}, "public", hours, counted)
    assert 0 <= found.of_category <= min(short, hours) and 0 <= found.of_total <= min(total, hours)
