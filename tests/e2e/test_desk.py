"""The review desk in a browser: decided by the keyboard alone, undone, sent back with words, and lost to nobody."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader, PdfWriter
from sqlalchemy import select

from app.demo.evidence_files import EvidenceFields, small_certificate
from app.models import Claim, Decision
from app.security.actor import actor_of
from app.services import accounts, claims, decisions, evidence
from app.services.claims import ClaimData
from tests.e2e.serving import NOW, Served, serve
from tests.e2e.watching import Visitor
from tests.factories import PASSWORD, make_claim, make_school, make_teacher, make_user

pytestmark = pytest.mark.browser

MANY = 16
# A page whose text is black on white leaves dark dots on the canvas.
DARK = """(canvas) => { const c = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let dark = 0; for (let i = 0; i < c.length; i += 4) if (c[i + 3] > 0 && c[i] < 90 && c[i + 1] < 90) dark += 1;
  return dark; }"""


def paper(pages: int) -> bytes:
    """A PDF in Chinese whose typeface is not in the file: it is read by the maps that go with pdf.js."""
    writer = PdfWriter()
    for number in range(pages):
        fields = EvidenceFields("陈怡", "会议日程", "市教育学会", "6", "2026-04-01", f"N-{number}")
        writer.append(PdfReader(io.BytesIO(small_certificate(fields, number))))
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def people(session: Any) -> None:
    """A school with MANY claims waiting, the first with a picture and a PDF of three pages, and two reviewers."""
    school = make_school(session, "4401031001", "西关小学", "440103", NOW)
    for username, name in (("clerk", "李文员"), ("colleague", "王副校长")):
        accounts.appoint(session, make_user(session, username, name), "school", school=school)
    clerk = actor_of(session, _user(session, "clerk"), "李文员")
    for number in range(MANY):
        teacher = make_teacher(session, school, f"教师{number:02d}", number + 1, NOW)
        if number:
            make_claim(session, teacher, f"第{number}届年会", number, clerk, NOW, submit=True)
            continue
        day = date(2026, 4, 20)
        facts = {"sessions": [{"on": day.isoformat(), "full_day": True}], "related": True, "passed": True}
        data = ClaimData(2026, "conference", "首届年会", "市教育研究院", None, None, day, day, facts)
        claim = claims.draft(session, teacher, data, clerk, NOW)
        evidence.attach(session, claim, "会议日程.pdf", io.BytesIO(paper(3)), NOW)
        claims.submit(session, claim, clerk, NOW)


def _user(session: Any, name: str) -> int:
    return session.scalars(select(User.id).where(User.username == name)).one()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("desk") / "instance", people) as running:
        yield running


@pytest.fixture
def clerk(served: Served, browser: Browser) -> Iterator[Visitor]:
    visitor = Visitor(browser, served.url)
    yield visitor
    visitor.close()


def shown(page: Page) -> str:
    """The number of the claim that can be decided now."""
    return page.locator(".judge[data-ready]").get_attribute("data-claim") or ""


def press(page: Page, key: str, until_gone: str = "") -> None:
    page.keyboard.press(key)
    if until_gone:
        page.locator(f'.judge[data-ready]:not([data-claim="{until_gone}"])').wait_for()


def desk(visitor: Visitor, name: str = "clerk") -> Page:
    visitor.sign_in(name, PASSWORD)
    page = visitor.go("/review/")
    page.locator(".judge[data-ready]").wait_for()
    return page


def settle(page: Page) -> None:
    """Until every decision has been answered."""
    expect(page.locator("[data-desk]")).to_have_attribute("data-pending", "0", timeout=15_000)


def last_decision(served: Served, pk: str) -> Decision:
    with served.session() as session:
        row = session.scalars(select(Decision).where(Decision.claim_id == int(pk)).order_by(Decision.id.desc())).first()
        session.expunge_all()
        return row


def test_the_pages_of_a_pdf_are_drawn_under_the_content_policy(clerk: Visitor) -> None:
    page = desk(clerk)
    first = page.locator(".stage:not([hidden]) .sheet[data-drawn] canvas").first
    first.wait_for()
    assert page.locator(".stage:not([hidden]) .sheet").count() == 3
    # A frame, a stamp and the Chinese text: without the maps only the frame would be there.
    assert first.evaluate(DARK) > 1500
    wide = first.evaluate("(canvas) => canvas.width")
    for key in ("+", "+"):
        page.keyboard.press(key)
    page.wait_for_function("(was) => document.querySelector('.sheet[data-drawn] canvas')?.width > was * 1.3", arg=wide)
    assert clerk.faults == []
    assert clerk.violations() == []


def test_ten_claims_are_decided_by_the_keyboard_alone(clerk: Visitor, served: Served) -> None:
    begun = time.monotonic()
    page = desk(clerk)
    decided = []
    for number in range(10):
        pk = shown(page)
        if number == 4:
            # Less than was claimed.
            for key in ("e", "6", "Escape"):
                page.keyboard.press(key)
        press(page, "a", until_gone=pk)
        decided.append(pk)
    taken = time.monotonic() - begun
    print(f"\nten claims decided {taken:.1f} s after the sign-in page was opened")
    settle(page)
    assert len(set(decided)) == 10
    with served.session() as session:
        rows = session.scalars(select(Claim).where(Claim.id.in_(map(int, decided)))).all()
        assert {row.state for row in rows} == {"passed_first"}
        hours = {str(row.id): row.recognised_hours for row in rows}
    assert hours[decided[4]] == 6 and {hours[pk] for pk in decided if pk != decided[4]} == {8}
    assert clerk.faults == []


def test_a_decision_is_undone_and_a_return_goes_with_the_words_as_edited(clerk: Visitor, served: Served) -> None:
    page = desk(clerk)
    pk = shown(page)
    press(page, "a", until_gone=pk)
    page.keyboard.press("z")
    page.locator(f'.judge[data-ready][data-claim="{pk}"]').wait_for()
    assert last_decision(served, pk).verb == "submit"
    # A held key and a key typed into a field decide nothing.
    page.keyboard.press("n")
    page.keyboard.type("arx")
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 5, "y": 300})
    page.evaluate("document.activeElement.blur()")
    for key in ("r", "2"):
        page.keyboard.press(key)
    words = page.locator('[data-panel="return"] [data-words-of]')
    expect(words).not_to_have_value("")
    assert re.search("[a-z]{4}", page.locator('[data-panel="return"] [data-other-of]').text_content() or "")
    assert page.locator("[data-part]:checked").evaluate_all("(all) => all.map((one) => one.value)") == ["evidence"]
    words.focus()
    page.keyboard.press("End")
    page.keyboard.type("请于周五前补交。")
    press(page, "Enter", until_gone=pk)
    settle(page)
    row = last_decision(served, pk)
    assert (row.verb, row.reason_code, row.open_fields) == ("return", "copy", ["evidence"])
    assert "请于周五前补交。" in row.reason and len(row.reason) > 15
    assert clerk.faults == []


def test_who_was_slower_is_shown_the_winners_decision(clerk: Visitor, served: Served) -> None:
    page = desk(clerk)
    pk = shown(page)
    with served.session() as session:
        other = actor_of(session, _user(session, "colleague"), "王副校长")
        decisions.approve(session, session.get_one(Claim, int(pk)), other, NOW)
    press(page, "a", until_gone=pk)
    toast = page.locator(".toast.bad", has_text="王副校长")
    toast.wait_for(timeout=15_000)
    assert last_decision(served, pk).actor_name == "王副校长"
    assert [fault for fault in clerk.faults if "409" not in fault] == []


def test_a_lost_network_keeps_the_words_and_leaving_the_page_sends_what_waits(clerk: Visitor, served: Served) -> None:
    page = desk(clerk)
    pk = shown(page)
    for key in ("x", "1"):
        page.keyboard.press(key)
    page.locator('[data-panel="reject"] [data-words-of]').fill("与本人无关，已电话核实。")
    clerk.context.set_offline(True)
    press(page, "Enter")
    page.locator(".toast.bad").wait_for(timeout=15_000)
    clerk.context.set_offline(False)
    # The words are there again after the page was left and opened anew, and go out when asked.
    page.reload()
    page.locator(".toast.bad").wait_for()
    page.locator(".toast.bad [data-undo]").click()
    page.locator(".toast.bad").wait_for(state="detached")
    settle(page)
    row = last_decision(served, pk)
    assert (row.verb, row.reason) == ("reject", "与本人无关，已电话核实。")
    page.reload()
    page.locator(".judge[data-ready]").wait_for()
    following = shown(page)
    press(page, "a", until_gone=following)
    clerk.go("/claims/list/")
    page.wait_for_load_state("networkidle")
    assert last_decision(served, following).verb == "approve"
    clerk.go("/review/")
    assert page.locator(".toast.bad").count() == 0


def test_whoever_signs_in_next_on_the_computer_sends_and_meets_nothing_of_the_one_before(
    clerk: Visitor, served: Served
) -> None:
    page = desk(clerk)
    pk = shown(page)
    page.route("**/review/decide/*", lambda route: route.abort())
    press(page, "a", until_gone=pk)
    page.locator(".toast.bad").wait_for(timeout=15_000)
    other = clerk.context.new_page()
    other.goto(clerk.url + "/delegations/add")
    other.locator("[name=reason]").fill("住院")
    clerk.context.clear_cookies()
    page.unroute("**/review/decide/*")
    for path, selector in (("/login/", "#password"), ("/delegations/add", "[name=reason]")):
        other.goto(clerk.url + path)
        if selector == "#password":
            other.fill("#username", "colleague")
            other.fill(selector, PASSWORD)
            other.press(selector, "Enter")
            other.wait_for_selector("nav.sidebar", state="attached")
    # The words were typed by somebody else.
    expect(other.locator("[name=reason]")).to_have_value("")
    with page.expect_response("**/review/decide/*") as answered:
        page.locator(".toast.bad [data-undo]").click()
    assert answered.value.status == 401
    page.locator(".toast.bad").wait_for()
    assert last_decision(served, pk).verb == "submit"
