"""The screen of bindings: nothing is saved before it is said what it does; a frozen year has no button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import Certificate, PolicyBinding, Standing
from app.security.actor import SYSTEM, acting
from app.services import certificates
from app.services.clock import now_utc
from tests.client import Browser
from tests.factories import World

Client = Callable[[str], Browser]
CHOSEN = {"year": "2026", "series": "teacher", "policy": "guangdong-2020-84"}
TOLD = "?told=2026.teacher.guangdong-2020-84"


@pytest.fixture(autouse=True)
def unsent(app: Flask) -> Any:
    """Nobody works on the jobs here."""
    port = app.extensions["send_job"]
    app.extensions["send_job"] = lambda _number: None
    yield
    app.extensions["send_job"] = port


def bound(app: Flask) -> list[tuple[int, str, str]]:
    with app.app_context(), acting(SYSTEM):
        rows = db.session.scalars(select(PolicyBinding).order_by(PolicyBinding.id))
        return [(row.year, row.series, row.policy) for row in rows]


def freeze(app: Flask) -> None:
    """A certificate of 2026 for somebody of ours, whose standing is made to have passed."""
    with app.app_context(), acting(SYSTEM):
        standing = db.session.scalars(select(Standing).where(Standing.year == 2026).order_by(Standing.id)).first()
        assert standing is not None
        standing.result = "passed"
        db.session.flush()
        certificates.issue(db.session, standing, SYSTEM, now_utc())
        db.session.commit()
        assert db.session.scalars(select(Certificate)).all()


def test_a_binding_is_saved_once_it_was_said_what_it_does(app: Flask, client_for: Client) -> None:
    city = client_for("city")
    first = city.post("/bindings/add", CHOSEN)
    assert first.status_code == 200
    assert "yearly results of 4 teachers are computed again" in first.text and bound(app) == []
    assert f"/bindings/add{TOLD}" in first.text
    assert city.post(f"/bindings/add{TOLD}", CHOSEN).status_code == 302
    assert bound(app) == [(2026, "teacher", "guangdong-2020-84")]


def test_what_was_said_of_one_choice_does_not_save_another(app: Flask, client_for: Client) -> None:
    other = client_for("city").post(f"/bindings/add{TOLD}", CHOSEN | {"year": "2025"})
    assert other.status_code == 200 and "told=2025.teacher" in other.text
    assert bound(app) == []


def test_changing_a_binding_asks_as_well_and_saving_it_unchanged_does_not(app: Flask, client_for: Client) -> None:
    city = client_for("city")
    city.post(f"/bindings/add{TOLD}", CHOSEN)
    with app.app_context(), acting(SYSTEM):
        pk = db.session.scalars(select(PolicyBinding.id)).one()
    assert city.post(f"/bindings/edit/{pk}", CHOSEN | {"version": "1"}).status_code == 302
    changed = CHOSEN | {"policy": "guangdong-2021", "version": "1"}
    assert city.post(f"/bindings/edit/{pk}", changed).status_code == 200
    assert bound(app)[0][2] == "guangdong-2020-84"
    assert city.post(f"/bindings/edit/{pk}?told=2026.teacher.guangdong-2021", changed).status_code == 302
    assert bound(app)[0][2] == "guangdong-2021"


def test_a_policys_page_leads_to_the_form_filled_in(client_for: Client) -> None:
    page = client_for("city").get("/bindings/add?policy=guangdong-2020-84&year=2024&series=library").text
    assert 'value="guangdong-2020-84" selected' in page or 'selected value="guangdong-2020-84"' in page
    assert 'value="2024"' in page
    assert client_for("city").get("/bindings/add?policy=nowhere&year=x&series=1").status_code == 200


def test_a_frozen_binding_says_so_and_has_no_button(app: Flask, client_for: Client, world: World) -> None:
    city = client_for("city")
    city.post("/bindings/add?told=2026.teacher.guangdong-2021", CHOSEN | {"policy": "guangdong-2021"})
    with app.app_context(), acting(SYSTEM):
        pk = db.session.scalars(select(PolicyBinding.id)).one()
    before = city.get(f"/bindings/show/{pk}").text
    assert f"/bindings/edit/{pk}" in before and f"/bindings/delete/{pk}" in before
    freeze(app)
    after = city.get(f"/bindings/show/{pk}").text
    assert "Frozen: certificates of 2026 rest on it" in after
    assert f"/bindings/edit/{pk}" not in after and f"/bindings/delete/{pk}" not in after
    assert "Frozen: certificates of 2026 rest on it" in city.get("/bindings/list/").text
    assert city.get(f"/bindings/edit/{pk}").status_code == 403
    assert city.post(f"/bindings/delete/{pk}").status_code == 403
    # The policy's own page says it too, to whoever reads it.
    assert "Frozen: certificates of 2026 rest on it" in client_for("teacher").get("/policies/show/guangdong-2021").text
    # A new binding of a frozen year is refused before anything is said of it.
    refused = city.post("/bindings/add", CHOSEN)
    assert refused.status_code == 422 and "cannot be changed any more" in refused.text


def test_back_to_the_default(app: Flask, client_for: Client) -> None:
    city = client_for("city")
    city.post(f"/bindings/add{TOLD}", CHOSEN)
    with app.app_context(), acting(SYSTEM):
        pk = db.session.scalars(select(PolicyBinding.id)).one()
    page = city.get(f"/bindings/show/{pk}").text
    assert "Back to the default" in page and "of 4 teachers are computed again" in page
    assert city.post(f"/bindings/delete/{pk}").status_code == 302
    assert bound(app) == []


def test_the_auditor_reads_and_changes_nothing(app: Flask, client_for: Client) -> None:
    client_for("city").post(f"/bindings/add{TOLD}", CHOSEN)
    with app.app_context(), acting(SYSTEM):
        pk = db.session.scalars(select(PolicyBinding.id)).one()
    page = client_for("auditor").get(f"/bindings/show/{pk}").text
    assert "2026 School teachers" in page and "Back to the default" not in page
    assert client_for("auditor").post(f"/bindings/delete/{pk}").status_code == 403
    assert len(bound(app)) == 1
