"""Reading never writes: every rule of the map, by every reading method, leaves every table as it was.

And nothing is written without a token. (FAB deletes and acts by GET, and by HEAD even under CSRF protection.)
"""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from sqlalchemy import text

from app.extensions import db
from app.models import Model
from tests.factories import png

# What an argument of a rule is tried with; the rows exist.
ARGUMENTS = {"pk": "1", "code": "en", "name": None, "filename": "favicon.ico", "lang": "en", "path": "x", "key": "1",
             "policy_id": "guangdong-2021"}
READING = ("GET", "HEAD", "OPTIONS")


def every_rule(app):
    """(rule, address) of everything the application answers, files aside."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.endpoint.endswith(".static"):
            continue
        address = str(rule)
        for converter in list(rule.arguments):
            names = _names_of(app, rule) if converter == "name" else [ARGUMENTS.get(converter) or "1"]
            for raw in (f"<{converter}>", f"<string:{converter}>", f"<int:{converter}>", f"<path:{converter}>"):
                address = address.replace(raw, f"{{{converter}}}")
            address = address.replace(f"{{{converter}}}", names[0])
        found.append((rule, address))
    return found


def _names_of(app, rule):
    view = next(
        (one for one in app.extensions["appbuilder"].baseviews if one.endpoint == rule.endpoint.split(".")[0]), None
    )
    return list(getattr(view, "actions", None) or ["teacher"])


# What people keep for themselves is no record: an auditor too is told things, has views of lists and takes the tour.
OF_ONES_OWN = {"notice", "preference", "saved_view", "list_choice"}


def state_of_tables(app, without=()):
    """A digest of every row of every table."""
    held = hashlib.sha256()
    with app.app_context(), db.engine.connect() as connection:
        for table in (one for one in Model.metadata.sorted_tables if one.name not in without):
            rows = connection.execute(table.select()).all()
            held.update(repr((table.name, sorted(map(repr, rows)))).encode())
        connection.execute(text("SELECT 1"))
    return held.hexdigest()


def test_no_address_changes_anything_by_a_reading_method(app, client_for):
    browser = client_for("everything")
    rules = every_rule(app)
    assert len(rules) > 60
    before = state_of_tables(app)
    for rule, address in rules:
        for method in READING:
            answer = browser.client.open(address, method=method)
            assert answer.status_code < 500, f"{method} {address}"
        assert state_of_tables(app) == before, f"{rule} changed something"
        # Reading one may end a session of ours (no address does, but if one did, all later ones would pass).
        assert browser.get("/").status_code == 200, f"{rule} signed us out"


def test_no_action_and_no_deletion_answers_to_reading(app):
    for rule in app.url_map.iter_rules():
        if "/action" in str(rule) or "/delete/" in str(rule) or str(rule) == "/logout/":
            assert rule.methods <= {"POST", "OPTIONS"}, rule


def test_every_post_needs_a_token(app, client_for):
    browser = client_for("everything")
    before = state_of_tables(app)
    posted = 0
    for rule, address in every_rule(app):
        if "POST" not in rule.methods:
            continue
        posted += 1
        answer = browser.bare_post(
            address, {"rowid": "1", "action": "submit", "name": "x", "file": (io.BytesIO(png(1)), "a.png")}
        )
        assert answer.status_code == 400, f"{rule}: {answer.status_code}"
    assert posted > 30
    assert state_of_tables(app) == before


@pytest.mark.parametrize("place", ("teachers", "claims", "attendance"))
def test_fabs_download_of_any_file_is_gone(client_for, place):
    assert client_for("everything").get(f"/{place}/download/passwd").status_code == 404


def test_the_auditor_changes_nothing(app, client_for, world):
    """DOMAIN §5: reads everything, changes nothing. Every address and action, with a token and rows that exist."""
    browser = client_for("auditor")
    rows = {"claims": world.ours.claim, "teachers": world.ours.colleague, "attendance": world.ours.attendance}
    typed = {
        "reason": "x", "reason_code": "other", "on": "2026-03-05", "name": "改", "first_name": "改", "active": "y",
        "title": "改", "number": "X-1", "year": "2026", "kind": "conference", "version": "1", "duty": "system",
        "user": str(world.users["auditor"]), "accept_good": "yes", "policy": "guangdong-2021", "series": "teacher",
    }  # fmt: skip
    before = state_of_tables(app, OF_ONES_OWN)
    posted = 0
    for rule, address in every_rule(app):
        # Signing out is not a record; it would end the test.
        if "POST" not in rule.methods or str(rule) == "/logout/":
            continue
        base = str(rule).split("/")[1]
        address = re.sub(r"/1$", f"/{rows.get(base, 1)}", address)
        for name in _names_of(app, rule):
            posted += 1
            path = re.sub(r"/action/[^/]+/", f"/action/{name}/", address)
            answer = browser.post(path, typed | {"action": name, "rowid": str(rows.get(base, 1))})
            assert answer.status_code < 500, path
        assert state_of_tables(app, OF_ONES_OWN) == before, f"{rule} changed something"
        assert browser.get("/").status_code == 200, f"{rule} signed us out"
    assert posted > 50
