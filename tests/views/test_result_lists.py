"""Asking for a list of results on screen: who may, with a purpose, and who may download what was made."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from app.extensions import db
from app.jobs import work
from app.models import Appointment, Job
from app.security.actor import SYSTEM, acting
from tests.client import Browser
from tests.factories import World

Client = Callable[[str], Browser]
ASKED = {"use": "title_review", "year": "2026", "purpose": "职称评审"}


def made(app: Any, browser: Browser) -> int:
    answer = browser.post("/lists/", ASKED)
    assert answer.status_code == 302 and "/jobs/show/" in answer.location
    with app.app_context():
        with acting(SYSTEM):
            pk = db.session.scalars(select(Job.id).order_by(Job.id.desc()).limit(1)).one()
        work.run(db.session, pk)
    return pk


@pytest.mark.parametrize("duty", ["teacher", "organiser", "auditor", "system"])
def test_others_get_no_list(client_for: Client, duty: str) -> None:
    browser = client_for(duty)
    assert browser.get("/lists/").status_code == 403
    assert browser.post("/lists/", ASKED).status_code == 403
    assert "/lists/" not in browser.get("/").text


@pytest.mark.parametrize("duty", ["school", "authority", "city"])
def test_the_form_names_each_list_and_its_clause(client_for: Client, duty: str) -> None:
    page = client_for(duty).get("/lists/").text
    assert "Allowance for teachers of private schools" in page and "S1 §五（一）" in page and "SUBSIDY" in page
    assert 'href="/lists/"' in client_for(duty).get("/standings/list/").text.split("<main")[1]


def test_a_purpose_is_needed_and_what_was_chosen_is_kept(client_for: Client, world: World) -> None:
    answer = client_for("school").post("/lists/", ASKED | {"purpose": " "})
    assert answer.status_code == 422
    assert "This is needed." in answer.text and '<option selected value="title_review">' in answer.text
    foreign = client_for("school").post("/lists/", ASKED | {"school": str(world.theirs.school)})
    assert foreign.status_code == 422 and "Choose one from the list" in foreign.text
    wrong = client_for("school").post("/lists/", ASKED | {"use": "lottery", "year": "1999"})
    assert wrong.status_code == 422


def test_an_empty_list_is_told_before_a_job_is_made(client_for: Client) -> None:
    answer = client_for("school").post("/lists/", ASKED | {"use": "private_allowance"})
    assert answer.status_code == 422 and "Nobody you reach stands on this list for 2026" in answer.text


def test_only_who_asked_downloads_the_list(app: Any, client_for: Client) -> None:
    school = client_for("school")
    pk = made(app, school)
    page = school.get(f"/jobs/show/{pk}").text
    assert "0 of 2 people have passed or are exempt" in page and "Download the workbook" in page
    answer = school.get(f"/jobs/file/{pk}")
    assert answer.status_code == 200 and answer.mimetype.endswith("sheet")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == ["何敏", "陈怡"]
    for duty in ("city", "authority", "auditor", "everything"):
        assert client_for(duty).get(f"/jobs/file/{pk}").status_code == 404


def test_who_may_no_longer_ask_for_lists_downloads_none(app: Any, client_for: Client, world: World) -> None:
    pk = made(app, client_for("school"))
    with app.app_context(), acting(SYSTEM):
        held = db.session.scalars(select(Appointment.id).where(Appointment.user_id == world.users["school"])).one()
    assert client_for("system").post(f"/appointments/delete/{held}").status_code == 302
    assert client_for("school").get(f"/jobs/file/{pk}").status_code in (302, 403)
