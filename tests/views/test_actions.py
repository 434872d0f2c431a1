"""Actions: who may, on which rows, all or nothing, one commit; a refusal keeps what was typed."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import db
from app.models import Activation, Appointment, Attendance, AuditEntry, Claim, Entry, Teacher
from app.security.actor import SYSTEM, acting
from tests.factories import make_activity

LEAVING = {"on": "2026-08-31", "reason_code": "resigned"}


def all_of(app, statement):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalars(statement).unique().all()


def test_an_unknown_action_is_not_there(client_for, world):
    browser = client_for("everything")
    assert browser.post("/teachers/action_post", {"action": "nothing", "rowid": "1"}).status_code == 404
    assert browser.post("/teachers/action_post", {"rowid": "1"}).status_code == 404
    assert browser.post("/teachers/action/nothing/1").status_code == 404


def test_an_action_needs_its_own_permission(app, client_for, world):
    """The authority lists teachers but prints no slips."""
    answer = client_for("authority").post(f"/teachers/action/slips/{world.ours.colleague}")
    assert answer.status_code == 403
    assert all_of(app, select(Activation)) == []


def test_a_selection_is_all_or_nothing(app, client_for, world):
    """The second teacher has left, so nobody gets a slip."""
    set_row(app, Teacher, world.ours.teacher, is_active=False)
    rows = [str(world.ours.colleague), str(world.ours.teacher)]
    answer = client_for("school").post("/teachers/action_post", {"action": "slips", "rowid": rows})
    assert answer.status_code == 302
    assert all_of(app, select(Activation)) == []


def set_row(app, model, key, **values):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(model.__table__.update().where(model.__table__.c.id == key).values(**values))


def test_what_a_button_is_hidden_for_is_not_done_without_the_button(app, client_for, world):
    """The record shows no reset button for oneself, and none to deactivate who has left; a sent form gets neither."""
    own = client_for("system").post(f"/users/action/reset/{world.users['system']}")
    assert own.status_code == 403
    assert "is not possible for" in own.text
    set_row(app, Teacher, world.ours.colleague, is_active=False)
    school = client_for("school")
    gone = school.post(f"/teachers/action/deactivate/{world.ours.colleague}", LEAVING)
    assert gone.status_code == 403
    rows = [str(world.ours.colleague), str(world.ours.teacher)]
    both = school.post("/teachers/action_post", {"action": "deactivate", "rowid": rows} | LEAVING)
    assert both.status_code == 422
    assert "is not possible for 1 of the 2 records" in both.text
    assert 'value="2026-08-31"' in both.text
    assert all_of(app, select(Teacher).where(Teacher.id == world.ours.teacher))[0].is_active


def test_what_a_service_refuses_is_said_in_its_words(app, client_for, world):
    """A claim that the school has passed on already: the table of the workflow says why."""
    set_row(app, Claim, world.ours.claim, state="returned")
    rows = [str(world.ours.claim)]
    answer = client_for("school").post("/claims/action_post", {"action": "approve", "rowid": rows})
    assert answer.status_code == 422
    assert "no longer possible" in answer.text


def test_attendance_of_anothers_activity_is_refused_at_its_field(app, client_for, world):
    """A school reads every organiser's activity, and registers only for its own; what was typed stays."""
    with app.app_context(), acting(SYSTEM):
        other = make_activity(db.session, "O-1", "全市培训", organiser_id=world.organiser)
        key = other.id
        db.session.commit()
    form = {"activity": str(key), "teacher": str(world.ours.colleague), "attended_on": "2026-03-04", "hours": "2.5"}
    browser = client_for("school")
    answer = browser.post("/attendance/add", form | {"passed": "y"})
    assert answer.status_code == 422
    assert "Choose one from the list" in answer.text
    assert 'value="2.5"' in answer.text
    assert browser.get("/lookup/activity?q=全市").get_json()["items"][0]["id"] == key
    assert browser.get("/lookup/own-activity?q=全市").get_json()["items"] == []
    own = browser.get("/lookup/own-activity?q=校本").get_json()["items"]
    assert [one["id"] for one in own] == [world.ours.activity]
    assert browser.post("/attendance/add", form | {"activity": own[0]["id"], "passed": "y"}).status_code == 302


