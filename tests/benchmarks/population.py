"""A whole city for measuring: teachers with three years of hours, laid down in the order in which they happened.

Three bound years (2019 carries into 2020), a dozen ledger lines a teacher and year: public subjects of which some were
heard twice, professional and elective hours, now and then a line taken back, a transfer, an exemption. Lines lie in the
ledger month by month, not by teacher, as in a real one: reading one teacher's years touches many pages.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.bulk import Bulk
from app.models import Affiliation, District, Entry, Exemption, PolicyBinding, School, Teacher

YEARS = (2019, 2020, 2021)
PACKS = {2019: "guangzhou-2019", 2020: "guangzhou-2020", 2021: "guangdong-2021"}
# The last day of the last year: it is bound, and nothing else is verified.
NOW = datetime(2021, 12, 31, 4, 0, tzinfo=UTC)
TEACHERS_A_SCHOOL = 39
SUBJECTS = ("xjp-thought", "reform", "rural-revival", "greater-bay")
PLATFORMS = ("jijiao", "shengjiaoshi")
# Month by month: what is earned in it by everybody (category, whether of a subject).
MONTHS = (3, 4, 5, 6, 9, 10, 11)

Line = tuple[int, int, int, str, str | None, Decimal, date, str]


def lines(rng: random.Random, year: int, month: int, teachers: range) -> Iterator[Line]:
    """One month's hours of everybody: (teacher, year, month, category, subject, hours, day, platform)."""
    for teacher in teachers:
        draw = rng.random()
        on = date(year, month, 1 + int(draw * 28))
        hours = Decimal(2 + int(draw * 997) % 19) / 2
        yield teacher, year, month, "professional", None, hours, on, "jijiao"
        if month in (3, 5, 9, 11):
            subject = SUBJECTS[(3, 5, 9, 11).index(month)]
            yield teacher, year, month, "public", subject, hours, on, PLATFORMS[int(draw * 10) % 2]
            if draw < 0.2:
                # Heard again on another platform (DUP-PUBLIC).
                yield teacher, year, month, "public", subject, hours + 1, on, PLATFORMS[1]
        elif month == 10 and draw > 0.3:
            yield teacher, year, month, "elective", None, hours + 6, on, "jijiao"


def populate(session: Session, teachers: int, seed: int = 7) -> dict[str, int]:
    """Fill an empty, migrated database. The caller acts as SYSTEM and commits. Returns rows by table."""
    rng = random.Random(seed)
    districts = session.execute(select(District.id).order_by(District.code)).scalars().all()
    for year, pack in PACKS.items():
        session.add(PolicyBinding(year=year, series="teacher", policy=pack))
    session.flush()
    tables = [model.__table__ for model in (School, Teacher, Affiliation, Entry, Exemption)]
    bulk = Bulk(session.connection(), tables)
    schools = max(1, teachers // TEACHERS_A_SCHOOL)
    for school in range(1, schools + 1):
        row = {"id": school, "code": f"{4401000000 + school}", "name": f"第{school}小学"}
        bulk.add(tables[0], row | {"district_id": districts[school % len(districts)], "version": 1, "kind": "primary"})
    everybody = range(1, teachers + 1)
    for teacher in everybody:
        _teacher(bulk, rng, teacher, 1 + teacher % schools, schools)
        bulk.flush_if_many()
    bulk.flush()
    for year in YEARS:
        for month in MONTHS:
            for line in lines(rng, year, month, everybody):
                _enter(bulk, line, 1 + line[0] % schools, is_taken_back=rng.random() < 0.005)
                bulk.flush_if_many()
    bulk.finish()
    return dict(bulk.written)


def _teacher(bulk: Bulk, rng: random.Random, teacher: int, school: int, schools: int) -> None:
    bulk.add(
        Teacher.__table__,
        {
            "id": teacher, "name": f"教师{teacher}", "id_number_cipher": b"-", "id_number_index": f"{teacher:064d}",
            "id_number_masked": "440105********001X", "sex": "2", "school_id": school, "series": "teacher",
            "title": "first", "post": "full_time", "joined_on": date(2015, 9, 1), "version": 1,
        },
    )  # fmt: skip
    stay: dict[str, Any] = {"teacher_id": teacher, "school_id": school, "from_on": date(2015, 9, 1), "to_on": None}
    if rng.random() < 0.02:
        before = {"school_id": 1 + (school + 3) % schools, "to_on": date(2020, 8, 31)}
        bulk.add(Affiliation.__table__, {"id": bulk.ids.of(Affiliation.__table__), **stay, **before})
        stay["from_on"] = date(2020, 9, 1)
    bulk.add(Affiliation.__table__, {"id": bulk.ids.of(Affiliation.__table__), **stay})
    if rng.random() < 0.01:
        bulk.add(
            Exemption.__table__,
            {
                "id": bulk.ids.of(Exemption.__table__), "teacher_id": teacher, "school_id": school,
                "from_on": date(2020, 2, 1), "to_on": date(2020, 12, 31), "effect": "credited",
                "category": "professional", "hours": Decimal(12), "reason": "支教", "granted_at": NOW,
                "granted_by": "system", "version": 1,
            },
        )  # fmt: skip


def _enter(bulk: Bulk, line: Line, school: int, *, is_taken_back: bool) -> None:
    teacher, year, _month, category, subject, hours, on, platform = line
    entry = bulk.ids.of(Entry.__table__)
    row = {
        "id": entry, "teacher_id": teacher, "school_id": school, "year": year, "category": category,
        "subject": subject, "hours": hours, "earned_on": on, "title": "专题培训", "source": "platform",
        "platform": platform, "entered_at": NOW,
    }  # fmt: skip
    bulk.add(Entry.__table__, row)
    if is_taken_back:
        bulk.add(Entry.__table__, row | {"id": bulk.ids.of(Entry.__table__), "hours": -hours, "reverses_id": entry})
