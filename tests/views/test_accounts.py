"""Signing in and out, slips, passwords: what FAB leaves open is closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.extensions import db, limiter
from app.models import Appointment, Teacher
from app.security import manager
from app.security.actor import SYSTEM, acting
from app.services.accounts import issue_slip
from tests.client import Browser
from tests.conftest import NOW
from tests.factories import PASSWORD


def test_signing_in_begins_a_new_session_and_a_wrong_password_keeps_the_name(app, world):
    browser = Browser(app, None)
    wrong = browser.post("/login/", {"username": "school", "password": "nothing like it"})
    assert wrong.status_code == 401
    assert 'value="school"' in wrong.text
    assert browser.post("/login/", {"username": "school", "password": PASSWORD}).status_code == 302
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("value", ("\0", "x" * 100_000, "<script>", "' OR 1=1 --", "𠮷"))
def test_no_hostile_name_is_an_error_of_ours(app, world, value):
    browser = Browser(app, None)
    assert browser.post("/login/", {"username": value, "password": value}).status_code in (200, 401)


@pytest.mark.parametrize("back", ("https://evil.example/", "//evil.example/", "/\\evil.example"))
def test_signing_in_leads_nowhere_else(app, world, back):
    answer = Browser(app, None).post(f"/login/?next={back}", {"username": "school", "password": PASSWORD})
    assert "evil.example" not in answer.headers["Location"]


def test_a_copied_cookie_dies_with_the_sign_out(app, world, client_for):
    first, copied = client_for("school"), client_for("school")
    assert copied.get("/teachers/list/").status_code == 200
    first.post("/logout/")
    assert copied.get("/teachers/list/").status_code == 302


def test_signing_in_elsewhere_ends_no_session(app, world, client_for):
    browser = client_for("school")
    Browser(app, None).post("/login/", {"username": "school", "password": PASSWORD})
    assert browser.get("/teachers/list/").status_code == 200


def test_a_reset_password_ends_sessions_and_shows_the_new_one_once(app, world, client_for):
    browser, administrator = client_for("school"), client_for("system")
    administrator.post(f"/users/action/reset/{world.users['school']}")
    assert browser.get("/teachers/list/").status_code == 302
    assert "shown only now" in administrator.get("/users/list/").text
    assert "shown only now" not in administrator.get("/users/list/").text


def test_too_many_wrong_passwords_make_the_account_wait(app, world):
    browser = Browser(app, None)
    for _ in range(8):
        browser.post("/login/", {"username": "school", "password": "nothing like it"})
    assert browser.post("/login/", {"username": "school", "password": PASSWORD}).status_code == 401


def test_an_account_made_long_ago_waits_ten_minutes_and_no_longer(app, world):
    """FAB notes when an account was made, not when a try failed: by its own figure nobody ever waited."""
    set_user(app, "school", changed_on=datetime(2020, 1, 1))
    browser = Browser(app, None)
    for _ in range(8):
        browser.post("/login/", {"username": "school", "password": "nothing like it"})
    assert browser.post("/login/", {"username": "school", "password": PASSWORD}).status_code == 401
    set_user(app, "school", changed_on=datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=10, seconds=1))
    # One more wrong try does not begin another wait.
    assert browser.post("/login/", {"username": "school", "password": "nothing like it"}).status_code == 401
    assert browser.post("/login/", {"username": "school", "password": PASSWORD}).status_code == 302


def test_a_waiting_account_costs_as_much_work_as_a_wrong_password(app, world, monkeypatch):
    hashed = []
    monkeypatch.setattr(manager, "check_password_hash", lambda *given: hashed.append(given) or True)
    set_user(app, "school", fail_login_count=8, changed_on=datetime.now(UTC).replace(tzinfo=None))
    assert Browser(app, None).post("/login/", {"username": "school", "password": PASSWORD}).status_code == 401
    assert len(hashed) == 1


def set_user(app, username, **values):
    with app.app_context(), db.engine.begin() as connection:
        table = User.__table__
        connection.execute(table.update().where(table.c.username == username).values(**values))


def test_an_administrator_appoints_a_reviewer_of_any_school_and_sees_the_place(app, world, client_for):
    browser = client_for("system")
    assert browser.get("/lookup/school?q=西关").get_json()["items"][0]["id"] == world.ours.school
    form = {"user": str(world.users["organiser"]), "duty": "school", "school": str(world.ours.school)}
    assert browser.post("/appointments/add", form).status_code == 302
    assert "西关小学" in browser.get("/appointments/list/").text
    own = browser.post("/appointments/add", {"user": str(world.users["system"]), "duty": "auditor"})
    assert own.status_code == 422
    assert "Nobody appoints themselves" in own.text


def test_signing_in_is_limited_by_address(app, world):
    limiter.enabled = True
    try:
        browser = Browser(app, None)
        codes = [browser.post("/login/", {"username": "nobody", "password": "x"}).status_code for _ in range(62)]
    finally:
        limiter.reset()
        limiter.enabled = False
    assert codes[-1] == 429
    assert codes[0] == 401


def test_changing_ones_password_asks_for_the_present_one(app, world, client_for):
    browser = client_for("school")
    fresh = {"password": "another good one 8", "again": "another good one 8"}
    assert browser.post("/password/form", fresh | {"old": "wrong one"}).status_code == 422
    assert browser.post("/password/form", fresh | {"old": PASSWORD, "again": "differs"}).status_code == 422
    assert browser.post("/password/form", {"old": PASSWORD, "password": "short", "again": "short"}).status_code == 422
    assert browser.post("/password/form", fresh | {"old": PASSWORD}).status_code == 302
    assert browser.get("/").status_code == 200
    assert (
        Browser(app, None).post("/login/", {"username": "school", "password": "another good one 8"}).status_code == 302
    )


def test_nobody_makes_themselves_an_administrator(app, world, client_for):
    """FAB's can_edit on users does it; here roles come from appointments, and these are the administrator's."""
    browser = client_for("city")
    for path, form in (
        ("/appointments/add", {"user": str(world.users["city"]), "duty": "system"}),
        (f"/users/edit/{world.users['city']}", {"first_name": "x", "roles": "1"}),
    ):
        assert browser.post(path, form).status_code == 403
    own = client_for("system").post(f"/users/edit/{world.users['system']}", {"first_name": "x", "active": "y"})
    assert own.status_code == 403


@pytest.mark.parametrize(
    "path",
    (
        "/resetpassword/form?pk=1",
        "/resetmypassword/form",
        "/users/userinfo/",
        "/permissions/list/",
        "/registeruser/list/",
        "/api/v1/security/login",
        "/userstatschartview/chart/",
    ),
)
def test_fabs_own_account_screens_do_not_exist(client_for, path):
    assert client_for("everything").get(path).status_code == 404


def _slip(app, world):
    with app.app_context(), acting(SYSTEM):
        code = issue_slip(db.session, db.session.get_one(Teacher, world.ours.colleague), NOW)
        db.session.commit()
    return code


def test_a_slip_opens_one_account_and_no_second(app, world):
    code = _slip(app, world)
    browser = Browser(app, None)
    page = browser.get(f"/activate/?code={code}").text
    assert "何*" in page
    assert "何敏" not in page
    form = {"code": code, "username": "hemin", "password": "a good long one 9", "again": "a good long one 9"}
    assert browser.post("/activate/", form).status_code == 200
    assert browser.post("/login/", {"username": "hemin", "password": "a good long one 9"}).status_code == 302
    again = Browser(app, None).post("/activate/", form | {"username": "other"})
    assert again.status_code == 422
    with app.app_context(), acting(SYSTEM):
        user = db.session.scalars(select(User).where(User.username == "hemin")).one()
        duties = db.session.scalars(select(Appointment.duty).where(Appointment.user_id == user.id)).all()
    assert duties == ["teacher"]


def test_a_second_slip_changes_the_password_of_the_open_account(app, world, client_for):
    before = client_for("teacher")
    printed = client_for("school").post(f"/teachers/action/slips/{world.ours.teacher}")
    assert printed.mimetype == "application/pdf"
    with app.app_context(), acting(SYSTEM):
        code = issue_slip(db.session, db.session.get_one(Teacher, world.ours.teacher), NOW)
        db.session.commit()
    browser = Browser(app, None)
    page = browser.get(f"/activate/?code={code}").text
    assert "teacher1" in page
    assert 'name="username"' not in page
    form = {"code": code, "password": "a good long one 9", "again": "a good long one 9"}
    assert browser.post("/activate/", form | {"again": "differs"}).status_code == 422
    assert browser.post("/activate/", form).status_code == 200
    assert before.get("/claims/list/").status_code == 302
    assert browser.post("/login/", {"username": "teacher1", "password": "a good long one 9"}).status_code == 302


@pytest.mark.parametrize(
    "change",
    (
        {"code": "WRONG"},
        {"code": "\0"},
        {"username": "school"},
        {"username": "x"},
        {"password": "short", "again": "short"},
        {"again": "different"},
        {"username": "x" * 9999},
        {"username": "<script>alert(1)</script>"},
    ),
)
def test_a_wrong_activation_says_why_and_opens_nothing(app, world, change):
    form = {
        "code": _slip(app, world),
        "username": "hemin",
        "password": "a good long one 9",
        "again": "a good long one 9",
    }
    answer = Browser(app, None).post("/activate/", form | change)
    if change.get("username", "").startswith("<"):
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.text
        return
    assert answer.status_code == 422
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(User).where(User.username == "hemin")).one_or_none() is None
