"""The job that writes a list: as whoever asked, sealed, told of in the trail once, begun again after a kill."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from app.jobs import work
from app.models import AuditEntry, Job, School, Standing
from app.security.actor import acting, actor_of
from app.services import import_files, lists
from app.services.lists import Wanted
from app.services.store import store
from tests.factories import World, id_number


def asked(session: Any, world: World, duty: str, now: datetime, use: str = "title_review") -> Job:
    with acting(actor_of(session, world.users[duty], duty)) as actor:
        made = lists.ask(session, Wanted(use, 2026, "职称评审"), actor, now)
    session.commit()
    return made


def table(job: Job) -> list[tuple[Any, ...]]:
    workbook = import_files.fetch(job.outcome["file"])
    return list(openpyxl.load_workbook(io.BytesIO(workbook)).active.iter_rows(values_only=True))


def reveals(session: Any) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).where(AuditEntry.subject == "result_list")))


def test_an_authority_gets_its_own_people_and_the_trail_says_so(session: Any, world: World, clock: datetime) -> None:
    job = asked(session, world, "authority", clock)
    work.run(session, job.id)
    session.expire_all()
    assert (job.state, job.done, job.total) == ("done", 2, 2)
    rows = table(job)
    assert [row[1] for row in rows[1:]] == ["何敏", "陈怡"]
    assert rows[2][0] == id_number(1)
    line = reveals(session)[0]
    assert (line.user_id, line.after["purpose"], line.after["id_numbers"]) == (world.users["authority"], "职称评审", 2)
    assert (job.outcome["rows"], job.outcome["opens"]) == (2, 0)


def test_the_file_is_sealed_in_the_store(session: Any, world: World, clock: datetime) -> None:
    job = asked(session, world, "school", clock)
    work.run(session, job.id)
    session.expire_all()
    kept = store().read(job.outcome["file"])
    assert not kept.startswith(b"PK") and id_number(1).encode() not in kept


def test_passed_and_exempt_are_counted_as_opening(session: Any, world: World, clock: datetime) -> None:
    for teacher, result in ((world.ours.teacher, "passed"), (world.ours.colleague, "exempt")):
        for one in session.scalars(select(Standing).where(Standing.teacher_id == teacher, Standing.year == 2026)):
            one.result = result
    session.get_one(School, world.ours.school).ownership = "private"
    session.commit()
    job = asked(session, world, "city", clock, "private_allowance")
    work.run(session, job.id)
    session.expire_all()
    assert (job.outcome["rows"], job.outcome["opens"]) == (2, 2)
    assert [row[-1] for row in table(job)[1:]] == ["免予验证", "通过"]


def test_a_paused_job_begins_again_and_reveals_nothing_unsaid_nor_twice(
    session: Any, world: World, clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "SCHOOLS_AT_ONCE", 1)
    job = asked(session, world, "city", clock)
    batches = lists.batches

    def stopped_after_one(*given: Any) -> Any:
        for rows in batches(*given):
            if rows:
                work.stopping.set()
            yield rows

    with monkeypatch.context() as patched:
        patched.setattr(lists, "batches", stopped_after_one)
        work.run(session, job.id)
    work.stopping.clear()
    session.expire_all()
    assert (job.state, job.done) == ("running", 2)
    assert len(reveals(session)) == 1
    work.run(session, job.id)
    session.expire_all()
    assert (job.state, job.done, job.total) == ("done", 4, 4)
    assert [row[1] for row in table(job)[1:]] == ["何敏", "陈怡", "鹮何敏", "鹮陈怡"]
    assert len(reveals(session)) == 1
