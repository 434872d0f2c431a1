"""Statistics: the list of schools with its figures, and the way down from the city to one teacher."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import School, SchoolTally
from app.security.actor import SYSTEM, acting
from tests.factories import CANARY


@pytest.fixture
def figures(app, world):
    """Other figures than those of the small world: ours has passed more, theirs waits longer."""
    with app.app_context(), acting(SYSTEM):
        for row in db.session.scalars(select(SchoolTally).where(SchoolTally.year == 2026)):
            ours = row.school_id == world.ours.school
            row.teachers, row.passed, row.exempt, row.would_pass = 10, 6 if ours else 2, 0, 8
            row.wait_first, row.wait_second = (1, 0) if ours else (9, 3)
            row.returns, row.decisions = (1, 4) if ours else (0, 5)
        db.session.commit()
        rows = db.session.execute(select(SchoolTally.school_id, SchoolTally.id).where(SchoolTally.year == 2026)).all()
        return {row[0]: row[1] for row in rows}


def schools_in(text):
    return re.findall(rf"西关小学|{CANARY}小学", text[text.index("<tbody") :])


@pytest.mark.parametrize(("order", "first"), [("completion", CANARY), ("return_rate", CANARY), ("wait_first", "西")])
def test_the_list_is_ordered_by_what_is_worked_out(client_for, figures, order, first):
    browser = client_for("city")
    for direction, expected in (("asc", first), ("desc", "西" if first == CANARY else CANARY)):
        address = f"/statistics/list/?year=2026&_oc_StatisticsView={order}&_od_StatisticsView={direction}"
        assert schools_in(browser.get(address).text)[0][0] == expected[0]


def test_the_list_shows_share_and_rate_in_percent(client_for, figures):
    text = client_for("authority").get("/statistics/list/?year=2026").text
    assert "60.0%" in text and "25.0%" in text and 'width="60.0"' in text
    assert CANARY not in text


def test_the_list_is_narrowed_by_authority_and_kind(client_for, figures, world):
    browser = client_for("city")
    text = browser.get(f"/statistics/list/?year=2026&school_authority={world.theirs.authority}").text
    assert set(schools_in(text)) == {f"{CANARY}小学"}
    assert "<tbody" not in browser.get("/statistics/list/?year=2026&school_kind=college").text


def test_the_export_holds_the_words_of_the_bar_only(client_for, figures):
    answer = client_for("authority").post("/statistics/export?year=2026", {"format": "csv"})
    told = answer.get_data().decode("utf-8-sig")
    assert "西关小学" in told and "60.0%" in told
    assert "<" not in told and CANARY not in told


def test_the_way_leads_from_the_city_down_to_one_school(client_for, figures, world):
    browser = client_for("city")
    top = browser.get("/statistics/").text
    assert f"/statistics/authority/{world.ours.authority}" in top and "40.0%" in top
    place = browser.get(f"/statistics/authority/{world.ours.authority}").text
    assert "60.0%" in place and CANARY not in place
    school = figures[world.ours.school]
    assert f"/statistics/show/{school}" in place
    page = browser.get(f"/statistics/show/{school}").text
    assert "陈怡" in page and f"school={world.ours.school}" in page
    down = re.search(r'href="(/standings/list/[^"]*not_passed[^"]*)"', page).group(1).replace("&amp;", "&")
    assert "陈怡" in browser.get(down).text


def test_schools_without_an_authority_have_a_page_of_their_own(app, client_for, figures, world):
    with app.app_context(), acting(SYSTEM):
        db.session.get_one(School, world.theirs.school).authority_id = None
        db.session.commit()
    browser = client_for("city")
    assert "/statistics/authority/0" in browser.get("/statistics/").text
    text = browser.get("/statistics/authority/0").text
    assert CANARY in text and "西关小学" not in text


def test_another_authority_is_not_there(client_for, figures, world):
    browser = client_for("authority")
    assert browser.get(f"/statistics/authority/{world.ours.authority}").status_code == 200
    assert browser.get(f"/statistics/authority/{world.theirs.authority}").status_code == 404
    assert browser.get(f"/statistics/show/{figures[world.theirs.school]}").status_code == 404
    assert browser.get("/statistics/authority/x").status_code == 404
    assert CANARY not in browser.get("/statistics/authority/0").text
    assert client_for("school").get(f"/statistics/authority/{world.ours.authority}").status_code == 404


def test_teachers_and_organisers_have_no_statistics(client_for):
    for duty in ("teacher", "organiser", "system"):
        browser = client_for(duty)
        assert browser.get("/statistics/").status_code == 403
        assert "/statistics/" not in browser.get("/").text