def test_slips_are_a_pdf_of_fresh_codes(app, client_for, world):
    answer = client_for("school").post(f"/teachers/action/slips/{world.ours.colleague}")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert len(all_of(app, select(Activation))) == 1


def test_rows_that_are_none_are_not_found(client_for, world):
    browser = client_for("school")
    for rows in (["abc"], ["-1"], ["99999999999999999999"], ["1", "²"], ["2147483648"]):
        assert browser.post("/teachers/action_post", {"action": "slips", "rowid": rows}).status_code == 404


def test_nothing_chosen_is_said(client_for, world):
    browser = client_for("school")
    browser.post("/teachers/action_post", {"action": "slips"})
    assert "Choose at least one" in browser.get("/teachers/list/").text


def test_all_that_match_means_the_filters_of_the_list(app, client_for, world):
    answer = client_for("school").post(
        "/teachers/action_post?q=何敏", {"action": "deactivate", "all_matching": "1"} | LEAVING
    )
    assert answer.status_code == 302
    left = {teacher.id for teacher in all_of(app, select(Teacher).where(Teacher.is_active.is_(False)))}
    assert left == {world.ours.colleague}


def test_a_refused_action_keeps_its_words_and_changes_nothing(app, client_for, world):
    browser = client_for("school")
    answer = browser.post(f"/teachers/action/deactivate/{world.ours.colleague}", LEAVING | {"on": "2018-01-01"})
    assert answer.status_code == 422
    assert 'value="2018-01-01"' in answer.text
    assert "before the day of joining" in answer.text
    assert all_of(app, select(Teacher).where(Teacher.id == world.ours.colleague))[0].is_active


def test_a_stale_record_is_not_acted_on(app, client_for, world):
    answer = client_for("school").post(
        f"/teachers/action/deactivate/{world.ours.colleague}", LEAVING | {"version": "99"}
    )
    assert answer.status_code == 409
    assert all_of(app, select(Teacher).where(Teacher.id == world.ours.colleague))[0].is_active


def test_voiding_takes_the_hours_back_and_needs_a_reason(app, client_for, world):
    browser = client_for("school")
    path = f"/attendance/action/void/{world.ours.attendance}"
    assert browser.post(path, {"reason": "  "}).status_code == 422
    assert browser.post(path, {"reason": "登记错误"}).status_code == 302
    assert all_of(app, select(Attendance).where(Attendance.id == world.ours.attendance))[0].voided_at is not None
    lines = all_of(app, select(Entry).where(Entry.attendance_id == world.ours.attendance))
    assert sum(line.hours for line in lines) == 0


def test_dismissing_takes_the_role_and_the_last_administrator_stays(app, client_for, world):
    browser = client_for("system")
    held = {row.duty: row for row in all_of(app, select(Appointment).where(Appointment.user_id == world.users["city"]))}
    assert browser.post(f"/appointments/delete/{held['city'].id}").status_code == 302
    assert client_for("city").get("/bindings/list/").status_code == 403
    systems = all_of(app, select(Appointment).where(Appointment.duty == "system"))
    for row in systems:
        browser.post(f"/appointments/delete/{row.id}")
    assert len(all_of(app, select(Appointment).where(Appointment.duty == "system"))) == 1


def test_what_an_action_did_is_in_the_trail_under_its_persons_name(app, client_for, world):
    client_for("school").post(f"/teachers/action/deactivate/{world.ours.colleague}", LEAVING)
    line = all_of(
        app,
        select(AuditEntry)
        .where(AuditEntry.subject == "teacher", AuditEntry.change == "update")
        .order_by(AuditEntry.id.desc()),
    )[0]
    assert line.user_id == world.users["school"]
    assert line.after["is_active"] is False
    text = client_for("city").get(f"/audit/show/{line.id}").text
    assert "Left on" in text
    assert "2026-08-31" in text
