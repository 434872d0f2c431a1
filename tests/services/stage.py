"""A stage for the services: the small world, a college without a second review, people, and claims in any state.

What happens on it is rolled back, since services never commit; so it is built once a module.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Attendance, Authority, Claim, District, Model, Organiser, School, Standing, Teacher
from app.security.actor import Actor, acting, actor_of
from app.services import accounts, attendance, claims, decisions, evidence, register
from app.services.claims import ClaimData
from tests.factories import World, make_activity, make_teacher, make_user, png

WRITTEN = ("claim", "decision", "evidence", "entry", "standing", "certificate", "number_series", "audit_entry")
REASON = {"reason_code": "other", "reason": "日期不清"}
# A year of degree study, related and in time: what the form asks of it.
DEGREE = {"passed": True, "related": True, "answers": {"normal_length": True}}
_shades = count(1000)


@dataclass(frozen=True)
class Stage:
    """Ids of people and places, and who acts: actors by a word for their relation to our teacher's claim."""

    world: World
    college: int
    professor: int
    actors: dict[str, Actor]


def build(session: Session, world: World, now: datetime) -> Stage:
    district = session.scalars(select(District).where(District.code == "440106")).one()
    college = register.put_school(
        session,
        "4401061001",
        now,
        name="职业学院",
        district=district,
        authority=None,
        ownership="public",
        kind="college",
    )
    professor = make_teacher(session, college, "林教授", 501, now)
    theirs = session.get_one(School, world.theirs.school)
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "school elsewhere": ("school", {"school": theirs}),
        "authority elsewhere": ("authority", {"authority": session.get_one(Authority, world.theirs.authority)}),
        "college": ("school", {"school": college}),
    }
    ids = {
        duty: world.users[duty] for duty in ("teacher", "school", "authority", "city", "organiser", "auditor", "system")
    }
    for name, (duty, place) in places.items():
        ids[name] = _account(session, name, duty, place).id
    ids["professor"] = _account(session, "professor", "teacher", {}, professor).id
    elsewhere = session.get_one(Teacher, world.theirs.teacher)
    ids["teacher elsewhere"] = elsewhere.user_id or 0
    session.flush()
    actors = {name: actor_of(session, user_id, name) for name, user_id in ids.items()}
    return Stage(world, college.id, professor.id, actors)


def _account(session: Session, name: str, duty: str, place: dict[str, Any], teacher: Teacher | None = None) -> User:
    user = make_user(session, name.replace(" ", "-"), name)
    accounts.appoint(session, user, duty, **place)
    if teacher is not None:
        teacher.user_id = user.id
    session.flush()
    return user


def conference(title: str = "数学年会", on: date = date(2026, 4, 7), **changed: Any) -> ClaimData:
    """A full day of a conference: 8 professional hours under the pack of 2021."""
    facts = {"sessions": [{"on": on.isoformat(), "full_day": True}], "related": True, "passed": True}
    stated: dict[str, Any] = {
        "year": on.year, "kind": "conference", "title": title, "starts_on": on, "ends_on": on, "facts": facts,
    }  # fmt: skip
    return ClaimData(**(stated | changed))


def draft(session: Session, teacher: Teacher, actor: Actor, now: datetime, data: ClaimData | None = None) -> Claim:
    """A draft with its evidence, each with bytes of its own."""
    shade = next(_shades)
    data = data or conference(f"数学年会之{shade}")
    with acting(actor):
        claim = claims.draft(session, teacher, data, actor, now)
        evidence.attach(session, claim, "证书.png", io.BytesIO(png(shade)), now)
    return claim


