"""Views of lists that people keep: what is kept of a query, who sees whose, what the bare list opens with."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import AuditEntry, ListChoice, SavedView
from app.security.actor import SYSTEM, acting

TEACHERS = "TeacherView"
MINE = "::"


def keep(browser, title="小学", query="stage=primary", share=MINE, view=TEACHERS, **more):
    return browser.post("/views/save", {"list": view, "title": title, "query": query, "share": share} | more)


def kept(app):
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(select(SavedView).order_by(SavedView.id)))


def tabs_of(page):
    return page.split('class="nav nav-tabs"')[1].split("</ul>")[0]


def school_share(world):
    return f"school:{world.ours.school}:"


def test_a_view_is_kept_and_opens_under_its_whole_query(app, client_for):
    browser = client_for("school")
    query = "title=senior&stage=primary&stage=junior&page_TeacherView=3&nothing=1&_od_TeacherView=desc&q=+%E9%99%88+"
    answer = keep(browser, "  小学  与初中 ", query)
    (saved,) = kept(app)
    assert saved.title == "小学 与初中"
    # One order, known arguments only, no page, no direction of nothing.
    assert saved.query == "q=%E9%99%88&stage=junior&stage=primary&title=senior"
    assert answer.location.endswith(f"/teachers/list/?{saved.query}&view={saved.id}")
    page = browser.get(answer.location).text
    assert "小学 与初中" in tabs_of(page).split('class="active"')[1].split("</li>")[0]
    assert "Save changes" not in page
    assert browser.get(f"/teachers/list/?view={saved.id}").location.endswith(f"{saved.query}&view={saved.id}")


def test_what_differs_can_be_saved_anew(app, client_for):
    browser = client_for("school")
    keep(browser)
    (saved,) = kept(app)
    page = browser.get(f"/teachers/list/?stage=junior&view={saved.id}").text
    assert "Save changes" in page
    browser.post(f"/views/overwrite/{saved.id}", {"query": "stage=junior"})
    browser.post(f"/views/change/{saved.id}", {"title": "初中", "share": MINE, "is_default": "1"})
    (saved,) = kept(app)
    assert (saved.query, saved.title, saved.is_default) == ("stage=junior", "初中", True)
    assert browser.post(f"/views/remove/{saved.id}").location.endswith("/teachers/list/?view=all")
    assert kept(app) == []


def test_the_bare_list_opens_with_the_default_and_all_stays_reachable(app, client_for):
    browser = client_for("school")
    keep(browser, is_default="1")
    (saved,) = kept(app)
    assert browser.get("/teachers/list/").location.endswith(f"?stage=primary&view={saved.id}")
    for path in ("?view=all", "?_f=1", "?stage=junior", f"?_f=1&view={saved.id}"):
        assert browser.get(f"/teachers/list/{path}").status_code == 200, path
    # Taking the last filter away says so, or the view would come back.
    assert "_f=1" in browser.get(f"/teachers/list/?stage=primary&view={saved.id}").text
    # A view of everything leads to no circle.
    keep(browser, "全部", "", is_default="1")
    there = browser.get("/teachers/list/").location
    assert browser.get(there).status_code == 200
    assert [one.is_default for one in kept(app)] == [False, True]


def test_a_view_of_ones_own_is_nobody_elses(app, client_for):
    keep(client_for("school"), is_default="1")
    (saved,) = kept(app)
    for duty in ("authority", "city", "auditor"):
        browser = client_for(duty)
        assert browser.get("/teachers/list/").status_code == 200
        assert "小学</a>" not in browser.get("/teachers/list/?view=all").text
        assert browser.get(f"/teachers/list/?view={saved.id}").status_code == 200
        for path in ("change", "overwrite", "remove"):
            assert browser.post(f"/views/{path}/{saved.id}", {"title": "改", "share": MINE}).status_code == 404
    (same,) = kept(app)
    assert (same.title, same.query) == ("小学", "stage=primary")


def test_colleagues_see_what_is_shared_and_change_nothing(app, client_for, world):
    """"everything" reviews for the same school."""
    keep(client_for("school"), share=school_share(world), is_default="1")
    (saved,) = kept(app)
    colleague = client_for("everything")
    assert colleague.get("/teachers/list/").location.endswith(f"view={saved.id}")
    assert "Shared by" in colleague.get("/teachers/list/?view=all").text
    assert client_for("authority").get("/teachers/list/").status_code == 200
    # The colleague's own choice goes before that of the others.
    keep(colleague, "我的", "stage=junior", is_default="1")
    assert "stage=junior" in colleague.get("/teachers/list/").location


@pytest.mark.parametrize(
    "share", ("school:{theirs}:", "authority::{theirs}", "teacher::", "school::", "x", "", "city::")
)
def test_one_shares_with_ones_own_colleagues_only(app, client_for, world, share):
    answer = keep(client_for("school"), share=share.format(theirs=world.theirs.school))
    assert answer.status_code == 404
    assert kept(app) == []


def test_the_city_shares_with_a_duty_and_looks_after_what_is_shared_so(app, client_for, world):
    city = client_for("city")
    keep(city, "待我初审", "state=submitted", share="school::", view="ClaimView")
    (saved,) = kept(app)
    assert "待我初审" in client_for("school").get("/claims/list/").text
    assert "待我初审" not in client_for("authority").get("/claims/list/").text
    assert client_for("school").post(f"/views/remove/{saved.id}").status_code == 404
    with app.app_context(), db.engine.begin() as connection:
        table = SavedView.__table__
        connection.execute(table.update().values(owner_id=world.users["system"]))
    assert "待我初审" in city.get("/claims/list/").text
    city.post(f"/views/change/{saved.id}", {"title": "初审", "share": "school::"})
    assert kept(app)[0].title == "初审"
    with app.app_context(), acting(SYSTEM):
        line = db.session.scalars(
            select(AuditEntry).where(AuditEntry.subject == "saved_view").order_by(AuditEntry.id.desc())
        ).first()
    assert (line.user_id, line.after) == (world.users["city"], {"title": "初审"})
    city.post(f"/views/remove/{saved.id}")
    assert kept(app) == []


def test_refusals_say_what_to_do_and_keep_the_list(app, client_for):
    browser = client_for("school")
    keep(browser)
    for form, said in (
        ({"title": "小学"}, "already"),
        ({"title": " "}, "Give the view a name"),
        ({"title": "长" * 41}, "at most 40"),
        ({"query": "&".join(f"school={number}" for number in range(400))}, "Too many filters"),
    ):
        answer = keep(browser, **({"title": "另一个"} | form), back="/teachers/list/?stage=junior")
        assert answer.location == "/teachers/list/?stage=junior"
        assert said in browser.get("/teachers/list/?view=all").text
    assert len(kept(app)) == 1
    for number in range(19):
        keep(browser, f"视图{number}")
    keep(browser, "第二十一个")
    assert "At most 20 views" in browser.get("/teachers/list/?view=all").text
    assert len(kept(app)) == 20


def test_a_list_one_may_not_open_keeps_nothing(app, client_for):
    for duty, view in (("teacher", TEACHERS), ("school", "UserView"), ("school", "JobView"), ("school", "nothing")):
        browser = client_for(duty)
        assert keep(browser, view=view).status_code == 404
        assert browser.post("/views/columns", {"list": view, "column": "name"}).status_code == 404
    assert kept(app) == []


def heads(page):
    return [part.split('"')[0] for part in page.split('<th scope="col" class="col-')[1:]]


def test_columns_are_chosen_kept_and_given_back(app, client_for, world):
    browser = client_for("school")
    chosen = {"list": TEACHERS, "column": ["phone", "post", "school.district", "id_number_cipher", "stage"]}
    assert browser.post("/views/columns", chosen, headers={"X-Requested-With": "fetch"}).status_code == 204
    shown = ["name", "post", "school-district", "stage"]
    # The leading column always, unknown ones never, in the order that was chosen.
    assert heads(browser.get("/teachers/list/").text) == shown
    assert heads(client_for("everything").get("/teachers/list/").text)[:2] == ["name", "id_number_masked"]
    # The address goes before what was chosen.
    assert heads(browser.get("/teachers/list/?cols=name,sex,nothing").text) == ["name", "sex"]
    keep(browser)
    assert kept(app)[0].query.startswith("stage=")
    browser.post("/views/columns", {"list": TEACHERS, "reset": "1", "column": "sex"})
    assert len(heads(browser.get("/teachers/list/").text)) == 8
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(ListChoice)).all() == []


def test_one_orders_by_what_is_shown(client_for):
    """Ordering by a hidden column would tell its values."""
    browser = client_for("school")
    sorted_page = browser.get("/teachers/list/?_oc_TeacherView=stage&_od_TeacherView=desc").text
    assert 'aria-sort="descending"' in sorted_page
    assert "aria-sort" not in browser.get("/teachers/list/?cols=name,sex&_oc_TeacherView=stage").text
    # A relation is ordered by its name.
    assert "_oc_TeacherView=school.name" in sorted_page


@pytest.mark.parametrize("duty", ("school", "authority", "teacher", "city", "auditor"))
def test_ready_views_open_and_count_what_they_show(client_for, duty):
    browser = client_for(duty)
    page = browser.get("/claims/list/?view=all").text
    links = [part.split('"')[0].replace("&amp;", "&") for part in tabs_of(page).split('<a href="')[1:]]
    assert len(links) >= 4
    for link in links:
        answer = browser.get(link)
        assert answer.status_code == 200
        assert "was left out" not in answer.text
        assert tabs_of(answer.text).count('aria-current="true"') == 1, link
