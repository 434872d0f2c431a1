"""The history of a record: who changed what in words, only what its page shows, and nothing beyond one's reach."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from app.domain.days import day_in_china
from app.domain.identity import check_id_number
from app.extensions import db
from app.models import AuditEntry, Claim, School, Teacher
from app.security.actor import SYSTEM, acting, actor_of
from app.services import history, identity_numbers, register
from app.services.clock import stopped
from tests.factories import CANARY, id_number

LATER = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def story(page):
    """The history panel's text, tags taken out."""
    panel = re.search(r'<section class="panel history-panel".*?</section>', page.text, re.S)
    assert panel is not None
    return " ".join(re.sub(r"<[^>]+>", " ", panel[0]).split())


def edit(browser, world, **changed):
    """Save our teacher's form with some fields changed."""
    page = browser.get(f"/teachers/edit/{world.ours.colleague}").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    typed = {
        "name": "何敏", "sex": "2", "school": str(world.ours.school), "series": "teacher", "title": "first",
        "post": "full_time", "version": version[1], "id_number": "",
    } | changed  # fmt: skip
    answer = browser.post(f"/teachers/edit/{world.ours.colleague}", typed)
    assert answer.status_code == 302, answer.text


def test_a_change_is_told_in_words_with_who_and_when(app, world, client_for):
    school = client_for("school")
    edit(school, world)
    with stopped(LATER):
        edit(school, world, title="senior", joined_on="2020-09-01", phone="13800000000")
    told = story(school.get(f"/teachers/show/{world.ours.colleague}"))
    assert "school 2026-11-21 10:00" in told
    assert re.search(r"Professional title \S[^→]* → \S", told)
    assert "Joined on 2020-09-01" in told and "Phone 13800000000" in told
    # Newest first.
    assert told.index("2026-11-21 10:00") < told.index("created this")


def test_of_an_id_number_only_that_it_changed(app, world, client_for):
    fresh = id_number(888)
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.colleague)
        old = teacher.id_number_masked
        identity_numbers.correct(db.session, teacher, check_id_number(fresh), LATER)
        db.session.commit()
        new = teacher.id_number_masked
    told = story(client_for("city").get(f"/teachers/show/{world.ours.colleague}"))
    assert "ID number changed" in told
    assert old not in told and new not in told and "sha256" not in told and fresh not in told


def test_a_teacher_who_came_from_beyond_ones_reach_brings_no_names_along(app, world, client_for):
    with app.app_context(), acting(SYSTEM):
        theirs = db.session.get_one(Teacher, world.theirs.teacher)
        ours = db.session.get_one(School, world.ours.school)
        theirs.name = "转来的"
        register.transfer(db.session, theirs, ours, day_in_china(LATER), LATER)
        db.session.commit()
    page = client_for("school").get(f"/teachers/show/{world.theirs.teacher}")
    assert page.status_code == 200
    told = story(page)
    assert "not yours to see → 西关小学" in told
    # The name by which they were known is of the record itself; the school they left is not.
    with app.app_context(), acting(SYSTEM):
        left = db.session.get_one(School, world.theirs.school).name
    assert left not in told


def test_a_claims_history_tells_its_decisions_and_files_in_one_step_a_commit(app, world, client_for):
    school = client_for("school")
    typed = {"hours": "6", "category": "elective", "version": version(app, world)}
    answer = school.post(f"/claims/action/approve/{world.ours.claim}", typed)
    assert answer.status_code == 302, answer.text
    told = story(school.get(f"/claims/show/{world.ours.claim}"))
    assert told.count("2026-11-20 10:00") <= 3
    assert "approved" in told
    assert "Recognised hours 6" in told and "State Submitted → School passed" in told
    assert "Evidence 数学年会.png" in told
    assert "certificate_key" not in told and "evidence_seen" not in told


def version(app, world):
    with app.app_context(), acting(SYSTEM):
        return str(db.session.get_one(Claim, world.ours.claim).version)


def test_the_trail_itself_stays_nobodys(app, world, session):
    with acting(actor_of(session, world.users["school"], "school", day_in_china(LATER))):
        assert session.query(AuditEntry).count() == 0
        claim = session.get_one(Claim, world.ours.claim)
        steps, more = history.of(session, claim, (), 20)
        assert steps and not more
        assert all(line.subject_id == str(claim.id) for step in steps for line in step.lines)


def test_many_changes_are_bounded_and_one_asks_for_more(app, world, client_for):
    with app.app_context(), acting(SYSTEM):
        for day in range(25):
            with stopped(LATER + timedelta(days=day)):
                db.session.get_one(School, world.ours.school).name = f"西关小学{day}"
                db.session.commit()
    page = client_for("city").get(f"/schools/show/{world.ours.school}")
    told = story(page)
    assert "西关小学24" in told and "西关小学1 " not in told
    assert "15 earlier changes" in told
    more = re.search(r'href="([^"]+history=2[^"]*)"', page.text)[1]
    assert "西关小学0" in story(client_for("city").get(more.replace("&amp;", "&")))


@pytest.mark.parametrize("wish", ("x", "-1", "0", "²", "99999999999"))
def test_a_strange_wish_for_more_is_no_error(world, client_for, wish):
    assert client_for("school").get(f"/schools/show/{world.ours.school}?history={wish}").status_code == 200


def test_the_trail_is_read_by_its_index_and_in_one_query(app, world, session):
    asked = []
    listen = lambda _c, _cursor, statement, parameters, *_more: asked.append((statement, parameters))  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        history.of(session, session.get_one(Claim, world.ours.claim), (), 20)
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    trail = [one for one in asked if "audit_entry" in one[0]]
    assert len(trail) == 1
    if db.engine.dialect.name == "sqlite":
        plan = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + trail[0][0], trail[0][1]).all()
        assert any("ix_audit_entry_subject" in str(row) for row in plan)
    assert session.scalar(text("SELECT 1")) == 1


def test_no_canary_in_any_history_of_ours(app, world, client_for):
    for duty in ("teacher", "school", "authority"):
        browser = client_for(duty)
        for path in (f"/claims/show/{world.ours.claim}", f"/schools/show/{world.ours.school}",
                     f"/teachers/show/{world.ours.teacher}", f"/activities/show/{world.ours.activity}"):  # fmt: skip
            page = browser.get(path)
            if page.status_code == 200:
                assert CANARY not in page.text, (duty, path)
