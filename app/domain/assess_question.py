"""The question `flask assess` answers: teachers with entries, assessed year by year (CONTRACTS, `flask
assess`).

Either the whole file is sound and every row is answered, or every fault is told and nothing is answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain import json_members
from app.domain.errors import Code, Refused
from app.domain.hours import ZERO, plain
from app.domain.json_reading import BadQuestion, Value, parse, shape
from app.domain.policy import Policy, Series, default_pack, packs
from app.domain.standing import Entry, Exemption, ExemptionEffect, Standing, assess_years

_SERIES = frozenset(Series)
_ENTRY = shape(
    {
        "id": json_members.text,
        "year": json_members.year,
        "category": json_members.text,
        "hours": json_members.hours_or_none,
        "on": json_members.day,
    },
    {"subject": json_members.text, "platform": json_members.text},
)


@dataclass(frozen=True, slots=True)
class TeacherQuestion:
    """A teacher with the entries of all years."""

    id: str
    series: str
    entries: tuple[Entry, ...]
    exemptions: tuple[Exemption, ...]


@dataclass(frozen=True, slots=True)
class AssessQuestion:
    """What to assess. `bindings` go before the packs' own years, for every series."""

    years: tuple[int, ...]
    bindings: dict[int, str]
    teachers: tuple[TeacherQuestion, ...]

    def policy_for(self, year: int, series: str) -> Policy:
        """The policy of a year and a series. Raises Refused(YEAR_UNBOUND)."""
        return packs()[self.bindings.get(year) or default_pack(year, series)]


def read_assess(raw: bytes) -> AssessQuestion:
    """The question in a JSON file. Raises BadQuestion with every fault and its place."""
    root = parse(raw)
    if not root.is_object(("years", "teachers"), ("bindings",)):
        raise BadQuestion(root.faults)
    bindings = _bindings(root.at("bindings"))
    frame = AssessQuestion((), bindings, ())
    teachers, seen = [], set[str]()
    for value in root.at("teachers").items():
        teacher = _teacher(value, frame)
        if teacher is None:
            continue
        if teacher.id in seen:
            value.at("id").fault(Code.ID_TWICE, id=teacher.id)
        seen.add(teacher.id)
        teachers.append(teacher)
    years = _years(root.at("years"), frame, {teacher.series for teacher in teachers} or {Series.TEACHER})
    if root.faults:
        raise BadQuestion(root.faults)
    return AssessQuestion(years, bindings, tuple(teachers))


def _years(value: Value, frame: AssessQuestion, series: set[str]) -> tuple[int, ...]:
    years: list[int] = []
    for position, one in enumerate(value.items()):
        year = one.read(json_members.year)
        if one.value is None:
            one.fault(Code.YEAR_MISSING)
        if year is None:
            continue
        if year in years:
            one.fault(Code.ID_TWICE, year=year)
        for each in sorted(series):
            if _policy(value, position, frame, year, each) is None:
                break
        years.append(year)
    if value.value == []:
        value.fault(Code.YEAR_MISSING)
    return tuple(years)


def _policy(value: Value, key: str | int, frame: AssessQuestion, year: int, series: str) -> Policy | None:
    """The policy that the year at `key` asks for; None, and a fault there, where none binds it."""
    try:
        return frame.policy_for(year, series)
    except Refused as refused:
        Value(year, value, key, value.faults).fault(Code(refused.code), year=year)
        return None


def _bindings(value: Value) -> dict[int, str]:
    bindings: dict[int, str] = {}
    if value.value is None or not value.is_object(optional=None):
        return bindings
    for key in value.value:
        one = value.at(key)
        policy = one.read(json_members.text)
        if one.value is None:
            one.fault(Code.KEY_MISSING)
        if policy is not None and policy not in packs():
            one.fault(Code.POLICY_UNKNOWN, policy=policy)
        elif not (len(key) == 4 and key.isascii() and key.isdigit()):
            one.fault(Code.YEAR_IMPOSSIBLE, year=key)
        elif policy is not None:
            bindings[int(key)] = policy
    return bindings


