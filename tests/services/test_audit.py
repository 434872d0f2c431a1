"""The trail: every changed field once, nothing secret, and any line touched afterwards is found where it is."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from app.extensions import db
from app.models import AuditEntry, Claim, District, Model, School, Teacher
from app.security.actor import SYSTEM, Actor, acting
from app.security.secrets import index_of, unseal
from app.services import accounts, attendance, certificates, claims, evidence, register
from app.services.audit import SECRET_COLUMNS, SILENT_COLUMNS, first_fault
from tests.factories import PASSWORD, id_number, make_teacher, make_user, png
from tests.services.stage import Stage, claim_in, draft, earn, standing_of

TRAIL = AuditEntry.__table__
UNTRACKED = {
    "audit_entry", "job", "number_series", "school_tally", "authority_tally", "list_choice", "notice", "preference",
}  # fmt: skip
TRACKED = [
    table
    for table in Model.metadata.sorted_tables
    if table.name == "ab_user" or (not table.name.startswith("ab_") and table.name not in UNTRACKED)
]


def picture(session: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Every tracked row as it stands: {(table, id): {column: value}}."""
    found = {}
    for table in TRACKED:
        for row in session.connection().execute(table.select()).mappings():
            found[table.name, str(row["id"])] = {
                name: value for name, value in row.items() if name not in SILENT_COLUMNS
            }
    return found


def changes(before: dict[Any, Any], after: dict[Any, Any]) -> dict[tuple[str, str], set[str]]:
    """Which fields differ between two pictures; a new or gone row differs in all it holds."""
    found: dict[tuple[str, str], set[str]] = {}
    for key in before.keys() | after.keys():
        old, new = before.get(key, {}), after.get(key, {})
        fields = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        if fields:
            found[key] = fields
    return found


