"""What if: exactly what a naive recomputation gives, nothing touched, resumed after a kill, for the city alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Refused
from app.domain.policy import FOLDER, PackFault, PackReason, pack
from app.extensions import db
from app.jobs import work
from app.models import Exemption, Job, Model, Organiser, PolicyBinding, School, Standing, Teacher
from app.security.actor import SYSTEM
from app.services import certificates, simulations, standings
from app.services.simulations import SIMULATE_JOB, Tally
from app.services.store import store
from app.views.simulation_page import _named
from tests.factories import make_school, make_teacher, make_user
from tests.services.stage import earn

SCHOOLS = (("4401030001", "440103"), ("4401030002", "440103"), ("4401040001", "440104"))
# Elective hours of the teachers of each school; all have 30 public and 50 professional ones.
ELECTIVES = (("18", "24", "10"), ("30", "23.5"), ("40", "24", "18"))
PRESENT = {
    "total": "90",
    "minimum": {"public": "30", "professional": "42", "elective": "18"},
    "carry_in": False,
    "carry_out": False,
}


def changed(**minimum: str | None) -> dict[str, Any]:
    return PRESENT | {"minimum": PRESENT["minimum"] | minimum}


@pytest.fixture
def city(session: Any, clock: datetime) -> Iterator[Any]:
    """Eight teachers of three schools, one of them exempt; the hours of one are credited by an exemption."""
    session.add(Organiser(name="市教师发展中心", level="city"))
    session.flush()
    number = 300
    for (code, district), electives in zip(SCHOOLS, ELECTIVES, strict=True):
        school = make_school(session, code, f"学校{code[-1]}", district, clock)
        for hours in electives:
            number += 1
            teacher = make_teacher(session, school, "陈怡", number, clock)
            for category, earned in (("public", "30"), ("professional", "50"), ("elective", hours)):
                earn(session, teacher, category, earned, date(2026, 5, 4), clock)
    of_last = list(session.scalars(select(Teacher).order_by(Teacher.id.desc()).limit(3)))
    for teacher, effect, hours in ((of_last[0], "exempt", None), (of_last[2], "credited", 6)):
        category = "elective" if hours else None
        session.add(
            Exemption(
                teacher_id=teacher.id,
                school_id=teacher.school_id,
                from_on=date(2026, 1, 1),
                to_on=date(2026, 12, 31),
                effect=effect,
                category=category,
                hours=hours,
                reason="产假",
                granted_at=clock,
                granted_by="市教育局",
            )
        )
    session.flush()
    standings.refresh_all(session, [one.id for one in of_last], clock)
    session.commit()
    yield session
    work.stopping.clear()


def asked(session: Any, now: datetime, year: int = 2026, base: str = "guangdong-2021", **payload: Any) -> Job:
    question = {"year": year, "series": "teacher", "base": base} | (payload or {"changes": PRESENT})
    row = simulations.ask(session, question, SYSTEM, now)
    # Put down, not sent: the queue would run it at once.
    session.info.clear()
    session.commit()
    return row


def run(session: Any, row: Job) -> dict[str, Any]:
    work.run(session, row.id)
    session.expire_all()
    assert row.state == "done", row.outcome
    assert row.outcome is not None
    return row.outcome


def tally_of(outcome: dict[str, Any]) -> Tally:
    return simulations.total_of(Tally(*counts[:-1]) for counts in outcome["schools"].values())


def tables(session: Any) -> dict[str, str]:
    """A digest of each table but that of the jobs."""
    session.rollback()
    found = {}
    with db.engine.connect() as connection:
        for table in Model.metadata.sorted_tables:
            if table.name != "job":
                rows = sorted(map(repr, connection.execute(table.select()).all()))
                found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def naive(session: Any, minima: dict[str, str], total: str) -> dict[int, bool]:
    """{standing: whether it would pass}, from the kept sums alone."""
    found = {}
    for row in session.scalars(select(Standing).where(Standing.year == 2026)):
        enough = all(Decimal(row.recognised[name]) >= Decimal(hours) for name, hours in minima.items())
        found[row.id] = row.result != "exempt" and enough and row.total >= Decimal(total)
    return found


@pytest.mark.parametrize(
    ("minimum", "total"), [({"elective": "24"}, "90"), ({"elective": "10"}, "90"), ({"professional": "51"}, "104")]
)
def test_it_gives_what_a_naive_recomputation_gives(
    city: Any, clock: datetime, minimum: dict[str, str], total: str
) -> None:
    before = {row.id: row.result == "passed" for row in city.scalars(select(Standing).where(Standing.year == 2026))}
    row = asked(city, clock, changes=changed(**minimum) | {"total": total})
    outcome = run(city, row)
    would = naive(city, PRESENT["minimum"] | minimum, total)
    assert len(would) == 8 and sum(before.values()) == 6
    falls = {key for key in would if before[key] and not would[key]}
    rises = {key for key in would if would[key] and not before[key]}
    assert falls or rises
    assert tally_of(outcome) == Tally(8, 1, 6, sum(would.values()), len(falls), len(rises))
    named = [one for key in outcome["schools"] for one in _named(row, int(key))]
    assert {one[0] for one in named} == falls | rises
    assert {one[0] for one in named if one[1] == "0"} == rises


def test_more_electives_fail_whom_they_fail_and_say_what_it_costs(city: Any, clock: datetime) -> None:
    """18 → 24: of 18, 24, 10 | 30, 23.5 | 40, 24 by 6 credited hours, and one exempt."""
    row = asked(city, clock, changes=changed(elective="24"))
    outcome = run(city, row)
    by_school = [
        Tally(*counts[:-1]) for _key, counts in sorted(outcome["schools"].items(), key=lambda one: int(one[0]))
    ]
    assert by_school == [Tally(3, 0, 2, 1, 1, 0), Tally(2, 0, 2, 1, 1, 0), Tally(3, 1, 2, 2, 0, 0)]
    assert outcome["needs"] == {"6": 1, "0.5": 1}
    assert simulations.median_need(outcome["needs"]) == Decimal("0.5")
    assert (row.done, row.total) == (8, 8)


def test_the_pack_as_it_is_changes_nobody(city: Any, clock: datetime) -> None:
    outcome = run(city, asked(city, clock))
    assert tally_of(outcome) == Tally(8, 1, 6, 6, 0, 0)
    assert outcome["parts"] == [] and outcome["needs"] == {}


def test_nothing_but_the_job_is_touched(city: Any, clock: datetime) -> None:
    before = tables(city)
    run(city, asked(city, clock, changes=changed(elective="24")))
    assert tables(city) == before


def test_a_killed_run_goes_on_after_the_last_school(
    city: Any, clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulations, "SCHOOLS_AT_ONCE", 1)
    monkeypatch.setattr(simulations, "CHUNK", 2)
    whole = run(city, asked(city, clock, changes=changed(elective="24")))
    row = asked(city, clock, changes=changed(elective="24"))
    real, counted = simulations.answer, []

    def dying(session: Any, question: Any, schools: Any) -> Any:
        if len(counted) == 2:
            raise KeyboardInterrupt
        counted.append(schools)
        return real(session, question, schools)

    monkeypatch.setattr(simulations, "answer", dying)
    with pytest.raises(KeyboardInterrupt):
        work.run(city, row.id)
    city.rollback()
    assert (row.state, row.done) == ("running", 5)
    monkeypatch.setattr(simulations, "answer", lambda *given: counted.append(given[2]) or real(*given))
    assert run(city, row) == whole
    assert len(counted) == len({tuple(one) for one in counted}) == 3


def test_years_before_keep_their_own_packs_and_carry_what_they_carried(city: Any, clock: datetime) -> None:
    """2020 takes in what 2019 carries out; asked without taking in, it does not pass (CARRY)."""
    school = city.scalars(select(School)).first()
    teacher = make_teacher(city, school, "钟文", 600, clock, joined_on=date(2018, 9, 1))
    for category, hours in (("public", "18"), ("professional", "70")):
        earn(city, teacher, category, hours, date(2019, 5, 4), datetime(2019, 12, 1, tzinfo=UTC))
    for category, hours in (("public", "18"), ("professional", "40")):
        earn(city, teacher, category, hours, date(2020, 5, 4), datetime(2020, 12, 1, tzinfo=UTC))
    city.commit()
    figures = {"total": "72", "minimum": {"public": "18", "professional": "42"}, "carry_in": True, "carry_out": False}
    as_it_is = run(city, asked(city, clock, 2020, "guangzhou-2020", changes=figures))
    assert tally_of(as_it_is) == Tally(1, 0, 1, 1, 0, 0)
    without = run(city, asked(city, clock, 2020, "guangzhou-2020", changes=figures | {"carry_in": False}))
    assert tally_of(without) == Tally(1, 0, 1, 0, 1, 0)
    # 14 hours to the total of 72; 2 of them professional.
    assert without["needs"] == {"14": 1}
    # 2019 asked otherwise leaves 2020 out of the question; its surplus is told.
    earlier = figures | {"total": "80", "carry_out": True}
    outcome = run(city, asked(city, clock, 2019, "guangzhou-2019", changes=earlier))
    assert outcome["carried"] == ["16", "8"]


def test_a_frozen_year_is_worked_out_as_if_it_were_not(city: Any, clock: datetime) -> None:
    passed = city.scalars(select(Standing).where(Standing.result == "passed").order_by(Standing.id)).first()
    certificates.issue(city, passed, SYSTEM, clock)
    city.add(PolicyBinding(year=2026, series="library", policy="guangdong-2021"))
    city.commit()
    before = tables(city)
    outcome = run(city, asked(city, clock, changes=changed(elective="24")))
    assert tally_of(outcome).falls == 2
    assert tables(city) == before


def test_a_whole_pack_as_text_answers_the_same(city: Any, clock: datetime) -> None:
    text = (FOLDER / "guangdong-2021.toml").read_text("utf-8")
    eased = text.replace("required = { value = 18,", "required = { value = 24,")
    assert eased != text
    by_text = run(city, asked(city, clock, text=eased))
    by_figures = run(city, asked(city, clock, changes=changed(elective="24")))
    assert by_text == by_figures


def test_bad_questions_are_refused_before_any_work(city: Any, clock: datetime) -> None:
    def question(**given: Any) -> None:
        payload = {"year": 2026, "series": "teacher", "base": "guangdong-2021", "changes": PRESENT} | given
        simulations.ask(city, payload, SYSTEM, clock)

    with pytest.raises(PackFault) as fault:
        question(text='id = "x"\ntitle = 3\n')
    assert fault.value.reason in set(PackReason) and fault.value.line
    with pytest.raises(Refused, match="no_standings"):
        question(series="archives")
    with pytest.raises(Refused, match="no_standings"):
        question(year=2001)
    # Elective hours are registered, and the accountants' pack has no place for them.
    accounting = {
        "total": "90",
        "minimum": {"public": "30", "professional": "60"},
        "carry_in": False,
        "carry_out": False,
    }
    with pytest.raises(Refused, match="category_unknown"):
        question(base="accounting-2021", changes=accounting)
    assert city.scalars(select(Job).where(Job.kind == SIMULATE_JOB)).all() == []


def test_who_sees_some_schools_only_is_no_judge_of_the_city(city: Any, clock: datetime) -> None:
    """Narrowed counts would look like the city's: the job refuses instead."""
    user = make_user(city, "nobody", "无职")
    row = asked(city, clock)
    row.user_id = user.id
    city.commit()
    work.run(city, row.id)
    city.expire_all()
    assert (row.state, (row.outcome or {})["failed"]) == ("failed", "out_of_reach")


