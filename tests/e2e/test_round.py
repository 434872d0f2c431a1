"""The yearly round, walked in a browser by those who do it: from a roster workbook to a certificate anyone checks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from app.models import Organiser, Standing, Teacher
from app.services import accounts, attendance
from tests.e2e.papers import SCHOOL_CODE, TEACHER, TITLE, code_on, proof_of_hours, roster, scan
from tests.e2e.serving import NOW, Served, serve
from tests.e2e.watching import Visitor
from tests.factories import PASSWORD, make_activity, make_school, make_user

pytestmark = pytest.mark.browser

TEACHERS_PASSWORD = "watermelon 27 seeds"
# What the claim of 12 professional hours completes: 30 + 42 + 18 = 90 (guangdong-2021).
REGISTERED = (("public", "30", "公需课程学习"), ("professional", "30", "区教研活动"), ("elective", "18", "选修讲座"))


def people(session: Any) -> None:
    """A school, its reviewer, and a reviewer of its district. Nobody has a teacher's account yet."""
    school = make_school(session, SCHOOL_CODE, "西关小学", "440103", NOW)
    accounts.appoint(session, make_user(session, "clerk", "李文员"), "school", school=school)
    accounts.appoint(session, make_user(session, "district", "黄科员"), "authority", authority=school.authority)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serve(tmp_path / "instance", people) as running:
        yield running


def register_the_rest(served: Served) -> None:
    """Attendance that organisers have registered during the year."""
    with served.session() as session:
        teacher = session.scalars(select(Teacher).where(Teacher.name == TEACHER)).one()
        organiser = Organiser(name="市教师发展中心", level="city")
        session.add(organiser)
        session.flush()
        for number, (category, hours, title) in enumerate(REGISTERED):
            facts = {"category": category, "kind": "online", "hours": Decimal(hours), "organiser_id": organiser.id}
            facts |= {"subject": "rural"} if category == "public" else {}
            activity = make_activity(session, f"E-{number}", title, **facts)
            attendance.register(session, activity, teacher, date(2026, 3, 3), Decimal(hours), True, NOW)


def flash(page: Page, words: str) -> None:
    expect(page.locator(".alert, .toast").filter(has_text=words).first).to_be_visible()


def open_claim(page: Page, url: str, state: str) -> None:
    """From the list to the claim: the state is there in words."""
    page.goto(f"{url}/claims/list/")
    row = page.locator("tr", has_text=TITLE)
    expect(row).to_contain_text(state)
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)


def press(page: Page, button: str) -> Any:
    """Open an action's dialog by its button in the header; the dialog."""
    # Dialogs are opened by a script.
    page.wait_for_load_state("load")
    page.locator(".page-actions").get_by_role("button", name=f"{button}…", exact=True).click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    return dialog


def approve(page: Page) -> None:
    dialog = press(page, "通过")
    # Filled in for the reviewer; the rules' own figure is there to be confirmed.
    expect(dialog.locator("[name=hours]")).to_have_value("12")
    expect(dialog.locator("[name=category]")).to_have_value("professional")
    dialog.get_by_role("button", name="通过").click()
    flash(page, "已处理")


def import_the_roster(clerk: Visitor) -> None:
    page = clerk.go("/imports/")
    page.get_by_role("radio", name="教师").check()
    page.set_input_files("#file", {"name": "名册.xlsx", "mimeType": "application/octet-stream", "buffer": roster()})
    page.get_by_role("button", name="试运行").click()
    expect(page.locator(".tally")).to_contain_text("2")
    expect(page.get_by_text("每一行都没有错误")).to_be_visible()
    page.get_by_role("button", name="导入 2 行").click()
    flash(page, "新增 2 行")


