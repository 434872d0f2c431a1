"""The pages of "what if": for the city alone, nothing typed is lost, and the answer leads down to the teacher."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.domain.policy import FOLDER
from app.extensions import db
from app.jobs import work
from app.models import Job, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services.simulations import SIMULATE_JOB
from tests.client import Browser
from tests.factories import World
from tests.services.stage import earn

Client = Callable[[str], Browser]
START = {"year": "2026", "series": "teacher", "base": "guangdong-2021", "by": "figures"}
PRESENT = {"total": "90", "minimum_public": "30", "minimum_professional": "42", "minimum_elective": "18"}
OTHERS = ("teacher", "school", "authority", "organiser", "auditor", "system")


@pytest.fixture(autouse=True)
def unsent(app: Flask) -> Iterator[None]:
    """Jobs are run when a test says so."""
    port = app.extensions["send_job"]
    app.extensions["send_job"] = lambda _number: None
    yield
    app.extensions["send_job"] = port
    work.stopping.clear()


@pytest.fixture
def passing(app: Flask, world: World, clock: datetime) -> int:
    """Our teacher has done 2026 exactly; their standing's key."""
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.teacher)
        for category, hours in (("public", "30"), ("professional", "50"), ("elective", "18")):
            earn(db.session, teacher, category, hours, date(2026, 5, 4), clock)
        db.session.commit()
        row = db.session.scalars(select(Standing).where(Standing.teacher_id == teacher.id, Standing.year == 2026)).one()
        assert row.result == "passed"
        return row.id


def ask(browser: Browser, app: Flask, **changed: str) -> int:
    """Ask and have it answered; the question's number."""
    answer = browser.post("/simulations/", START | PRESENT | changed)
    assert answer.status_code == 302, answer.text
    number = int(answer.headers["Location"].rpartition("/")[2])
    with app.app_context():
        work.run(db.session, number)
    return number


def count(app: Flask) -> int:
    with app.app_context(), acting(SYSTEM):
        return len(db.session.scalars(select(Job.id).where(Job.kind == SIMULATE_JOB)).all())


def test_the_form_starts_from_the_pack_that_is_bound(client_for: Client) -> None:
    page = client_for("city").get("/simulations/").text
    assert 'name="minimum_elective"' in page and 'value="18"' in page and 'value="90"' in page
    assert "A full day stays 8 hours" in page and "Nothing has been asked yet" in page
    older = client_for("city").get("/simulations/?year=2019").text
    assert 'value="72"' in older and "A full day stays 6 hours" in older
    # What makes no sense is passed over.
    assert client_for("city").get("/simulations/?year=x&series=y&base=z").status_code == 200


def test_the_answer_from_the_city_down_to_the_teacher(
    app: Flask, client_for: Client, world: World, passing: int
) -> None:
    city = client_for("city")
    number = ask(city, app, minimum_elective="24")
    page = city.get(f"/simulations/show/{number}").text
    assert "1 teacher fewer would pass" in page and "half of them lack 6 or less" in page
    assert "at least 18 hours" in page and "at least 24 hours" in page
    district = page.partition("/simulations/schools/")[2].partition('"')[0]
    assert "district=" in page and district
    schools = city.get(f"/simulations/schools/{number}").text
    assert "西关小学" in schools and f"/simulations/school/{number}/{world.ours.school}" in schools
    # Nobody of the other school changes, so it leads nowhere.
    assert f"/simulations/school/{number}/{world.theirs.school}" not in schools
    school = city.get(f"/simulations/school/{number}/{world.ours.school}").text
    assert "陈怡" in school and "何敏" not in school
    assert f"/standings/show/{passing}" in school and "Elective 6" in school


def test_schools_are_sorted_and_narrowed_to_a_district(app: Flask, client_for: Client, passing: int) -> None:
    city = client_for("city")
    number = ask(city, app, minimum_elective="24")
    for sort in ("name", "people", "now", "then", "falls", "rises", "share", "nonsense"):
        for order in ("asc", "desc"):
            page = city.get(f"/simulations/schools/{number}?sort={sort}&order={order}&page=0")
            assert page.status_code == 200, sort
    falls = city.get(f"/simulations/schools/{number}?sort=falls&order=desc").text
    rises = city.get(f"/simulations/schools/{number}?sort=falls&order=asc").text
    assert falls.index("西关小学") < falls.index("鹮小学") and rises.index("西关小学") > rises.index("鹮小学")
    assert 'aria-sort="descending"' in falls
    with app.app_context(), acting(SYSTEM):
        ours = db.session.get_one(Standing, passing).school.district_id
    narrowed = city.get(f"/simulations/schools/{number}?district={ours}").text
    assert "西关小学" in narrowed and "鹮小学" not in narrowed
    assert city.get(f"/simulations/schools/{number}?district=99999&page=7").status_code == 200


def test_an_unchanged_pack_is_answered_in_a_sentence(app: Flask, client_for: Client, passing: int) -> None:
    city = client_for("city")
    page = city.get(f"/simulations/show/{ask(city, app)}").text
    assert "Nobody&#39;s result would change" in page and "nothing changed" in page
    nothing_asked = {"total": "0", "minimum_public": "", "minimum_professional": "0", "minimum_elective": ""}
    eased = city.get(f"/simulations/show/{ask(city, app, **nothing_asked)}")
    assert "3 teachers more would pass" in eased.text and "no minimum" in eased.text


