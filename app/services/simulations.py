"""What if a year had gone by another policy: how many would pass, by school, and who would change. Touches nothing.

The question is the payload of a job. Only the asked year is computed under the changed pack; the years before it keep
their own, certified ones the pack of their certificate, so that what is carried in is what was. Claims decided before
keep the hours they were decided with: days are not converted anew. The computing itself is the domain's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import standing as rules
from app.domain.errors import Refused
from app.domain.hours import check_year, plain
from app.domain.policy import Figure, Policy, default_pack, load, pack
from app.models import Job, School, Standing, Teacher
from app.security.actor import Actor
from app.services import bindings, jobs
from app.services.founding import frozen_policies
from app.services.refusals import No
from app.services.standing_sources import exemptions_of, live_entries

SIMULATE_JOB = "simulate"
CHUNK = 1000  # teachers whose hours are held at once
SCHOOLS_AT_ONCE = 25
MOST_LISTED = 500  # teachers named of one school


@dataclass(frozen=True, slots=True)
class Question:
    """A year and series, the pack it starts from, and the pack as changed."""

    year: int
    series: str
    base: Policy
    changed: Policy


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of teachers: all, exempt, passed as it is and as it would be, failing and passing anew."""

    people: int = 0
    exempt: int = 0
    now: int = 0
    then: int = 0
    falls: int = 0
    rises: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))

    def as_list(self) -> list[int]:
        """The counts in their order, for the job's row."""
        return [getattr(self, one.name) for one in fields(Tally)]


