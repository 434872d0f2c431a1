"""Search over everything: found within reach by name, number or key; nothing of the other side, no part of an ID."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event, select

from app.extensions import db
from app.models import Certificate, Claim, School, Teacher
from app.security.actor import SYSTEM, acting
from app.security.secrets import unseal
from app.views.search import CERTIFICATE_MASK, CLAIM_MASK, number_range
from tests.factories import CANARY


def hits(browser, text, part="&part=1"):
    page = browser.get("/search/", query_string=f"q={text}{part}")
    assert page.status_code == 200
    return re.findall(r'<a class="find-hit" href="([^"]+)"', page.text)


@pytest.fixture
def facts(app, world):
    """What stands in the rows of our side and theirs, read past reach."""
    with app.app_context(), acting(SYSTEM):
        sides = {}
        for name, side in (("ours", world.ours), ("theirs", world.theirs)):
            teacher, claim = db.session.get_one(Teacher, side.teacher), db.session.get_one(Claim, side.claim)
            claim.certificate_number, claim.certificate_key = f"粤-{name}", f"粤{name.upper()}"
            sides[name] = {
                "teacher": teacher.name, "id": unseal(teacher.id_number_cipher), "claim": claim.number,
                "title": claim.title, "key": f"粤 {name}", "school": db.session.get_one(School, side.school).code,
            }  # fmt: skip
        db.session.commit()
    return sides


@pytest.mark.parametrize("field", ("teacher", "id", "claim", "title", "key", "school"))
def test_a_school_finds_its_own_and_never_the_others(world, client_for, facts, field):
    school = client_for("school")
    path = {"teacher": "/teachers/", "id": "/teachers/", "school": "/schools/"}.get(field, "/claims/")
    assert any(one.startswith(path) for one in hits(school, facts["ours"][field]))
    theirs = hits(school, facts["theirs"][field])
    forbidden = {f"/teachers/show/{world.theirs.teacher}", f"/claims/show/{world.theirs.claim}",
                 f"/schools/show/{world.theirs.school}"}  # fmt: skip
    assert not forbidden & set(theirs)
    # Without a script the same stands on a page.
    assert any(one.startswith(path) for one in hits(school, facts["ours"][field], part=""))


@pytest.mark.parametrize("duty", ("teacher", "school", "authority", "organiser"))
def test_no_canary_is_ever_found(world, client_for, duty, facts):
    browser = client_for(duty)
    for text in (CANARY, facts["theirs"]["teacher"], facts["theirs"]["title"], facts["theirs"]["claim"], "小学"):
        page = browser.get("/search/", query_string={"q": text, "part": "1"}).text
        found = re.sub(r'<p class="nothing.*?</p>', "", page, flags=re.S)
        assert CANARY not in found, (duty, text)


def test_an_id_number_is_found_whole_only_and_not_by_who_may_not_list_teachers(client_for, facts):
    whole = facts["ours"]["id"]
    assert hits(client_for("city"), whole)
    for part in (whole[:17], whole[6:14], whole[-6:], "%"):
        assert not [one for one in hits(client_for("city"), part) if "/teachers/" in one]
    assert not [one for one in hits(client_for("teacher"), whole) if "/teachers/" in one]


def test_numbers_are_found_from_their_start_and_never_many(client_for, facts):
    city = client_for("city")
    number = facts["ours"]["claim"]
    assert hits(city, number[:8]) and hits(city, number) and hits(city, str(int(number[5:])))
    assert not [one for one in hits(city, number[:5]) if "/claims/" in one]
    assert number_range("2026-000", CLAIM_MASK) == ("2026-000000", "2026-000999")
    assert number_range("xs-440105-2026-000", CERTIFICATE_MASK) == ("XS-440105-2026-000000", "XS-440105-2026-000999")
    for text in ("2026-0", "2026-x00", "2026-0000001", "２０２６-000", "abc"):
        assert number_range(text, CLAIM_MASK) is None, text


@pytest.mark.parametrize("text", ("%00", "%25", "_", "'", "a" * 500, "%F0%9F%98%80", "&part=1", "<script>"))
def test_strange_words_find_nothing_and_break_nothing(client_for, text):
    answer = client_for("city").get(f"/search/?q={text}&part=1")
    assert answer.status_code == 200 and "<script>" not in answer.text


def test_every_role_has_the_search_and_finds_its_pages(client_for):
    for duty in ("teacher", "school", "authority", "organiser", "city", "auditor", "system"):
        browser = client_for(duty)
        assert "data-palette" in browser.get("/").text, duty
        assert "/" in hits(browser, "Home"), duty


def test_the_city_never_reads_every_claim(app, world, client_for, facts):
    """A part of a title over 600,000 claims took a third of a second: no such question is put for the whole city."""
    asked = []
    listen = lambda _c, _cursor, statement, *_more: asked.append(statement)  # noqa: E731
    city = client_for("city")
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        hits(city, facts["ours"]["title"])
        hits(city, facts["ours"]["claim"][:8])
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    kinds = [one for one in asked if "FROM claim" in one and "WHERE" in one]
    assert kinds and not [one for one in kinds if "LIKE" in one.upper()]
    assert all("LIMIT" in one.upper() or "claim.id IN" in one for one in kinds if "count" not in one.lower())


def test_certificates_are_found_by_number(app, world, client_for):
    with app.app_context(), acting(SYSTEM):
        number = db.session.scalars(select(Certificate.number)).first()
    if number is not None:
        assert any("/certificates/" in one for one in hits(client_for("city"), number))
