"""Every list, record and form opens for who may open it, in both languages, and says what it is about."""

from __future__ import annotations

import pytest

from tests.factories import CANARY

LISTS = (
    "claims",
    "standings",
    "certificates",
    "teachers",
    "schools",
    "districts",
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
)
FORMS = (
    "claims",
    "teachers",
    "schools",
    "districts",
    "authorities",
    "organisers",
    "activities",
    "attendance",
    "bindings",
    "users",
    "appointments",
)
EDITS = ("schools", "districts", "authorities", "organisers", "users")


@pytest.mark.parametrize("language", ("zh", "en"))
@pytest.mark.parametrize("place", LISTS)
def test_each_list_opens_for_somebody_who_holds_everything(client_for, place, language):
    browser = client_for("everything")
    browser.get(f"/language/{language}")
    answer = browser.get(f"/{place}/list/")
    assert answer.status_code == 200
    assert "data-list=" in answer.text


@pytest.mark.parametrize("place", FORMS)
def test_each_form_opens_and_loads_no_table_into_a_select(client_for, place):
    answer = client_for("everything").get(f"/{place}/add")
    assert answer.status_code == 200
    assert "<form" in answer.text
    # One's own school may be chosen already; another one in the page would be a table loaded into a select.
    assert f"{CANARY}小学" not in answer.text


@pytest.mark.parametrize("place", EDITS)
def test_each_edit_form_opens_with_its_version(client_for, place):
    answer = client_for("everything").get(f"/{place}/edit/2")
    assert answer.status_code == 200
    assert 'name="version"' in answer.text


@pytest.mark.parametrize(
    "place", ("schools", "districts", "authorities", "organisers", "users", "roles", "audit", "appointments")
)
def test_each_record_opens(client_for, place):
    assert client_for("everything").get(f"/{place}/show/1").status_code == 200


def test_own_rows_open_with_their_tabs(client_for, world):
    browser = client_for("school")
    for path in (
        f"/teachers/show/{world.ours.teacher}",
        f"/activities/show/{world.ours.activity}",
        f"/attendance/show/{world.ours.attendance}",
        f"/claims/show/{world.ours.claim}",
        f"/schools/show/{world.ours.school}",
        f"/teachers/edit/{world.ours.teacher}",
        f"/activities/edit/{world.ours.activity}",
    ):
        answer = browser.get(path)
        assert answer.status_code == 200, path
    assert "陈怡" in browser.get(f"/schools/show/{world.ours.school}").text


@pytest.mark.parametrize("duty", ("teacher", "school", "authority", "organiser", "city", "auditor", "system"))
def test_home_opens_for_every_duty(client_for, duty):
    answer = client_for(duty).get("/")
    assert answer.status_code == 200
    assert "<h1>" in answer.text


def test_the_navigation_offers_only_what_may_be_opened(client_for):
    text = client_for("teacher").get("/").text
    assert "/claims/list/" in text
    for forbidden in ("/users/list/", "/audit/list/", "/teachers/list/", "/bindings/list/"):
        assert forbidden not in text


def test_health_needs_no_account(app, client_for):
    assert app.test_client().get("/healthz").text == "ok\n"
    assert app.test_client().get("/readyz").status_code == 200
