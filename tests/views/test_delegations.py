"""Standing in on screen: handing over, the banner, the colleague's way to the claims, and the end of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.errors import Refused
from app.extensions import db
from app.models import AuditEntry, Claim, Delegation, Evidence, Teacher
from app.security.actor import SYSTEM, acting
from app.services import accounts
from app.services.clock import stopped
from app.services.refusals import No
from tests.client import Browser
from tests.factories import CANARY, World, make_user

DAYS = {"from_on": "2026-11-20", "to_on": "2026-11-27", "reason": "外出培训"}


@pytest.fixture
def colleague(app: Flask, world: World) -> int:
    """The account of a teacher of our school who claims nothing."""
    with app.app_context(), acting(SYSTEM):
        user = make_user(db.session, "hemin", "何敏")
        accounts.appoint(db.session, user, "teacher")
        db.session.get_one(Teacher, world.ours.colleague).user_id = user.id
        db.session.commit()
        return user.id


def hand_over(browser: Browser, to: int, **changed: Any) -> Any:
    return browser.post("/delegations/add", DAYS | {"to_user": str(to)} | changed)


def delegation_of(app: Flask) -> Delegation:
    with app.app_context(), acting(SYSTEM):
        return db.session.scalars(select(Delegation).order_by(Delegation.id.desc())).first()


def test_a_teacher_reviews_for_the_school_and_sees_nothing_else_of_it(
    app: Flask, world: World, client_for: Any, colleague: int
) -> None:
    school, browser = client_for("school"), Browser(app, colleague)
    claim = f"/claims/show/{world.ours.claim}"
    assert browser.get(claim).status_code == 404
    assert [one["text"] for one in school.get("/lookup/colleague?q=何").get_json()["items"]] == ["何敏"]
    assert hand_over(school, colleague).status_code == 302
    page = browser.get(claim).text
    assert "You review for 西关小学 until 2026-11-27, in place of school." in page
    assert "何敏 reviews for 西关小学 in your place until 2026-11-27." in school.get("/").text
    assert "数学年会" in browser.get("/claims/list/").text
    assert CANARY not in browser.get("/claims/list/").text
    with app.app_context(), acting(SYSTEM):
        evidence = db.session.scalars(select(Evidence.id).where(Evidence.claim_id == world.ours.claim)).one()
    assert browser.get(f"/claims/evidence/{evidence}").status_code == 200
    # Doors of the school that stay shut, whatever the claim's page links to.
    for address in (
        "/teachers/list/", f"/teachers/show/{world.ours.teacher}", f"/claims/show/{world.ours.draft}",
        f"/claims/edit/{world.ours.claim}", "/imports/", "/lists/", "/delegations/add", "/review-setup/",
        "/standings/list/", "/entries/list/", "/certificates/list/",
    ):  # fmt: skip
        answer = browser.get(address)
        assert answer.status_code in (403, 404) or "陈怡" not in answer.text, address
    for name in ("submit", "revoke", "withdraw", "discard"):
        answer = browser.post(f"/claims/action/{name}/{world.ours.claim}", {"reason": "x", "reason_code": "other"})
        assert answer.status_code in (302, 403, 404, 422)
    assert browser.post(f"/claims/action/approve/{world.ours.claim}").status_code == 302
    with app.app_context(), acting(SYSTEM):
        decided = db.session.get_one(Claim, world.ours.claim)
        assert decided.state == "passed_first"
        assert (decided.decisions[-1].actor_name, decided.decisions[-1].acted_for) == ("何敏", "西关小学")
    assert "for 西关小学" in school.get(claim).text


def test_it_is_over_at_once(app: Flask, world: World, client_for: Any, colleague: int) -> None:
    school, browser = client_for("school"), Browser(app, colleague)
    hand_over(school, colleague)
    claim = f"/claims/show/{world.ours.claim}"
    assert browser.get(claim).status_code == 200
    with stopped(datetime(2026, 11, 27, 15, 59, tzinfo=UTC)):
        assert browser.get(claim).status_code == 200
    with stopped(datetime(2026, 11, 27, 16, 0, tzinfo=UTC)):
        # Midnight in Shanghai.
        assert browser.get(claim).status_code == 404
    pk = delegation_of(app).id
    assert browser.post(f"/delegations/action/end/{pk}").status_code in (302, 403)
    assert browser.get(claim).status_code == 200
    assert school.post(f"/delegations/action/end/{pk}").status_code == 302
    assert browser.get(claim).status_code == 404
    assert browser.post(f"/claims/action/approve/{world.ours.claim}").status_code in (302, 403, 404)
    assert "You review for" not in browser.get("/").text
    with app.app_context(), acting(SYSTEM):
        assert db.session.get_one(Claim, world.ours.claim).state == "submitted"
        lines = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "delegation")).all()
        assert [line.change for line in lines][-2:] == ["insert", "update"]


def test_no_account_is_named_that_is_no_colleague(app: Flask, world: World, client_for: Any, colleague: int) -> None:
    school = client_for("school")
    for user in (world.users["city"], world.users["auditor"], world.users["school"], 999_999):
        answer = hand_over(school, user)
        assert answer.status_code == 422 and "Choose one from the list" in answer.text
    found = school.get("/lookup/colleague?q=").get_json()["items"]
    assert {one["text"] for one in found} <= {"何敏", "陈怡", "全能"}
    for duty in ("teacher", "organiser", "system"):
        assert client_for(duty).get("/lookup/colleague?q=").status_code == 403
    for duty in ("city", "auditor"):
        assert client_for(duty).get("/lookup/colleague?q=").get_json()["items"] == []
        assert hand_over(client_for(duty), colleague).status_code == 403


def test_no_slip_opens_the_account_of_who_stands_in(
    app: Flask, world: World, client_for: Any, colleague: int, clock: Any
) -> None:
    """Else whoever hands over would sign in as the colleague and decide on their own claim."""
    hand_over(client_for("school"), colleague)
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.colleague)
        with pytest.raises(Refused) as refused:
            accounts.issue_slip(db.session, teacher, clock)
    assert refused.value.code == No.ACCOUNT_HAS_DUTIES
