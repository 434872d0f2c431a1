"""A record within the list it was opened from: previous, next, its place, the way back, and what nobody may break."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Teacher
from app.security.actor import SYSTEM, acting
from app.services import register
from tests.factories import CANARY, id_number


def links(page):
    """{rel: address} of the buttons of a record's page."""
    found = re.findall(r'href="([^"]+)" rel="(prev|next)"', page.text)
    return {rel: address.replace("&amp;", "&") for address, rel in found}


def place(page):
    found = re.search(r'<span class="place">([^<]*)</span>', page.text)
    return found[1] if found else None


@pytest.fixture
def roster(app, world, clock):
    """Five more of our teachers, by name in this order; the list is asked for in the order of names."""
    with app.app_context(), acting(SYSTEM):
        school = db.session.get_one(Teacher, world.ours.teacher).school
        made = [
            register.put_teacher(
                db.session, id_number=id_number(700 + one), now=clock, name=f"甲{one}", sex="1", school=school
            ).id
            for one in range(5)
        ]
        db.session.commit()
    return made


QUERY = "q=%E7%94%B2&_oc_TeacherView=name&_od_TeacherView=asc&psize_TeacherView=2"


def test_a_row_leads_to_its_place_and_on_to_the_next_and_back_to_the_very_page(client_for, roster):
    school = client_for("school")
    listed = school.get(f"/teachers/list/?{QUERY}&page_TeacherView=1")
    opened = re.search(rf'href="(/teachers/show/{roster[2]}\?[^"]+)"', listed.text)[1].replace("&amp;", "&")
    page = school.get(opened)
    assert place(page) == "3 of 5"
    assert urlsplit(links(page)["prev"]).path.endswith(f"/{roster[1]}")
    assert urlsplit(links(page)["next"]).path.endswith(f"/{roster[3]}")
    back = re.search(r'<a href="(/teachers/list/[^"]*)">Teachers</a>', page.text)[1].replace("&amp;", "&")
    assert parse_qs(urlsplit(back).query)["page_TeacherView"] == ["1"]
    assert f"/teachers/show/{roster[2]}?" in school.get(back).text
    last = school.get(links(school.get(links(page)["next"]))["next"])
    assert place(last) == "5 of 5" and "next" not in links(last)


def test_when_an_action_takes_a_record_out_of_the_list_the_next_one_follows(app, world, client_for, roster):
    school = client_for("school")
    at = f"/teachers/show/{roster[2]}?in={quote(QUERY + '&is_active=1', safe='')}&at=2"
    assert place(school.get(at)) == "3 of 5"
    gone = school.post(
        f"/teachers/action/deactivate/{roster[2]}", {"on": "2026-11-20", "reason_code": "retired", "back": at}
    )
    # The page stays within the list, and says where to go on.
    assert gone.location == at
    page = school.get(at)
    assert place(page) == "No longer in this list"
    assert urlsplit(links(page)["prev"]).path.endswith(f"/{roster[1]}")
    assert urlsplit(links(page)["next"]).path.endswith(f"/{roster[3]}")
    assert place(school.get(links(page)["next"])) == "3 of 4"


@pytest.mark.parametrize(
    "bad",
    ("at=x", "at=-1", "at=99999999999", "at=²", "at=0&in=%00%00",
     "at=5&in=page_TeacherView%3Dabc%26_oc_TeacherView%3Did",
     "at=0&in=" + "a" * 3000, "in=q%3D1", "at=0&in=" + "b%3D1%26" * 200),
)  # fmt: skip
def test_what_makes_no_sense_is_left_out_and_never_an_error(world, client_for, bad):
    assert client_for("school").get(f"/teachers/show/{world.ours.teacher}?{bad}").status_code == 200


def test_no_neighbour_is_out_of_reach(app, world, client_for):
    """A list asked for across the city shows one's own rows only, and so do its neighbours."""
    with app.app_context(), acting(SYSTEM):
        theirs = set(db.session.scalars(select(Teacher.id).where(Teacher.name.contains(CANARY))))
    assert theirs
    school = client_for("school")
    query = f"school%3D{world.theirs.school}%26school%3D{world.ours.school}"
    for at in range(4):
        for wish in (f"at={at}", f"at={at}&in={query}", f"at={at}&in=q%3D{CANARY}"):
            page = school.get(f"/teachers/show/{world.ours.teacher}?{wish}")
            assert page.status_code == 200
            assert not [one for one in links(page).values() if int(urlsplit(one).path.rsplit("/", 1)[1]) in theirs]
            assert CANARY not in page.text.replace(f"q%3D{CANARY}", "").replace(f"q={CANARY}", "")
