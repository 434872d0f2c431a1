"""Importing rows: everything or nothing unless asked, twice is once, and nobody reaches beyond their own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select

from app.models import AuditEntry, Authority, District, School, Standing, Teacher
from app.security.actor import acting, actor_of
from app.security.session import OutOfReach
from app.services import imports, register
from app.services.import_rows import Fault, Kind
from app.services.imports import Tally
from tests.factories import World, id_number, make_school, make_teacher
from tests.services.sheets import Sheet, codes, person, run
from tests.services.stage import earn


@pytest.fixture
def as_duty(session: Any, world: World) -> Any:
    return lambda duty: acting(actor_of(session, world.users[duty], duty))


def test_teachers_are_new_then_unchanged_then_changed(session: Any, clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    make_school(session, "4401030002", "乙", "440103", clock)
    sheet = Sheet(person(1, "4401030001", title="first"), person(2, "4401030001"))
    assert run(Kind.TEACHERS, sheet, clock)[0] == Tally(new=2)
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    tally, _seen, written = run(Kind.TEACHERS, sheet, clock)
    assert (tally, written) == (Tally(unchanged=2), False)
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before
    moved = Sheet(person(1, "4401030002", title="senior"), person(2, "4401030001"))
    tally, seen, _written = run(Kind.TEACHERS, moved, clock)
    assert tally == Tally(changed=1, unchanged=1)
    assert [(one.field, one.before, one.after) for one in seen[2].differences] == [
        ("school", "甲", "乙"), ("title", "first", "senior"),
    ]  # fmt: skip
    assert run(Kind.TEACHERS, moved, clock)[0] == Tally(unchanged=2)


def test_new_teachers_have_standings_and_defaults(session: Any, clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    run(Kind.TEACHERS, Sheet(person(1, "4401030001")), clock)
    teacher = session.scalars(select(Teacher)).one()
    assert (teacher.series, teacher.post, teacher.title) == ("teacher", "full_time", "none")
    assert session.scalars(select(Standing.teacher_id)).all() == [teacher.id]


def test_one_faulty_row_keeps_all_out_unless_the_good_are_asked_for(session: Any, clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    sheet = Sheet(person(1, "4401030001"), person(2, "9999999999"))
    tally, seen, written = run(Kind.TEACHERS, sheet, clock)
    assert (tally, written, codes(seen[3])) == (Tally(new=1, faulty=1), False, [("school_code", "school_unknown")])
    assert session.scalars(select(Teacher)).all() == []
    assert run(Kind.TEACHERS, sheet, clock, dry_run=True, accept_good=True)[2] is False
    assert session.scalars(select(Teacher)).all() == []
    tally, _seen, written = run(Kind.TEACHERS, sheet, clock, accept_good=True)
    assert (tally, written) == (Tally(new=1, faulty=1), True)
    assert session.scalars(select(Teacher.id_number_masked)).all() == ["440105********" + id_number(1)[-4:]]


def test_a_row_that_could_not_be_read_is_left_out_whatever_it_holds(session: Any, clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    sheet = Sheet(
        person(1, "4401030001", fault=[Fault("title", "word_unknown")]), {"fault": [Fault("name", "required")]}
    )
    assert run(Kind.TEACHERS, sheet, clock, accept_good=True)[0] == Tally(faulty=2)
    assert session.scalars(select(Teacher)).all() == []


def test_who_had_left_and_stands_in_the_roster_is_back(session: Any, clock: datetime) -> None:
    school = make_school(session, "4401030001", "甲", "440103", clock)
    teacher = make_teacher(session, school, "陈怡", 1, clock)
    register.depart(session, teacher, date(2026, 7, 1), "resigned", clock)
    tally, seen, _written = run(Kind.TEACHERS, Sheet(person(1, "4401030001")), clock)
    assert (tally, seen[2].differences[0].field) == (Tally(changed=1), "is_active")
    assert session.scalars(select(Teacher.is_active)).one()


def test_a_closed_school_takes_nobody(session: Any, clock: datetime) -> None:
    register.close_school(session, make_school(session, "4401030001", "甲", "440103", clock), clock)
    _tally, seen, _written = run(Kind.TEACHERS, Sheet(person(1, "4401030001")), clock)
    assert codes(seen[2]) == [("school_code", "school_closed")]


def test_moving_a_teacher_tells_of_the_claims_that_stay(session: Any, world: World, clock: datetime) -> None:
    _tally, seen, _written = run(Kind.TEACHERS, Sheet(person(1, "4401041001")), clock, dry_run=True)
    assert seen[2].consequence == ("claims_stay", 1)


def test_a_school_imports_its_own_roster_and_learns_nothing_of_others(
    session: Any, world: World, clock: datetime, as_duty: Any
) -> None:
    with as_duty("school"):
        own = Sheet(person(1, "4401031001", title="senior"), person(60, "4401031001"))
        assert run(Kind.TEACHERS, own, clock)[0] == Tally(new=1, changed=1)
        foreign = Sheet(person(61, "4401041001"), person(101, "4401031001"))
        _tally, seen, written = run(Kind.TEACHERS, foreign, clock)
        assert codes(seen[2]) == [("school_code", "school_unknown")]
        assert codes(seen[3]) == [("id_number", "teacher_elsewhere")]
        assert (seen[3].row.faults[0].facts, seen[3].differences, written) == ({}, [], False)


@pytest.mark.parametrize(
    ("duty", "kind"),
    [("school", Kind.SCHOOLS), ("organiser", Kind.TEACHERS), ("organiser", Kind.SCHOOLS),
     ("auditor", Kind.SCHOOLS), ("auditor", Kind.TEACHERS), ("auditor", Kind.ATTENDANCE),
     ("authority", Kind.TEACHERS), ("authority", Kind.ATTENDANCE), ("teacher", Kind.ATTENDANCE)],
)  # fmt: skip
def test_duties_that_do_not_import_are_out_of_reach(as_duty: Any, clock: datetime, duty: str, kind: Kind) -> None:
    with as_duty(duty), pytest.raises(OutOfReach):
        run(kind, Sheet(person(1, "4401031001")), clock, dry_run=True)


def test_schools_and_who_reviews_them(session: Any, clock: datetime) -> None:
    base = {"name": "甲", "district_code": "440103"}
    sheet = Sheet(
        base | {"school_code": "4401030001", "review": "district", "ownership": "private", "kind": "college"},
        base | {"school_code": "4401030002", "review": "centre"},
        base | {"school_code": "4401030003", "review": "none"},
        base | {"school_code": "4401030004"},
        base | {"school_code": "4401030005", "district_code": "440199"},
    )
    tally, seen, _written = run(Kind.SCHOOLS, sheet, clock, accept_good=True)
    assert (tally, codes(seen[6])) == (Tally(new=4, faulty=1), [("district_code", "district_unknown")])
    schools = {school.code[-1]: school for school in session.scalars(select(School))}
    assert [schools[n].authority and schools[n].authority.kind for n in "1234"] == [
        "district",
        "centre",
        None,
        "district",
    ]
    assert (schools["1"].ownership, schools["1"].kind, schools["2"].kind) == ("private", "college", "other")
    assert run(Kind.SCHOOLS, sheet, clock, accept_good=True)[0] == Tally(unchanged=4, faulty=1)
    # Without the column 复审单位 nothing is stated of it.
    assert run(Kind.SCHOOLS, Sheet(base | {"school_code": "4401030003"}), clock)[0] == Tally(unchanged=1)


def test_rows_are_looked_up_in_batches(session: Any, clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    session.commit()
    asked: list[str] = []
    engine = session.get_bind()

    def count(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(engine, "before_cursor_execute", count)
    try:
        imports.plan(session, Kind.TEACHERS, Sheet(*(person(n, "4401030001") for n in range(1, 900))), clock)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    # Two chunks, a handful of questions each, whatever the number of rows.
    assert len(asked) <= 12


def test_a_school_is_never_silently_without_a_second_review(session: Any, clock: datetime) -> None:
    session.add(District(code="440199", name="新区"))
    centre = session.scalars(select(Authority).where(Authority.kind == "centre")).one()
    session.delete(centre)
    session.flush()
    base = {"name": "甲", "district_code": "440199"}
    sheet = Sheet(
        base | {"school_code": "4401990001"},
        base | {"school_code": "4401990002", "review": "district"},
        base | {"school_code": "4401990003", "review": "centre"},
        base | {"school_code": "4401990004", "review": "none"},
    )
    tally, seen, _written = run(Kind.SCHOOLS, sheet, clock, accept_good=True)
    assert tally == Tally(new=1, faulty=3)
    assert [codes(seen[row]) for row in (2, 3, 4)] == [
        [("review", "bureau_missing")], [("review", "bureau_missing")], [("review", "centre_missing")],
    ]  # fmt: skip
    assert session.scalars(select(School.code)).all() == ["4401990004"]


def test_a_series_that_cannot_take_the_hours_is_a_fault_of_the_row(
    session: Any, world: World, clock: datetime
) -> None:
    teacher = session.get_one(Teacher, world.ours.teacher)
    earn(session, teacher, "elective", "2", date(2026, 5, 4), clock)
    sheet = Sheet(person(1, "4401031001", name="陈怡", series="accounting"))
    tally, seen, written = run(Kind.TEACHERS, sheet, clock)
    assert (tally, written, codes(seen[2])) == (Tally(faulty=1), False, [("series", "series_unfit")])
    assert seen[2].row.faults[0].facts["category"] == "elective" and teacher.series == "teacher"
