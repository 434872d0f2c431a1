"""The sheet of components: for who looks after the system, whole in both languages; and the year of the top bar."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from app.services.clock import stopped
from app.views.labels_codes import STATES

SHOWN = (
    "btn-primary", "btn-default", "btn-danger", "btn-quiet-danger", "btn-link", "filterbar", "chip", "has-error",
    "error-summary", "history diff", "<del>", "<ins>", 'class="modal"', "toast", "alert-info", "alert-success",
    "alert-warning", "alert-danger", 'class="empty"', 'class="clock"', "clock-near", "clock-late", 'class="ring',
    'class="bar', 'class="upload"', "<kbd>", "pagination", "note-form", "job-progress",
)  # fmt: skip


@pytest.mark.parametrize("duty", ("system", "city"))
@pytest.mark.parametrize("language", ("en", "zh"))
def test_every_component_stands_on_the_sheet(client_for, duty, language):
    browser = client_for(duty)
    browser.get(f"/language/{language}")
    page = browser.get("/style/")
    assert page.status_code == 200
    missing = [mark for mark in (*SHOWN, *(f"state-{code}" for code in STATES)) if mark not in page.text]
    assert missing == []
    assert ' style="' not in page.text and " onclick=" not in page.text


def test_nobody_else_opens_it_and_its_forms_change_nothing(client_for):
    for duty in ("teacher", "school", "authority", "organiser", "auditor"):
        assert client_for(duty).get("/style/").status_code == 403
    city = client_for("city")
    answer = city.post("/style/", {"hours": "1"})
    assert answer.status_code == 302
    assert "nothing was changed" in city.get(answer.location).text


def year_of(browser):
    return re.search(r'year-switch"[^>]*>Year (\d{4})', browser.get("/").text)[1]


def test_the_year_is_the_one_in_review_until_another_is_chosen(client_for):
    school = client_for("school")
    assert year_of(school) == "2026"
    answer = school.post("/year", {"year": "2021", "back": "/claims/list/?state=draft"})
    assert answer.location == "/claims/list/?state=draft"
    assert year_of(school) == "2021"
    # Another session keeps its own.
    assert year_of(client_for("school")) == "2026"
    with stopped(datetime(2027, 3, 31, 15, 0, tzinfo=UTC)):
        assert year_of(client_for("city")) == "2026"
    with stopped(datetime(2027, 3, 31, 16, 0, tzinfo=UTC)):
        assert year_of(client_for("city")) == "2027"


@pytest.mark.parametrize("wrong", ("2017", "2027", "x", "", "²0²6"))
def test_a_year_that_is_none_is_refused(client_for, wrong):
    school = client_for("school")
    assert school.post("/year", {"year": wrong}).status_code == 400
    assert year_of(school) == "2026"


def test_the_choice_leads_nowhere_else(client_for):
    for back in ("https://example.org/", "//example.org", "/\\example.org"):
        assert client_for("school").post("/year", {"year": "2021", "back": back}).location == "/"
