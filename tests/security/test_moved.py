"""Somebody who moved: the old school reads its years, the new one sees a year that adds up and keeps the record."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Claim, School, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services import accounts, register
from tests.client import Browser
from tests.conftest import NOW
from tests.factories import World, make_user
from tests.services.stage import earn

Client = Callable[[str], Browser]


@pytest.fixture
def moved(app: Any, world: World) -> dict[str, int]:
    """Our teacher, who passed 2025 and earned hours of 2026 with us, is now theirs; users of the other side."""
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.teacher)
        theirs = db.session.get_one(School, world.theirs.school)
        for category, hours in (("public", "30"), ("professional", "42"), ("elective", "18")):
            earn(db.session, teacher, category, hours, date(2025, 5, 4), NOW.replace(year=2025))
            earn(db.session, teacher, category, hours, date(2026, 5, 4), NOW)
        register.transfer(db.session, teacher, theirs, date(2026, 9, 1), NOW)
        users = {}
        for duty, place in (("school", {"school": theirs}), ("authority", {"authority": theirs.authority})):
            user = make_user(db.session, f"new-{duty}", f"new-{duty}")
            accounts.appoint(db.session, user, duty, **place)
            users[duty] = user.id
        db.session.commit()
        rows = db.session.execute(select(Standing.year, Standing.id).where(Standing.teacher_id == teacher.id))
        return users | {str(year): pk for year, pk in rows}


@pytest.mark.parametrize("duty", ["school", "authority"])
def test_the_old_school_and_its_authority_read_name_and_years_and_certify_theirs(
    app: Any, client_for: Client, world: World, moved: dict[str, int], duty: str
) -> None:
    browser = client_for(duty)
    page = browser.get(f"/standings/show/{moved['2025']}")
    assert page.status_code == 200 and "陈怡" in page.text and "2025 is passed" in page.text
    assert browser.get(f"/standings/show/{moved['2026']}").status_code == 404
    claim = browser.get(f"/claims/show/{world.ours.claim}")
    assert claim.status_code == 200 and "陈怡" in claim.text
    assert browser.post(f"/standings/action/issue/{moved['2025']}").mimetype == "application/pdf"
    assert browser.get(f"/teachers/show/{world.ours.teacher}").status_code == 200
    assert "陈怡" in browser.get("/standings/list/?year=2025").text


@pytest.mark.parametrize("duty", ["school", "authority"])
def test_the_new_school_and_its_authority_see_a_year_that_adds_up(
    app: Any, world: World, moved: dict[str, int], duty: str
) -> None:
    browser = Browser(app, moved[duty])
    page = browser.get(f"/standings/show/{moved['2026']}")
    assert page.status_code == 200 and "2026 is passed" in page.text
    counted = page.text.split('class="table table-stack ledger counted"')[1].split("</table>")[0]
    groups = re.findall(r'<tr class="group">.*?<td class="num">([0-9.]+)</td>', counted, re.S)
    (total,) = re.findall(r"<tfoot>.*?<td class=\"num\">([0-9.]+)</td>", counted, re.S)
    assert sum(map(float, groups)) == float(total) == 93
    assert browser.get(f"/standings/show/{moved['2025']}").status_code == 404
    assert browser.get(f"/claims/show/{world.ours.claim}").status_code == 404
    assert browser.get("/entries/list/").status_code == 200
    assert browser.post(f"/standings/action/issue/{moved['2026']}").mimetype == "application/pdf"


def test_only_the_school_of_today_keeps_the_record(
    app: Any, client_for: Client, world: World, moved: dict[str, int]
) -> None:
    browser, pk = client_for("school"), world.ours.teacher
    assert browser.get(f"/teachers/edit/{pk}").status_code in (403, 404)
    for action in ("deactivate", "slips"):
        answer = browser.post(f"/teachers/action/{action}/{pk}", {"on": "2026-11-01"})
        assert answer.status_code < 500 and answer.mimetype != "application/pdf"
    assert "/action/deactivate" not in browser.get(f"/teachers/show/{pk}").text
    with app.app_context(), acting(SYSTEM):
        assert db.session.get_one(Teacher, pk).is_active
        assert db.session.get_one(Claim, world.ours.claim).state == "submitted"
