"""The job that takes the figures: from the rows as they are, and it leaves no trail of its own rows behind."""

from __future__ import annotations

from sqlalchemy import func, select, update

from app.jobs import work
from app.models import Job, SchoolTally
from app.services import tallies


def test_the_job_takes_the_figures_and_only_the_last_one_is_kept(session, world, clock):
    for _again in range(2):
        session.execute(update(SchoolTally).values(claims=99))
        row = tallies.ask(session, clock)
        session.commit()
        work.run(session, row.id)
        session.expire_all()
        assert session.get_one(Job, row.id).state == "done"
        claims = select(SchoolTally.claims).where(
            SchoolTally.school_id == world.ours.school, SchoolTally.year == 2026
        )
        assert session.scalar(claims) == 1
    assert session.scalar(select(func.count()).select_from(Job).where(Job.kind == tallies.TALLY_JOB)) == 1