def test_the_store_names_nobody(city: Any, clock: datetime) -> None:
    outcome = run(city, asked(city, clock, changes=changed(elective="24")))
    held = b"".join(store().read(part) for part in outcome["parts"])
    assert held and "陈".encode() not in held and b"\\u" not in held


@pytest.mark.pure
def test_the_hours_needed_are_the_fewest_that_pass() -> None:
    """Hours in a category count to the total as well (MIN)."""
    missing = {"public": Decimal(0), "professional": Decimal(2), "elective": Decimal(4), "total": Decimal(3)}
    assert simulations.need_of(missing) == 6
    assert simulations.need_of(missing | {"total": Decimal(9)}) == 9


@pytest.mark.pure
@pytest.mark.parametrize(
    ("needs", "median"), [({}, None), ({"4": 1}, "4"), ({"10": 1, "2": 2}, "2"), ({"1": 1, "2": 1, "30": 2}, "2")]
)
def test_the_median_is_that_of_the_people(needs: dict[str, int], median: str | None) -> None:
    assert simulations.median_need(needs) == (None if median is None else Decimal(median))


@pytest.mark.pure
def test_a_changed_pack_is_a_new_one_with_its_figures() -> None:
    base = pack("guangdong-2021")
    made = simulations.changed_by(base, changed(elective="24") | {"carry_in": True})
    assert dict(made.minima)["elective"] == 24 and dict(base.minima)["elective"] == 18
    places = {figure.place: figure.value for figure in made.figures}
    assert places["carry.in"] is True and places["category[2].required"] == 24
    assert len(places) == len(made.figures) == len(base.figures)
