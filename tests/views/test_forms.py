"""Forms: what is refused says why and keeps what was typed; a stale form overwrites nothing; no input is a 500."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Activity, Organiser, PolicyBinding, School, Teacher
from app.security.actor import SYSTEM, acting
from tests.factories import id_number

TEACHER = {
    "name": "林秀",
    "id_number": id_number(77),
    "sex": "2",
    "series": "teacher",
    "title": "first",
    "post": "full_time",
    "stage": "primary",
    "subject": "数学",
    "joined_on": "2020-09-01",
    "phone": "13800001234",
}
SCHOOL = {
    "code": "4401031999",
    "name": "新学校",
    "district": "1",
    "authority": "1",
    "kind": "primary",
    "ownership": "public",
}
ACTIVITY = {
    "number": "B-1",
    "title": "新活动",
    "kind": "face_to_face",
    "category": "professional",
    "hours": "6",
    "starts_on": "2026-05-01",
    "ends_on": "2026-05-02",
    "organiser": "1",
}
FORMS = {
    "teachers": TEACHER | {"school": "1"},
    "schools": SCHOOL,
    "activities": ACTIVITY,
    "districts": {"code": "440199", "name": "新区"},
    "authorities": {"code": "X1", "name": "新单位", "kind": "centre"},
    "organisers": {"name": "新机构", "level": "city"},
    "attendance": {"activity": "1", "teacher": "1", "attended_on": "2026-03-04", "hours": "1", "passed": "y"},
    "bindings": {"year": "2030", "series": "teacher", "policy": "guangdong-2021"},
    "users": {"username": "neuer", "first_name": "新人", "password": "a long enough one 7"},
    "appointments": {"user": "1", "duty": "auditor"},
}
HOSTILE = (
    "",
    " ",
    "x" * 100_000,
    "\0",
    "a\0b",
    "<script>alert(1)</script>",
    "1000000000",
    "NaN",
    "Infinity",
    "-1",
    "1e400",
    "0",
    "99999999999999999999",
    "'; DROP TABLE teacher; --",
    "2026-02-30",
    "²",
    "𠮷" * 60,
    "\ud7ff",
    "../../etc/passwd",
    "1.234",
)

# What it does was said before; tests/views/test_bindings.py asks for it.
TOLD = {"bindings": "?told=2030.teacher.guangdong-2021"}


def one(app, statement):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalars(statement).unique().one_or_none()


@pytest.mark.parametrize("place", FORMS)
def test_a_good_form_is_saved(client_for, place):
    answer = client_for("everything").post(f"/{place}/add{TOLD.get(place, '')}", FORMS[place])
    assert answer.status_code == 302, answer.text


@pytest.mark.parametrize("place", FORMS)
def test_no_hostile_value_of_any_field_is_an_error_of_ours(client_for, place):
    browser = client_for("everything")
    for field in FORMS[place]:
        for value in HOSTILE:
            answer = browser.post(f"/{place}/add", FORMS[place] | {field: value})
            assert answer.status_code in (302, 422), f"{place}.{field}={value[:30]!r}: {answer.status_code}"
            assert "<script>alert(1)" not in answer.text
            assert "sqlalchemy" not in answer.text.lower()
            assert "UNIQUE constraint" not in answer.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    (
        ("hours", "NaN", "Write a number"),
        ("hours", "1000000000", "more hours than a year"),
        ("hours", "-1", "cannot be negative"),
        ("hours", "1.234", "two decimal places"),
        ("starts_on", "2026-02-30", "Write the day as"),
        ("starts_on", "5.1.2026", "Write the day as"),
        ("kind", "nonsense", "Choose one from the list"),
        ("organiser", "99999", "Choose one from the list"),
        ("title", "x" * 121, "At most 120 characters"),
        ("title", "  ", "This is needed"),
        ("title", "a\0b", "cannot be stored"),
        ("ends_on", "2026-04-30", "before the first one"),
        ("category", "public", "needs its subject"),
    ),
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(app, client_for, field, value, said):
    answer = client_for("city").post("/activities/add", ACTIVITY | {field: value})
    assert answer.status_code == 422
    assert said in answer.text
    kept = {
        name: typed
        for name, typed in ACTIVITY.items()
        if name != field and name in ("number", "title", "hours", "starts_on")
    }
    assert all(f'value="{typed}"' in answer.text for typed in kept.values())
    assert one(app, select(Activity).where(Activity.number == "B-1")) is None


def test_a_number_that_is_taken_is_said_at_its_field_without_sql(app, client_for):
    browser = client_for("city")
    browser.post("/activities/add", ACTIVITY)
    answer = browser.post("/activities/add", ACTIVITY | {"title": "又一个"})
    assert answer.status_code == 422
    assert "already has this" in answer.text
    assert 'value="又一个"' in answer.text


def test_the_id_number_is_checked_sealed_and_never_shown(app, client_for, world):
    browser = client_for("school")
    form = TEACHER | {"school": str(world.ours.school)}
    wrong = form["id_number"][:17] + ("0" if form["id_number"][17] != "0" else "1")
    answer = browser.post("/teachers/add", form | {"id_number": wrong})
    assert answer.status_code == 422
    assert "does not fit" in answer.text
    assert browser.post("/teachers/add", form).status_code == 302
    made = one(app, select(Teacher).where(Teacher.name == "林秀"))
    page = browser.get(f"/teachers/show/{made.id}").text + browser.get(f"/teachers/edit/{made.id}").text
    assert form["id_number"] not in page
    assert f"{form['id_number'][:6]}********{form['id_number'][-4:]}" in page
    assert form["id_number"].encode() not in made.id_number_cipher


def test_a_teacher_known_elsewhere_is_refused_not_taken_over(client_for, world):
    answer = client_for("school").post(
        "/teachers/add", TEACHER | {"school": str(world.ours.school), "id_number": id_number(101)}
    )
    assert answer.status_code == 422
    assert "registered already" in answer.text


def test_an_empty_id_number_keeps_the_old_one(app, client_for, world):
    browser = client_for("school")
    before = one(app, select(Teacher).where(Teacher.id == world.ours.colleague))
    form = TEACHER | {
        "id_number": "",
        "name": "何敏敏",
        "school": str(world.ours.school),
        "version": str(before.version),
    }
    assert browser.post(f"/teachers/edit/{world.ours.colleague}", form).status_code == 302
    after = one(app, select(Teacher).where(Teacher.id == world.ours.colleague))
    assert (after.name, after.id_number_index) == ("何敏敏", before.id_number_index)


def test_a_stale_form_overwrites_nothing_and_shows_both(app, client_for):
    browser = client_for("city")
    seen = one(app, select(Organiser).where(Organiser.id == 1)).version
    first = {"name": "先到者", "level": "city", "version": str(seen)}
    assert browser.post("/organisers/edit/1", first).status_code == 302
    answer = browser.post("/organisers/edit/1", {"name": "后到者", "level": "province", "version": str(seen)})
    assert answer.status_code == 409
    assert "先到者" in answer.text
    assert 'value="后到者"' in answer.text
    assert one(app, select(Organiser).where(Organiser.id == 1)).name == "先到者"
    again = {"name": "后到者", "level": "province", "version": str(seen + 1)}
    assert browser.post("/organisers/edit/1", again).status_code == 302
    assert one(app, select(Organiser).where(Organiser.id == 1)).name == "后到者"


def test_a_form_without_its_version_is_stale(app, client_for):
    assert client_for("city").post("/organisers/edit/1", {"name": "无版本", "level": "city"}).status_code == 409
    assert one(app, select(Organiser).where(Organiser.id == 1)).name != "无版本"


def test_a_refused_change_leaves_nothing_behind_for_a_later_commit(app, client_for, world):
    """FAB's pre_update left the object dirty, and the next commit stored it."""
    browser = client_for("city")
    version = one(app, select(School).where(School.id == world.ours.school)).version
    form = SCHOOL | {"name": "不应保存", "code": "12", "is_active": "y", "version": str(version)}
    assert browser.post(f"/schools/edit/{world.ours.school}", form).status_code == 422
    browser.post("/organisers/add", {"name": "别的", "level": "city"})
    assert one(app, select(School).where(School.id == world.ours.school)).name == "西关小学"


