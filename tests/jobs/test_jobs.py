"""Long work: sent once committed, done as who asked for it, resumed after a worker was killed, never done twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, func, select

from app.extensions import db
from app.jobs import work
from app.models import Job, Standing, Teacher
from app.security.actor import SYSTEM, acting, current_actor
from app.services import import_files, jobs
from app.services.imports import PLAN_JOB, WRITE_JOB
from tests.exchange.files import TEACHERS, workbook
from tests.factories import World, id_number, make_school


@pytest.fixture
def sent(app: Flask) -> Iterator[list[int]]:
    """The numbers of jobs sent to the queue, which does nothing with them."""
    numbers: list[int] = []
    port = app.extensions["send_job"]
    app.extensions["send_job"] = numbers.append
    yield numbers
    app.extensions["send_job"] = port
    work.stopping.clear()


def roster(count: int, code: str = "4401030001", first: int = 200) -> bytes:
    rows = [["陈怡", id_number(first + n), "女", code] for n in range(count)]
    return workbook(TEACHERS[:4], rows)


def put(content: bytes, kind: str, now: datetime, actor: Any = SYSTEM, **payload: Any) -> int:
    payload = {"kind": "teachers", "file": import_files.keep(content), "filename": "名册.xlsx"} | payload
    job = jobs.enqueue(db.session, kind, payload, actor, now)
    db.session.commit()
    return job.id


def job(number: int) -> Job:
    db.session.expire_all()
    found = db.session.get(Job, number)
    assert found is not None
    return found


def test_a_job_is_sent_after_the_commit_and_not_after_a_rollback(
    session: Any, sent: list[int], clock: datetime
) -> None:
    jobs.enqueue(session, "x", {}, SYSTEM, clock)
    assert sent == []
    session.rollback()
    row = jobs.enqueue(session, "y", {}, SYSTEM, clock)
    session.commit()
    assert sent == [row.id]
    session.commit()
    assert sent == [row.id]


def test_a_queue_that_is_away_loses_nothing(session: Any, app: Flask, sent: list[int], clock: datetime) -> None:
    def away(_number: int) -> None:
        raise ConnectionError

    app.extensions["send_job"] = away
    row = jobs.enqueue(session, PLAN_JOB, {}, SYSTEM, clock)
    session.commit()
    assert job(row.id).state == "queued"
    row.created_at = clock - work.UNSENT_AFTER
    session.commit()
    assert work.abandoned(session) == [row.id]


def test_a_workbook_waits_encrypted(app: Flask, session: Any) -> None:
    from app.services.store import store

    name = import_files.keep(id_number(3).encode())
    assert id_number(3).encode() not in store().read(name)
    assert import_files.fetch(name) == id_number(3).encode()


def test_judging_leaves_tally_rows_and_the_errors_workbook(session: Any, sent: list[int], clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    content = workbook(TEACHERS[:4], [["陈怡", id_number(1), "女", "4401030001"], ["何敏", id_number(2), "女", "44"]])
    number = put(content, PLAN_JOB, clock)
    work.run(session, number)
    outcome = job(number).outcome
    assert (job(number).state, job(number).done, outcome["tally"]["new"], outcome["tally"]["faulty"]) == (
        "done",
        2,
        1,
        1,
    )
    assert outcome["rows"]["faulty"][0]["faults"][0]["field"] == "school_code"
    assert import_files.fetch(outcome["errors"]).startswith(b"PK")
    assert id_number(1) not in str(outcome) and id_number(2) not in str(outcome)
    assert session.scalars(select(Teacher)).all() == []


def test_a_file_that_cannot_be_read_is_told_and_is_no_failure(session: Any, sent: list[int], clock: datetime) -> None:
    number = put(b"PK no zip", PLAN_JOB, clock)
    work.run(session, number)
    assert (job(number).state, job(number).outcome) == ("done", {"unreadable": "file_damaged", "facts": {}})


def test_writing_pauses_at_a_checkpoint_and_goes_on_from_there(session: Any, sent: list[int], clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    number = put(roster(700), WRITE_JOB, clock)
    work.stopping.set()
    # Asked to stop all the while, a run comes as far as its next checkpoint: before the first chunk at first.
    work.run(session, number)
    assert (job(number).state, job(number).done) == ("running", 0)
    assert session.scalars(select(Teacher)).all() == []
    work.stopping.clear()
    # The third commit is that of the first chunk: the ones before say that the work began and how much it is.
    commits: list[Any] = []

    def stop_at_the_first_chunk(_session: Any) -> None:
        commits.append(_session)
        if len(commits) == 3:
            work.stopping.set()

    event.listen(session(), "after_commit", stop_at_the_first_chunk)
    work.run(session, number)
    event.remove(session(), "after_commit", stop_at_the_first_chunk)
    assert (job(number).state, job(number).done) == ("running", 500)
    assert session.scalar(select(func.count()).select_from(Teacher)) == 500
    work.stopping.clear()
    work.run(session, number)
    assert (job(number).state, job(number).outcome["tally"]["new"]) == ("done", 700)
    assert session.scalar(select(func.count()).select_from(Teacher)) == 700


def test_a_job_that_ended_is_not_done_again(session: Any, sent: list[int], clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    number = put(roster(3), WRITE_JOB, clock)
    work.run(session, number)
    ended = job(number).ended_at
    work.run(session, number)
    assert (job(number).ended_at, job(number).outcome["tally"]) == (
        ended, {"new": 3, "changed": 0, "unchanged": 0, "faulty": 0},
    )  # fmt: skip


def test_a_job_in_hand_is_nobody_elses(session: Any, app: Flask, sent: list[int], clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    number = put(roster(3), WRITE_JOB, clock)
    with work.hold(session, number) as is_ours:
        assert is_ours
        assert work.abandoned(session) == []

        def other() -> None:
            with app.app_context():
                work.run(db.session, number)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert job(number).state == "queued"


def test_a_job_acts_as_who_started_it(session: Any, world: World, sent: list[int], clock: datetime) -> None:
    seen: list[Any] = []
    work.HANDLERS["look"] = lambda _session, _job, _now: seen.append(current_actor()) or {}
    from app.security.actor import actor_of

    starter = actor_of(session, world.users["school"], "school")
    number = put(b"", "look", clock, starter)
    work.run(session, number)
    assert (seen[0].user_id, seen[0].school_ids) == (world.users["school"], {world.ours.school})
    # A closed account does nothing any more.
    number = put(b"", "look", clock, starter)
    with acting(SYSTEM):
        session.get(User, world.users["school"]).active = False
        session.commit()
    work.run(session, number)
    assert (len(seen), job(number).state, job(number).outcome) == (1, "failed", {"failed": "account_closed"})
    del work.HANDLERS["look"]


def test_a_school_cannot_write_another_schools_roster_by_a_job(
    session: Any, world: World, sent: list[int], clock: datetime
) -> None:
    from app.security.actor import actor_of

    starter = actor_of(session, world.users["school"], "school")
    number = put(roster(2, "4401041001"), WRITE_JOB, clock, starter, accept_good=True)
    work.run(session, number)
    assert job(number).outcome["tally"] == {"new": 0, "changed": 0, "unchanged": 0, "faulty": 2}


def test_rows_that_became_faulty_leave_everything_as_it_was(session: Any, sent: list[int], clock: datetime) -> None:
    make_school(session, "4401030001", "甲", "440103", clock)
    content = workbook(
        TEACHERS[:4], [["陈怡", id_number(1), "女", "4401030001"], ["何敏", id_number(2), "女", "4401030009"]]
    )
    number = put(content, WRITE_JOB, clock)
    work.run(session, number)
    assert (job(number).state, job(number).outcome["refused"]) == ("done", "rows_faulty")
    assert session.scalars(select(Teacher)).all() == []


def test_an_unexpected_error_fails_the_job_and_changes_nothing(session: Any, sent: list[int], clock: datetime) -> None:
    def broken(_session: Any, _job: Job, _now: datetime) -> dict[str, Any]:
        make_school(_session, "4401030001", "甲", "440103", clock)
        raise RuntimeError("broken")

    work.HANDLERS["broken"] = broken
    number = put(b"", "broken", clock)
    work.run(session, number)
    del work.HANDLERS["broken"]
    assert (job(number).state, job(number).outcome) == ("failed", {"failed": "unexpected"})
    assert "4401030001" not in str(session.execute(select(Teacher)).all())


def test_standings_of_a_written_roster_agree_with_the_ledger(session: Any, sent: list[int], clock: datetime) -> None:
    from app.services import standings

    make_school(session, "4401030001", "甲", "440103", clock)
    work.run(session, put(roster(20), WRITE_JOB, clock))
    assert session.scalar(select(func.count()).select_from(Standing)) == 20
    assert list(standings.differences(session, clock)) == []
