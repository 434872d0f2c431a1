"""Notes on records: offices write to one another, the person concerned never reads, a slip is taken back in time."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.extensions import db
from app.models import Appointment, Note, Teacher
from app.security.actor import SYSTEM, acting
from app.services.accounts import ROLE_OF_DUTY
from app.services.clock import stopped
from tests.client import Browser
from tests.factories import CANARY

SAID = "原件已看"
ELEVEN_MINUTES_ON = datetime(2026, 11, 20, 2, 11, tzinfo=UTC)


def write(browser, world, subject="claim", pk=None, **headers):
    return browser.post(
        f"/notes/{subject}/{pk or world.ours.claim}", {"text": SAID, "back": f"/claims/show/{world.ours.claim}"},
        headers=headers,
    )  # fmt: skip


def held(app):
    with app.app_context(), db.engine.connect() as connection:
        return connection.execute(Note.__table__.select()).all()


def test_offices_write_and_read_and_the_auditor_reads(app, world, client_for):
    answer = write(client_for("school"), world)
    assert answer.status_code == 302 and answer.location == f"/claims/show/{world.ours.claim}#notes"
    for duty, writes in (("school", True), ("city", True), ("auditor", False)):
        page = client_for(duty).get(f"/claims/show/{world.ours.claim}").text
        assert SAID in page, duty
        assert ('class="note-form"' in page) is writes, duty
    assert write(client_for("auditor"), world).status_code == 403
    assert len(held(app)) == 1


def test_whom_it_is_about_never_reads_it_whatever_else_they_are(app, world, client_for):
    for subject, pk in (("claim", world.ours.claim), ("teacher", world.ours.teacher)):
        assert write(client_for("school"), world, subject, pk).status_code == 302
    teacher = client_for("teacher")
    for path in (f"/claims/show/{world.ours.claim}", f"/notes/claim/{world.ours.claim}"):
        assert SAID not in teacher.get(path).text
    assert write(teacher, world).status_code == 403
    # Appointed school reviewer, they read the notes of colleagues, but still none about themselves.
    with app.app_context(), acting(SYSTEM):
        user = db.session.scalars(select(Teacher.user_id).where(Teacher.id == world.ours.teacher)).one()
        db.session.add(Appointment(user_id=user, duty="school", school_id=world.ours.school))
        account = db.session.get_one(User, user)
        account.roles.append(db.session.scalars(select(Role).where(Role.name == ROLE_OF_DUTY["school"])).one())
        db.session.commit()
    both = Browser(app, user)
    assert write(both, world, "teacher", world.ours.colleague).status_code == 302
    assert SAID in both.get(f"/teachers/show/{world.ours.colleague}").text
    for subject, pk in (("claim", world.ours.claim), ("teacher", world.ours.teacher)):
        assert both.get(f"/notes/{subject}/{pk}").status_code == 404
        assert write(both, world, subject, pk).status_code == 404
    assert SAID not in both.get(f"/teachers/show/{world.ours.teacher}").text
    assert len(held(app)) == 3


def test_json_for_who_asks_for_it_and_the_panel_otherwise(world, client_for):
    school = client_for("school")
    answer = write(school, world, Accept="application/json")
    assert answer.status_code == 200
    assert [(one["author"], one["text"]) for one in answer.get_json()["notes"]] == [("school", SAID)]
    panel = school.post(f"/notes/claim/{world.ours.claim}", {"text": "再看"})
    assert panel.status_code == 200 and panel.text.count("<li>") == 2 and "<html" not in panel.text
    refused = school.post(f"/notes/claim/{world.ours.claim}", {"text": " "}, headers={"Accept": "application/json"})
    assert refused.status_code == 422 and "1000" in refused.get_json()["error"]


def test_ones_own_note_may_be_taken_back_for_ten_minutes_and_nobody_elses(app, world, client_for):
    write(client_for("school"), world)
    note = held(app)[0].id
    assert client_for("city").post(f"/notes/withdraw/{note}", {"back": "/"}).status_code == 302
    assert len(held(app)) == 1
    with stopped(ELEVEN_MINUTES_ON):
        client_for("school").post(f"/notes/withdraw/{note}", {"back": "/"})
        assert len(held(app)) == 1
        assert "/notes/withdraw/" not in client_for("school").get(f"/claims/show/{world.ours.claim}").text
    client_for("school").post(f"/notes/withdraw/{note}", {"back": "/"})
    assert held(app) == []


@pytest.mark.parametrize("duty", ("school", "authority", "organiser", "teacher"))
def test_records_out_of_reach_take_no_note_and_show_none(app, world, client_for, duty):
    rows = {"claim": world.theirs.claim, "teacher": world.theirs.teacher, "school": world.theirs.school}
    with app.app_context(), acting(SYSTEM):
        for subject, pk in rows.items():
            db.session.add(
                Note(subject=subject, subject_id=pk, author=CANARY, text=CANARY, written_at=ELEVEN_MINUTES_ON)
            )
        db.session.commit()
    browser = client_for(duty)
    for subject, pk in rows.items():
        assert write(browser, world, subject, pk).status_code in (403, 404)
        assert CANARY not in browser.get(f"/notes/{subject}/{pk}").text
    assert len(held(app)) == 3
    note = held(app)[0].id
    assert browser.post(f"/notes/withdraw/{note}").status_code in (403, 404)


@pytest.mark.parametrize("path", ("/notes/ab_user/1", "/notes/decision/1", "/notes/claim/99999999999", "/notes/x/1"))
def test_nothing_else_takes_notes(world, client_for, path):
    assert client_for("city").post(path, {"text": SAID}).status_code == 404


def test_a_note_is_in_the_trail_and_a_reading_never_writes(app, world, client_for):
    write(client_for("school"), world)
    before = held(app)
    client_for("school").get(f"/notes/claim/{world.ours.claim}")
    assert held(app) == before
    listed = client_for("city").get("/audit/list/").text
    assert re.search(r'<td class="col-subject[^>]*>\s*Note\s*<', listed)