def test_a_school_with_teachers_is_not_closed(app, client_for, world):
    school = one(app, select(School).where(School.id == world.ours.school))
    form = {
        "code": school.code,
        "name": school.name,
        "district": str(school.district_id),
        "authority": str(school.authority_id),
        "kind": "primary",
        "ownership": "public",
        "version": str(school.version),
    }
    answer = client_for("city").post(f"/schools/edit/{school.id}", form)
    assert answer.status_code == 422
    assert "still belong to this school" in answer.text
    assert one(app, select(School).where(School.id == world.ours.school)).is_active


def test_saving_leads_back_to_where_one_came_from_and_never_off_this_host(client_for):
    browser = client_for("city")
    new = {"level": "city"}
    answer = browser.post("/organisers/add?back=/organisers/list/?level=city", new | {"name": "甲"})
    assert answer.headers["Location"] == "/organisers/list/?level=city"
    for number, evil in enumerate(
        ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y")
    ):
        answer = browser.post("/organisers/add", new | {"name": f"乙{number}", "back": evil})
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/organisers/show/")


def test_a_policy_is_bound_and_a_wrong_year_refused(app, client_for):
    browser = client_for("city")
    assert browser.post(f"/bindings/add{TOLD['bindings']}", FORMS["bindings"]).status_code == 302
    assert one(app, select(PolicyBinding).where(PolicyBinding.year == 2030)).policy == "guangdong-2021"
    answer = browser.post("/bindings/add", FORMS["bindings"] | {"policy": "guangzhou-2020"})
    assert answer.status_code == 422
    assert "already have a policy" in answer.text or "already has this" in answer.text
    assert browser.post("/bindings/add", FORMS["bindings"] | {"year": "1"}).status_code == 422


def test_an_organiser_makes_activities_of_its_own_only(app, client_for, world):
    form = {key: value for key, value in ACTIVITY.items() if key != "organiser"}
    browser = client_for("organiser")
    page = browser.get("/activities/add").text
    assert 'name="school"' not in page
    assert "市教师发展中心" in page
    assert browser.post("/activities/add", form | {"organiser": str(world.organiser)}).status_code == 302
    foreign = browser.post("/activities/add", form | {"number": "B-2", "organiser": str(world.other_organiser)})
    assert foreign.status_code == 404
    assert one(app, select(Activity).where(Activity.number == "B-2")) is None
