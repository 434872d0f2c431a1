"""Binding a policy to a year and a series. Standings follow by a job; a year with certificates is frozen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.domain.errors import Code, Refused
from app.domain.hours import check_year
from app.domain.policy import Policy, Series, default_pack, pack, packs
from app.models import Certificate, Entry, PolicyBinding, Standing, Teacher
from app.security.actor import acting, current_actor
from app.services import exemptions, jobs
from app.services.ledger import live
from app.services.refusals import No
from app.services.turns import take_turn

# Recomputes everybody of the series in its payload: a year's carry-over reaches into the next ones.
REBUILD_JOB = "rebuild"


def bind(
    session: Session, binding: PolicyBinding | None, year: int, series: str, policy: str, now: datetime
) -> PolicyBinding:
    """Bind ``policy`` to a year and series, by a new binding or by changing one. Raises what ``check`` raises."""
    take_turn(session)
    if binding is not None and (binding.year, binding.series, binding.policy) == (year, series, policy):
        return binding
    affected = check(session, binding, year, series, policy)
    if binding is None:
        binding = PolicyBinding(year=year, series=series, policy=policy)
        session.add(binding)
    else:
        binding.year, binding.series, binding.policy = year, series, policy
    session.flush()
    _recompute(session, affected, now)
    return binding


def unbind(session: Session, binding: PolicyBinding, now: datetime) -> None:
    """Take a binding back, so that its year and series go by the pack's own default again.

    Raises what ``check`` raises: the default must fit the hours registered, and no certificate may rest on the year.
    """
    take_turn(session)
    affected = check(session, binding, binding.year, binding.series, "")
    session.delete(binding)
    session.flush()
    _recompute(session, affected, now)


def check(
    session: Session, binding: PolicyBinding | None, year: int, series: str, policy: str
) -> frozenset[tuple[int, str]]:
    """The (year, series) that binding ``policy`` would change; an empty ``policy`` goes back to the default.

    Raises Refused(YEAR_FROZEN) where certificates stand for the year and series it binds, or bound before, or for a
    later year into which hours of this one are carried by the old pack or the new; Refused(CATEGORY_UNKNOWN) where
    hours are registered in a category that the pack does not have; Refused(YEAR_UNBOUND) where results are kept of
    a year that no pack would cover any more.
    """
    check_year(year)
    if policy:
        pack(policy)
    chosen = bound(session)
    affected = {(year, series): policy}
    if binding is not None:
        affected.setdefault((binding.year, binding.series), "")
    for (of_year, of_series), new in affected.items():
        _refuse_frozen(session, chosen, of_year, of_series, new)
        refuse_unfit(session, of_year, of_series, _pack({(of_year, of_series): new}, of_year, of_series))
    return frozenset(affected)


def _recompute(session: Session, affected: frozenset[tuple[int, str]], now: datetime) -> None:
    payload = {"series": sorted({series for _year, series in affected})}
    jobs.enqueue(session, REBUILD_JOB, payload, current_actor(), now)


def bound(session: Session) -> dict[tuple[int, str], str]:
    """{(year, series): pack} of what administrators bound."""
    rows = session.execute(select(PolicyBinding.year, PolicyBinding.series, PolicyBinding.policy))
    return {(year, series): policy for year, series, policy in rows}


def frozen_by(session: Session, chosen: Mapping[tuple[int, str], str], year: int, series: str) -> int | None:
    """The year whose certificates freeze the pack of a year and series as it is bound now; None where none do.

    That a year is frozen is no secret of those whose certificates freeze it, so it is asked beyond one's own rows.
    """
    with acting(current_actor().as_system()):
        try:
            _refuse_frozen(session, chosen, year, series, chosen.get((year, series), ""))
        except Refused as refusal:
            return int(str(refusal.facts["year"]))
    return None


def in_force(chosen: Mapping[tuple[int, str], str], now: datetime) -> dict[str, dict[int, dict[str, bool]]]:
    """{pack: {year: {series: whether an administrator bound it}}}, up to this year and the last one bound."""
    years = [year for year, _series in chosen] + [day_in_china(now).year]
    years += [policy.binds.first for policy in packs().values() if policy.binds is not None]
    found: dict[str, dict[int, dict[str, bool]]] = defaultdict(lambda: defaultdict(dict))
    for year in range(min(years), max(years) + 1):
        for series in Series:
            policy = _pack(chosen, year, series)
            if policy is not None:
                found[policy.id][year][str(series)] = (year, str(series)) in chosen
    return found


def certificates_under(session: Session, policy: str, year: int, most: int) -> int:
    """How many certificates of a year rest on a pack; counted no further than ``most``, which stands for more."""
    some = select(Certificate.id).where(Certificate.year == year, Certificate.policy == policy).limit(most)
    with acting(current_actor().as_system()):
        return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def recomputed(session: Session, affected: Iterable[tuple[int, str]]) -> tuple[int, int]:
    """(teachers, yearly results) that a change of these (year, series) has computed again: all years of the series."""
    chosen = sorted({series for _year, series in affected})
    teachers = select(func.count()).select_from(Teacher).where(Teacher.series.in_(chosen))
    results = (
        select(func.count())
        .select_from(Standing)
        .join(Teacher, Standing.teacher_id == Teacher.id)
        .where(Teacher.series.in_(chosen))
    )
    return session.scalar(teachers) or 0, session.scalar(results) or 0


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
    of_the_year = select(Certificate.id).where(
        Certificate.year == of_year, *([Certificate.policy.in_(taking_in)] if of_year != year else [])
    )
    # Two questions, since each has its own index and their "or" has none.
    for asked in (
        of_the_year.where(Certificate.series == series),
        of_the_year.join(Teacher, Certificate.teacher_id == Teacher.id).where(
            Teacher.series == series, Certificate.series != series
        ),
    ):
        if session.scalar(asked.limit(1)) is not None:
            raise Refused(No.YEAR_FROZEN, year=of_year, series=series)


def refuse_unfit(session: Session, year: int, series: str, policy: Policy | None) -> None:
    """Hours in force must have their place under the pack, or nobody's year could be assessed."""
    if policy is None:
        kept = (
            select(Standing.id)
            .join(Teacher, Standing.teacher_id == Teacher.id)
            .where(Standing.year == year, Teacher.series == series)
        )
        if session.scalar(kept.limit(1)) is not None:
            raise Refused(Code.YEAR_UNBOUND, year=year, series=series)
        return
    homeless = session.scalar(
        live()
        .with_only_columns(Entry.category)
        .join(Teacher, Entry.teacher_id == Teacher.id)
        .where(Entry.year == year, Teacher.series == series, Entry.category.not_in(policy.category_ids))
        .limit(1)
    )
    homeless = homeless or exemptions.homeless(session, year, series, policy)
    if homeless is not None:
        raise Refused(Code.CATEGORY_UNKNOWN, category=homeless, policy=policy.id)