def total_of(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies."""
    total = Tally()
    for one in tallies:
        total = total.plus(one)
    return total


# --- The question ---


def question_of(payload: Mapping[str, Any]) -> Question:
    """The question a payload states. Raises PackFault for a text that is no pack, Refused for an unknown base."""
    base = pack(payload["base"])
    changed = load(payload["text"]) if payload.get("text") else changed_by(base, payload["changes"])
    return Question(payload["year"], payload["series"], base, changed)


def changed_by(base: Policy, changes: Mapping[str, Any]) -> Policy:
    """``base`` with other figures: {total, minimum: {category: hours or None}, carry_in, carry_out}.

    The figures shown of it change along, so that both can be laid side by side.
    """
    values: dict[str, object] = {
        "total.required": Decimal(changes["total"]),
        "carry.in": changes["carry_in"],
        "carry.out": changes["carry_out"],
    }
    categories = []
    for position, category in enumerate(base.categories):
        stated = changes["minimum"].get(category.id)
        required = None if stated is None else Decimal(stated)
        categories.append(replace(category, required=required))
        values[f"category[{position}].required"] = required
    kept = [figure for figure in base.figures if figure.place not in values]
    new = [Figure(place, value, base.source_of(place)) for place, value in values.items() if value is not None]
    return replace(
        base,
        required_total=Decimal(changes["total"]),
        categories=tuple(categories),
        carry_in=changes["carry_in"],
        carry_out=changes["carry_out"],
        figures=(*kept, *new),
    )


def ask(session: Session, payload: dict[str, Any], actor: Actor, now: datetime) -> Job:
    """Put the question down as a job.

    Raises PackFault and Refused as ``question_of`` does, Refused(NO_STANDINGS) where nobody of the series has a result
    for the year, Refused(CATEGORY_UNKNOWN) where hours are registered that have no place in the changed pack.
    """
    question = question_of(payload)
    check_year(question.year)
    if not session.scalar(select(_people(question, Standing.id).limit(1).exists())):
        raise Refused(No.NO_STANDINGS, year=question.year, series=question.series)
    bindings.refuse_unfit(session, question.year, question.series, question.changed)
    return jobs.enqueue(session, SIMULATE_JOB, payload, actor, now)


def _people(question: Question, *columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Standing)
        .join(Teacher, Standing.teacher_id == Teacher.id)
        .where(Standing.year == question.year, Teacher.series == question.series)
    )


def people(session: Session, question: Question) -> int:
    """How many teachers the question is about: those of the series with a result for the year."""
    return session.scalar(_people(question, func.count())) or 0


# --- The answer ---


@dataclass(slots=True)
class Answer:
    """What came of some schools. ``changes`` names who would change: [standing, need, missing] by school.

    ``needs``: of those failing anew, how many need how many hours more; ``carried``: hours carried out, now and then.
    """

    tallies: dict[int, Tally]
    changes: dict[int, list[list[Any]]]
    needs: dict[str, int]
    carried: tuple[Decimal, Decimal]


def school_groups(session: Session, after: int) -> Iterator[list[int]]:
    """The schools in the order of their keys, beyond ``after``, some at a time."""
    while True:
        chosen = select(School.id).where(School.id > after).order_by(School.id).limit(SCHOOLS_AT_ONCE)
        ids = list(session.scalars(chosen))
        if not ids:
            return
        yield ids
        after = ids[-1]


def answer(session: Session, question: Question, school_ids: Sequence[int]) -> Answer:
    """Assess everybody of some schools under the changed pack and count what it would change. Writes nothing."""
    bound = bindings.bound(session)
    found = Answer({}, {}, {}, (rules.ZERO, rules.ZERO))
    asked = _people(
        question, Standing.id, Standing.teacher_id, Standing.school_id, Standing.result, Standing.carried_out
    )
    rows = iter(session.execute(asked.where(Standing.school_id.in_(school_ids)).order_by(Standing.id)).all())
    while chunk := list(islice(rows, CHUNK)):
        then = _assess(session, question, bound, [row.teacher_id for row in chunk])
        for row in chunk:
            _count(found, row, then[row.teacher_id])
    return found


def _assess(
    session: Session, question: Question, bound: Mapping[tuple[int, str], str], teacher_ids: Sequence[int]
) -> dict[int, rules.Standing]:
    entries = live_entries(session, teacher_ids)
    exemptions = exemptions_of(session, teacher_ids)
    certified = frozen_policies(session, teacher_ids)
    found = {}
    for teacher_id in teacher_ids:
        own, earned = certified.get(teacher_id, {}), entries.get(teacher_id, [])
        if not question.changed.carry_in:
            # Nothing of the years before comes in, so they need not be assessed.
            earned = [one for one in earned if one.year == question.year]

        def policy_of(year: int, own: Mapping[int, str] = own) -> Policy:
            if year == question.year:  # frozen or not: what if it were otherwise
                return question.changed
            return pack(own.get(year) or bound.get((year, question.series)) or default_pack(year, question.series))

        (found[teacher_id],) = rules.assess_years([question.year], earned, policy_of, exemptions.get(teacher_id, ()))
    return found


def _count(found: Answer, row: Any, then: rules.Standing) -> None:
    passed, would = row.result == rules.Result.PASSED, then.result is rules.Result.PASSED
    falls, rises = passed and not would, would and not passed
    exempt = then.result is rules.Result.EXEMPT
    tally = Tally(1, int(exempt), int(passed), int(would), int(falls), int(rises))
    found.tallies[row.school_id] = found.tallies.get(row.school_id, Tally()).plus(tally)
    found.carried = (found.carried[0] + row.carried_out, found.carried[1] + then.carried_out)
    if not (falls or rises):
        return
    need = need_of(then.missing)
    if falls:
        found.needs[plain(need)] = found.needs.get(plain(need), 0) + 1
    named = found.changes.setdefault(row.school_id, [])
    if len(named) < MOST_LISTED:
        missing = {category: plain(hours) for category, hours in then.missing.items() if hours}
        named.append([row.id, plain(need), missing])


def need_of(missing: Mapping[str, Decimal]) -> Decimal:
    """The fewest hours that would make a year pass: hours in a category also count to the total (MIN)."""
    of_categories = sum((hours for name, hours in missing.items() if name != "total"), rules.ZERO)
    return max(of_categories, missing["total"])


def median_need(needs: Mapping[str, int]) -> Decimal | None:
    """The median of the hours needed, of {hours: how many need them}; the lower one where two stand in the middle."""
    middle = (sum(needs.values()) + 1) // 2
    seen = 0
    for hours in sorted(map(Decimal, needs)):
        seen += needs[plain(hours)]
        if seen >= middle > 0:
            return hours
    return None
