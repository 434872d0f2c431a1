"""The register: people and schools are put in once, moved with their history kept, deactivated and never deleted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Code, Refused
from app.models import Affiliation, AuditEntry, Authority, District, School, Standing, Teacher
from app.security.actor import acting, actor_of
from app.security.secrets import unseal
from app.security.session import OutOfReach
from app.services import register
from app.services.refusals import No
from tests.factories import World, id_number, make_school, make_teacher


def stays(session: Any, teacher: Teacher) -> list[tuple[int, date, date | None]]:
    rows = session.scalars(
        select(Affiliation).where(Affiliation.teacher_id == teacher.id).order_by(Affiliation.from_on, Affiliation.id)
    )
    return [(row.school_id, row.from_on, row.to_on) for row in rows]


def test_an_id_number_is_kept_sealed_and_masked(session: Any, clock: datetime) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    teacher = make_teacher(session, school, "陈怡", 9, clock)
    assert unseal(teacher.id_number_cipher) == id_number(9)
    assert id_number(9).encode() not in teacher.id_number_cipher
    assert teacher.id_number_masked == "440105********" + id_number(9)[-4:]
    assert id_number(9) not in str([(row.before, row.after) for row in session.scalars(select(AuditEntry))])


def test_putting_the_same_person_again_changes_that_row(session: Any, clock: datetime) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    first = make_teacher(session, school, "陈怡", 9, clock)
    again = register.put_teacher(
        session, id_number=id_number(9).lower(), name="陈　怡", sex="2", school=school, now=clock, title="senior"
    )
    assert (again.id, again.title, again.series) == (first.id, "senior", "teacher")


def test_a_new_teacher_has_a_standing_of_the_year_at_once(session: Any, clock: datetime) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    teacher = make_teacher(session, school, "陈怡", 9, clock)
    assert session.scalars(select(Standing.result).where(Standing.teacher_id == teacher.id)).all() == ["not_passed"]


def test_a_move_closes_one_stay_and_opens_the_next_and_the_standing_follows(session: Any, clock: datetime) -> None:
    one = make_school(session, "4401030001", "甲", "440103", clock)
    two = make_school(session, "4401040002", "乙", "440104", clock)
    teacher = make_teacher(session, one, "陈怡", 9, clock)
    register.put_teacher(session, id_number=id_number(9), name="陈怡", sex="2", school=two, now=clock)
    assert stays(session, teacher) == [
        (one.id, date(2019, 9, 1), date(2026, 11, 19)),
        (two.id, date(2026, 11, 20), None),
    ]
    assert teacher.school_id == two.id
    assert session.scalars(select(Standing.school_id).where(Standing.teacher_id == teacher.id)).all() == [two.id]


def test_two_moves_on_one_day_leave_the_last(session: Any, clock: datetime) -> None:
    schools = [make_school(session, f"440103000{n}", f"第{n}", "440103", clock) for n in range(3)]
    teacher = make_teacher(session, schools[0], "陈怡", 9, clock)
    for school in schools[1:]:
        register.transfer(session, teacher, school, date(2026, 11, 20), clock)
    assert stays(session, teacher) == [
        (schools[0].id, date(2019, 9, 1), date(2026, 11, 19)),
        (schools[2].id, date(2026, 11, 20), None),
    ]


def test_who_leaves_is_deactivated_and_may_come_back(session: Any, clock: datetime) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    teacher = make_teacher(session, school, "陈怡", 9, clock)
    register.depart(session, teacher, date(2026, 7, 1), "resigned", clock)
    assert (teacher.is_active, teacher.left_on) == (False, date(2026, 7, 1))
    with pytest.raises(Refused) as refusal:
        register.depart(session, teacher, date(2026, 7, 2), "resigned", clock)
    assert refusal.value.code is No.TEACHER_LEFT
    register.reactivate(session, teacher, date(2026, 9, 1), clock)
    assert (teacher.is_active, teacher.left_on) == (True, None)
    assert stays(session, teacher) == [
        (school.id, date(2019, 9, 1), date(2026, 7, 1)),
        (school.id, date(2026, 9, 1), None),
    ]


def test_nobody_leaves_before_they_came(session: Any, clock: datetime) -> None:
    teacher = make_teacher(session, make_school(session, "4401030001", "甲", "440103", clock), "陈怡", 9, clock)
    with pytest.raises(Refused) as refusal:
        register.depart(session, teacher, date(2019, 8, 31), "resigned", clock)
    assert refusal.value.code is No.LEAVES_BEFORE_JOINING


def test_a_school_closes_once_nobody_is_left_there(session: Any, clock: datetime) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    teacher = make_teacher(session, school, "陈怡", 9, clock)
    with pytest.raises(Refused) as refusal:
        register.close_school(session, school, clock)
    assert (refusal.value.code, refusal.value.facts["count"]) == (No.SCHOOL_HAS_TEACHERS, 1)
    register.depart(session, teacher, date(2026, 7, 1), "resigned", clock)
    register.close_school(session, school, clock)
    assert not school.is_active
    with pytest.raises(Refused) as refusal:
        make_teacher(session, school, "何敏", 10, clock)
    assert refusal.value.code is No.SCHOOL_INACTIVE


def test_a_school_is_reviewed_by_its_district_unless_another_is_stated(session: Any, clock: datetime) -> None:
    district = session.scalars(select(District).where(District.code == "440103")).one()
    centre = session.scalars(select(Authority).where(Authority.kind == "centre")).one()
    plain = register.put_school(session, "4401030001", clock, name="甲", district=district)
    own = register.put_school(session, "4401030002", clock, name="乙", district=district, authority=None)
    direct = register.put_school(session, "4401030003", clock, name="丙", district=district, authority=centre)
    assert plain.authority.district_id == district.id
    assert (own.authority, direct.authority) == (None, centre)
    again = register.put_school(session, "4401030003", clock, name="丙校")
    assert (again.id, again.name, again.authority) == (direct.id, "丙校", centre)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"id_number": "440105198503120012"}, Code.ID_CHECK_DIGIT), ({"name": " "}, Code.NAME_EMPTY)],
)
def test_impossible_people_are_refused(session: Any, clock: datetime, changed: dict[str, str], code: Code) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    stated = {"id_number": id_number(9), "name": "陈怡"} | changed
    with pytest.raises(Refused) as refusal:
        register.put_teacher(session, sex="2", school=school, now=clock, **stated)
    assert refusal.value.code is code


def test_a_school_cannot_take_somebody_elses_teacher_nor_learn_who_it_is(
    app: Any, world: World, clock: datetime, session: Any
) -> None:
    actor = actor_of(session, world.users["school"], "school")
    with acting(actor):
        school = session.get_one(School, world.ours.school)
        with pytest.raises(Refused) as refusal:
            register.put_teacher(session, id_number=id_number(101), name="x", sex="1", school=school, now=clock)
        assert (refusal.value.code, dict(refusal.value.facts)) == (No.ID_NUMBER_TAKEN, {})


def test_a_school_cannot_put_a_teacher_into_another_school(
    app: Any, world: World, clock: datetime, session: Any
) -> None:
    theirs = session.get_one(School, world.theirs.school)
    with acting(actor_of(session, world.users["school"], "school")), pytest.raises(OutOfReach):
        register.put_teacher(session, id_number=id_number(55), name="新人", sex="1", school=theirs, now=clock)


def test_a_corrected_first_day_moves_the_only_stay(session: Any, clock: datetime) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    teacher = make_teacher(session, school, "陈怡", 9, clock)
    earlier = date(2019, 9, 1) - timedelta(days=365)
    register.put_teacher(
        session, id_number=id_number(9), name="陈怡", sex="2", school=school, now=clock, joined_on=earlier
    )
    assert stays(session, teacher) == [(school.id, earlier, None)]


def test_days_to_come_are_no_first_and_no_last_day(session: Any, clock: datetime) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    with pytest.raises(Refused) as refusal:
        make_teacher(session, school, "何敏", 10, clock, joined_on=date(2026, 11, 21))
    assert refusal.value.code is No.JOINED_FUTURE
    teacher = make_teacher(session, school, "陈怡", 9, clock, joined_on=date(2026, 11, 20))
    with pytest.raises(Refused) as refusal:
        register.depart(session, teacher, date(2026, 11, 21), "resigned", clock)
    assert refusal.value.code is No.LEFT_FUTURE and teacher.is_active


def test_a_first_day_taken_out_leaves_the_stay_as_it_was(session: Any, clock: datetime) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    teacher = make_teacher(session, school, "陈怡", 9, clock)
    register.put_teacher(
        session, id_number=id_number(9), name="陈怡", sex="2", school=school, now=clock, joined_on=None
    )
    assert teacher.joined_on is None and stays(session, teacher) == [(school.id, date(2019, 9, 1), None)]


def test_a_district_without_a_bureau_is_refused(session: Any, clock: datetime) -> None:
    district = District(code="440199", name="新区")
    session.add(district)
    session.flush()
    with pytest.raises(Refused) as refusal:
        register.put_school(session, "4401990001", clock, name="甲", district=district)
    assert refusal.value.code is No.BUREAU_MISSING


def test_a_school_does_not_take_back_who_has_moved_on(
    app: Any, world: World, clock: datetime, session: Any
) -> None:
    theirs = session.get_one(School, world.theirs.school)
    register.transfer(session, session.get_one(Teacher, world.ours.colleague), theirs, date(2026, 11, 1), clock)
    with acting(actor_of(session, world.users["school"], "school")):
        school = session.get_one(School, world.ours.school)
        with pytest.raises(Refused) as refusal:
            register.put_teacher(session, id_number=id_number(2), name="何敏", sex="2", school=school, now=clock)
    assert refusal.value.code is No.ID_NUMBER_TAKEN
