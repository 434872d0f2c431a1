"""The import screen: nothing is written before it is asked for, each sees their own files, the work is done once."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.models import Job, Teacher
from app.security.actor import SYSTEM, acting
from tests.client import Browser
from tests.exchange.files import SCHOOLS, TEACHERS, read_back, workbook
from tests.factories import World, id_number


@pytest.fixture(autouse=True)
def at_once(app: Flask) -> Iterator[None]:
    """Jobs are done as they are sent."""
    from app.jobs.queue import Queue

    app.config["JOBS_IMMEDIATE"] = True
    port = app.extensions["send_job"]
    app.extensions["send_job"] = Queue(app).send
    yield
    app.extensions["send_job"] = port
    app.config["JOBS_IMMEDIATE"] = False


def roster(*people: tuple[str, int], code: str = "4401031001", **stated: Any) -> bytes:
    return workbook(
        [*TEACHERS[:4], *stated], [[name, id_number(n), "女", code, *stated.values()] for name, n in people]
    )


def upload(browser: Browser, content: bytes, kind: str = "teachers", name: str = "秋季名册.xlsx") -> str:
    answer = browser.post(
        "/imports/", {"kind": kind, "file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def count(app: Flask, model: Any) -> int:
    with app.app_context(), acting(SYSTEM):
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_good_file_is_shown_then_written_once(app: Flask, client_for: Callable[[str], Browser]) -> None:
    browser = client_for("school")
    before = count(app, Teacher)
    page = upload(browser, roster(("新人", 300), ("又一人", 301)))
    shown = browser.get(page)
    assert shown.status_code == 200
    assert "新人" in browser.get(page + "?rows=new").text and "秋季名册.xlsx" in shown.text
    assert id_number(300) not in shown.text and "440105********" in shown.text
    assert count(app, Teacher) == before
    write = page.replace("/show/", "/write/")
    assert browser.post(write).status_code == 302
    assert count(app, Teacher) == before + 2
    jobs = count(app, Job)
    assert browser.post(write).status_code == 302
    assert count(app, Job) == jobs
    assert browser.get(page).status_code == 200


def test_faulty_rows_say_what_to_do_and_the_good_are_written_only_when_asked(
    app: Flask, client_for: Callable[[str], Browser]
) -> None:
    browser = client_for("school")
    before = count(app, Teacher)
    content = workbook(
        TEACHERS[:4],
        [["新人", id_number(300), "女", "4401031001"], ["坏人", id_number(301), "？", "4401031001"]],
    )
    page = upload(browser, content)
    assert "坏人" in browser.get(page).text
    write = page.replace("/show/", "/write/")
    assert browser.post(write).status_code == 409
    answer = browser.get(page.replace("/show/", "/errors/"))
    assert [line[-2] for line in read_back(answer.data)] == ["行号", 3]
    assert count(app, Teacher) == before
    browser.post(write, {"accept_good": "yes"})
    assert count(app, Teacher) == before + 1


def test_a_change_is_shown_in_words_before_and_after(client_for: Callable[[str], Browser]) -> None:
    browser = client_for("school")
    page = upload(browser, roster(("陈怡", 1), 专业技术职称="高级教师"))
    text = browser.get(page).text
    assert "<del>一级教师</del>" in text and "<ins>高级教师</ins>" in text


def test_a_file_that_cannot_be_read_is_told_on_the_page(client_for: Callable[[str], Browser]) -> None:
    browser = client_for("school")
    assert browser.get(upload(browser, b"PK nothing")).status_code == 200
    answer = browser.post(
        "/imports/", {"kind": "teachers", "file": (io.BytesIO(b""), "x.xlsx")}, content_type="multipart/form-data"
    )
    assert answer.headers["Location"].startswith("/imports/?kind=teachers")


@pytest.mark.parametrize(
    ("duty", "kind", "status"),
    [
        ("school", "schools", 403),
        ("organiser", "teachers", 403),
        ("city", "schools", 302),
        ("school", "nonsense", 404),
        ("teacher", "teachers", 403),
        ("auditor", "teachers", 403),
        ("authority", "teachers", 403),
    ],
)
def test_each_duty_imports_its_own_kinds(
    client_for: Callable[[str], Browser], duty: str, kind: str, status: int
) -> None:
    content = workbook(SCHOOLS, [["4401031009", "新校", "440103", None, None, None]])
    answer = client_for(duty).post(
        "/imports/", {"kind": kind, "file": (io.BytesIO(content), "x.xlsx")}, content_type="multipart/form-data"
    )
    assert answer.status_code == status


def test_nobody_sees_anothers_file_not_even_the_city(app: Flask, client_for: Callable[[str], Browser]) -> None:
    page = upload(client_for("school"), roster(("新人", 300)))
    number = page.rpartition("/")[2]
    for path in (page, page.replace("show", "errors"), f"/jobs/show/{number}", f"/jobs/state/{number}"):
        assert client_for("city").get(path).status_code == 404
    assert client_for("city").post(page.replace("show", "write")).status_code == 404


def test_without_a_token_nothing_happens(app: Flask, client_for: Callable[[str], Browser]) -> None:
    browser = client_for("school")
    page = upload(browser, roster(("新人", 300)))
    jobs = count(app, Job)
    assert browser.bare_post(page.replace("show", "write")).status_code == 400
    assert browser.bare_post("/imports/").status_code == 400
    assert browser.get(page.replace("show", "write")).status_code == 405
    assert count(app, Job) == jobs


def test_the_script_asks_how_far_the_work_is(client_for: Callable[[str], Browser]) -> None:
    browser = client_for("school")
    number = upload(browser, roster(("新人", 300))).rpartition("/")[2]
    state = browser.get(f"/jobs/state/{number}").json
    assert (state["state"], state["percent"], state["is_over"]) == ("done", 100, True)
    assert "秋季名册.xlsx" in browser.get("/jobs/list/").text


def test_no_page_has_inline_script_or_style(client_for: Callable[[str], Browser]) -> None:
    browser = client_for("school")
    for path in ("/imports/", upload(browser, roster(("新人", 300))), "/jobs/list/"):
        text = browser.get(path).text
        assert " style=" not in text
        assert not re.search(r"<script(?![^>]*\bsrc=)", text)


def test_the_empty_workbook_holds_the_headings(client_for: Callable[[str], Browser]) -> None:
    answer = client_for("school").get("/imports/blank/teachers")
    assert read_back(answer.data)[0] == list(TEACHERS)
    assert client_for("organiser").get("/imports/blank/teachers").status_code == 403


def test_an_organisers_file_of_attendance_is_matched_and_written(
    app: Flask, client_for: Callable[[str], Browser], world: World
) -> None:
    from app.models import Attendance
    from tests.factories import make_activity

    with app.app_context(), acting(SYSTEM):
        make_activity(db.session, "O1", "全市培训", organiser_id=world.organiser)
        db.session.commit()
    before = count(app, Attendance)
    headings = ("活动编号", "身份证号", "姓名", "日期", "学时", "考核结果")
    browser = client_for("organiser")
    page = upload(browser, workbook(headings, [["O1", id_number(1), "陈怡", "2026-03-02", 6, "合格"]]), "attendance")
    browser.post(page.replace("show", "write"))
    assert count(app, Attendance) == before + 1
