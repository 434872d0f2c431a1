"""Lists: arguments that make no sense, filters that are one request's own, bounded counts, and few queries."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from app.extensions import db
from app.models import School, Teacher
from app.security.actor import SYSTEM, acting
from app.views import listing
from tests.client import Browser
from tests.factories import make_teacher

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NONSENSE = (
    "page_TeacherView=abc",
    "page_TeacherView=-1",
    "page_TeacherView=99999999999999999999",
    "psize_TeacherView=abc",
    "psize_TeacherView=-5",
    "psize_TeacherView=0",
    "psize_TeacherView=1e9",
    "_oc_TeacherView=id_number_cipher",
    "_oc_TeacherView=nothing",
    "_oc_TeacherView=school.code",
    "_od_TeacherView=sideways",
    "stage=nonsense",
    "title=%00",
    "is_active=maybe",
    "school=abc",
    "school=-1",
    "school=99999999999999999999",
    "school=2147483648",
    "q=%25",
    "q=_",
    "q=%5C",
    "q=%00",
    "q=" + "x" * 5000,
    "_flt_0_name=x",
    "_flt_9_nothing=x",
    "school_district=%F0%9F%98%80",
    "page_TeacherView=%C2%B2",
    "school=%C2%B2",
)


@pytest.mark.parametrize("query", NONSENSE)
def test_arguments_that_make_no_sense_are_left_out(client_for, query):
    assert client_for("city").get(f"/teachers/list/?{query}").status_code == 200


@pytest.mark.parametrize("value", ("NaN", "inf", "-1", "1e99", "abc", "999999999999999999999", "4.123", ""))
def test_a_day_that_is_none_is_left_out_and_said(client_for, value):
    answer = client_for("city").get(f"/activities/list/?starts_on_from={value}")
    assert answer.status_code == 200
    assert ("was left out" in answer.text) == bool(value)


def test_dates_filter_by_day_with_both_ends(client_for):
    browser = client_for("city")
    assert "校本研修" in browser.get("/activities/list/?starts_on_from=2026-03-02&starts_on_to=2026-03-02").text
    assert "校本研修" not in browser.get("/activities/list/?starts_on_from=2026-03-03").text


def test_an_instant_filters_by_the_day_in_shanghai(client_for):
    """Submitted at 02:00 UTC on the 20th: the 20th in Shanghai."""
    browser = client_for("city")
    assert "数学年会" in browser.get("/claims/list/?submitted_at_from=2026-11-20&submitted_at_to=2026-11-20").text
    assert "数学年会" not in browser.get("/claims/list/?submitted_at_from=2026-11-21").text


def test_values_of_one_filter_mean_or(client_for, world):
    browser = client_for("teacher")
    both = browser.get("/claims/list/?state=draft&state=submitted").text
    assert "数学年会" in both
    assert "语文年会" in both
    assert "语文年会" not in browser.get("/claims/list/?state=submitted").text


def test_a_percent_sign_is_no_wildcard(client_for):
    browser = client_for("school")
    assert "陈怡" not in browser.get("/teachers/list/?q=%25").text
    assert "陈怡" in browser.get("/teachers/list/?q=陈").text


def test_a_whole_id_number_finds_its_teacher_and_a_part_nobody(client_for, world):
    from tests.factories import id_number

    browser = client_for("school")
    assert "陈怡" in browser.get(f"/teachers/list/?q={id_number(1)}").text
    assert "陈怡" not in browser.get(f"/teachers/list/?q={id_number(1)[:17]}").text


def test_a_page_holds_at_most_a_hundred_rows(app, client_for, world):
    _add_teachers(app, world, 105)
    text = client_for("school").get("/teachers/list/?psize_TeacherView=5000").text
    assert text.count("data-row=") == 100


def test_filters_of_two_requests_do_not_meet(app, world, client_for):
    """FAB keeps one filter object a view: of two requests at once, one sees the other's filter."""
    first, second = client_for("school"), client_for("school")
    seen: list[bool] = []

    def ask(browser: Browser, query: str, name: str, other: str) -> None:
        for _ in range(8):
            text = browser.get(f"/teachers/list/?q={query}").text
            seen.append(name in text and other not in text)

    threads = [
        threading.Thread(target=ask, args=(first, "陈", "陈怡", "何敏")),
        threading.Thread(target=ask, args=(second, "何", "何敏", "陈怡")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 16


def test_nothing_bound_to_a_request_stays_on_a_view(app, client_for):
    views = {view: set(vars(view)) for view in app.extensions["appbuilder"].baseviews}
    client_for("city").get("/teachers/list/?q=陈&stage=primary&_oc_TeacherView=name")
    assert {view: set(vars(view)) for view in app.extensions["appbuilder"].baseviews} == views


def test_a_count_stops_at_its_limit(app, client_for, world, monkeypatch):
    monkeypatch.setattr(listing, "COUNT_LIMIT", 25)
    _add_teachers(app, world, 30)
    assert "25+" in client_for("school").get("/teachers/list/").text


def statements_of(app, browser, path):
    """How many statements a page takes."""
    counted = []

    def count(_connection, _cursor, statement, *_rest):
        counted.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return counted


@pytest.mark.parametrize(
    "place",
    (
        "claims",
        "standings",
        "certificates",
        "teachers",
        "schools",
        "authorities",
        "organisers",
        "activities",
        "attendance",
        "entries",
        "bindings",
        "audit",
        "users",
        "roles",
        "appointments",
        "districts",
    ),
)
def test_a_list_takes_few_statements(app, client_for, place):
    """Of somebody who is everything at once. Claims have counted tabs, totals, and whose turn it is, beside."""
    counted = statements_of(app, client_for("everything"), f"/{place}/list/")
    assert len(counted) <= (18 if place == "claims" else 14), "\n".join(counted)


@pytest.mark.parametrize(
    "path", ("/teachers/list/?psize_TeacherView=100", "/attendance/list/", "/standings/list/?psize_StandingView=100")
)
def test_more_rows_take_no_more_statements(app, client_for, world, path):
    browser = client_for("school")
    few = statements_of(app, browser, path)
    _add_teachers(app, world, 40)
    many = statements_of(app, browser, path)
    assert len(many) == len(few)


def test_a_lookup_answers_at_most_twenty(app, client_for, world):
    _add_teachers(app, world, 30)
    assert len(client_for("school").get("/lookup/teacher?q=教").get_json()["items"]) == 20


def test_lookups_of_accounts_are_for_administrators(client_for):
    assert client_for("school").get("/lookup/user").status_code == 403
    assert client_for("system").get("/lookup/user?q=teacher1").get_json()["items"]


def _add_teachers(app, world, count):
    with app.app_context(), acting(SYSTEM):
        school = db.session.get_one(School, world.ours.school)
        for number in range(count):
            make_teacher(db.session, school, "教师", 300 + number, NOW)
        db.session.commit()
        assert db.session.query(Teacher).count() >= count