# The steps from a draft to each state: (verb, who), where the school has a reviewing authority and where it has none.
WAYS: dict[bool, dict[str, tuple[tuple[str, str], ...]]] = {
    True: {
        "draft": (),
        "submitted": (("submit", "teacher"),),
        "passed_first": (("submit", "teacher"), ("approve", "school")),
        "approved": (("submit", "teacher"), ("approve", "school"), ("approve", "authority")),
        "returned": (("submit", "teacher"), ("return", "school")),
        "rejected": (("submit", "teacher"), ("reject", "school")),
        "withdrawn": (("submit", "teacher"), ("withdraw", "teacher")),
        "revoked": (("submit", "teacher"), ("approve", "school"), ("approve", "authority"), ("revoke", "authority")),
    },
    False: {
        "draft": (),
        "submitted": (("submit", "professor"),),
        "approved": (("submit", "professor"), ("approve", "college")),
        "returned": (("submit", "professor"), ("return", "college")),
        "rejected": (("submit", "professor"), ("reject", "college")),
        "withdrawn": (("submit", "professor"), ("withdraw", "professor")),
        "revoked": (("submit", "professor"), ("approve", "college"), ("revoke", "city")),
    },
}


def say(session: Session, claim: Claim, verb: str, actor: Actor, now: datetime, **said: Any) -> None:
    """Say a verb through its service, as the actor."""
    with acting(actor):
        if verb in ("submit", "withdraw"):
            getattr(claims, verb)(session, claim, actor, now, **said)
        elif verb == "approve":
            decisions.approve(session, claim, actor, now, **said)
        else:
            service = {"return": decisions.return_claim, "reject": decisions.reject, "revoke": decisions.revoke}[verb]
            service(session, claim, actor, now, **(REASON | said))


def claim_in(session: Session, stage: Stage, state: str, now: datetime, *, with_authority: bool = True) -> Claim:
    """A claim of our teacher, or of the professor, brought to ``state`` by the people whose steps these are."""
    name = "teacher" if with_authority else "professor"
    teacher = session.get_one(Teacher, stage.world.ours.teacher if with_authority else stage.professor)
    claim = draft(session, teacher, stage.actors[name], now)
    for verb, who in WAYS[with_authority][state]:
        say(session, claim, verb, stage.actors[who], now)
    assert claim.state == state
    return claim


def digest(session: Session, names: Iterable[str] = WRITTEN) -> dict[str, str]:
    """SHA-256 of each table's rows in order, as this transaction sees them once the session is flushed."""
    session.flush()
    found = {}
    for name in names:
        table = Model.metadata.tables[name]
        rows = session.connection().execute(table.select().order_by(*table.primary_key.columns)).all()
        found[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


_numbers = count(1)


def earn(
    session: Session,
    teacher: Teacher,
    category: str,
    hours: str,
    on: date,
    now: datetime,
    *,
    subject: str | None = None,
) -> Attendance:
    """Hours by registered attendance of an organised activity on one day."""
    organiser = session.scalars(select(Organiser).order_by(Organiser.id)).first()
    assert organiser is not None
    activity = make_activity(
        session, f"E{next(_numbers)}", "专题培训", kind="online", category=category, hours=Decimal(hours),
        starts_on=on, ends_on=on,
        organiser_id=organiser.id, subject=subject or ("xjp-thought" if category == "public" else None),
    )  # fmt: skip
    return attendance.register(session, activity, teacher, on, Decimal(hours), True, now)


def pass_year(session: Session, stage: Stage, now: datetime) -> tuple[Standing, Claim]:
    """Our teacher passes 2026 exactly: with the 3 hours of the small world, and 8 from a claim, 90 in all."""
    teacher = session.get_one(Teacher, stage.world.ours.teacher)
    for category, hours in (("public", "30"), ("elective", "18"), ("professional", "31")):
        earn(session, teacher, category, hours, date(2026, 5, 4), now)
    claim = claim_in(session, stage, "approved", now)
    return standing_of(session, teacher.id), claim


def standing_of(session: Session, teacher_id: int, year: int = 2026) -> Standing:
    """The kept standing as the database has it."""
    query = select(Standing).where(Standing.teacher_id == teacher_id, Standing.year == year)
    return session.scalars(query.execution_options(populate_existing=True)).one()
