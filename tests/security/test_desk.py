"""The review desk and what hangs on it, tried from the wrong side: nothing fails, nothing of others opens."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import Appointment, Claim, Delegation, Note, School, Teacher
from app.security.actor import SYSTEM, acting, actor_of
from app.services import accounts
from tests.client import Browser
from tests.conftest import NOW
from tests.factories import CANARY, World, make_user

TODAY = date(2026, 11, 20)


def stand_in(app: Flask, world: World, *, school: int | None = None, authority: int | None = None) -> int:
    """A teacher of our school, to whom its queue (or the authority's) is handed."""
    with app.app_context(), acting(SYSTEM):
        user = make_user(db.session, "hemin", "何敏")
        accounts.appoint(db.session, user, "teacher")
        db.session.get_one(Teacher, world.ours.colleague).user_id = user.id
        duty = "authority" if authority else "school"
        db.session.add(
            Delegation(
                from_user_id=world.users[duty], to_user_id=user.id, school_id=school, authority_id=authority,
                from_on=TODAY, to_on=TODAY, reason="外出", granted_at=NOW,
            )
        )  # fmt: skip
        db.session.commit()
        return user.id


def test_who_stands_in_reads_and_writes_notes_on_those_claims_and_on_nothing_else(
    app: Flask, world: World, client_for: Any
) -> None:
    client_for("school").post(f"/notes/claim/{world.ours.claim}", {"text": "给同事的话"})
    client_for("school").post(f"/notes/teacher/{world.ours.teacher}", {"text": "关于陈怡"})
    other = Browser(app, stand_in(app, world, school=world.ours.school))
    assert "给同事的话" in other.get(f"/review/claim/{world.ours.claim}").text
    assert other.post(f"/notes/claim/{world.ours.claim}", {"text": "代审看过"}).status_code == 200
    for subject, pk in (
        ("teacher", world.ours.teacher), ("teacher", world.ours.colleague), ("school", world.ours.school),
        ("activity", world.ours.activity), ("claim", world.theirs.claim), ("claim", world.ours.draft),
    ):  # fmt: skip
        for answer in (other.get(f"/notes/{subject}/{pk}"), other.post(f"/notes/{subject}/{pk}", {"text": "x"})):
            assert answer.status_code in (403, 404), (subject, pk)
    # On a claim of one's own nothing is read, whoever's queue one holds.
    with app.app_context(), acting(SYSTEM):
        db.session.get_one(Claim, world.ours.claim).teacher_id = world.ours.colleague
        db.session.commit()
    assert other.get(f"/notes/claim/{world.ours.claim}").status_code == 404
    assert other.post(f"/notes/claim/{world.ours.claim}", {"text": "x"}).status_code == 404
    with app.app_context(), acting(SYSTEM):
        assert set(db.session.scalars(select(Note.author))) == {"school", "何敏"}


def test_a_reviewer_who_stands_in_elsewhere_opens_claims_there_and_no_record_of_a_person(
    app: Flask, world: World, client_for: Any
) -> None:
    with app.app_context(), acting(SYSTEM):
        user = make_user(db.session, "there", "王主任")
        accounts.appoint(db.session, user, "school", school=db.session.get_one(School, world.theirs.school))
        db.session.add(
            Delegation(
                from_user_id=world.users["school"], to_user_id=user.id, school_id=world.ours.school,
                from_on=TODAY, to_on=TODAY, reason="外出", granted_at=NOW,
            )
        )  # fmt: skip
        db.session.commit()
        other = Browser(app, user.id)
    assert "陈怡" in other.get("/claims/list/").text
    desk = other.get(f"/review/claim/{world.ours.claim}").text
    assert "陈怡" in desk and "/teachers/show" not in desk
    assert other.get(f"/teachers/show/{world.theirs.teacher}").status_code == 200
    for method in ("show", "edit"):
        assert other.get(f"/teachers/{method}/{world.ours.teacher}").status_code == 404
    for address in ("/teachers/list/", "/teachers/list/?q=陈", "/standings/list/", "/entries/list/"):
        assert "陈怡" not in other.get(address).text.replace(f"{CANARY}陈怡", ""), address
    assert f"/teachers/show/{world.ours.teacher}\"" not in other.get("/search/?q=陈怡&part=1").text
    exported = other.post("/teachers/export", {"format": "csv"}).get_data().decode("utf-8-sig")
    assert CANARY in exported and "陈怡" not in exported.replace(f"{CANARY}陈怡", "")
    assert other.post("/teachers/export", {"format": "csv", "rowid": str(world.ours.teacher)}).status_code == 404


@pytest.mark.parametrize("change", ("left", "moved", "audits"))
def test_nobody_stands_in_who_could_not_be_chosen_any_more(app: Flask, world: World, change: str) -> None:
    user_id = stand_in(app, world, school=world.ours.school)
    browser, claim = Browser(app, user_id), f"/claims/show/{world.ours.claim}"
    assert browser.get(claim).status_code == 200
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.colleague)
        if change == "left":
            teacher.is_active = False
        elif change == "moved":
            teacher.school_id = world.theirs.school
        else:
            db.session.add(Appointment(user_id=user_id, duty="system"))
        db.session.commit()
        actor = actor_of(db.session, user_id, "何敏", TODAY)
    assert not actor.stands_in
    assert browser.get(claim).status_code in (403, 404)


