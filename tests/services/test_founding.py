"""A valid certificate never contradicts its standing: it freezes its year's pack, and falls with what it attests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Code, Refused
from app.models import Certificate, PolicyBinding, School, Standing, Teacher
from app.security.actor import SYSTEM
from app.services import bindings, certificates, ledger, register, standings
from app.services.refusals import No
from tests.services.exempting import end, grant, settled
from tests.services.stage import Stage, earn, pass_year, standing_of

THEN = datetime(2019, 12, 1, tzinfo=UTC)


@pytest.fixture
def teacher(held: Any, stage: Stage) -> Teacher:
    return held.get_one(Teacher, stage.world.ours.teacher)


def certified_2020(session: Any, teacher: Teacher, now: datetime) -> Certificate:
    """2020 passed with what 2019 carried into it, and certified."""
    earn(session, teacher, "professional", "100", date(2019, 5, 4), THEN)
    earn(session, teacher, "public", "18", date(2020, 5, 4), datetime(2020, 6, 1, tzinfo=UTC))
    earn(session, teacher, "professional", "26", date(2020, 5, 4), datetime(2020, 6, 1, tzinfo=UTC))
    return certificates.issue(session, standing_of(session, teacher.id, 2020), SYSTEM, now)


def put_series(session: Any, teacher: Teacher, series: str, now: datetime) -> None:
    facts = register.TeacherFacts("", teacher.name, teacher.sex, teacher.school, {"series": series})
    written = register.write_teacher(session, teacher, facts, teacher.affiliations, now.date())
    register.finish(session, [written], now)


def test_a_certified_year_keeps_its_pack_when_the_series_or_the_binding_changes(
    held: Any, teacher: Teacher, clock: datetime
) -> None:
    made = certified_2020(held, teacher, clock)
    held.add(PolicyBinding(year=2020, series="library", policy="guangdong-2020-84"))
    held.flush()
    put_series(held, teacher, "library", clock)
    held.refresh(made)
    assert (made.state, made.policy, made.series) == ("valid", "guangzhou-2020", "teacher")
    assert standing_of(held, teacher.id, 2020).policy == "guangzhou-2020"
    assert list(standings.differences(held, clock)) == []


def test_whoever_writes_standings_voids_what_they_no_longer_hold(held: Any, stage: Stage, clock: datetime) -> None:
    """Also a rebuild; and the year, no longer frozen, is at once what is bound today."""
    standing, claim = pass_year(held, stage, clock)
    made = certificates.issue(held, standing, SYSTEM, clock)
    entry = ledger.live_entry_of_claim(held, claim.id)
    assert entry is not None
    ledger.reverse(held, entry, clock)
    held.add(PolicyBinding(year=2026, series="teacher", policy="guangdong-2020-84"))
    held.flush()
    assert standings.rebuild(held, clock) >= 1
    assert held.get_one(Certificate, made.id, populate_existing=True).state == "void"
    assert standing_of(held, standing.teacher_id).policy == "guangdong-2020-84"
    assert list(standings.differences(held, clock)) == []


def test_declaring_void_unfreezes_the_year(held: Any, teacher: Teacher, clock: datetime) -> None:
    made = certified_2020(held, teacher, clock)
    held.add(PolicyBinding(year=2020, series="teacher", policy="guangdong-2020-84"))
    held.flush()
    standings.refresh(held, teacher.id, clock)
    assert standing_of(held, teacher.id, 2020).policy == "guangzhou-2020"
    certificates.void(held, made, "误发", clock)
    assert (made.state, made.end_reason) == ("void", "误发")
    assert standing_of(held, teacher.id, 2020).policy == "guangdong-2020-84"
    with pytest.raises(Refused) as refusal:
        certificates.void(held, made, "再次", clock)
    assert refusal.value.code is No.VOID_ALREADY


@pytest.mark.parametrize(("year", "policy"), [(2020, "guangdong-2020-84"), (2019, "guangdong-2020-84")])
def test_a_year_is_frozen_by_its_certificates_and_by_those_it_carries_into(
    held: Any, teacher: Teacher, clock: datetime, year: int, policy: str
) -> None:
    certified_2020(held, teacher, clock)
    with pytest.raises(Refused) as refusal:
        bindings.bind(held, None, year, "teacher", policy, clock)
    assert (refusal.value.code, refusal.value.facts["year"]) == (No.YEAR_FROZEN, 2020)


def test_the_series_of_the_day_of_issue_freezes_too_and_no_other(held: Any, teacher: Teacher, clock: datetime) -> None:
    certified_2020(held, teacher, clock)
    put_series(held, teacher, "library", clock)
    for series in ("teacher", "library"):
        with pytest.raises(Refused):
            bindings.bind(held, None, 2020, series, "guangdong-2020-84", clock)
    assert bindings.bind(held, None, 2020, "archives", "guangdong-2020-84", clock).id


def test_a_year_that_carries_nothing_out_is_free(held: Any, stage: Stage, clock: datetime) -> None:
    certificates.issue(held, pass_year(held, stage, clock)[0], SYSTEM, clock)
    assert bindings.bind(held, None, 2025, "teacher", "guangdong-2020-84", clock).id


@pytest.mark.parametrize("fact", ["name", "masked", "title", "school"])
def test_a_corrected_fact_that_is_printed_issues_another_certificate(
    held: Any, stage: Stage, clock: datetime, fact: str
) -> None:
    standing, _claim = pass_year(held, stage, clock)
    old = certificates.issue(held, standing, SYSTEM, clock)
    teacher = held.get_one(Teacher, standing.teacher_id)
    if fact == "school":
        held.get_one(School, standing.school_id).name = "改了名的学校"
    else:
        column = {"masked": "id_number_masked"}.get(fact, fact)
        setattr(teacher, column, {"name": "陈仪", "masked": "440105********9999", "title": "senior"}[fact])
    held.flush()
    new = certificates.issue(held, standing, SYSTEM, clock + timedelta(days=1))
    held.refresh(old)
    assert (old.state, old.replaced_by_id) == ("superseded", new.id)
    assert certificates.issue(held, standing, SYSTEM, clock + timedelta(days=2)) is new


def test_the_bodies_printed_are_those_that_decided(held: Any, stage: Stage, clock: datetime) -> None:
    standing, _claim = pass_year(held, stage, clock)
    school = held.get_one(School, standing.school_id)
    school.authority = held.get_one(School, stage.world.theirs.school).authority
    theirs = held.get_one(School, stage.world.theirs.school)
    register.transfer(held, held.get_one(Teacher, standing.teacher_id), theirs, date(2026, 11, 1), clock)
    made = certificates.issue(held, standing_of(held, standing.teacher_id), SYSTEM, clock)
    text = made.snapshot["zh"]
    assert text["school"] == theirs.name
    assert (text["first_review"]["body"], text["second_review"]["body"]) == ("西关小学", "荔湾区教育局")


def test_hours_without_a_place_in_the_new_series_refuse_it(held: Any, teacher: Teacher, clock: datetime) -> None:
    earn(held, teacher, "elective", "2", date(2026, 5, 4), clock)
    with pytest.raises(Refused) as refusal:
        put_series(held, teacher, "accounting", clock)
    assert refusal.value.code is No.SERIES_UNFIT
    assert dict(refusal.value.facts) == {"year": 2026, "category": "elective", "policy": "accounting-2021"}


def test_hours_credited_and_certified_need_their_place_too(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    """Let through, nobody could revoke afterwards: what holds once the certificate falls has no such category."""
    other = settled(held, stage, clock)
    grant(held, stage, other, clock, "credited", category="elective")
    standing, _claim = pass_year(held, stage, clock)
    certificates.issue(held, standing, SYSTEM, clock)
    for one in (other, teacher):
        with pytest.raises(Refused) as refusal:
            put_series(held, one, "accounting", clock)
        assert refusal.value.code is No.SERIES_UNFIT
        assert dict(refusal.value.facts) == {"year": 2026, "category": "elective", "policy": "accounting-2021"}


def test_credit_needs_its_place_for_the_day_the_certificate_falls_too(
    held: Any, stage: Stage, clock: datetime
) -> None:
    """Certified as a teacher, an accountant since: neither the frozen pack nor the one bound today may lack it."""
    teacher = settled(held, stage, clock)
    freed = grant(held, stage, teacher, clock)
    certificates.issue(held, standing_of(held, teacher.id), SYSTEM, clock)
    teacher.series = "accounting"
    held.flush()
    standings.refresh(held, teacher.id, clock)
    with pytest.raises(Refused) as refusal:
        grant(held, stage, teacher, clock, "credited", category="elective")
    assert refusal.value.code is Code.CATEGORY_UNKNOWN
    grant(held, stage, teacher, clock, "credited", category="professional")
    end(held, stage, freed, clock)
    assert standing_of(held, teacher.id).policy == "accounting-2021"


def test_a_year_is_verified_for_the_series_it_is_bound_for_and_once_it_has_come(
    held: Any, teacher: Teacher, clock: datetime
) -> None:
    for year, series in ((2023, "library"), (2024, "teacher"), (2030, "teacher")):
        held.add(PolicyBinding(year=year, series=series, policy="guangdong-2021"))
    held.flush()
    standings.refresh(held, teacher.id, clock)
    years = held.scalars(select(Standing.year).where(Standing.teacher_id == teacher.id).order_by(Standing.year))
    assert years.all() == [2024, 2026]
