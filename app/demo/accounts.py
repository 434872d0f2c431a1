"""The demonstration's accounts: eight that people sign in with, and many that only stand beside decisions.

The eight go through ``services/accounts.py``; the others have no usable password.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.bulk import Bulk
from app.demo.claims import Reviewer
from app.demo.days import seeded
from app.demo.names import full_name
from app.demo.people import STORY_NAME
from app.demo.places import DEMO_DISTRICT, DEMO_ORGANISER, Place
from app.models import Appointment, Authority, Organiser, School
from app.security.roles import ROLE_OF_DUTY
from app.services.accounts import appoint, create_user

PASSWORD = "xueshi-demo"  # noqa: S105  (published with the demonstration, and only there)
NO_PASSWORD = "!"  # noqa: S105  (no hash: nobody can sign in with it)
NAMES = {
    "demo-admin": "系统管理员（演示）",
    "demo-city": "市教育局 何婉宁",
    "demo-authority": "海珠区复审员 梁志远",
    "demo-centre": "培训中心复审员 苏慧仪",
    "demo-school": "榕荫学校审核员 黄晓岚",
    "demo-organiser": "云帆研究院 刘子航",
    "demo-auditor": "审计员 简明德",
    "demo-teacher": STORY_NAME,
}
user_t = User.__table__
appointment_t = Appointment.__table__


def make_demo_accounts(session: Session, first_school: int) -> dict[str, User]:
    """The eight accounts with their duties. The teacher's is tied to its teacher by the loader."""
    users = {username: create_user(session, username, name, PASSWORD) for username, name in NAMES.items()}
    authorities = {row.code: row for row in session.scalars(select(Authority))}
    organiser = session.scalars(select(Organiser).where(Organiser.name == DEMO_ORGANISER)).one()
    appoint(session, users["demo-admin"], "system")
    appoint(session, users["demo-city"], "city")
    appoint(session, users["demo-authority"], "authority", authority=authorities[DEMO_DISTRICT])
    appoint(session, users["demo-centre"], "authority", authority=authorities["440100"])
    appoint(session, users["demo-school"], "school", school=session.get_one(School, first_school))
    appoint(session, users["demo-organiser"], "organiser", organiser=organiser)
    appoint(session, users["demo-auditor"], "auditor")
    appoint(session, users["demo-teacher"], "teacher")
    return users


class Accounts:
    """Accounts in bulk: the reviewers of schools and authorities, and the teachers who have activated theirs."""

    def __init__(self, session: Session, bulk: Bulk, seed: int, now: datetime) -> None:
        self._bulk, self._seed, self._now = bulk, seed, now
        roles = {row.name: row.id for row in session.scalars(select(Role))}
        self._roles = {duty: roles[name] for duty, name in ROLE_OF_DUTY.items()}

    def reviewers_of_schools(self, places: Sequence[Place], demo: User) -> dict[int, Reviewer]:
        """One reviewer a school; the first school's is the demonstration account."""
        found = {places[0].id: Reviewer(demo.id, demo.first_name)}
        for place in places[1:]:
            name = full_name(seeded(self._seed, "reviewer", place.code), "2")
            user_id = self._user(f"school-{place.code}", name, "school")
            self._appoint(user_id, "school", school_id=place.id)
            found[place.id] = Reviewer(user_id, name)
        return found

    def reviewers_of_authorities(self, ids: Mapping[str, int], demo: Mapping[str, User]) -> dict[str, Reviewer]:
        """One reviewer an authority, by its code; those of the demonstration accounts are theirs."""
        found = {code: Reviewer(user.id, user.first_name) for code, user in demo.items()}
        for code, authority_id in ids.items():
            if code not in found:
                name = full_name(seeded(self._seed, "reviewer", code), "1")
                user_id = self._user(f"authority-{code}", name, "authority")
                self._appoint(user_id, "authority", authority_id=authority_id)
                found[code] = Reviewer(user_id, name)
        return found

    def teacher(self, teacher_id: int, name: str) -> int:
        """An activated teacher's account."""
        user_id = self._user(f"teacher-{teacher_id:06d}", name, "teacher")
        self._appoint(user_id, "teacher")
        return user_id

    def _user(self, username: str, name: str, duty: str) -> int:
        user_id = self._bulk.ids.of(user_t)
        moment = self._now.replace(tzinfo=None)
        self._bulk.add(
            user_t,
            {
                "id": user_id,
                "first_name": name,
                "last_name": "",
                "username": username,
                "password": NO_PASSWORD,
                "active": True,
                "email": f"{username}@xueshi.invalid",
                "login_count": 0,
                "fail_login_count": 0,
                "created_on": moment,
                "changed_on": moment,
            },
        )
        link = {"id": self._bulk.ids.of(assoc_user_role), "user_id": user_id, "role_id": self._roles[duty]}
        self._bulk.add(assoc_user_role, link)
        return user_id

    def _appoint(self, user_id: int, duty: str, **place: int) -> None:
        row = {"id": self._bulk.ids.of(appointment_t), "user_id": user_id, "duty": duty, **place}
        self._bulk.add(appointment_t, row)
