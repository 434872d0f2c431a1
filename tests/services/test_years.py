"""A year is opened once: everybody has a standing in it from its first day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from app.jobs.rebuilding import rebuild
from app.models import Job, Standing
from app.models.register import SERIES
from app.services import bindings, numbers, standings, years
from tests.services.stage import Stage

# One minute past midnight in Shanghai, still the old year in UTC.
NEW_YEAR = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)


def test_the_first_worker_of_a_year_opens_it_and_no_other(live: Any, stage: Stage) -> None:
    opened = years.open_year(live, NEW_YEAR)
    assert opened is not None and opened.kind == bindings.REBUILD_JOB
    assert sorted(opened.payload["series"]) == sorted(SERIES)
    assert years.open_year(live, NEW_YEAR) is None and numbers.peek(live, "opened-2027") == 1
    rebuild(live, opened, NEW_YEAR)
    held = set(live.scalars(select(Standing.teacher_id).where(Standing.year == 2027)))
    assert {stage.world.ours.teacher, stage.world.ours.colleague} <= held
    assert list(standings.differences(live, NEW_YEAR)) == []


def test_binding_a_year_in_one_series_agrees_once_the_job_ran(live: Any, stage: Stage, clock: datetime) -> None:
    bindings.bind(live, None, 2024, "library", "guangdong-2020-84", clock)
    bindings.bind(live, None, 2023, "teacher", "guangdong-2020-84", clock)
    jobs = live.scalars(select(Job).where(Job.kind == bindings.REBUILD_JOB, Job.state == "queued").order_by(Job.id))
    for job in jobs.all()[-2:]:
        rebuild(live, job, clock)
    kept = set(live.scalars(select(Standing.year).where(Standing.teacher_id == stage.world.ours.teacher)))
    assert kept == {2023, 2026}
    assert list(standings.differences(live, clock)) == []
