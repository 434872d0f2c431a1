"""What people see when something fails: a page in their language that says what to do; never a trace, never SQL."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.extensions import db


@pytest.mark.parametrize(
    ("method", "path", "status"),
    (
        ("get", "/nothing/here", 404),
        ("get", "/teachers/show/999999", 404),
        ("get", "/teachers/show/abc", 404),
        ("get", "/teachers/action_post", 405),
        ("get", "/users/list/", 403),
        ("post", "/teachers/show/1", 405),
        ("get", "/lookup/nothing", 404),
        ("get", "/teachers/show/99999999999999999999", 404),
        ("get", "/teachers/show/%C2%B2", 404),
    ),
)
def test_each_error_has_its_page_in_both_languages(client_for, method, path, status):
    browser = client_for("school")
    for language, mark in (("zh", 'lang="zh-CN"'), ("en", 'lang="en"')):
        browser.get(f"/language/{language}")
        answer = getattr(browser, method)(path)
        assert answer.status_code == status
        assert mark in answer.text
        assert "<h1>" in answer.text
        assert "Traceback" not in answer.text


def test_json_is_answered_where_it_is_asked_for(client_for):
    answer = client_for("school").get("/nothing/here", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.get_json() == {"status": 404, "message": "This does not exist, or is not yours to see."}


def test_a_database_that_does_not_answer_is_said_and_nothing_else(app, client_for):
    browser = client_for("school")

    def fail(*_args):
        raise OperationalError("SELECT secret FROM teacher", {"name": "陈怡"}, Exception("gone"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        page, ready = browser.get("/teachers/list/"), browser.get("/readyz")
    finally:
        event.remove(engine, "before_cursor_execute", fail)
    assert (page.status_code, ready.status_code) == (503, 503)
    assert "secret" not in page.text
    assert "陈怡" not in page.text


def test_a_fault_of_ours_shows_no_trace(app, client_for):
    browser = client_for("school")

    def fail(*_args):
        raise RuntimeError("a fault with SELECT in it")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        answer = browser.get("/teachers/list/")
    finally:
        event.remove(engine, "before_cursor_execute", fail)
    assert answer.status_code == 500
    assert "SELECT" not in answer.text


def test_too_much_is_refused(client_for):
    answer = client_for("school").client.post(
        "/teachers/add", data=b"x" * (65 * 1024 * 1024), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in (400, 413)


def test_every_page_forbids_framing_sniffing_and_keeping(client_for):
    answer = client_for("school").get("/teachers/list/")
    assert "script-src 'self' 'nonce-" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ("/teachers/list/", "/teachers/add", "/schools/list/", "/activities/add", "/"))
def test_no_page_has_inline_style_or_script(client_for, path):
    text = client_for("school").get(path).text
    assert ' style="' not in text
    assert "<style" not in text
    assert "<script>" not in text
    assert " onclick=" not in text
