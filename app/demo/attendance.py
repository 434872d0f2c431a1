"""What each teacher took part in: registered attendance and hours that another platform sent, as rows.

The entry of an attendance repeats what ``services/ledger.py`` writes for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.demo.activities import SESSION_SUBJECTS, Offer, Year
from app.demo.days import a_day, at_work, seeded
from app.demo.people import Person
from app.domain.policy import Policy

OWN_PLATFORM = "jijiao"
OTHER_PLATFORM = "province_teacher"
_GROUPS = {
    "语文": 0, "数学": 1, "英语": 2, "科学": 3, "信息科技": 3, "信息技术": 3, "物理": 3, "化学": 3, "生物": 3,
    "体育与健康": 4, "美术": 4, "音乐": 4, "学前教育": 5, "康复训练": 5, "生活适应": 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a teacher took part in. ``platform``: the hours came from elsewhere, without attendance here."""

    offer: Offer
    passed: bool = True
    platform: str | None = None
    hours: Decimal | None = None
    on: date | None = None


def zeal(rng: Random, is_open: bool) -> float:
    """How far a teacher gets in a year: 1 and more fills every minimum by registered hours alone."""
    chance = rng.random()
    if is_open:
        return 0.45 + 0.85 * chance
    if chance < 0.60:
        return 1.0
    return 1.4 if chance < 0.76 else 0.55 + (chance - 0.76)


def parts(
    seed: int, person: Person, district: str, year: Year, own: list[Offer], policy: Policy, is_open: bool
) -> Iterator[Part]:
    """What a teacher took part in, in one year. ``own``: the school's own programmes of the year."""
    rng = seeded(seed, "attends", person.id, year.year)
    effort = 0.9 if person.is_story else zeal(rng, is_open)
    if person.is_story and not is_open:
        effort = 1.4
    yield from _public(rng, person, year, effort, is_open)
    for offer in own:
        if rng.random() < 0.5 + effort / 2:
            yield Part(offer, passed=rng.random() > 0.02)
    sessions = year.sessions[district]
    group = _GROUPS.get(person.subject or "", person.id % len(SESSION_SUBJECTS))
    for offer in (sessions[group], sessions[group + len(SESSION_SUBJECTS)]):
        if rng.random() < 0.35 + effort / 2:
            yield Part(offer)
    if effort >= 1.0 or rng.random() < effort - 0.2:
        yield Part(year.online[person.id % 2], passed=effort >= 1.0 or rng.random() > 0.06)
    if effort > 1.2 or rng.random() < 0.3 * effort:
        yield Part(year.trainings[int(rng.random() * len(year.trainings))], passed=rng.random() > 0.02)
    elif effort >= 1.0:
        yield Part(year.online[2 + person.id % 2])
    if year.elective and policy.category("elective") is not None:
        first = int(rng.random() * len(year.elective))
        wanted = 2 if effort >= 1.0 else 1 if rng.random() < effort else 0
        if person.is_story and is_open:
            wanted = 1
        for step in range(wanted):
            yield Part(year.elective[(first + step) % len(year.elective)])


def _public(rng: Random, person: Person, year: Year, effort: float, is_open: bool) -> Iterator[Part]:
    """Public courses: here or on the province's platform, sometimes the same subject on both (DUP-PUBLIC)."""
    enough = 3
    wanted = enough if effort >= 1.0 else 2 if rng.random() < 0.55 else enough
    if person.is_story:
        wanted = 2 if is_open else enough
    if effort > 1.2 and rng.random() < 0.4:
        wanted += 1
    elsewhere = rng.random() < 0.4
    for offer in year.public[:wanted]:
        if elsewhere:
            yield Part(offer, platform=OTHER_PLATFORM, on=offer.days[0][0] + timedelta(days=int(rng.random() * 50)))
        else:
            yield Part(offer, passed=effort >= 1.0 or rng.random() > 0.03)
    if person.is_story or rng.random() < 0.06:
        twice = year.public[0]
        yield Part(
            twice,
            platform=OWN_PLATFORM if elsewhere else OTHER_PLATFORM,
            hours=max(Decimal(2), twice.hours - 2),
            on=twice.days[0][0] + timedelta(days=21),
        )


def rows(
    rng: Random, person: Person, part: Part, now: datetime, today: date, ids: Callable[[str], int]
) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """(attendance, entry) for each day of a part that has come to pass while the teacher was at a school."""
    offer = part.offer
    if part.platform is not None:
        on = part.on or offer.days[0][0]
        school_id = person.school_on(on)
        sent_at = at_work(rng, on + timedelta(days=7 + int(rng.random() * 20)))
        if school_id is not None and on < today and sent_at < now:
            entry = _entry(person, school_id, offer, part.hours or offer.hours, on, sent_at, ids("entry"))
            yield None, {**entry, "source": "platform", "platform": part.platform, "attendance_id": None}
        return
    spread = timedelta(0)
    if offer.kind == "online":
        # An online course ends when the teacher ends it.
        first = offer.days[0][0]
        spread = a_day(rng, first, min(first + timedelta(days=45), date(first.year, 12, 20))) - first
    for day, hours in offer.days:
        on = day + spread
        school_id = person.school_on(on)
        if school_id is None or on >= today:
            continue
        if offer.school_id is not None and offer.school_id != school_id:
            continue
        registered_at = at_work(rng, min(on + timedelta(days=1 + int(rng.random() * 4)), today - timedelta(days=1)))
        attendance = {
            "id": ids("attendance"),
            "activity_id": offer.id,
            "teacher_id": person.id,
            "school_id": school_id,
            "attended_on": on,
            "hours": hours,
            "passed": part.passed,
            "registered_at": registered_at,
            "voided_at": None,
            "version": 1,
        }
        if not part.passed:
            yield attendance, None
            continue
        entry = _entry(person, school_id, offer, hours, on, registered_at, ids("entry"))
        yield attendance, {**entry, "attendance_id": attendance["id"]}


def _entry(
    person: Person, school_id: int, offer: Offer, hours: Decimal, on: date, entered_at: datetime, entry_id: int
) -> dict[str, Any]:
    return {
        "id": entry_id,
        "teacher_id": person.id,
        "school_id": school_id,
        "year": on.year,
        "category": offer.category,
        "subject": offer.subject,
        "hours": hours,
        "earned_on": on,
        "title": offer.title,
        "source": "attendance",
        "platform": OWN_PLATFORM,
        "entered_at": entered_at,
    }
