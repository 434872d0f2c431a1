"""The form of a school: that there is no second review is said, never meant by an empty field; days are not to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models import School, Teacher
from app.security.actor import SYSTEM, acting
from tests.client import Browser
from tests.factories import World

Client = Callable[[str], Browser]


def authority_of(app: Any, code: str) -> Any:
    with app.app_context(), acting(SYSTEM):
        return db.session.scalars(select(School.authority_id).where(School.code == code)).one()


def form(app: Any, code: str, **stated: str) -> dict[str, str]:
    with app.app_context(), acting(SYSTEM):
        district = db.session.scalars(select(School.district_id).where(School.code == "4401031001")).one()
    base = {"code": code, "name": f"新校{code}", "district": str(district), "kind": "primary", "ownership": "public"}
    return base | stated


def test_an_empty_authority_is_the_districts(app: Any, client_for: Client, world: World) -> None:
    city = client_for("city")
    assert city.post("/schools/add", form(app, "4401039001")).status_code == 302
    assert authority_of(app, "4401039001") == world.ours.authority
    assert city.post("/schools/add", form(app, "4401039002", no_second_review="y")).status_code == 302
    assert authority_of(app, "4401039002") is None
    both = form(app, "4401039003", no_second_review="y", authority=str(world.ours.authority))
    answer = city.post("/schools/add", both)
    assert answer.status_code == 422 and "state one of them" in answer.text


def test_a_school_without_a_second_review_keeps_it_when_edited(app: Any, client_for: Client, world: World) -> None:
    city = client_for("city")
    city.post("/schools/add", form(app, "4401039002", no_second_review="y"))
    with app.app_context(), acting(SYSTEM):
        row = db.session.scalars(select(School).where(School.code == "4401039002")).one()
        pk, version = row.id, str(row.version)
    page = city.get(f"/schools/edit/{pk}").text
    field = page.split('name="no_second_review"')[0].rsplit("<input", 1)[1] + page.split('name="no_second_review"')[1]
    assert "checked" in field.split(">")[0]
    changed = form(app, "4401039002", version=version, is_active="y")
    assert city.post(f"/schools/edit/{pk}", changed).status_code == 302
    assert authority_of(app, "4401039002") == world.ours.authority


def test_a_first_day_to_come_is_refused_at_its_field(app: Any, client_for: Client, world: World) -> None:
    with app.app_context(), acting(SYSTEM):
        version = str(db.session.get_one(Teacher, world.ours.colleague).version)
    stated = {
        "name": "何敏", "sex": "2", "school": str(world.ours.school), "series": "teacher", "title": "first",
        "post": "full_time", "version": version, "joined_on": "2026-11-21",
    }  # fmt: skip
    answer = client_for("school").post(f"/teachers/edit/{world.ours.colleague}", stated)
    assert answer.status_code == 422 and "The first day is in the future" in answer.text
    left = client_for("school").post(f"/teachers/action/deactivate/{world.ours.colleague}", {"on": "2026-11-21"})
    assert left.status_code < 500
    with app.app_context(), acting(SYSTEM):
        assert db.session.get_one(Teacher, world.ours.colleague).is_active
