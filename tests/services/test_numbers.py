"""Running numbers: one after another, each key its own, given back by a rollback."""

from __future__ import annotations

from typing import Any

from app.services import numbers


def test_numbers_follow_one_another_by_key(held: Any) -> None:
    assert [numbers.next_number(held, "a") for _ in range(3)] == [1, 2, 3]
    assert numbers.next_number(held, "b") == 1
    assert numbers.next_number(held, "a", 10) == 4
    assert numbers.next_number(held, "a") == 14
    assert numbers.peek(held, "a") == 14 and numbers.peek(held, "never") == 0


def test_a_first_batch_starts_at_one(held: Any) -> None:
    assert numbers.next_number(held, "fresh", 5) == 1
    assert numbers.next_number(held, "fresh") == 6


def test_a_rollback_gives_numbers_back(held: Any) -> None:
    numbers.next_number(held, "c")
    point = held.begin_nested()
    assert numbers.next_number(held, "c") == 2
    point.rollback()
    assert numbers.next_number(held, "c") == 2


def test_how_numbers_look(held: Any) -> None:
    assert numbers.claim_number(held, 2031) == "2031-000001"
    assert numbers.certificate_number(held, "440105", 2026) == "XS-440105-2026-000001"
    assert numbers.certificate_number(held, "440106", 2026) == "XS-440106-2026-000001"
