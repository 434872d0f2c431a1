"""Certificates on screen and the public page of a code: frozen, within reach, masked, honest about what fell."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.domain.identity import mask_name
from app.extensions import db
from app.models import Certificate, Entry, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services import certificates, founding, ledger, standings
from tests.client import Browser
from tests.factories import CANARY, World
from tests.views.test_standings import NOW, PASSED, attended

Client = Callable[[str], Browser]


@pytest.fixture
def issued(app: Any, world: World) -> dict[str, Any]:
    """A certificate of ours and one of theirs: id, number, code."""
    found: dict[str, Any] = {}
    for side, name in ((world.ours, "ours"), (world.theirs, "theirs")):
        attended(app, side.colleague, *PASSED)
        with app.app_context(), acting(SYSTEM):
            standing = db.session.scalars(
                select(Standing).where(Standing.teacher_id == side.colleague, Standing.year == 2026)
            ).one()
            made = certificates.issue(db.session, standing, SYSTEM, NOW)
            db.session.commit()
            found[name] = {"id": made.id, "number": made.number, "code": made.code}
    return found


def pages(answer: TestResponse) -> int:
    assert answer.mimetype == "application/pdf"
    return len(PdfReader(io.BytesIO(answer.data)).pages)


@pytest.mark.parametrize("duty", ["school", "authority", "city", "auditor"])
def test_the_paper_is_one_page_in_either_language(client_for: Client, issued: dict[str, Any], duty: str) -> None:
    browser, pk = client_for(duty), issued["ours"]["id"]
    assert issued["ours"]["number"] in browser.get(f"/certificates/show/{pk}").text
    for language in ("zh", "en", "", "xx"):
        assert pages(browser.get(f"/certificates/pdf/{pk}?lang={language}")) == 1


@pytest.mark.parametrize("duty", ["teacher", "school", "authority"])
def test_a_foreign_certificate_is_unknown_by_every_door(
    client_for: Client, issued: dict[str, Any], duty: str
) -> None:
    browser, pk = client_for(duty), issued["theirs"]["id"]
    assert browser.get(f"/certificates/show/{pk}").status_code == 404
    assert browser.get(f"/certificates/pdf/{pk}").status_code == 404
    assert CANARY not in browser.get("/certificates/list/").text
    answer = browser.post("/certificates/action_post", {"action": "print", "rowid": [str(pk)]})
    assert answer.mimetype != "application/pdf"


def test_a_selection_is_printed_in_one_file(client_for: Client, issued: dict[str, Any]) -> None:
    both = [str(issued[name]["id"]) for name in ("ours", "theirs")]
    assert pages(client_for("city").post("/certificates/action_post", {"action": "print", "rowid": both})) == 2
    # One of them is out of the school's reach: nothing is printed.
    answer = client_for("school").post("/certificates/action_post", {"action": "print", "rowid": both})
    assert answer.status_code == 404


def test_the_paper_stays_what_it_was_when_the_person_changes(
    app: Any, client_for: Client, world: World, issued: dict[str, Any]
) -> None:
    address = f"/certificates/pdf/{issued['ours']['id']}"
    before = client_for("city").get(address).data
    with app.app_context(), acting(SYSTEM):
        db.session.get_one(Teacher, world.ours.colleague).name = "何新名"
        db.session.commit()
    assert client_for("city").get(address).data == before


def test_anyone_may_check_a_code_and_learns_masked_data_only(app: Any, issued: dict[str, Any]) -> None:
    anyone, code = Browser(app, None), issued["ours"]["code"]
    answer = anyone.get(f"/verify/{code}")
    assert answer.status_code == 200
    assert 'data-verdict="valid"' in answer.text
    assert mask_name("何敏") in answer.text and "何敏" not in answer.text
    assert "440105********" in answer.text
    # As typed from paper: grouped, in small letters.
    typed = "-".join(code[start : start + 4] for start in range(0, len(code), 4)).lower()
    assert anyone.get("/verify/", query_string={"code": typed}).location.endswith(f"/verify/{code}")
    assert 'data-verdict="valid"' in anyone.get(f"/verify/{typed}").text


def test_a_code_that_never_was_is_answered_alike_whatever_it_is(app: Any, issued: dict[str, Any]) -> None:
    anyone, code = Browser(app, None), issued["ours"]["code"]
    for odd in (code[:-1], code + "A", "A" * 26, "A" * 5000, "' OR 1=1 --", "%00", "<script>alert(1)</script>", "证书"):
        answer = anyone.get(f"/verify/{odd}")
        assert answer.status_code == 404
        assert "No such certificate" in answer.text or "This page does not exist" in answer.text
        assert "alert(1)</script>" not in answer.text
    assert anyone.get("/verify/").status_code == 200


def test_a_certificate_whose_hours_were_revoked_says_so(
    app: Any, client_for: Client, world: World, issued: dict[str, Any]
) -> None:
    with app.app_context(), acting(SYSTEM):
        teacher = world.ours.colleague
        entry = db.session.scalars(select(Entry).where(Entry.teacher_id == teacher, Entry.category == "public")).one()
        ledger.reverse(db.session, entry, NOW)
        standings.refresh(db.session, teacher, NOW)
        founding.void_unfounded(db.session, [teacher], NOW)
        db.session.commit()
        assert db.session.get_one(Certificate, issued["ours"]["id"]).state == "void"
    page = Browser(app, None).get(f"/verify/{issued['ours']['code']}").text
    assert 'data-verdict="void"' in page and 'data-verdict="valid"' not in page
    assert "what it rests on was revoked" in client_for("school").get(f"/certificates/show/{issued['ours']['id']}").text


def test_there_is_no_form_for_certificates_or_standings(client_for: Client, issued: dict[str, Any]) -> None:
    browser, pk = client_for("everything"), issued["ours"]["id"]
    for path in ("/certificates/add", f"/certificates/edit/{pk}", "/standings/add", "/standings/edit/1"):
        assert browser.get(path).status_code == 404
        assert browser.post(path).status_code == 404
    for path in (f"/certificates/delete/{pk}", "/standings/delete/1"):
        assert browser.post(path).status_code in (404, 405)


def test_authority_and_city_declare_a_certificate_void_with_a_reason(
    app: Any, client_for: Client, issued: dict[str, Any]
) -> None:
    address = f"/certificates/action/void/{issued['ours']['id']}"
    assert client_for("school").post(address, {"reason": "误发"}).status_code in (403, 404)
    authority = client_for("authority")
    authority.post(address, {"reason": " "})
    assert authority.post(f"/certificates/action/void/{issued['theirs']['id']}", {"reason": "x"}).status_code == 404
    assert 'data-verdict="valid"' in Browser(app, None).get(f"/verify/{issued['ours']['code']}").text
    authority.post(address, {"reason": "姓名有误"})
    with app.app_context(), acting(SYSTEM):
        row = db.session.get_one(Certificate, issued["ours"]["id"])
        assert (row.state, row.end_reason) == ("void", "姓名有误")
    page = authority.get(f"/certificates/show/{issued['ours']['id']}").text
    assert "姓名有误" in page and "/action/void" not in page
    public = Browser(app, None).get(f"/verify/{issued['ours']['code']}").text
    assert 'data-verdict="void"' in public and "姓名有误" not in public
    client_for("city").post(f"/certificates/action/void/{issued['theirs']['id']}", {"reason": "误发"})
    assert 'data-verdict="void"' in Browser(app, None).get(f"/verify/{issued['theirs']['code']}").text
