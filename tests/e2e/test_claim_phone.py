"""A claim made on a phone, from the photograph to the mended form: nothing typed is lost, online or offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from app.models import Claim
from app.security.actor import actor_of
from app.services import accounts, decisions
from tests.e2e.papers import SCHOOL_CODE, TITLE, scan
from tests.e2e.serving import NOW, Served, serve
from tests.e2e.watching import Visitor
from tests.factories import PASSWORD, make_school, make_teacher, make_user

pytestmark = pytest.mark.browser

ASKED = "第二天只有半天，请照日程改时长。"
ELSEWHERE = "省小学数学教学观摩会"
# What stands out of the screen, if the page as a whole is wider than it.
WIDER = """() => { const room = document.documentElement.clientWidth;
  return document.documentElement.scrollWidth <= room ? [] : [...document.querySelectorAll('body *')].filter(
    (one) => one.getBoundingClientRect().right > room).map((one) => `${one.tagName}.${one.className}`); }"""


def people(session: Any) -> None:
    """A teacher with an account, and who reviews at their school."""
    school = make_school(session, SCHOOL_CODE, "西关小学", "440103", NOW)
    teacher, user = make_teacher(session, school, "梁咏诗", 52, NOW), make_user(session, "liang", "梁咏诗")
    accounts.appoint(session, user, "teacher")
    teacher.user_id = user.id
    accounts.appoint(session, make_user(session, "clerk", "李文员"), "school", school=school)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("phone") / "instance", people) as running:
        yield running


@pytest.fixture
def phone(served: Served, browser: Browser) -> Iterator[Visitor]:
    visitor = Visitor(browser, served.url, width=360, has_touch=True)
    visitor.sign_in("liang", PASSWORD)
    yield visitor
    visitor.close()


def skip_the_tour(phone: Visitor) -> None:
    skip = phone.page.get_by_role("button", name="跳过引导")
    if skip.is_visible():
        skip.click()


def fits(phone: Visitor) -> None:
    """Nothing stands out of the screen, once the page has its styles."""
    phone.page.wait_for_load_state("load")
    assert phone.page.evaluate(WIDER) == [], phone.page.url


def begin(phone: Visitor) -> None:
    """The draft begins by itself and the form moves to its address."""
    page = phone.page
    skip_the_tour(phone)
    fits(phone)
    page.locator(".page-actions, .welcome").get_by_role("link", name="申报学时").first.tap()
    page.wait_for_url("**/claims/add*")
    fits(phone)
    page.locator("label.kind", has_text="参加学术交流").tap()
    page.get_by_label("活动或成果名称").fill(TITLE)
    page.get_by_label("主办单位").fill("岭海数学教育学会")
    page.get_by_label("证书编号").fill("LHSX-2026-0417")
    page.get_by_role("group", name="与任教学科对口吗").get_by_label("是").check()
    page.get_by_label("第 1 天日期").fill("2026-05-14")
    page.keyboard.press("Tab")
    expect(page.locator("[data-number-told]")).to_contain_text("没有被登记过")
    expect(page.locator(".submit [data-sum]")).to_have_text("8")


def photograph(phone: Visitor) -> None:
    page = phone.page
    photo = {"name": "参会证明.jpg", "mimeType": "image/jpeg", "buffer": scan()}
    page.set_input_files("input#files", photo)
    expect(page.locator("[data-files]")).to_contain_text("参会证明.jpg")
    expect(page).to_have_url(re.compile(r"/claims/edit/\d+$"))
    fits(phone)


def find_all_again(phone: Visitor) -> None:
    page = phone.page
    page.reload()
    expect(page.get_by_label("活动或成果名称")).to_have_value(TITLE)
    expect(page.get_by_label("证书编号")).to_have_value("LHSX-2026-0417")
    expect(page.get_by_label("第 1 天日期")).to_have_value("2026-05-14")
    expect(page.locator("[data-files]")).to_contain_text("参会证明.jpg")


def hand_in(phone: Visitor) -> None:
    page = phone.page
    page.get_by_role("button", name="提交给学校初审").tap()
    expect(page.locator(".page-header .state")).to_have_text("已提交")
    # On its way: with the school now.
    expect(page.locator(".way [aria-current=step]")).to_contain_text("学校初审")
    fits(phone)


def give_back(served: Served) -> None:
    with served.session() as session:
        claim = session.scalars(select(Claim).where(Claim.title == TITLE)).one()
        clerk = session.scalars(select(User).where(User.username == "clerk")).one()
        reviewer = actor_of(session, clerk.id, "李文员")
        decisions.return_claim(session, claim, reviewer, NOW, reason_code="hours_differ", reason=ASKED)


def mend(phone: Visitor) -> None:
    """From the home page to the form: the days alone are open."""
    page = phone.go("/")
    expect(page.locator(".to-mend")).to_contain_text(ASKED)
    fits(phone)
    page.locator(".to-mend").get_by_role("link", name="去补正").tap()
    expect(page.locator(".claim-notice").first).to_contain_text(ASKED)
    # The form reckons by a script.
    page.wait_for_load_state("load")
    expect(page.get_by_label("活动或成果名称")).to_be_hidden()
    expect(page.locator("input#files")).to_be_hidden()
    page.get_by_label("第 1 天时长").select_option("minutes")
    page.get_by_label("第 1 天分钟数").fill("200")
    expect(page.locator(".submit [data-sum]")).to_have_text("4")
    fits(phone)
    hand_in(phone)


def test_a_claim_is_photographed_sent_returned_and_mended_on_a_phone(served: Served, phone: Visitor) -> None:
    begin(phone)
    photograph(phone)
    find_all_again(phone)
    hand_in(phone)
    give_back(served)
    mend(phone)
    assert phone.faults == []


def test_without_a_connection_the_words_stay_and_are_sent_later(served: Served, phone: Visitor) -> None:
    page = phone.go("/claims/add")
    skip_the_tour(phone)
    said = page.locator("[data-saved]")
    phone.context.set_offline(True)
    page.locator("label.kind", has_text="参加学术交流").tap()
    page.get_by_label("活动或成果名称").fill(ELSEWHERE)
    page.keyboard.press("Tab")
    expect(said).to_contain_text("网络不通")
    assert page.url.endswith("/claims/add")
    phone.context.set_offline(False)
    expect(page).to_have_url(re.compile(r"/claims/edit/\d+$"))
    expect(said).to_contain_text("保存")
    page.reload()
    expect(page.get_by_label("活动或成果名称")).to_have_value(ELSEWHERE)
    # The browser itself tells of what it could not send; nothing else went wrong.
    assert [one for one in phone.faults if "ERR_INTERNET_DISCONNECTED" not in one] == []
    with served.session() as session:
        assert [one.state for one in session.scalars(select(Claim).where(Claim.title == ELSEWHERE))] == ["draft"]