def told(entries: list[AuditEntry]) -> dict[tuple[str, str], set[str]]:
    """Which fields the trail says have changed in the end."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in entries:
        key = (entry.subject, entry.subject_id)
        names = (entry.before or {}).keys() | (entry.after or {}).keys()
        for name in names:
            old = (entry.before or {}).get(name)
            known = last.get(key, {})
            assert name not in known or known[name] == old, f"{key} {name}: the chain of values breaks"
            first.setdefault(key, {}).setdefault(name, old)
            last.setdefault(key, {})[name] = (entry.after or {}).get(name)
    return {
        key: fields
        for key, held in last.items()
        if (fields := {name for name, value in held.items() if value != first[key][name]})
    }


def test_every_changed_field_is_told_over_a_random_walk(held: Any, stage: Stage, clock: datetime) -> None:
    chance = random.Random(20261120)
    walk = _Walk(held, stage, clock, chance)
    before = picture(held)
    for step in range(200):
        last = held.scalar(select(TRAIL.c.id).order_by(TRAIL.c.id.desc()).limit(1)) or 0
        what = walk.step()
        held.flush()
        entries = held.scalars(select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id)).all()
        rows = [one for one in entries if one.change != "event"]
        after = picture(held)
        assert told(rows) == changes(before, after), f"step {step}: {what}"
        before = after
        if chance.random() < 0.3:
            held.expire_all()
    assert first_fault(held) is None


class _Walk:
    """Random steps through the services, and plain edits of register rows."""

    def __init__(self, session: Any, stage: Stage, now: datetime, chance: random.Random) -> None:
        self.session, self.stage, self.now, self.chance = session, stage, now, chance
        self.sequence = 700
        self.attended: list[Any] = []
        self.steps: list[Callable[[], Any]] = [
            self.claim, self.claim, self.draft_and_discard, self.attend, self.take_back, self.new_teacher,
            self.rename, self.move, self.slip, self.password, self.certify,
        ]  # fmt: skip

    def step(self) -> str:
        chosen = self.chance.choice(self.steps)
        chosen()
        return chosen.__name__

    def teacher(self) -> Teacher:
        ids = self.session.scalars(select(Teacher.id).where(Teacher.is_active).order_by(Teacher.id)).all()
        return self.session.get_one(Teacher, self.chance.choice(ids))

    def claim(self) -> None:
        state = self.chance.choice(["submitted", "returned", "passed_first", "approved", "rejected", "revoked"])
        claim_in(self.session, self.stage, state, self.now)

    def draft_and_discard(self) -> None:
        claim = draft(self.session, self.teacher(), SYSTEM, self.now)
        evidence.remove(self.session, claim.evidence[0])
        claims.discard(self.session, claim, Actor(None, "self", teacher_id=claim.teacher_id))

    def attend(self) -> None:
        on = date(2026, self.chance.randint(1, 10), 7)
        self.attended.append(earn(self.session, self.teacher(), "professional", "30", on, self.now))

    def take_back(self) -> None:
        if self.attended:
            attendance.void(self.session, self.attended.pop(), "登记有误", self.now)

    def new_teacher(self) -> None:
        self.sequence += 1
        school = self.session.get_one(School, self.stage.world.ours.school)
        make_teacher(self.session, school, f"教师{self.sequence}", self.sequence, self.now)

    def rename(self) -> None:
        # A column set unread on an expired row: what stood there before must be told all the same.
        teacher = self.teacher()
        self.session.expire(teacher)
        teacher.name = f"改名{self.chance.randint(1, 3)}"
        teacher.phone = self.chance.choice([None, "13800000000"])
        teacher.title = self.chance.choice(["first", "second"])

    def move(self) -> None:
        # Our own teacher stays: the actor who claims for them was read once, with their school.
        key = self.chance.choice([self.stage.world.ours.school, self.stage.world.theirs.school])
        teacher = self.session.get_one(Teacher, self.stage.world.ours.colleague)
        register.transfer(self.session, teacher, self.session.get_one(School, key), date(2026, 11, 20), self.now)

    def slip(self) -> None:
        teacher = self.teacher()
        if teacher.user_id is None:
            code = accounts.issue_slip(self.session, teacher, self.now)
            if self.chance.random() < 0.5:
                accounts.activate(self.session, code, f"user-{self.sequence}-{teacher.id}", PASSWORD, self.now)

    def password(self) -> None:
        self.sequence += 1
        user = make_user(self.session, f"walker-{self.sequence}", "某")
        accounts.set_password(self.session, user, f"quite {self.sequence} another one")

    def certify(self) -> None:
        standing = standing_of(self.session, self.stage.world.ours.teacher)
        if standing.result == "passed":
            certificates.issue(self.session, standing, self.stage.actors["authority"], self.now)


def test_an_entry_tells_who_what_before_and_after(held: Any, stage: Stage, clock: datetime) -> None:
    city = stage.actors["city"]
    with acting(city):
        held.get_one(Teacher, stage.world.ours.teacher).phone = "13911112222"
        held.flush()
    entry = held.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.change, entry.subject, entry.subject_id) == ("update", "teacher", str(stage.world.ours.teacher))
    assert (entry.user_id, entry.actor_name, entry.at) == (city.user_id, "city", clock)
    assert entry.before == {"phone": "13800000001"} and entry.after == {"phone": "13911112222"}


def test_a_deleted_row_is_told_whole_even_if_it_was_not_read(held: Any, stage: Stage, clock: datetime) -> None:
    claim = draft(held, held.get_one(Teacher, stage.world.ours.teacher), stage.actors["teacher"], clock)
    evidence_id = claim.evidence[0].id
    held.expire_all()
    evidence.remove(held, claim.evidence[0])
    entry = held.scalars(
        select(AuditEntry).where(AuditEntry.subject == "evidence", AuditEntry.change == "delete")
    ).one()
    assert entry.subject_id == str(evidence_id) and entry.before is not None
    assert entry.before["filename"] == "证书.png" and len(entry.before["sha256"]) == 64


def test_nothing_changed_is_nothing_told(held: Any, stage: Stage) -> None:
    before = held.scalars(select(TRAIL.c.id)).all()
    teacher = held.get_one(Teacher, stage.world.ours.teacher)
    held.expire(teacher)
    teacher.name = "陈怡"
    held.flush()
    assert held.scalars(select(TRAIL.c.id)).all() == before


# --- Secrets ---


def test_an_id_number_stands_nowhere_in_the_clear(live: Any, stage: Stage, clock: datetime) -> None:
    canary = id_number(987)
    teacher = make_teacher(live, live.get_one(School, stage.world.ours.school), "金丝雀", 987, clock)
    code = accounts.issue_slip(live, teacher, clock)
    accounts.activate(live, code, "canary", "quite a long one 9", clock)
    claim = draft(live, teacher, SYSTEM, clock)
    evidence.attach(live, claim, "照片.png", io.BytesIO(png(321)), clock)
    live.commit()
    assert unseal(teacher.id_number_cipher) == canary
    for table in Model.metadata.sorted_tables:
        for row in live.connection().execute(table.select()):
            line = repr(tuple(row))
            assert canary not in line and canary[-6:] not in line, table.name
            assert code not in line and "quite a long one" not in line, table.name


def test_secrets_are_told_as_digests_only(live: Any, stage: Stage, clock: datetime) -> None:
    teacher = make_teacher(live, live.get_one(School, stage.world.ours.school), "金丝雀", 986, clock)
    user = make_user(live, "keeper", "某")
    live.commit()
    entries = live.scalars(select(AuditEntry)).all()
    trail = repr([(one.before, one.after) for one in entries])
    assert user.password not in trail and teacher.id_number_index not in trail
    assert repr(teacher.id_number_cipher) not in trail
    for one in entries:
        for name, value in ((one.before or {}) | (one.after or {})).items():
            if one.change != "event" and name in SECRET_COLUMNS:
                assert value is None or value.startswith("sha256:")


def test_a_teacher_is_found_after_the_keys_were_rotated(
    live: Any, migrated: Flask, stage: Stage, clock: datetime
) -> None:
    from dataclasses import replace

    from cryptography.fernet import Fernet

    school = live.get_one(School, stage.world.ours.school)
    teacher = make_teacher(live, school, "旧钥", 985, clock)
    kept = migrated.config["SETTINGS"]
    migrated.config["SETTINGS"] = replace(kept, id_number_keys=(Fernet.generate_key().decode(), *kept.id_number_keys))
    try:
        assert live.scalars(select(Teacher).where(Teacher.id_number_index == index_of(id_number(985)))).one() is teacher
        assert unseal(teacher.id_number_cipher) == id_number(985)
        assert make_teacher(live, school, "旧钥", 985, clock) is teacher
        fresh = make_teacher(live, school, "新钥", 984, clock)
        assert unseal(fresh.id_number_cipher) == id_number(984)
        newest = Fernet(migrated.config["SETTINGS"].id_number_keys[0])
        assert newest.decrypt(fresh.id_number_cipher).decode() == id_number(984)
    finally:
        migrated.config["SETTINGS"] = kept


def test_a_rolled_back_change_leaves_no_line(live: Any) -> None:
    before = live.scalar(select(TRAIL.c.id).order_by(TRAIL.c.id.desc()).limit(1))
    live.scalars(select(District)).first().name = "改名区"
    live.flush()
    live.rollback()
    assert live.scalar(select(TRAIL.c.id).order_by(TRAIL.c.id.desc()).limit(1)) == before
    assert live.execute(text("SELECT count(*) FROM district WHERE name = '改名区'")).scalar() == 0
    assert db.session.scalar(select(Claim.id).limit(1)) is not None