def print_the_slip(clerk: Visitor) -> str:
    """The activation code on the slip that the school prints for its new teacher."""
    page = clerk.go("/teachers/list/")
    page.locator("tr", has_text=TEACHER).locator(".action_check").check()
    page.locator(".bulkbar").get_by_role("button", name="打印启用单").click()
    with page.expect_download() as download:
        page.locator("dialog[open]").get_by_role("button", name="打印启用单").click()
    slip = PdfReader(download.value.path()).pages[0].extract_text()
    assert TEACHER in slip.replace(" ", "")
    found = re.search(r"(?:[2-9A-Z]{4}-\s*){3}[2-9A-Z]{4}", slip)
    assert found is not None, slip
    return re.sub(r"\s", "", found[0])


def activate(teacher: Visitor, code: str) -> None:
    page = teacher.go(f"/activate/?code={code}")
    expect(page.locator("main")).to_contain_text("梁*诗")
    page.fill("[name=username]", "liangyongshi")
    page.fill("[name=password]", TEACHERS_PASSWORD)
    page.fill("[name=again]", TEACHERS_PASSWORD)
    page.locator("main [type=submit]").click()
    expect(page.locator("main")).to_contain_text("账号已启用")
    teacher.sign_in("liangyongshi", TEACHERS_PASSWORD)
    expect(page.locator("nav.sidebar")).to_contain_text("我的申报")


def claim(teacher: Visitor) -> None:
    page = teacher.go("/claims/add")
    page.get_by_role("radio", name="参加学术交流").check()
    page.get_by_label("活动或成果名称").fill(TITLE)
    page.get_by_label("主办单位").fill("岭海数学教育学会")
    page.get_by_label("证书编号").fill("LHSX-2026-0417")
    page.get_by_role("group", name="与任教学科对口吗").get_by_label("是").check()
    page.get_by_label("第 1 天日期").fill("2026-05-14")
    page.get_by_role("button", name="再加一天").click()
    page.get_by_label("第 2 天日期").fill("2026-05-15")
    page.get_by_label("第 2 天时长").select_option("minutes")
    page.get_by_label("第 2 天分钟数").fill("200")
    # Reckoned as one types: a full day of 8, and floor(200 / 45) = 4.
    expect(page.locator("[data-result] .hero")).to_contain_text("12")
    expect(page.locator("[data-day]").nth(1).locator("[data-gives]")).to_contain_text("4 学时")
    photo = {"name": "参会证明.jpg", "mimeType": "image/jpeg", "buffer": scan()}
    page.set_input_files("input#files", photo)
    expect(page.locator("[data-drop-list]").first).to_contain_text("参会证明.jpg")
    page.get_by_role("button", name="提交给学校初审").click()
    flash(page, "已提交")
    expect(page.locator(".page-header .state")).to_have_text("已提交")
    expect(page.locator(".viewer-image img")).to_have_js_property("complete", True)
    assert page.locator(".viewer-image img").evaluate("image => image.naturalWidth") > 0


def mend(teacher: Visitor) -> None:
    """The teacher sees what to mend, mends it and submits again."""
    page = teacher.page
    open_claim(page, teacher.url, "已退回")
    expect(page.locator(".claim-notice")).to_contain_text("请补传盖章的学时证明")
    page.locator(".page-actions").get_by_role("link", name="修改").click()
    expect(page.locator(".claim-notice").first).to_contain_text("黄科员")
    page.set_input_files(
        "input#files", {"name": "学时证明.png", "mimeType": "image/png", "buffer": proof_of_hours()}
    )
    page.get_by_role("button", name="提交给学校初审").click()
    flash(page, "已提交")
    expect(page.locator(".viewer-tabs li")).to_have_count(2)


