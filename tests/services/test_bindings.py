"""Bindings: taken back as safely as made, frozen by certificates, and told before they are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Code, Refused
from app.models import Job, PolicyBinding, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services import bindings, certificates, standings
from app.services.refusals import No
from tests.services.stage import Stage, earn, pass_year, standing_of


@pytest.fixture
def teacher(held: Any, stage: Stage) -> Teacher:
    return held.get_one(Teacher, stage.world.ours.teacher)


def jobs_of(session: Any) -> list[Job]:
    return list(session.scalars(select(Job).where(Job.kind == bindings.REBUILD_JOB).order_by(Job.id)))


def test_a_binding_taken_back_leaves_the_default(held: Any, teacher: Teacher, clock: datetime) -> None:
    made = bindings.bind(held, None, 2026, "teacher", "guangdong-2020-84", clock)
    standings.refresh(held, teacher.id, clock)
    assert standing_of(held, teacher.id).policy == "guangdong-2020-84"
    bindings.unbind(held, made, clock)
    assert bindings.bound(held) == {}
    # A job follows, as after every change of a binding.
    assert [job.payload for job in jobs_of(held)] == [{"series": ["teacher"]}] * 2
    standings.refresh(held, teacher.id, clock)
    assert standing_of(held, teacher.id).policy == "guangdong-2021"


def test_a_frozen_binding_is_not_taken_back(held: Any, stage: Stage, clock: datetime) -> None:
    made = bindings.bind(held, None, 2026, "teacher", "guangdong-2021", clock)
    standing, _claim = pass_year(held, stage, clock)
    certificates.issue(held, standing, SYSTEM, clock)
    with pytest.raises(Refused) as refusal:
        bindings.unbind(held, made, clock)
    assert (refusal.value.code, refusal.value.facts["year"]) == (No.YEAR_FROZEN, 2026)
    assert bindings.bound(held) == {(2026, "teacher"): "guangdong-2021"}
    assert bindings.frozen_by(held, bindings.bound(held), 2026, "teacher") == 2026
    assert bindings.frozen_by(held, bindings.bound(held), 2026, "library") is None


def test_a_later_years_certificate_freezes_what_carries_into_it(held: Any, teacher: Teacher, clock: datetime) -> None:
    """2019 carries into 2020 (S1 §四（三）): a certificate of 2020 rests on both."""
    then = datetime(2020, 6, 1, tzinfo=UTC)
    for category, hours in (("public", "18"), ("professional", "54")):
        earn(held, teacher, category, hours, date(2020, 5, 4), then)
    certificates.issue(held, standing_of(held, teacher.id, 2020), SYSTEM, clock)
    assert bindings.frozen_by(held, {}, 2019, "teacher") == 2020
    assert bindings.frozen_by(held, {}, 2018, "teacher") == 2020
    assert bindings.frozen_by(held, {}, 2021, "teacher") is None


def test_hours_that_the_default_does_not_know_hold_a_binding_fast(held: Any, teacher: Teacher, clock: datetime) -> None:
    """The accountants' default has no electives; under the other pack some were registered."""
    teacher.series = "accounting"
    made = bindings.bind(held, None, 2026, "accounting", "guangdong-2021", clock)
    earn(held, teacher, "elective", "3", date(2026, 5, 4), clock)
    with pytest.raises(Refused) as refusal:
        bindings.unbind(held, made, clock)
    assert refusal.value.code is Code.CATEGORY_UNKNOWN


def test_a_year_that_no_pack_covers_stays_bound_while_it_has_results(
    held: Any, teacher: Teacher, clock: datetime
) -> None:
    made = bindings.bind(held, None, 2016, "teacher", "guangzhou-2019", clock)
    row = standing_of(held, teacher.id)
    held.add(
        Standing(
            teacher_id=teacher.id, school_id=row.school_id, year=2016, policy="guangzhou-2019", recognised={},
            missing={"total": "72"}, carried_in=0, carried_out=0, total=0, result="not_passed", computed_at=clock,
        )
    )  # fmt: skip
    held.flush()
    with pytest.raises(Refused) as refusal:
        bindings.unbind(held, made, clock)
    assert refusal.value.code is Code.YEAR_UNBOUND


def test_an_empty_year_that_no_pack_covers_is_let_go(held: Any, clock: datetime) -> None:
    made = bindings.bind(held, None, 2016, "archives", "guangzhou-2019", clock)
    bindings.unbind(held, made, clock)
    assert held.scalars(select(PolicyBinding)).all() == []


def test_what_would_be_recomputed_is_everybody_of_the_series(held: Any, clock: datetime) -> None:
    of_series = list(held.scalars(select(Teacher.id).where(Teacher.series == "teacher")))
    results = list(held.scalars(select(Standing.id).where(Standing.teacher_id.in_(of_series))))
    assert bindings.recomputed(held, [(2026, "teacher"), (2020, "teacher")]) == (len(of_series), len(results))
    assert bindings.recomputed(held, [(2026, "archives")]) == (0, 0)


def test_checking_changes_nothing(held: Any, clock: datetime) -> None:
    made = bindings.bind(held, None, 2026, "teacher", "guangdong-2021", clock)
    before = len(jobs_of(held))
    assert bindings.check(held, made, 2025, "library", "guangdong-2020-84") == {(2025, "library"), (2026, "teacher")}
    held.flush()
    assert bindings.bound(held) == {(2026, "teacher"): "guangdong-2021"} and len(jobs_of(held)) == before


def test_which_pack_is_in_force_when(held: Any, clock: datetime) -> None:
    found = bindings.in_force({(2025, "library"): "guangdong-2020-84"}, clock)
    assert found["guangdong-2020-84"] == {2025: {"library": True}}
    assert "library" not in found["guangdong-2021"][2025] and found["guangdong-2021"][2026]["library"] is False
    assert sorted(found["guangzhou-2019"]) == [2018, 2019] and set(found["accounting-2021"][2024]) == {"accounting"}
    assert max(found["guangdong-2021"]) == 2026


def test_a_frozen_year_is_frozen_for_everybody(held: Any, stage: Stage, clock: datetime) -> None:
    """Whoever reads the rules sees that a year is frozen, also by certificates that are not theirs."""
    standing, _claim = pass_year(held, stage, clock)
    certificates.issue(held, standing, SYSTEM, clock)
    with acting(stage.actors["teacher elsewhere"]):
        assert bindings.frozen_by(held, {}, 2026, "teacher") == 2026
        assert bindings.certificates_under(held, "guangdong-2021", 2026, 5) == 1
    assert bindings.certificates_under(held, "guangdong-2021", 2026, 0) == 0