def test_the_workbook_holds_the_answer(app: Flask, client_for: Client, passing: int) -> None:
    city = client_for("city")
    number = ask(city, app, minimum_elective="24")
    answer = city.get(f"/simulations/file/{number}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.sheet_names == ["What if", "Districts", "Schools", "Teachers who would change"]
    head = {row[0]: row[1] for row in book.get_sheet_by_name("What if").to_python()}
    assert (head["Passed now"], head["Would pass"], head["Newly failing"]) == (1, 0, 1)
    assert head["Elective"] == "at least 18 hours → at least 24 hours"
    teachers = book.get_sheet_by_name("Teachers who would change").to_python()[1:]
    assert [row[:4] for row in teachers] == [["陈怡", "西关小学", "Not passed", "Elective 6"]] and teachers[0][4] == 6


@pytest.mark.parametrize(
    "wrong", [{"total": ""}, {"total": "NaN"}, {"minimum_elective": "-1"}, {"minimum_public": "1e9"}]
)
def test_a_wrong_figure_is_said_at_its_field_and_nothing_typed_is_lost(
    app: Flask, client_for: Client, wrong: dict[str, str]
) -> None:
    answer = client_for("city").post("/simulations/", START | PRESENT | {"minimum_professional": "41.5"} | wrong)
    assert answer.status_code == 422 and count(app) == 0
    assert "needs mending" in answer.text and 'value="41.5"' in answer.text
    for typed in wrong.values():
        assert not typed or f'value="{typed}"' in answer.text


def test_a_bad_pack_is_refused_with_its_line_and_kept_as_typed(app: Flask, client_for: Client) -> None:
    text = (FOLDER / "guangdong-2021.toml").read_text("utf-8")
    bad = text.replace("required = { value = 18,", "required = { value = -18,") + "# 改到一半\n"
    line = bad[: bad.index("value = -18")].count("\n") + 1
    asked = START | {"by": "text", "text": bad.replace("\n", "\r\n")}
    answer = client_for("city").post("/simulations/", asked)
    assert answer.status_code == 422 and count(app) == 0
    assert f"Line {line}, category[2].required.value: The number must not be below 0." in answer.text
    assert "# 改到一半" in answer.text
    # The figures beside it are those of the starting pack, not emptied.
    assert 'value="18"' in answer.text


def test_a_whole_pack_as_text_is_asked_with_lines_as_browsers_send_them(
    app: Flask, client_for: Client, passing: int
) -> None:
    city = client_for("city")
    text = (FOLDER / "guangdong-2021.toml").read_text("utf-8")
    eased = text.replace("required = { value = 18,", "required = { value = 24,").replace("\n", "\r\n")
    number = ask(city, app, by="text", text=eased)
    assert "1 teacher fewer would pass" in city.get(f"/simulations/show/{number}").text


def test_a_year_without_results_is_refused_in_words(app: Flask, client_for: Client) -> None:
    answer = client_for("city").post("/simulations/", START | PRESENT | {"year": "2007"})
    assert answer.status_code == 422 and "Nobody of this series has a yearly result for 2007" in answer.text
    assert 'value="2007"' in answer.text and count(app) == 0


@pytest.mark.parametrize("duty", OTHERS)
def test_nobody_else_asks_or_reads(app: Flask, client_for: Client, world: World, passing: int, duty: str) -> None:
    number = ask(client_for("city"), app, minimum_elective="24")
    browser = client_for(duty)
    for path in ("", f"show/{number}", f"schools/{number}", f"school/{number}/{world.ours.school}", f"file/{number}"):
        assert browser.get(f"/simulations/{path}").status_code == 403, path
    assert browser.post("/simulations/", START | PRESENT).status_code == 403
    assert '"/simulations/"' not in browser.get("/").text
    assert count(app) == 1


def test_one_administrators_questions_are_their_own(app: Flask, client_for: Client, passing: int) -> None:
    number = ask(client_for("city"), app)
    assert client_for("everything").get(f"/simulations/show/{number}").status_code == 404
    assert client_for("city").get("/simulations/show/99999999999").status_code == 404
    assert client_for("city").get(f"/simulations/school/{number}/9999").status_code == 404


def test_it_is_found_again_among_ones_long_work_by_its_question(app: Flask, client_for: Client, passing: int) -> None:
    city = client_for("city")
    number = ask(city, app, minimum_elective="24")
    said = "2026, School teachers; Elective: at least 18 hours → at least 24 hours"
    assert said in city.get("/jobs/list/").text
    assert city.get(f"/jobs/show/{number}").headers["Location"].endswith(f"/simulations/show/{number}")
    assert f"/simulations/show/{number}" in city.get("/simulations/").text


def test_while_it_is_worked_on_the_page_says_how_far(app: Flask, client_for: Client, passing: int) -> None:
    city = client_for("city")
    answer = city.post("/simulations/", START | PRESENT)
    number = int(answer.headers["Location"].rpartition("/")[2])
    page: Any = city.get(f"/simulations/show/{number}")
    assert page.status_code == 200 and "data-job=" in page.text and "Waiting for its turn" in page.text
    assert city.get(f"/simulations/file/{number}").status_code == 404
    assert city.get(f"/simulations/schools/{number}").status_code == 404