def test_a_teacher_stands_in_for_no_authority(app: Flask, world: World) -> None:
    user_id = stand_in(app, world, authority=world.ours.authority)
    with app.app_context():
        assert not actor_of(db.session, user_id, "何敏", TODAY).stands_in


def test_the_authority_of_old_works_on_when_the_school_has_another(app: Flask, world: World, client_for: Any) -> None:
    """The claim keeps the authority of its day, whose reach the teacher has left."""
    with app.app_context(), acting(SYSTEM):
        claim = db.session.get_one(Claim, world.ours.claim)
        claim.state, claim.recognised_hours, claim.recognised_category = (
            "passed_first", claim.claimed_hours, claim.category,
        )  # fmt: skip
        claim.is_flagged = True
        db.session.get_one(School, world.ours.school).authority_id = world.theirs.authority
        db.session.commit()
        version = claim.version
    browser, pk, failed = client_for("authority"), world.ours.claim, []
    for address in (
        "/", "/review/", "/review/queue", f"/review/claim/{pk}", f"/review/?claim={pk}", f"/review/compare/{pk}/{pk}",
        f"/claims/show/{pk}", "/claims/list/", "/search/?q=数学", f"/notes/claim/{pk}", "/statistics/",
    ):  # fmt: skip
        answer = browser.get(address)
        if answer.status_code >= 500:
            failed.append(address)
    assert failed == []
    assert "陈怡" in browser.get("/review/").text
    assert browser.post("/review/bulk/", {"rowid": str(pk)}).status_code == 200
    assert browser.post("/claims/export", {"format": "csv"}).status_code == 200
    decided = browser.post(f"/review/decide/{pk}", {"verb": "approve", "version": str(version)})
    assert decided.status_code == 200, decided.text


def test_a_decision_waiting_in_somebody_elses_page_is_not_sent_in_ones_own_name(
    app: Flask, world: World, client_for: Any
) -> None:
    with app.app_context(), acting(SYSTEM):
        version = db.session.get_one(Claim, world.ours.claim).version
    posted = {"verb": "approve", "version": str(version), "as": str(world.users["everything"])}
    address = f"/review/decide/{world.ours.claim}"
    assert client_for("school").post(address, posted).status_code == 401
    with app.app_context(), acting(SYSTEM):
        assert db.session.get_one(Claim, world.ours.claim).state == "submitted"
    mine = posted | {"as": str(world.users["school"])}
    assert client_for("school").post(address, mine).status_code == 200