def print_the_certificate(district: Visitor, served: Served) -> bytes:
    """Issued from the standing that has passed; the paper as the browser fetches it."""
    with served.session() as session:
        standing = session.scalars(select(Standing).join(Teacher).where(Teacher.name == TEACHER, Standing.year == 2026))
        pk = standing.one().id
    page = district.go(f"/standings/show/{pk}")
    expect(page.locator(".page-header")).to_contain_text("合格")
    dialog = press(page, "签发并打印证明")
    with page.context.expect_event("response", lambda answer: "/action/issue/" in answer.url) as issued:
        dialog.get_by_role("button", name="签发并打印证明").click()
    assert issued.value.status == 200
    assert issued.value.headers["content-type"] == "application/pdf"
    page = district.go("/certificates/list/")
    row = page.locator("tr", has_text=TEACHER)
    expect(row).to_contain_text("有效")
    row.get_by_role("link").first.click()
    expect(page.locator(".page-header")).to_contain_text("有效")
    paper = page.get_by_role("link", name="打印中文版").get_attribute("href")
    return page.context.request.get(served.url + str(paper)).body()


def test_from_a_roster_to_a_certificate(served: Served, browser: Browser, tmp_path: Path) -> None:
    clerk, district, teacher, anyone = (Visitor(browser, served.url) for _ in range(4))
    clerk.sign_in("clerk", PASSWORD)
    import_the_roster(clerk)
    activate(teacher, print_the_slip(clerk))
    claim(teacher)

    open_claim(clerk.page, served.url, "已提交")
    approve(clerk.page)

    district.sign_in("district", PASSWORD)
    open_claim(district.page, served.url, "初审通过")
    dialog = press(district.page, "退回")
    dialog.locator("[name=reason_code]").select_option("no_dates")
    dialog.locator("[name=reason]").fill("证书没有写明学时，请补传盖章的学时证明。")
    dialog.get_by_role("button", name="退回").click()
    flash(district.page, "已处理")

    mend(teacher)
    open_claim(clerk.page, served.url, "已提交")
    approve(clerk.page)

    # Until the last approval the year is not passed: 78 of 90.
    register_the_rest(served)
    page = teacher.go("/standings/list/")
    expect(page.locator("tr", has_text="2026")).to_contain_text("不合格")

    open_claim(district.page, served.url, "初审通过")
    approve(district.page)
    # Who decided what and why, both rounds.
    expect(district.page.locator("aside .history li")).to_have_count(6)
    expect(district.page.locator("aside .history")).to_contain_text("请补传盖章的学时证明")

    page = teacher.go("/standings/list/")
    row = page.locator("tr", has_text="2026")
    expect(row).to_contain_text("合格")
    expect(row).not_to_contain_text("不合格")
    row.get_by_role("link").first.click()
    expect(page.locator(".ledger.counted")).to_contain_text(TITLE)

    paper = print_the_certificate(district, served)
    assert TEACHER in PdfReader(io.BytesIO(paper)).pages[0].extract_text().replace(" ", "")
    assert len(PdfReader(io.BytesIO(paper)).pages) == 1
    address = code_on(paper, tmp_path)
    assert address.startswith(f"{served.url}/verify/")
    anyone.page.goto(address)
    expect(anyone.page.locator("[data-verdict=valid]")).to_contain_text("证明有效")
    expect(anyone.page.locator("main")).to_contain_text("梁*诗")
    expect(anyone.page.locator("main")).not_to_contain_text(TEACHER)

    for person in (clerk, district, teacher, anyone):
        assert person.faults == []
        person.close()


def test_the_key_pages_speak_english(served: Served, browser: Browser) -> None:
    clerk = Visitor(browser, served.url, locale="en-US", width=360)
    clerk.sign_in("clerk", PASSWORD)
    for path, words in (
        ("/", "Claims"),
        ("/claims/list/", "Claims"),
        ("/claims/add", "New claim"),
        ("/teachers/list/", "Teachers"),
        ("/standings/list/", "Standings"),
        ("/certificates/list/", "Certificates"),
        ("/imports/", "Import"),
        ("/verify/", "Check a certificate"),
    ):
        page = clerk.go(path)
        expect(page.locator("main")).to_contain_text(words)
        assert page.locator("html").get_attribute("lang") == "en"
        # A school keeps its name.
        told = page.locator("main h1").first.inner_text().replace("西关小学", "")
        assert re.search(r"[\u4e00-\u9fff]", told) is None
    assert clerk.faults == []
    clerk.close()