def _teacher(value: Value, frame: AssessQuestion) -> TeacherQuestion | None:
    if not value.is_object(("id", "entries"), ("series", "exemptions")):
        return None
    teacher_id = value.at("id").read(json_members.text)
    series = value.at("series").read(json_members.text) or Series.TEACHER
    if series not in _SERIES:
        value.at("series").fault(Code.SERIES_UNKNOWN, series=series)
        return None
    entries, seen = [], set[object]()
    for one in value.at("entries").items():
        entry = _entry(one, frame, series)
        if entry is None:
            continue
        if entry.id in seen:
            one.at("id").fault(Code.ID_TWICE, id=entry.id)
        seen.add(entry.id)
        entries.append(entry)
    exemptions = [_exemption(one, frame, series) for one in value.at("exemptions").items()]
    if teacher_id is None:
        return None
    return TeacherQuestion(teacher_id, series, tuple(entries), tuple(filter(None, exemptions)))


def _entry(value: Value, frame: AssessQuestion, series: str) -> Entry | None:
    members = value.members(_ENTRY)
    if members is None:
        return None
    entry_id, year, category, hours, on, subject, platform = members
    if year is not None and on is not None and on.year != year:
        value.at("on").fault(Code.DATE_OUTSIDE_YEAR, on=on, year=year)
    policy = _policy(value, "year", frame, year, series) if year is not None else None
    if category is not None and policy is not None:
        if category not in policy.category_ids:
            value.at("category").fault(Code.CATEGORY_UNKNOWN, category=category, policy=policy.id)
        elif category in policy.once_per_subject and value.value.get("subject") is None:
            # Without its subject nobody could tell whether the entry counts a second time (DUP-PUBLIC).
            value.at("subject").fault(Code.SUBJECT_MISSING)
    if entry_id is None or year is None or category is None or hours is None or on is None:
        return None
    return Entry(entry_id, year, category, subject, hours, on, platform)


def _exemption(value: Value, frame: AssessQuestion, series: str) -> Exemption | None:
    if not value.is_object(("year", "effect"), ("hours", "category", "reason")):
        return None
    year, written = value.at("year").read(json_members.year), value.at("effect").read(json_members.text)
    hours, category = value.at("hours").read(json_members.hours), value.at("category").read(json_members.text)
    if year is None or written is None:
        return None
    if written not in set(ExemptionEffect):
        value.at("effect").fault(Code.EFFECT_UNKNOWN, effect=written)
        return None
    effect = ExemptionEffect(written)
    if effect is not ExemptionEffect.CREDITED:
        return Exemption(year, effect)
    policy = _policy(value, "year", frame, year, series)
    for key, found in (("hours", hours), ("category", category)):
        if value.at(key).value is None and found is None:
            value.at(key).fault(Code.KEY_MISSING)
    if policy is not None and category is not None and category not in policy.category_ids:
        value.at("category").fault(Code.CATEGORY_UNKNOWN, category=category, policy=policy.id)
    return Exemption(year, effect, hours or ZERO, category)


def answer_assess(question: AssessQuestion) -> Iterator[dict[str, Any]]:
    """One row a teacher and year, in the order of the file."""
    for teacher in question.teachers:
        series = teacher.series
        standings = assess_years(
            question.years,
            teacher.entries,
            lambda year, series=series: question.policy_for(year, series),  # type: ignore[misc]
            teacher.exemptions,
        )
        for standing in standings:
            yield row(teacher.id, standing)


def row(teacher: str, standing: Standing) -> dict[str, Any]:
    """A standing as CONTRACTS writes it."""
    return {
        "teacher": teacher,
        "year": standing.year,
        "policy": standing.policy,
        "recognised": {category: plain(hours) for category, hours in standing.recognised.items()},
        "carried_in": plain(standing.carried_in),
        "total": plain(standing.total),
        "missing": {category: plain(hours) for category, hours in standing.missing.items()},
        "carried_out": plain(standing.carried_out),
        "result": str(standing.result),
        "not_counted": [{"entry": one.entry, "rule": str(one.rule)} for one in standing.not_counted],
    }