ODD = ("", "-1", "0", "x", "９", "2147483647", "2147483648", "9" * 20, "1'--", "%00", "\ud7ff", "a" * 3000)
PATHS = (
    "/review/?claim={}", "/review/?queue={}", "/review/queue?after={}", "/review/queue?after={0}_{0}_{0}",
    "/review/queue?queue=returned&after={}", "/review/claim/{}", "/review/compare/{0}/{0}", "/claims/list/?view={}",
    "/claims/list/?cols={}", "/claims/list/?page_ClaimView={}", "/claims/list/?year={}",
    "/claims/list/?_oc_ClaimView={}",
    "/claims/show/{{claim}}?in={}&at=0", "/claims/show/{{claim}}?in=&at={}", "/claims/show/{{claim}}?history={}",
    "/claims/show/{{claim}}?in=in%3D{0}%26at%3D{0}%26page_ClaimView%3D{0}%26psize_ClaimView%3D{0}&at={0}",
    "/notices/?page={}", "/search/?q={}", "/search/?q={}&part=1", "/notes/claim/{}", "/notes/{}/1", "/help/{}",
    "/statistics/list/?year={}", "/?year={}", "/statistics/authority/{}", "/statistics/?year={}",
)  # fmt: skip
POSTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/review/decide/{{claim}}", {"verb": "approve", "version": "{}"}),
    ("/review/decide/{{claim}}", {"verb": "approve", "version": "1", "hours": "{}", "category": "{}"}),
    ("/review/decide/{{claim}}", {"verb": "return", "version": "1", "reason": "{}", "reason_code": "{}"}),
    ("/review/decide/{}", {"verb": "approve", "version": "1"}),
    ("/review/opened/{}", {}),
    ("/review/bulk/", {"rowid": "{}"}),
    ("/review/bulk/", {"rows": "{},{}", "aside": "{}", "token": "{}", "leave": "{}"}),
    ("/review/bulk/approve", {"rows": "{}", "shown_at": "{}", "token": "{}", "back": "{}"}),
    ("/views/save", {"list": "{}", "title": "{}", "query": "{}"}),
    ("/views/save", {"list": "ClaimView", "title": "t", "query": "year={}&_oc_ClaimView={}&cols={}", "share": "{}"}),
    ("/views/change/{}", {"title": "{}"}),
    ("/views/overwrite/{}", {"query": "{}"}),
    ("/views/remove/{}", {}),
    ("/views/columns", {"list": "ClaimView", "column": "{}"}),
    ("/claims/export?cols={}&year={}", {"format": "csv", "rowid": "{}"}),
    ("/claims/export", {"format": "{}"}),
    ("/notes/claim/{{claim}}", {"text": "{}"}),
    ("/notes/withdraw/{}", {}),
    ("/notices/open/{}", {}),
    ("/profile/address", {"address": "{}", "old": "{}"}),
    ("/profile/correction", {"text": "{}"}),
    ("/profile/settings", {"language": "{}", "mail": "{}"}),
    ("/delegations/add", {"place": "{}", "to_user": "{}", "from_on": "{}", "to_on": "{}", "reason": "{}"}),
    ("/delegations/action/end/{}", {}),
    ("/year", {"year": "{}", "back": "{}"}),
)



@pytest.mark.parametrize("duty", ("teacher", "school", "authority", "city"))
def test_no_input_makes_the_desk_fail(world: World, client_for: Any, duty: str) -> None:
    browser, failed = client_for(duty), []
    for odd in ODD:
        for path in PATHS:
            address = path.replace("{{claim}}", str(world.ours.claim)).replace("{0}", odd).replace("{}", odd)
            answer = browser.get(address)
            if answer.status_code >= 500 or (CANARY in answer.text and duty not in ("city", "auditor")):
                failed.append(("get", answer.status_code, address[:90]))
        for path, form in POSTS:
            address = path.replace("{{claim}}", str(world.ours.claim)).replace("{}", odd)
            typed = {key: value.replace("{}", "\0" if odd == "%00" else odd) for key, value in form.items()}
            answer = browser.post(address, typed)
            if answer.status_code >= 500:
                failed.append(("post", answer.status_code, address[:90], str(typed)[:90]))
    assert failed == []
