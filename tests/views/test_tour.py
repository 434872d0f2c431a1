"""The tour: five steps for every role, shown at home until it was seen, and again when asked for."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Preference
from app.security.actor import SYSTEM, acting
from app.views.tour import STEPS

HELD = ("teacher", "school", "authority", "city", "organiser", "auditor", "system")


def test_every_tour_has_five_steps_that_point_somewhere():
    for steps in STEPS.values():
        assert len(steps) == 5
        assert all(title and text and at for title, text, at in steps)
        assert len({str(title) for title, _text, _at in steps}) == 5


@pytest.mark.parametrize("duty", HELD)
def test_it_is_shown_at_home_until_it_was_seen(app, world, client_for, duty):
    browser = client_for(duty)
    assert 'id="tour"' in browser.get("/").text
    assert 'id="tour"' not in browser.get("/help/").text
    # Looking is not having seen it.
    assert 'id="tour"' in browser.get("/").text
    assert browser.post("/help/tour").status_code == 204
    assert 'id="tour"' not in browser.get("/").text
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(Preference.user_id)).all() == [world.users[duty]]


def test_it_can_be_taken_again(client_for):
    browser = client_for("teacher")
    browser.post("/help/tour")
    answer = browser.post("/help/tour", {"again": "yes"})
    assert (answer.status_code, answer.location) == (302, "/")
    assert 'id="tour"' in browser.get("/").text


def test_a_token_is_needed(client_for):
    browser = client_for("teacher")
    assert browser.bare_post("/help/tour").status_code == 400
    assert 'id="tour"' in browser.get("/").text
