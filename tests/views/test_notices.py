"""The bell and the page of notices: one's own alone, read by POST only, and every kind has its words and its page."""

from __future__ import annotations

import re

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select

from app.exchange.notice_words import WORDS, path_of, sentence_of, title_of
from app.extensions import db
from app.models import Claim, Notice
from app.security.actor import SYSTEM, acting
from app.services import notices
from app.services.notices import Kind

FACTS = {
    "claim": 1, "certificate": 1, "job": 1, "extension": 1, "exemption": 1, "teacher": 1, "number": "2026-000001",
    "title": "数学年会", "year": 2026, "hours": "8", "by": "海珠区", "place": "西关小学", "count": 3,
    "school": "西关小学",
    "from_on": "2026-03-02", "to_on": "2026-03-20", "until_on": "2027-01-20", "due_on": "2026-12-31", "name": "陈怡",
}  # fmt: skip


@pytest.fixture
def told(app, world, clock):
    """One notice of ours and one of the other side."""
    with app.app_context(), acting(SYSTEM):
        notices.read_all(db.session, world.users["teacher"], clock)
        ours, theirs = (db.session.get_one(Claim, side.claim) for side in (world.ours, world.theirs))
        for claim in (ours, theirs):
            notices.tell_teachers(
                db.session, [claim.teacher_id], Kind.CLAIM_RETURNED, clock, claim=claim, reason_code="no_dates"
            )
        db.session.commit()
        found = db.session.scalars(select(Notice).where(Notice.kind == Kind.CLAIM_RETURNED).order_by(Notice.id))
        return [one.id for one in found]


def unread(app, pk):
    with app.app_context(), acting(SYSTEM):
        return db.session.get_one(Notice, pk).read_at is None


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_words_in_both_languages_and_a_page_that_exists(app, kind):
    with app.test_request_context():
        said = []
        for language in ("zh", "en"):
            with force_locale(language):
                said.append((title_of(kind), sentence_of(kind, FACTS)))
        path = path_of(kind, FACTS)
    assert set(WORDS) == set(Kind)
    assert all("%(" not in text and "…" not in text for pair in said for text in pair)
    assert [bool(re.search("[\u4e00-\u9fff]", title)) for title, _sentence in said] == [True, False]
    app.url_map.bind("localhost").match(path.partition("?")[0])


def test_a_notice_that_names_nothing_leads_to_the_list(app):
    with app.test_request_context():
        assert path_of("claim_returned", {}) == path_of("of another version", {}) == "/notices/"
        assert path_of("claim_returned", {"claim": "1/../../admin"}) == "/notices/"
        assert "…" in sentence_of("claim_returned", {"number": "1"})


def test_the_bell_counts_and_the_page_shows_ones_own(app, client_for, told):
    browser = client_for("teacher")
    assert "Notices, 1 new" in browser.get("/").text
    page = browser.get("/notices/").text
    assert "数学年会" in page and "No dates" in page
    assert "鹮" not in page and "鹮" not in browser.get("/notices/latest").text
    assert "数学年会" in browser.get("/notices/latest").text
    for duty in ("city", "auditor", "school"):
        assert "数学年会" not in client_for(duty).get("/notices/").text


def test_reading_a_notice_is_a_post_and_leads_to_its_record(app, world, client_for, told):
    browser = client_for("teacher")
    for path in ("/notices/", "/notices/latest", f"/claims/show/{world.ours.claim}"):
        browser.get(path)
    assert browser.get(f"/notices/open/{told[0]}").status_code == 405
    assert unread(app, told[0])
    answer = browser.post(f"/notices/open/{told[0]}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/claims/show/{world.ours.claim}")
    assert not unread(app, told[0])
    assert "Notices, 1 new" not in browser.get("/").text
    assert "数学年会" not in browser.get("/notices/?new=1").text


@pytest.mark.parametrize("duty", ("teacher", "city", "auditor", "everything"))
def test_nobody_reads_anothers_notice(app, client_for, told, duty):
    browser = client_for(duty)
    assert browser.post(f"/notices/open/{told[1]}").status_code == 404
    assert browser.post("/notices/open/99999999999").status_code == 404
    browser.post("/notices/read")
    assert unread(app, told[1])


def test_all_are_read_at_once(app, client_for, told):
    assert client_for("teacher").post("/notices/read").status_code == 302
    assert not unread(app, told[0])


def test_the_page_turns_and_counts_no_further_than_it_must(app, world, client_for, clock):
    with app.app_context(), acting(SYSTEM):
        for number in range(130):
            notices.tell(db.session, [world.users["school"]], Kind.JOB_DONE, clock, job=number + 1)
        db.session.commit()
        assert db.session.scalar(select(func.count(Notice.id)).where(Notice.user_id == world.users["school"])) == 130
    browser = client_for("school")
    page = browser.get("/notices/").text
    assert page.count('class="news ') == 20 and ">99+<" in page
    assert browser.get("/notices/?page=6").text.count('class="news ') == 10
    for odd in ("-1", "x", "999999999999999999999"):
        assert browser.get(f"/notices/?page={odd}").status_code == 200


def test_an_action_on_a_list_tells_them_in_the_same_transaction(app, world, client_for):
    client_for("teacher").post("/notices/read")
    chosen = {"action": "return", "reason": "请补日期", "reason_code": "no_dates", "rowid": [str(world.ours.claim)]}
    answer = client_for("school").post("/claims/action_post", chosen)
    assert answer.status_code == 302
    assert "Notices, 1 new" in client_for("teacher").get("/").text
