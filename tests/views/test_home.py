"""The homes of the offices: whose figures they show, what they lead to, and how few questions they ask."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event, select

from app.extensions import db
from app.models import Claim, Notice, SchoolTally
from app.security.actor import SYSTEM, acting
from app.services import tallies
from app.services.clock import now_utc, stopped
from tests.conftest import NOW
from tests.factories import CANARY

OFFICES = ("school", "authority", "city", "auditor", "organiser", "system")


def chart_of(text):
    return json.loads(unescape(re.search(r'data-trend="([^"]*)"', text).group(1)))


def retake(app, now=NOW):
    with app.app_context(), acting(SYSTEM), stopped(now):
        tallies.take(db.session, now)
        db.session.commit()


@pytest.fixture
def questions(app):
    """The statements sent while a page is made."""
    sent = []

    def note(_connection, _cursor, statement, *_more):
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("duty", OFFICES)
def test_a_home_asks_few_questions(client_for, questions, duty):
    browser = client_for(duty)
    assert browser.get("/style-none").status_code == 404
    frame = len(questions)
    questions.clear()
    assert browser.get("/").status_code == 200
    # What every page asks for its frame comes on top; a row more on the page must never be a question more.
    assert len(questions) - frame <= 18, "\n".join(questions)


@pytest.mark.parametrize("duty", ("school", "authority"))
def test_an_office_sees_its_own_figures_only(client_for, duty):
    text = client_for(duty).get("/").text
    assert CANARY not in text
    assert "2 teachers" in text and "西关小学" in text


def test_the_city_sees_both_sides(client_for):
    text = client_for("city").get("/").text
    assert "4 teachers" in text and CANARY in text
    # The auditor reads the same and is offered nothing to do.
    text = client_for("auditor").get("/").text
    assert "4 teachers" in text and "/statistics/remind" not in text


def test_what_waits_is_counted_live_though_the_figures_are_older(app, client_for, world):
    with app.app_context(), acting(SYSTEM):
        db.session.get_one(Claim, world.ours.claim).is_flagged = True
        db.session.commit()
    text = client_for("school").get("/").text
    assert re.search(r'class="hero">1<small>claim</small>', text)
    assert re.search(r"With marks, to be judged</span><span class=\"num\">1<", text)
    assert "Figures as of 11-20 10:00" in text


def test_each_week_leads_to_the_claims_that_were_handed_in_then(client_for, world):
    browser = client_for("school")
    week = next(one for one in chart_of(browser.get("/").text)["rows"] if one["url"])
    assert week["submitted"] == 1
    asked = parse_qs(urlsplit(week["url"]).query)
    assert date.fromisoformat(asked["submitted_at_to"][0]) - date.fromisoformat(
        asked["submitted_at_from"][0]
    ) == timedelta(6)
    listed = browser.get(week["url"]).text
    assert "数学年会" in listed and "语文年会" not in listed


def test_the_chart_says_the_same_as_its_table(client_for):
    text = client_for("authority").get("/").text
    told = chart_of(text)
    table = re.search(r'<details class="data">.*?</details>', text, re.S).group(0)
    for row in told["rows"]:
        assert (f"<td>{row['on']}</td>" in table) == (row["submitted"] is not None)
    assert [mark["on"] for mark in told["marks"]] == ["2026-12-31", "2027-01-31", "2027-02-28"]
    assert told["today"] == "2026-11-20"


def test_a_deadline_says_how_late_the_pace_will_be(app, client_for, world):
    late = NOW.replace(year=2027, month=1, day=25)
    retake(app, late)
    with stopped(late):
        text = client_for("authority").get("/").text
    assert "None in the last 7 days; 1 a day are needed" in text
    assert "Remind this 1 school" in text and "at the pace of the last 7 days" in text


def test_schools_that_are_behind_are_reminded_once_a_day(app, client_for, world):
    late = NOW.replace(year=2027, month=1, day=25)
    retake(app, late)

    def told():
        with app.app_context(), acting(SYSTEM):
            rows = db.session.scalars(select(Notice).where(Notice.kind == "reminder"))
            return sorted((row.user_id, row.facts["school_id"], row.facts["count"]) for row in rows)

    with stopped(late):
        browser = client_for("authority")
        assert browser.get("/statistics/remind").status_code == 405
        assert browser.post("/statistics/remind", {"year": "2026"}).status_code == 302
        once = told()
        assert once and {row[1:] for row in once} == {(world.ours.school, 1)}
        # Neither the authority nor the city reminds the same school again that day.
        browser.post("/statistics/remind", {"year": "2026"})
        assert told() == once
        assert client_for("auditor").post("/statistics/remind", {"year": "2026"}).status_code == 403
        assert client_for("school").post("/statistics/remind", {"year": "2026"}).status_code == 403
        # The other side's schools are not the authority's to remind.
        browser.post("/statistics/remind", {"year": "2026", "authority": str(world.theirs.authority)})
        assert told() == once
        assert browser.post("/statistics/remind", {"year": "1999"}).status_code == 400


def test_a_year_without_figures_says_so(app, client_for):
    with app.app_context(), acting(SYSTEM):
        for row in db.session.scalars(select(SchoolTally)):
            db.session.delete(row)
        db.session.commit()
    for duty in ("school", "authority", "city"):
        answer = client_for(duty).get("/")
        assert answer.status_code == 200 and "have not been taken yet" in answer.text


def test_an_organiser_is_told_which_activity_lacks_its_attendance(app, client_for, world):
    from tests.factories import make_activity

    with app.app_context(), acting(SYSTEM):
        make_activity(db.session, "O-1", "科学营", organiser_id=world.organiser)
        make_activity(db.session, "O-2", f"{CANARY}营", organiser_id=world.other_organiser)
        db.session.commit()
    text = client_for("organiser").get("/").text
    assert "科学营" in text and CANARY not in text
    assert re.search(r'class="hero">1<small>activity</small>', text)


def test_the_administrator_sees_accounts_and_no_claims(app, client_for):
    text = client_for("system").get("/").text
    assert "Accounts not used yet" in text and "Who holds which duty" in text
    assert "/claims/" not in text and now_utc() == NOW
