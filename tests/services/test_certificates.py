"""Certificates: only for who passed, one at a time, frozen, void when what they rest on falls (DOMAIN §6)."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.errors import Refused
from app.models import Certificate, School, Standing, Teacher
from app.security.actor import acting
from app.security.session import OutOfReach
from app.services import certificates, founding, register, standings
from app.services.refusals import No
from tests.services.stage import Stage, earn, pass_year, say, standing_of

YEARS_LATER = timedelta(days=400)


@pytest.fixture
def passed(held: Any, stage: Stage, clock: datetime) -> Standing:
    return pass_year(held, stage, clock)[0]


def issue(session: Any, stage: Stage, standing: Standing, now: datetime, who: str = "authority") -> Certificate:
    with acting(stage.actors[who]):
        return certificates.issue(session, standing, stage.actors[who], now)


def test_who_has_not_passed_gets_none(held: Any, stage: Stage, clock: datetime) -> None:
    with pytest.raises(Refused) as refused:
        issue(held, stage, standing_of(held, stage.world.ours.teacher), clock)
    assert refused.value.code == No.NOT_PASSED
    assert held.scalar(select(func.count()).select_from(Certificate)) == 0


def test_it_says_what_the_standing_says(held: Any, stage: Stage, passed: Standing, clock: datetime) -> None:
    made = issue(held, stage, passed, clock)
    text = made.snapshot["zh"]
    teacher = held.get_one(Teacher, passed.teacher_id)
    assert (text["name"], text["masked_id"], text["year"]) == (teacher.name, teacher.id_number_masked, 2026)
    assert text["certificate_title"] == "继续教育学时年度验证证明"
    assert {row["title"]: row["recognised"] for row in text["rows"]} == {
        "公需科目": "30", "专业科目": "42", "选修科目": "18",
    }  # fmt: skip
    assert text["total"]["recognised"] == "90"
    assert text["second_review"]["body"] == "荔湾区教育局"
    assert made.number == "XS-440103-2026-000001" == text["number"]
    assert made.issued_by_id == stage.actors["authority"].user_id


def test_an_exempt_standing_gets_one(held: Any, stage: Stage, clock: datetime) -> None:
    standing = standing_of(held, stage.world.ours.teacher)
    standing.result = "exempt"
    held.flush()
    assert issue(held, stage, standing, clock).result == "exempt"


def test_the_same_standing_twice_is_the_same_certificate(
    held: Any, stage: Stage, passed: Standing, clock: datetime
) -> None:
    made = issue(held, stage, passed, clock)
    assert issue(held, stage, passed, clock + YEARS_LATER) is made
    assert held.scalar(select(func.count()).select_from(Certificate)) == 1


def test_a_changed_standing_supersedes_and_the_old_code_says_so(
    held: Any, stage: Stage, passed: Standing, clock: datetime
) -> None:
    old = issue(held, stage, passed, clock)
    earn(held, held.get_one(Teacher, passed.teacher_id), "elective", "2", date(2026, 6, 1), clock)
    new = issue(held, stage, standing_of(held, passed.teacher_id), clock)
    held.refresh(old)
    assert (old.state, old.ended_at, old.replaced_by_id) == ("superseded", clock, new.id)
    assert new.state == "valid" and new.number != old.number and new.code != old.code


def test_a_reprint_is_the_same_byte_for_byte_whatever_became_of_the_teacher(
    held: Any, stage: Stage, passed: Standing, clock: datetime
) -> None:
    made = issue(held, stage, passed, clock)
    before = {language: certificates.render([made], language) for language in certificates.LANGUAGES}
    teacher = held.get_one(Teacher, passed.teacher_id)
    teacher.name, teacher.title = "改名", "senior"
    held.get_one(School, passed.school_id).name = "改了名的学校"
    held.flush()
    held.expire_all()
    assert {language: certificates.render([made], language) for language in certificates.LANGUAGES} == before
    assert before["zh"].startswith(b"%PDF") and before["zh"] != before["en"]


@pytest.mark.pure
def test_a_code_cannot_be_guessed_and_is_read_back_as_typed() -> None:
    assert certificates.CODE_LENGTH * math.log2(len(set(certificates.CODE_ALPHABET))) >= 128
    code = certificates.new_code()
    assert code != certificates.new_code() and set(code) <= set(certificates.CODE_ALPHABET)
    assert certificates.plain_code(f" {certificates.grouped(code).lower()} ") == code


def test_revoking_voids_it_and_more_hours_do_not(held: Any, stage: Stage, clock: datetime) -> None:
    standing, claim = pass_year(held, stage, clock)
    made = issue(held, stage, standing, clock)
    earn(held, held.get_one(Teacher, standing.teacher_id), "elective", "2", date(2026, 6, 1), clock)
    assert founding.void_unfounded(held, [standing.teacher_id], clock) == [] and made.state == "valid"
    say(held, claim, "revoke", stage.actors["city"], clock)
    held.refresh(made)
    assert made.state == "void"
    with pytest.raises(Refused):
        certificates.void(held, made, "再次", clock)


def test_surplus_that_hid_a_revocation_still_voids_what_it_attested(held: Any, stage: Stage, clock: datetime) -> None:
    """Passing still, yet with fewer professional hours than the certificate states."""
    standing, claim = pass_year(held, stage, clock)
    teacher = held.get_one(Teacher, standing.teacher_id)
    earn(held, teacher, "professional", "20", date(2026, 6, 1), clock)
    made = issue(held, stage, standing_of(held, teacher.id), clock)
    say(held, claim, "revoke", stage.actors["city"], clock)
    assert standing_of(held, teacher.id).result == "passed"
    held.refresh(made)
    assert made.state == "void"


def test_a_carried_hour_that_falls_voids_the_next_years_certificate(held: Any, stage: Stage, clock: datetime) -> None:
    from app.services import attendance

    teacher = held.get_one(Teacher, stage.world.ours.teacher)
    surplus = earn(held, teacher, "professional", "100", date(2019, 5, 4), datetime(2019, 6, 1, tzinfo=UTC))
    earn(held, teacher, "public", "18", date(2020, 5, 4), datetime(2020, 6, 1, tzinfo=UTC))
    earn(held, teacher, "professional", "26", date(2020, 5, 4), datetime(2020, 6, 1, tzinfo=UTC))
    made = issue(held, stage, standing_of(held, teacher.id, 2020), clock)
    assert made.snapshot["figures"]["carried_in"] == format(Decimal(28), "f")
    attendance.void(held, surplus, "登记有误", clock)
    held.refresh(made)
    assert made.state == "void"


def test_nobody_certifies_a_standing_out_of_reach(held: Any, stage: Stage, passed: Standing, clock: datetime) -> None:
    for who in ("authority elsewhere", "school elsewhere", "organiser", "auditor", "system"):
        with pytest.raises(OutOfReach):
            issue(held, stage, passed, clock, who)


def test_the_old_school_certifies_the_year_of_somebody_who_moved_on(
    held: Any, stage: Stage, passed: Standing, clock: datetime
) -> None:
    """The teacher is out of the old school's reach by now; the year spent there is not."""
    theirs = held.get_one(School, stage.world.theirs.school)
    teacher = held.get_one(Teacher, passed.teacher_id)
    register.transfer(held, teacher, theirs, date(2027, 2, 1), clock + timedelta(days=80))
    held.expire_all()
    made = issue(held, stage, standing_of(held, teacher.id), clock, "school")
    assert made.snapshot["zh"]["name"] == teacher.name and made.snapshot["zh"]["school"] == "西关小学"


def test_the_new_school_supersedes_the_certificate_of_the_old(
    held: Any, stage: Stage, passed: Standing, clock: datetime
) -> None:
    old = issue(held, stage, passed, clock)
    theirs = held.get_one(School, stage.world.theirs.school)
    register.transfer(held, held.get_one(Teacher, passed.teacher_id), theirs, date(2026, 9, 1), clock)
    held.expire_all()
    new = issue(held, stage, standing_of(held, passed.teacher_id), clock, "authority elsewhere")
    held.refresh(old)
    assert (old.state, old.replaced_by_id) == ("superseded", new.id)
    assert list(standings.differences(held, clock)) == []
