"""Binding a policy to a year and a series. Standings follow by a job; a year with certificates is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.errors import Code, Refused
from app.domain.hours import check_year
from app.domain.policy import Policy, default_pack, pack, packs
from app.models import Certificate, Entry, PolicyBinding, Teacher
from app.security.actor import current_actor
from app.services import jobs
from app.services.ledger import live
from app.services.refusals import No
from app.services.turns import take_turn

# Recomputes everybody of the series in its payload: a year's carry-over reaches into the next ones.
REBUILD_JOB = "rebuild"


def bind(
    session: Session, binding: PolicyBinding | None, year: int, series: str, policy: str, now: datetime
) -> PolicyBinding:
    """Bind ``policy`` to a year and series, by a new binding or by changing one.

    Raises Refused(YEAR_FROZEN) where certificates stand for the year and series it binds, or bound before, or for a
    later year into which hours of this one are carried by the old pack or the new; Refused(CATEGORY_UNKNOWN) where
    hours are registered in a category that the pack does not have.
    """
    check_year(year)
    pack(policy)
    take_turn(session)
    chosen = {(row.year, row.series): row.policy for row in session.scalars(select(PolicyBinding))}
    affected = {(year, series): policy}
    if binding is None:
        binding = PolicyBinding(year=year, series=series, policy=policy)
        session.add(binding)
    else:
        if (binding.year, binding.series, binding.policy) == (year, series, policy):
            return binding
        affected.setdefault((binding.year, binding.series), "")
        binding.year, binding.series, binding.policy = year, series, policy
    with session.no_autoflush:
        for (of_year, of_series), new in affected.items():
            _refuse_frozen(session, chosen, of_year, of_series, new)
            _refuse_unfit(session, of_year, of_series, _pack({(of_year, of_series): new}, of_year, of_series))
    session.flush()
    payload = {"series": sorted({one for _year, one in affected})}
    jobs.enqueue(session, REBUILD_JOB, payload, current_actor(), now)
    return binding


def _refuse_frozen(session: Session, chosen: Mapping[tuple[int, str], str], year: int, series: str, new: str) -> None:
    """Refuse where a certificate of the series rests on what the year carries out, or on the year itself.

    ``chosen``: what is bound so far; ``new``: the pack from now on, empty for the pack's own default.
    """
    _refuse_certified(session, year, year, series)
    old_and_new = (_pack(chosen, year, series), _pack({(year, series): new}, year, series))
    lets_out = any(policy is not None and policy.carry_out for policy in old_and_new)
    following = year + 1
    while lets_out:
        _refuse_certified(session, year, following, series)
        policy = _pack(chosen, following, series)
        lets_out = policy is not None and policy.carry_in and policy.carry_out
        following += 1


def _pack(chosen: Mapping[tuple[int, str], str], year: int, series: str) -> Policy | None:
    """The pack of a year and series; None for a year that no pack covers."""
    try:
        return pack(chosen.get((year, series)) or default_pack(year, series))
    except Refused as refusal:
        if refusal.code is not Code.YEAR_UNBOUND:
            raise
        return None


def _refuse_certified(session: Session, year: int, of_year: int, series: str) -> None:
    """A certificate of ``of_year`` freezes ``year``, of the series it was issued in and of the person's today."""
    taking_in = [policy.id for policy in packs().values() if policy.carry_in]
    issued = session.scalar(
        select(Certificate.id)
        .join(Teacher, Certificate.teacher_id == Teacher.id)
        .where(
            Certificate.year == of_year,
            or_(Certificate.series == series, Teacher.series == series),
            *([Certificate.policy.in_(taking_in)] if of_year != year else []),
        )
        .limit(1)
    )
    if issued is not None:
        raise Refused(No.YEAR_FROZEN, year=of_year, series=series)


def _refuse_unfit(session: Session, year: int, series: str, policy: Policy | None) -> None:
    """Hours in force must have their place under the pack, or nobody's year could be assessed."""
    if policy is None:
        return
    homeless = session.scalar(
        live()
        .with_only_columns(Entry.category)
        .join(Teacher, Entry.teacher_id == Teacher.id)
        .where(Entry.year == year, Teacher.series == series, Entry.category.not_in(policy.category_ids))
        .limit(1)
    )
    if homeless is not None:
        raise Refused(Code.CATEGORY_UNKNOWN, category=homeless, policy=policy.id)
