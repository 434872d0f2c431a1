"""What a certificate says of exemptions, and which certificate falls when one is ended (DOMAIN §6, EXEMPT)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.models import Certificate, Teacher
from app.security.actor import SYSTEM
from app.services import certificates, standings
from tests.services.exempting import FIRST, end, grant, settled
from tests.services.stage import Stage, earn, pass_year, standing_of


@pytest.fixture
def teacher(held: Any, stage: Stage, clock: datetime) -> Teacher:
    return settled(held, stage, clock)


def issue(session: Any, teacher: Teacher, now: datetime) -> Certificate:
    return certificates.issue(session, standing_of(session, teacher.id), SYSTEM, now)


def test_an_exempt_certificate_prints_reason_period_and_effect_in_both_languages(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    grant(held, stage, teacher, clock)
    grant(held, stage, teacher, clock, "credited", reason="支教", from_on=FIRST, to_on=FIRST, hours=Decimal("7.50"))
    grant(held, stage, teacher, clock, "none", reason="病休", from_on=date(2025, 12, 1), to_on=date(2026, 1, 5))
    made = issue(held, teacher, clock)
    assert (made.result, made.snapshot["zh"]["result_word"], made.snapshot["en"]["result_word"]) == (
        "exempt", "免修", "Exempt",
    )  # fmt: skip
    assert made.snapshot["zh"]["exemption"] == (
        "产假，2026-02-01至2026-07-10，免予当年验证；支教，2026-02-01，计入专业科目7.5学时；"
        "病休，2025-12-01至2026-01-05，仅作记录"
    )
    assert made.snapshot["en"]["exemption"] == (
        "产假, 2026-02-01 to 2026-07-10, exempt from the year; 支教, 2026-02-01, 7.5 hours credited, Professional; "
        "病休, 2025-12-01 to 2026-01-05, noted only"
    )


def test_a_reprint_says_what_was_so_when_it_was_issued(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    exemption = grant(held, stage, teacher, clock)
    made = issue(held, teacher, clock)
    before = certificates.render([made], "zh")
    exemption.reason = "改写"
    held.flush()
    held.expire_all()
    assert certificates.render([made], "zh") == before
    assert issue(held, teacher, clock).snapshot["zh"]["exemption"].startswith("改写")


def test_many_exemptions_are_counted_rather_than_cut(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    for month in (1, 3, 5, 7):
        grant(
            held,
            stage,
            teacher,
            clock,
            "none",
            reason="事" * 80,
            from_on=date(2026, month, 1),
            to_on=date(2026, month, 9),
        )
    grant(held, stage, teacher, clock, from_on=date(2026, 9, 1), to_on=date(2026, 10, 1))
    for text in (issue(held, teacher, clock).snapshot[language]["exemption"] for language in certificates.LANGUAGES):
        assert text.startswith("产假") and len(text) <= 200
        assert text.endswith(("另有3项", "and 3 more"))


@pytest.mark.parametrize(("effect", "state"), [("exempt", "void"), ("credited", "void"), ("none", "valid")])
def test_ending_voids_the_certificate_that_stood_on_it(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime, effect: str, state: str
) -> None:
    for category, hours in (
        ("public", "30"),
        ("professional", "32" if effect == "credited" else "42"),
        ("elective", "18"),
    ):
        if effect != "exempt":
            earn(held, teacher, category, hours, date(2026, 5, 4), clock)
    exemption = grant(held, stage, teacher, clock, effect)
    made = issue(held, teacher, clock)
    end(held, stage, exemption, clock)
    held.refresh(made)
    assert (made.state, made.end_reason) == (state, "revoked" if state == "void" else None)
    assert list(standings.differences(held, clock)) == []


def test_who_passed_as_well_needs_another_paper_once_no_longer_exempt(held: Any, stage: Stage, clock: datetime) -> None:
    standing, _claim = pass_year(held, stage, clock)
    teacher = held.get_one(Teacher, standing.teacher_id)
    passed = issue(held, teacher, clock)
    exemption = grant(held, stage, teacher, clock)
    held.refresh(passed)
    assert passed.state == "valid" and standing_of(held, teacher.id).result == "exempt"
    exempt = issue(held, teacher, clock)
    held.refresh(passed)
    assert (passed.state, exempt.result) == ("superseded", "exempt")
    end(held, stage, exemption, clock)
    held.refresh(exempt)
    assert exempt.state == "void" and standing_of(held, teacher.id).result == "passed"
    assert issue(held, teacher, clock).snapshot["zh"]["exemption"] is None
