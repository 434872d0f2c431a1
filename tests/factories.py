"""A small world for tests, built through the services alone: two districts, a school each, people of every duty.

Everything on the other side carries CANARY in its name, so that a page which shows one row too many says so.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_appbuilder.security.sqla.models import User
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.domain.days import day_in_china
from app.domain.identity import make_check_digit
from app.models import Activity, Attendance, Authority, Claim, District, Organiser, School, Teacher
from app.security.actor import SYSTEM, Actor, acting, actor_of
from app.services import accounts, attendance, claims, delegations, evidence, exemptions, extensions, register, tallies
from app.services.claims import ClaimData

CANARY = "鹮"
PASSWORD = "a long enough one 7"
# Hashed once: the work factor is for production, not for every test.
_HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")


@dataclass
class Side:
    """One district's part of the world, by ids."""

    authority: int
    school: int
    teacher: int
    colleague: int
    activity: int
    attendance: int
    claim: int
    draft: int
    evidence: int


@dataclass
class World:
    """Ids of what was built; ``users`` by duty, all on our side."""

    ours: Side
    theirs: Side
    organiser: int
    other_organiser: int
    users: dict[str, int] = field(default_factory=dict)


def id_number(sequence: int, born_on: str = "19850312") -> str:
    """An invented ID number of the reserved pattern: area 440105, a valid check digit."""
    first = f"440105{born_on}{sequence:03d}"
    return first + make_check_digit(first)


def png(shade: int) -> bytes:
    """A small picture; each shade has its own bytes."""
    held = io.BytesIO()
    Image.new("RGB", (8, 8), (shade % 256, shade // 256, 90)).save(held, "PNG")
    return held.getvalue()


def make_user(session: Session, username: str, name: str) -> User:
    """An account with PASSWORD."""
    user = User(
        username=username,
        first_name=name,
        last_name="",
        email=f"{username}@xueshi.invalid",
        active=True,
        password=_HASH,
    )
    session.add(user)
    session.flush()
    return user


def make_school(session: Session, code: str, name: str, district_code: str, now: datetime) -> School:
    """A school reviewed by its district."""
    district = session.scalars(select(District).where(District.code == district_code)).one()
    return register.put_school(session, code, now, name=name, district=district, ownership="public", kind="primary")


def make_teacher(session: Session, school: School, name: str, sequence: int, now: datetime, **stated: Any) -> Teacher:
    """A teacher of a school, there since 2019."""
    stated = {"joined_on": date(2019, 9, 1), "series": "teacher", "title": "first", "post": "full_time"} | stated
    return register.put_teacher(
        session, id_number=id_number(sequence), name=name, sex="2", school=school, now=now, **stated
    )


def make_activity(session: Session, number: str, title: str, **facts: Any) -> Activity:
    """Six hours of professional training in March of the year."""
    facts = {
        "kind": "face_to_face",
        "category": "professional",
        "hours": Decimal(6),
        "starts_on": date(2026, 3, 2),
        "ends_on": date(2026, 3, 6),
    } | facts
    activity = Activity(number=number, title=title, **facts)
    session.add(activity)
    session.flush()
    return activity


def make_claim(
    session: Session, teacher: Teacher, title: str, shade: int, actor: Actor, now: datetime, *, submit: bool
) -> Claim:
    """A conference of one full day; with its evidence, and submitted, where asked for."""
    day = date(2026, 4, 1 + shade % 28)
    data = ClaimData(
        year=2026,
        kind="conference",
        title=title,
        organiser_name="市教育研究院",
        starts_on=day,
        ends_on=day,
        facts={"sessions": [{"on": day.isoformat(), "full_day": True}], "related": True, "passed": True},
    )
    claim = claims.draft(session, teacher, data, actor, now)
    evidence.attach(session, claim, f"{title}.png", io.BytesIO(png(shade)), now)
    if submit:
        claims.submit(session, claim, actor, now)
    return claim


def build_world(session: Session, now: datetime) -> World:
    """Build it; the caller commits."""
    organisers = [Organiser(name=name, level="city") for name in ("市教师发展中心", f"{CANARY}培训院")]
    session.add_all(organisers)
    session.flush()
    ours = _side(session, "440103", "4401031001", "西关小学", "", 1, now)
    theirs = _side(session, "440104", "4401041001", f"{CANARY}小学", CANARY, 101, now)
    world = World(ours, theirs, organisers[0].id, organisers[1].id)
    _people(session, world)
    tallies.take(session, now)
    return world


def _side(session: Session, district: str, code: str, name: str, mark: str, first: int, now: datetime) -> Side:
    school = make_school(session, code, name, district, now)
    teacher = make_teacher(session, school, f"{mark}陈怡", first, now, phone=f"1380000{first:04d}")
    colleague = make_teacher(session, school, f"{mark}何敏", first + 1, now)
    activity = make_activity(session, f"A-{code}", f"{mark}校本研修", kind="school_based", school_id=school.id)
    attended: Attendance = attendance.register(session, activity, teacher, date(2026, 3, 3), Decimal(3), True, now)
    user = make_user(session, f"teacher{first}", teacher.name)
    accounts.appoint(session, user, "teacher")
    teacher.user_id = user.id
    session.flush()
    actor = actor_of(session, user.id, user.first_name)
    with acting(SYSTEM):
        claim = make_claim(session, teacher, f"{mark}数学年会", first, actor, now, submit=True)
        draft = make_claim(session, teacher, f"{mark}语文年会", first + 1, actor, now, submit=False)
        # Of a year long past, so that no test is in time by it.
        extensions.grant(session, school, teacher, 2019, "first_review", date(2026, 12, 31), f"{mark}住院", SYSTEM, now)
        # Noted only, and long past: no result and no certificate of the present rests on it.
        past = (date(2025, 3, 3), date(2025, 3, 28))
        exemptions.grant(session, teacher, *past, "none", f"{mark}借调", None, None, SYSTEM, now)
    if mark:
        # On our side everybody starts with what is theirs by appointment alone.
        reviewer = make_user(session, f"reviewer{first}", f"{mark}审核员")
        accounts.appoint(session, reviewer, "school", school=school)
        on = day_in_china(now)
        delegations.grant(
            session, user, school, on, on + timedelta(days=30), f"{mark}外出",
            actor_of(session, reviewer.id, reviewer.first_name), now,
        )  # fmt: skip
    return Side(
        authority=school.authority_id or 0,
        school=school.id,
        teacher=teacher.id,
        colleague=colleague.id,
        activity=activity.id,
        attendance=attended.id,
        claim=claim.id,
        draft=draft.id,
        evidence=claim.evidence[0].id,
    )


def _people(session: Session, world: World) -> None:
    school = session.get_one(School, world.ours.school)
    authority = session.get_one(Authority, world.ours.authority)
    organiser = session.get_one(Organiser, world.organiser)
    places: dict[str, dict[str, Any]] = {
        "school": {"school": school},
        "authority": {"authority": authority},
        "organiser": {"organiser": organiser},
        "city": {},
        "auditor": {},
        "system": {},
    }
    world.users["teacher"] = session.scalars(select(Teacher.user_id).where(Teacher.id == world.ours.teacher)).one() or 0
    everything = make_user(session, "everything", "全能")
    for duty, place in places.items():
        user = make_user(session, duty, duty)
        accounts.appoint(session, user, duty, **place)
        accounts.appoint(session, everything, duty, **place)
        world.users[duty] = user.id
    world.users["everything"] = everything.id
