"""Printing a large selection and rebuilding a series: done in chunks, resumed after the last one, nothing twice."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from app.domain.errors import Code, Refused
from app.extensions import db
from app.jobs import printing as printing_job
from app.jobs import rebuilding, work
from app.models import Certificate, Job, Organiser, PolicyBinding, School, Standing
from app.security.actor import SYSTEM
from app.services import attendance, bindings, certificates, printing, standings
from app.services.store import store
from tests.factories import make_activity, make_school, make_teacher

HOURS = {"public": 30, "professional": 42, "elective": 18}


def passed_standings(session: Any, count: int, now: datetime) -> list[Standing]:
    """Teachers of one school who have done their year."""
    school = make_school(session, "4401030001", "望涌小学", "440103", now)
    organiser = Organiser(name="市教师发展中心", level="city")
    session.add(organiser)
    session.flush()
    activities = [
        make_activity(
            session,
            f"A-{category}",
            f"{category}研修",
            category=category,
            kind="online",
            organiser_id=organiser.id,
            hours=Decimal(hours),
            subject="xjp" if category == "public" else None,
            starts_on=date(2026, 3, 2),
            ends_on=date(2026, 3, 2),
        )
        for category, hours in HOURS.items()
    ]
    for number in range(count):
        teacher = make_teacher(session, school, f"陈{'甲乙丙丁戊己庚辛壬癸'[number % 10]}", 300 + number, now)
        for activity in activities:
            attendance.register(session, activity, teacher, date(2026, 3, 2), activity.hours, True, now)
    session.commit()
    found = list(session.scalars(select(Standing).where(Standing.year == 2026).order_by(Standing.id)))
    assert [one.result for one in found] == ["passed"] * count
    return found


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "AT_ONCE", 2)
    monkeypatch.setattr(printing_job, "CHUNK", 2)
    monkeypatch.setattr(rebuilding, "CHUNK", 2)


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text().replace("\n", "") for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_few_are_printed_at_once_and_many_by_a_job_with_the_same_pages(
    session: Any, clock: datetime, small_chunks: None
) -> None:
    chosen = passed_standings(session, 5, clock)
    few = printing.print_standings(session, chosen[:2], "zh", SYSTEM, clock)
    assert isinstance(few, bytes) and len(texts(few)) == 2
    made = printing.print_standings(session, chosen, "zh", SYSTEM, clock)
    assert isinstance(made, Job)
    session.commit()
    work.run(session, made.id)
    session.expire_all()
    assert (made.state, made.done, made.total) == ("done", 5, 5)
    issued = session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert len(issued) == 5  # the two printed before are printed again, not issued again
    pages = texts(store().read(made.outcome["file"]))
    by_standing = {one.teacher_id: one.number for one in issued}
    assert len(pages) == 5
    for page, standing in zip(pages, chosen, strict=True):
        assert by_standing[standing.teacher_id] in page


def test_printing_goes_on_after_the_last_chunk(
    session: Any, clock: datetime, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = printing.print_standings(session, passed_standings(session, 5, clock), "zh", SYSTEM, clock)
    session.commit()
    rendered = []
    render = certificates.render

    def counted(chosen: Any, language: str) -> bytes:
        chosen = list(chosen)
        if len(rendered) == 1:
            work.stopping.set()
        rendered.append(len(chosen))
        return render(chosen, language)

    monkeypatch.setattr(certificates, "render", counted)
    assert isinstance(made, Job)
    work.run(session, made.id)
    work.stopping.clear()
    session.expire_all()
    assert (made.state, made.done) == ("running", 4)
    work.run(session, made.id)
    session.expire_all()
    assert (made.state, made.done) == ("done", 5)
    assert rendered == [2, 2, 1]
    assert len(texts(store().read(made.outcome["file"]))) == 5
    assert session.scalar(select(func.count()).select_from(Certificate)) == 5


def test_a_binding_is_followed_by_the_standings_of_its_series(
    session: Any, clock: datetime, small_chunks: None
) -> None:
    passed_standings(session, 3, clock)
    school = session.scalars(select(School)).one()
    accountant = make_teacher(session, school, "会计", 900, clock, series="library")
    bindings.bind(session, None, 2026, "teacher", "guangzhou-2020", clock)
    session.commit()
    rebuild = session.scalars(select(Job).where(Job.kind == bindings.REBUILD_JOB)).one()
    work.run(session, rebuild.id)
    session.expire_all()
    assert (rebuild.state, rebuild.done, rebuild.total) == ("done", 3, 3)
    kept = {row.teacher_id: row.policy for row in session.scalars(select(Standing).where(Standing.year == 2026))}
    assert kept.pop(accountant.id) == "guangdong-2021"
    assert set(kept.values()) == {"guangzhou-2020"}
    assert list(standings.differences(session, clock)) == []
    assert session.scalars(select(PolicyBinding)).one().policy == "guangzhou-2020"
    db.session.rollback()


def test_a_pack_without_a_place_for_registered_hours_is_refused(session: Any, clock: datetime) -> None:
    passed_standings(session, 1, clock)  # with elective hours, which the accounting pack does not know
    with pytest.raises(Refused) as refused:
        bindings.bind(session, None, 2026, "teacher", "accounting-2021", clock)
    assert (refused.value.code, refused.value.facts["category"]) == (Code.CATEGORY_UNKNOWN, "elective")
    session.rollback()
    assert bindings.bind(session, None, 2026, "accounting", "accounting-2021", clock).id
