"""One's own profile and nobody else's: a new address asks for the password; a download holds one's own alone."""

from __future__ import annotations

import io

import openpyxl
import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.extensions import db
from app.models import AuditEntry, Note, Notice, Preference
from app.security.actor import SYSTEM, acting
from tests.client import Browser
from tests.factories import CANARY, PASSWORD, id_number


def stored(app, statement):
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(statement))


def address(app, user_id):
    return stored(app, select(User.email).where(User.id == user_id))[0]


@pytest.mark.parametrize("duty", ("teacher", "school", "authority", "city", "auditor", "organiser", "system"))
def test_everybody_has_one_and_it_is_their_own(world, client_for, duty):
    page = client_for(duty).get("/profile/")
    assert page.status_code == 200
    assert CANARY not in page.text and id_number(1) not in page.text
    assert ("As registered" in page.text) is (duty == "teacher")


def test_a_teacher_sees_what_is_registered_masked_with_their_certificates(world, client_for):
    page = client_for("teacher").get("/profile/").text
    assert "陈怡" in page and "西关小学" in page and "Identity across platforms" in page
    assert id_number(1)[:6] in page and id_number(1) not in page


def test_the_address_asks_for_the_password(app, world, client_for):
    browser, user = client_for("teacher"), world.users["teacher"]
    before = address(app, user)
    wrong = browser.post("/profile/address", {"address": "chen@school.cn", "old": "not it at all"})
    assert wrong.status_code == 422 and "chen@school.cn" in wrong.text
    assert address(app, user) == before
    assert browser.post("/profile/address", {"address": "chen@school.cn", "old": PASSWORD}).status_code == 302
    assert address(app, user) == "chen@school.cn"
    assert "chen@school.cn" in browser.get("/profile/").text
    assert browser.post("/profile/address", {"address": "", "old": PASSWORD}).status_code == 302
    assert address(app, user).endswith("@xueshi.invalid")


@pytest.mark.parametrize(
    "typed",
    (
        "chen", "a@b.cn, c@d.cn", "a@b.cn\r\nBcc: c@d.cn", "陈@school.cn", "<a@b.cn>",
        # What stands in for an address of another account, or pretends to.
        "school@xueshi.invalid", "School@Xueshi.Invalid", "a\r\nBcc: c@d.cn@xueshi.invalid",
    ),
)  # fmt: skip
def test_no_address_that_is_none(app, world, client_for, typed):
    before = address(app, world.users["teacher"])
    answer = client_for("teacher").post("/profile/address", {"address": typed, "old": PASSWORD})
    assert (answer.status_code, address(app, world.users["teacher"])) == (422, before)


def test_no_address_of_somebody_else(app, world, client_for):
    first = client_for("school").post("/profile/address", {"address": "one@school.cn", "old": PASSWORD})
    assert first.status_code == 302
    answer = client_for("teacher").post("/profile/address", {"address": "ONE@school.cn", "old": PASSWORD})
    assert answer.status_code == 422 and "Another account" in answer.text


def test_mail_and_language_are_kept_for_the_next_session(app, world, client_for):
    browser = client_for("teacher")
    assert browser.post("/profile/settings", {"mail": "off", "language": "zh"}).status_code == 302
    [kept] = stored(app, select(Preference).where(Preference.user_id == world.users["teacher"]))
    assert (kept.is_mailed, kept.language) == (False, "zh")
    assert "名册信息" in browser.get("/profile/").text
    browser.post("/profile/settings", {"mail": "maybe", "language": "fr"})
    [kept] = stored(app, select(Preference).where(Preference.user_id == world.users["teacher"]))
    assert (kept.is_mailed, kept.language) == (False, "zh")


def test_the_language_of_a_session_is_remembered_when_it_ends(app, world, client_for):
    client_for("school").post("/logout/")
    [kept] = stored(app, select(Preference).where(Preference.user_id == world.users["school"]))
    assert kept.language == "en"
    browser = Browser(app, None)
    with browser.client.session_transaction() as held:
        del held["locale"]
    assert browser.post("/login/", {"username": "school", "password": PASSWORD}).status_code == 302
    assert "<html lang=\"en\"" in browser.get("/").text


def test_a_correction_goes_to_the_school_as_a_note_and_a_notice(app, world, client_for):
    browser = client_for("teacher")
    assert browser.post("/profile/correction", {"text": "任教学科应为数学"}).status_code == 302
    [note] = stored(app, select(Note))
    assert (note.subject, note.subject_id, note.text) == ("teacher", world.ours.teacher, "任教学科应为数学")
    told = stored(app, select(Notice).where(Notice.kind == "correction_asked"))
    assert {one.user_id for one in told} == {world.users["school"], world.users["everything"]}
    assert "任教学科应为数学" in client_for("school").get("/notices/").text
    # Not without end, and never with an ID number.
    hidden = browser.post("/profile/correction", {"text": f"身份证号应为{id_number(1)}"})
    assert hidden.status_code == 422
    assert [browser.post("/profile/correction", {"text": f"再问{n}"}).status_code for n in range(3)] == [302, 302, 422]
    assert client_for("school").post("/profile/correction", {"text": "x"}).status_code == 404


def test_ones_own_data_and_only_that_and_the_trail_says_so(app, world, client_for):
    answer = client_for("teacher").post("/profile/download")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    cells = [str(cell) for row in rows for cell in row if cell is not None]
    assert len(book.sheetnames) == 6
    assert "陈怡" in cells and "数学年会" in cells
    assert not any(CANARY in cell or "何敏" in cell or id_number(1) in cell for cell in cells)
    [line] = stored(app, select(AuditEntry).where(AuditEntry.subject == "own_data"))
    assert (line.user_id, line.subject_id) == (world.users["teacher"], str(world.ours.teacher))
    assert client_for("school").post("/profile/download").status_code == 404
    assert client_for("teacher").get("/profile/download").status_code == 405
