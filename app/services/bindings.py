"""Binding a policy to a year and a series. Standings follow by a job; a year with certificates is frozen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Refused
from app.domain.hours import check_year
from app.domain.policy import pack
from app.models import Certificate, PolicyBinding, Teacher
from app.security.actor import current_actor
from app.services import jobs
from app.services.refusals import No

# Recomputes everybody of the series in its payload: a year's carry-over reaches into the next ones.
REBUILD_JOB = "rebuild"


def bind(
    session: Session, binding: PolicyBinding | None, year: int, series: str, policy: str, now: datetime
) -> PolicyBinding:
    """Bind ``policy`` to a year and series, by a new binding or by changing one.

    Raises Refused(YEAR_FROZEN) where certificates stand for the year and series it binds, or bound before.
    """
    check_year(year)
    pack(policy)
    affected = {(year, series)}
    if binding is None:
        binding = PolicyBinding(year=year, series=series, policy=policy)
        session.add(binding)
    else:
        if (binding.year, binding.series, binding.policy) == (year, series, policy):
            return binding
        affected.add((binding.year, binding.series))
        binding.year, binding.series, binding.policy = year, series, policy
    for of_year, of_series in sorted(affected):
        _refuse_frozen(session, of_year, of_series)
    session.flush()
    payload = {"series": sorted({one for _year, one in affected})}
    jobs.enqueue(session, REBUILD_JOB, payload, current_actor(), now)
    return binding


def _refuse_frozen(session: Session, year: int, series: str) -> None:
    with session.no_autoflush:
        issued = session.scalar(
            select(Certificate.id)
            .join(Teacher, Certificate.teacher_id == Teacher.id)
            .where(Certificate.year == year, Teacher.series == series)
            .limit(1)
        )
    if issued is not None:
        raise Refused(No.YEAR_FROZEN, year=year, series=series)
