"""Importing attendance lists: each rule holds for every row, and an organiser learns nothing about people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.models import Activity, Attendance, AuditEntry, Entry, Standing, Teacher
from app.security.actor import acting, actor_of
from app.services import attendance
from app.services.import_rows import Kind
from app.services.imports import Tally
from app.services.refusals import No
from tests.factories import World, make_activity
from tests.services.sheets import DAY, Sheet, codes, run, took_part


@pytest.fixture
def as_duty(session: Any, world: World) -> Any:
    return lambda duty: acting(actor_of(session, world.users[duty], duty))


def test_attendance_enters_hours_once_and_a_correction_replaces_them(
    session: Any, world: World, clock: datetime
) -> None:
    make_activity(session, "O1", "全市培训", organiser_id=world.organiser)
    session.commit()
    sheet = Sheet(took_part("O1", 1, "陈怡"), took_part("O1", 2, "何敏", passed="failed", hours=Decimal(0)))
    count = session.scalar(select(func.count()).select_from(Entry))
    assert run(Kind.ATTENDANCE, sheet, clock)[0] == Tally(new=2)
    assert session.scalar(select(func.count()).select_from(Entry)) == count + 1
    tally, _seen, written = run(Kind.ATTENDANCE, sheet, clock)
    assert (tally, written) == (Tally(unchanged=2), False)
    less = Sheet(took_part("O1", 1, "陈怡", hours=Decimal("4.5")))
    tally, seen, _written = run(Kind.ATTENDANCE, less, clock)
    assert (tally, seen[2].differences[0].after) == (Tally(changed=1), Decimal("4.5"))
    made = session.scalars(select(Activity).where(Activity.number == "O1")).one()
    rows = session.scalars(select(Attendance).where(Attendance.activity_id == made.id).order_by(Attendance.id)).all()
    assert [row.voided_at is None for row in rows] == [False, True, True]
    standing = session.scalars(select(Standing).where(Standing.teacher_id == world.ours.teacher)).one()
    assert standing.recognised["professional"] == "7.5"  # 3 of the world's own training and these 4.5


def test_attendance_rules_hold_across_the_rows_of_a_file(session: Any, world: World, clock: datetime) -> None:
    make_activity(session, "O1", "全市培训", organiser_id=world.organiser)
    session.commit()
    sheet = Sheet(
        took_part("O1", 1, "陈怡", hours=Decimal(4)),
        took_part("O1", 1, "陈怡", attended_on=date(2026, 3, 3), hours=Decimal(3)),
        took_part("O1", 2, "何敏", attended_on=date(2026, 4, 1), hours=Decimal(7)),
        took_part("O9", 2, "何敏"),
        took_part("O1", 77, "无名"),
        took_part("A-4401031001", 101, "鹮陈怡", attended_on=DAY, hours=Decimal(1)),
    )
    _tally, seen, _written = run(Kind.ATTENDANCE, sheet, clock)
    assert [codes(seen[number]) for number in range(2, 8)] == [
        [],
        [("hours", "hours_too_many")],
        [("attended_on", "attended_outside"), ("hours", "hours_too_many")],
        [("activity_number", "activity_unknown")],
        [("id_number", "teacher_unknown")],
        [("id_number", "other_school")],
    ]


def test_late_attendance_is_not_recorded(session: Any, world: World, clock: datetime) -> None:
    make_activity(
        session, "O1", "去年的培训", organiser_id=world.organiser, starts_on=date(2025, 3, 2), ends_on=date(2025, 3, 2)
    )
    session.commit()
    _tally, seen, written = run(Kind.ATTENDANCE, Sheet(took_part("O1", 1, "陈怡", attended_on=date(2025, 3, 2))), clock)
    assert (codes(seen[2]), written) == ([("attended_on", "late")], False)


def test_an_organiser_matches_people_by_number_and_name_and_learns_nothing_else(
    session: Any, world: World, clock: datetime, as_duty: Any
) -> None:
    make_activity(session, "O1", "全市培训", organiser_id=world.organiser)
    make_activity(session, "X1", "别家培训", organiser_id=world.other_organiser)
    session.commit()
    with as_duty("organiser"):
        wrong = Sheet(took_part("O1", 101, "陈怡"), took_part("O1", 88, "无名"), took_part("X1", 101, "鹮陈怡"))
        _tally, seen, _written = run(Kind.ATTENDANCE, wrong, clock)
        # A wrong name and an unknown number look the same to who does not see the person.
        assert codes(seen[2]) == codes(seen[3]) == [("id_number", "teacher_unknown")]
        assert codes(seen[4]) == [("activity_number", "activity_unknown")]
        assert "鹮" not in str([fault.facts for one in seen.values() for fault in one.row.faults])
        assert run(Kind.ATTENDANCE, Sheet(took_part("O1", 101, "鹮陈怡")), clock)[0] == Tally(new=1)
    written_by = session.scalars(
        select(AuditEntry.user_id).where(AuditEntry.subject == "attendance").order_by(AuditEntry.id.desc()).limit(1)
    ).one()
    assert written_by == world.users["organiser"]


def test_a_school_registers_its_own_training_and_is_told_a_misspelt_name(
    session: Any, world: World, clock: datetime, as_duty: Any
) -> None:
    own = f"A-{'4401031001'}"
    with as_duty("school"):
        sheet = Sheet(took_part(own, 1, "陈仪", hours=Decimal(1)), took_part("A-4401041001", 1, "陈怡"))
        _tally, seen, _written = run(Kind.ATTENDANCE, sheet, clock)
        assert (codes(seen[2]), seen[2].row.faults[0].facts) == (
            [("name", "name_differs")],
            {"ours": "陈怡", "theirs": "陈仪", "rule": "IDENTITY"},
        )
        assert codes(seen[3]) == [("activity_number", "activity_unknown")]
        assert run(Kind.ATTENDANCE, Sheet(took_part(own, 1, "陈怡", hours=Decimal(1))), clock)[0] == Tally(new=1)


def test_a_correction_makes_a_certificate_fall_that_rested_on_the_hours(
    session: Any, world: World, clock: datetime
) -> None:
    from app.models import Certificate
    from app.security.actor import SYSTEM
    from app.services import certificates

    for number, category, hours, subject in (("P1", "professional", 60, None), ("P2", "public", 30, "xjp-thought"),
                                             ("P3", "elective", 18, None)):  # fmt: skip
        made = make_activity(
            session,
            number,
            number,
            kind="online",
            organiser_id=world.organiser,
            category=category,
            hours=Decimal(hours),
            subject=subject,
        )
        teacher = session.get_one(Teacher, world.ours.colleague)
        attendance.register(session, made, teacher, DAY, Decimal(hours), True, clock)
    standing = session.scalars(select(Standing).where(Standing.teacher_id == world.ours.colleague)).one()
    assert standing.result == "passed"
    certificates.issue(session, standing, SYSTEM, clock)
    session.commit()
    run(Kind.ATTENDANCE, Sheet(took_part("P1", 2, "何敏", hours=Decimal(1))), clock)
    assert session.scalars(select(Certificate.state)).one() != "valid"


def test_no_file_registers_the_attendance_of_who_imports_it(session: Any, world: World, clock: datetime) -> None:
    make_activity(session, "O1", "全市培训", organiser_id=world.organiser, hours=Decimal(60))
    session.commit()
    sheet = Sheet(took_part("O1", 1, "陈怡", hours=Decimal(1)), took_part("O1", 2, "何敏", hours=Decimal(25)))
    who = actor_of(session, world.users["organiser"], "organiser")
    with acting(replace(who, teacher_id=world.ours.teacher)):
        _tally, seen, _written = run(Kind.ATTENDANCE, sheet, clock)
    assert [codes(seen[number]) for number in (2, 3)] == [
        [("id_number", No.OWN_ATTENDANCE)],
        [("hours", No.HOURS_OVER_DAY)],
    ]
