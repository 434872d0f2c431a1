"""The demonstration as people meet it: something on every desk, nothing that the rules would not allow."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from werkzeug.security import check_password_hash

from app.demo.accounts import NAMES, PASSWORD
from app.demo.load import DEMO_KEY, NotEmpty, Size, load
from app.documents.certificate import from_snapshot
from app.domain.identity import area_is_known, check_id_number, check_name
from app.domain.policy import pack
from app.extensions import db
from app.models import (
    Activity,
    Affiliation,
    Attendance,
    AuditEntry,
    Certificate,
    Claim,
    Entry,
    Evidence,
    Exemption,
    Job,
    NumberSeries,
    PolicyBinding,
    School,
    Standing,
    Teacher,
)
from app.models.activity import ACTIVITY_KINDS
from app.models.certificate import CERTIFICATE_STATES
from app.models.claim import STATES
from app.models.exemption import EFFECTS
from app.models.register import SCHOOL_KINDS
from app.security.actor import SYSTEM, acting, actor_of
from app.security.secrets import unseal
from app.services import audit, certificates, numbers, standings, years
from app.services.evidence import media_type_of
from app.services.store import store
from app.views import frame
from tests.demo.conftest import NOW, TEACHERS, Loaded, digests, load_into


def test_claims_stand_in_every_state_and_are_of_every_kind(session):
    assert set(session.scalars(select(Claim.state))) == set(STATES)
    for policies in (("guangdong-2021",), ("guangzhou-2019", "guangzhou-2020")):
        used = set(session.scalars(select(Claim.kind).where(Claim.policy.in_(policies))))
        assert used == {kind.id for kind in pack(policies[0]).kinds}


def test_the_demonstration_starts_with_nothing_to_rebuild(session):
    assert years.open_year(session, NOW) is None
    assert next(standings.differences(session, NOW), None) is None


def test_claims_of_this_year_wait_at_every_desk(session):
    this_year = select(Claim.state, func.count(Claim.id)).where(Claim.year == 2026).group_by(Claim.state)
    counts = dict(session.execute(this_year).all())
    assert set(counts) == set(STATES)
    assert counts["submitted"] >= 10 and counts["passed_first"] >= 10


def test_schools_are_of_every_kind_one_closed_one_without_second_review(session):
    schools = session.scalars(select(School)).all()
    assert {school.kind for school in schools} == set(SCHOOL_KINDS)
    assert {school.ownership for school in schools} == {"public", "private"}
    assert sum(not school.is_active for school in schools) == 1
    assert [school.kind for school in schools if school.authority_id is None] == ["college"]
    assert any(school.authority and school.authority.kind == "centre" for school in schools)
    assert session.scalar(select(func.count(Teacher.id))) == TEACHERS


def test_teachers_moved_and_left_and_their_names_are_of_every_sort(session):
    stays = session.execute(select(Affiliation.teacher_id, func.count()).group_by(Affiliation.teacher_id)).all()
    assert max(count for _, count in stays) == 2
    gone = session.scalars(select(Teacher).where(Teacher.is_active.is_(False))).all()
    assert gone and all(teacher.left_on is not None for teacher in gone)
    names = session.scalars(select(Teacher.name)).all()
    assert any("·" in name for name in names)
    assert any(name.startswith("欧阳") for name in names)
    assert any(ord(letter) > 0xFFFF or letter in "㛃㐖䶮翀垚喆昶旻淼燊" for name in names for letter in name)
    assert all(check_name(name) == name for name in names)


def test_somebody_retired_somebody_is_new_and_every_leaving_has_its_reason(session):
    gone = session.scalars(select(Teacher.left_reason).where(Teacher.left_on.is_not(None))).all()
    assert "retired" in gone and None not in gone
    assert session.scalar(select(func.count(Teacher.id)).where(Teacher.joined_on >= NOW.date().replace(month=1, day=1)))


def test_exemptions_of_every_effect_are_told_and_one_was_ended(session):
    rows = session.scalars(select(Exemption)).all()
    assert {row.effect for row in rows} == set(EFFECTS)
    assert {row.is_in_force for row in rows} == {True, False}
    # No notice grants one: nobody shall take these for real.
    assert all("示例" in row.reason for row in rows)
    kept = {(row.teacher_id, row.year): row for row in session.scalars(select(Standing))}
    for row in rows:
        results = [kept[row.teacher_id, year] for year in range(row.from_on.year, row.to_on.year + 1)]
        if row.is_in_force and row.effect != "none":
            assert all(one.result == "exempt" or one.credited for one in results)
    printed = [row.snapshot["zh"]["exemption"] for row in session.scalars(select(Certificate))]
    assert any(text and "免予当年验证" in text for text in printed)


def test_id_numbers_are_well_formed_reserved_and_each_its_own(session):
    found = [unseal(cipher) for cipher in session.scalars(select(Teacher.id_number_cipher))]
    assert len(set(found)) == TEACHERS
    for number in found:
        assert check_id_number(number, today=NOW.date()) == number
        assert area_is_known(number) and number.startswith("4401")
        assert number[14] == "9"


def test_every_standing_is_what_the_ledger_adds_up_to(session, loaded: Loaded):
    assert list(standings.differences(session, loaded.now)) == []
    results = Counter(tuple(row) for row in session.execute(select(Standing.year, Standing.result)))
    assert {year for year, _ in results} == {2019, 2020, 2021, 2025, 2026}
    for year in (2019, 2020, 2021, 2025):
        assert 0.5 < results[year, "passed"] / (results[year, "passed"] + results[year, "not_passed"]) < 0.9
    assert 0 < results[2026, "passed"] < results[2026, "not_passed"]


def test_carrying_over_and_double_subjects_can_be_seen(session):
    carried = session.scalars(select(Standing).where(Standing.carried_in > 0)).all()
    assert carried and {row.year for row in carried} == {2020}
    rules = {row["rule"] for found in session.scalars(select(Standing.not_counted)) for row in found}
    assert rules == {"DUP-PUBLIC"}
    assert session.scalar(select(func.count(Attendance.id)).where(Attendance.passed.is_(False)))
    assert set(session.scalars(select(Activity.kind))) == set(ACTIVITY_KINDS)
    assert set(session.scalars(select(Entry.source))) == {"claim", "attendance", "platform"}


def test_revoked_claims_have_their_entry_taken_back(session):
    for claim_id in session.scalars(select(Claim.id).where(Claim.state == "revoked")):
        assert session.scalar(select(func.sum(Entry.hours)).where(Entry.claim_id == claim_id)) == 0
    for claim_id in session.scalars(select(Claim.id).where(Claim.state == "approved")):
        assert session.scalar(select(func.count()).where(Entry.claim_id == claim_id)) == 1


def test_evidence_opens_and_is_what_its_row_says(session):
    rows = session.scalars(select(Evidence)).all()
    kept = store()
    assert {row.media_type for row in rows} == {"application/pdf", "image/jpeg", "image/png"}
    for row in rows:
        data = kept.read(row.sha256)
        assert hashlib.sha256(data).hexdigest() == row.sha256
        assert (media_type_of(data), len(data)) == (row.media_type, row.size)
    shared = [sha for sha, count in Counter(row.sha256 for row in rows).items() if count > 1]
    assert len(shared) == 1  # one paper handed in by two, for the reviewers to find


def test_certificates_of_each_state_and_every_valid_one_is_founded(session):
    rows = session.scalars(select(Certificate)).all()
    assert {row.state for row in rows} == set(CERTIFICATE_STATES)
    kept = {(row.teacher_id, row.year): row for row in session.scalars(select(Standing))}
    for row in rows:
        text = from_snapshot(row.snapshot["zh"])
        assert (text.number, text.year) == (row.number, row.year)
        if row.state == "valid":
            assert row.snapshot["figures"] == certificates.figures_of(kept[row.teacher_id, row.year])


def test_nothing_happens_after_now(session, loaded: Loaded):
    for column in (Claim.changed_at, Entry.entered_at, Attendance.registered_at, Certificate.issued_at, Job.ended_at):
        assert session.scalar(select(func.max(column))) <= loaded.now
    assert session.scalar(select(func.max(Entry.earned_on))) <= loaded.now.date()


def test_the_chain_holds_and_tells_of_the_load(session):
    assert audit.first_fault(session) is None
    events = session.scalars(select(AuditEntry).where(AuditEntry.change == "event")).all()
    assert [(row.subject, row.subject_id, row.after["teachers"]) for row in events] == [("demo", "load", TEACHERS)]


@pytest.mark.parametrize("username", NAMES)
def test_every_account_signs_in_with_the_published_password(session, username):
    user = session.scalars(select(User).where(User.username == username)).one()
    assert user.is_active and check_password_hash(user.password, PASSWORD)


# What each account must find on its screens: counts of rows within its reach, at least so many.
REACHED = {
    "demo-city": {Claim: 300, Teacher: TEACHERS, Standing: 400, PolicyBinding: 7},
    "demo-auditor": {Claim: 300, Teacher: TEACHERS, AuditEntry: 10},
    "demo-authority": {Claim: 100, Teacher: 50, School: 5, Certificate: 50},
    "demo-centre": {Claim: 10, Teacher: 5, School: 3, Certificate: 5},
    "demo-school": {Claim: 100, Teacher: 40, Activity: 10, Certificate: 50},
    "demo-organiser": {Activity: 20, Attendance: 50},
    "demo-teacher": {Claim: 8, Standing: 5, Certificate: 3, Attendance: 10},
}


@pytest.mark.parametrize("username", REACHED)
def test_every_account_finds_rows_within_its_reach(session, username):
    user = session.scalars(select(User).where(User.username == username)).one()
    actor = actor_of(session, user.id, user.first_name)
    with acting(actor):
        for model, least in REACHED[username].items():
            assert session.scalar(select(func.count(model.id))) >= least, model
        if username in ("demo-authority", "demo-centre"):
            assert session.scalar(select(func.count(Claim.id)).where(Claim.state == "passed_first"))


def test_the_demonstration_teacher_has_a_year_to_tell(session):
    teacher = session.scalars(select(Teacher).join(User, User.id == Teacher.user_id)).first()
    assert teacher.name == NAMES["demo-teacher"]
    own = session.scalars(select(Claim).where(Claim.teacher_id == teacher.id, Claim.year == 2026)).all()
    states = Counter(claim.state for claim in own)
    assert states == {"approved": 1, "returned": 1, "passed_first": 1, "submitted": 1, "draft": 2}
    results = dict(
        session.execute(select(Standing.year, Standing.result).where(Standing.teacher_id == teacher.id)).all()
    )
    assert results == {2019: "passed", 2020: "passed", 2021: "passed", 2025: "passed", 2026: "not_passed"}
    valid = select(Certificate.year).where(Certificate.teacher_id == teacher.id, Certificate.state == "valid")
    assert 2025 in set(session.scalars(valid))


def test_new_numbers_go_on_where_the_demonstration_ends(session):
    taken = set(session.scalars(select(Claim.number))) | set(session.scalars(select(Certificate.number)))
    for year in (2019, 2026):
        assert numbers.claim_number(session, year) not in taken
    assert numbers.certificate_number(session, "440105", 2025) not in taken
    assert session.get(NumberSeries, frame.DEMO_KEY) is not None and frame.DEMO_KEY == DEMO_KEY


def test_it_is_never_loaded_over_records(loaded: Loaded, session):
    before = digests(loaded)
    with pytest.raises(NotEmpty):
        load(session, store(), NOW, Size(TEACHERS))
    session.rollback()
    answer = loaded.app.test_cli_runner().invoke(args=["demo", "load"])
    assert answer.exit_code == 1
    assert "already" in answer.output
    assert digests(loaded) == before


def test_the_same_seed_gives_the_same_rows_and_files_and_another_seed_others(loaded: Loaded, tmp_path: Path):
    first = digests(loaded)
    again = load_into(tmp_path / "again")
    assert digests(again) == first
    files = {path.name for path in (tmp_path / "again" / "store").rglob("*") if path.is_file()}
    original = Path(loaded.app.instance_path) / "store"
    assert files == {path.name for path in original.rglob("*") if path.is_file()}
    other = digests(load_into(tmp_path / "other", size=Size(TEACHERS, seed=7)))
    assert {name for name in ("teacher", "claim", "entry", "standing") if other[name] != first[name]} == {
        "teacher",
        "claim",
        "entry",
        "standing",
    }


def test_early_in_january_last_year_is_still_under_review(tmp_path: Path):
    early = load_into(tmp_path, now=datetime(2027, 1, 4, 2, 0, tzinfo=UTC), size=Size(60))
    with early.app.app_context(), acting(SYSTEM):
        assert list(standings.differences(db.session, early.now)) == []
        waiting = select(func.count(Claim.id)).where(Claim.year == 2026, Claim.state == "passed_first")
        assert db.session.scalar(waiting) > 5
        assert db.session.scalar(select(func.max(Claim.changed_at))) <= early.now
        db.session.remove()
