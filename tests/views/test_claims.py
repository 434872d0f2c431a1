"""Deciding on claims in the browser: who may, one winner of two, all or nothing, reasons, deadlines, evidence."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.extensions import db
from app.models import Claim, Decision, Entry, School, Teacher
from app.security.actor import SYSTEM, acting, actor_of
from app.services import accounts
from app.services.clock import stopped
from tests.client import Browser
from tests.factories import CANARY, World, make_claim, make_user

Client = Callable[[str], Browser]
RETURN = {"reason_code": "illegible", "reason": "照片不清，请重新拍摄原件。"}
# Two days after the last day of the second review of 2026 (28 Feb 2027).
LATE = datetime(2027, 3, 2, 2, 0, tzinfo=UTC)


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def act(browser: Browser, name: str, pk: int, **data: Any) -> TestResponse:
    return browser.post(f"/claims/action/{name}/{pk}", data)


def act_on_all(browser: Browser, name: str, *pks: int, **data: Any) -> TestResponse:
    return browser.post("/claims/action_post", {"action": name, "rowid": [str(pk) for pk in pks], **data})


def state_of(app: Any, pk: int) -> str:
    with app.app_context(), acting(SYSTEM):
        return db.session.get_one(Claim, pk).state


def decisions_of(app: Any, pk: int) -> list[Decision]:
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(select(Decision).where(Decision.claim_id == pk).order_by(Decision.id)))


def another_submitted(app: Any, world: World, shade: int = 9) -> int:
    """A second submitted claim, of the colleague."""
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.colleague)
        now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
        claim = make_claim(db.session, teacher, "英语年会", shade, school_actor(world), now, submit=True)
        db.session.commit()
        return claim.id


def school_actor(world: World) -> Any:
    """Whoever holds everything on our side, as the school that hands in on a teacher's behalf."""
    return actor_of(db.session, world.users["school"], "school")


def second_reviewer(app: Any, world: World) -> Browser:
    """Another first reviewer of the same school."""
    with app.app_context(), acting(SYSTEM):
        user = make_user(db.session, "school2", "second")
        accounts.appoint(db.session, user, "school", school=db.session.get_one(School, world.ours.school))
        db.session.commit()
        pk = user.id
    return Browser(app, pk)


def test_both_reviews_bring_one_ledger_entry_with_what_was_recognised(
    app: Any, client_for: Client, world: World
) -> None:
    pk = world.ours.claim
    assert act(client_for("school"), "approve", pk, hours="6", category="elective").status_code == 302
    assert state_of(app, pk) == "passed_first"
    page = text(client_for("authority").get(f"/claims/show/{pk}"))
    # What the school recognised is what the second reviewer's dialog starts with.
    assert 'name="hours" inputmode="decimal" autocomplete="off" value="6"' in page
    assert act(client_for("authority"), "approve", pk).status_code == 302
    with app.app_context(), acting(SYSTEM):
        (entry,) = db.session.scalars(select(Entry).where(Entry.claim_id == pk))
        assert (entry.hours, entry.category) == (6, "elective")


@pytest.mark.parametrize("duty", ["teacher", "authority", "organiser", "city", "auditor", "system"])
def test_nobody_but_the_school_decides_first(app: Any, client_for: Client, world: World, duty: str) -> None:
    answer = act(client_for(duty), "approve", world.ours.claim)
    assert answer.status_code in (302, 403, 404, 422)
    assert state_of(app, world.ours.claim) == "submitted"


def test_who_decided_what_and_why_is_shown_to_the_teacher(app: Any, client_for: Client, world: World) -> None:
    assert act(client_for("school"), "return", world.ours.claim, **RETURN).status_code == 302
    page = text(client_for("teacher").get(f"/claims/show/{world.ours.claim}"))
    assert "Illegible: 照片不清，请重新拍摄原件。" in page
    assert "returned" in page and "school" in page
    form = text(client_for("teacher").get(f"/claims/edit/{world.ours.claim}"))
    assert "What to mend:" in form and "照片不清" in form


@pytest.mark.parametrize("verb", ["return", "reject"])
@pytest.mark.parametrize(
    "given", [{}, {"reason": "  ", "reason_code": "illegible"}, {"reason": "x", "reason_code": "no-such"}]
)
def test_a_decision_without_a_reason_is_not_taken(
    app: Any, client_for: Client, world: World, verb: str, given: dict[str, str]
) -> None:
    answer = act(client_for("school"), verb, world.ours.claim, **given)
    assert answer.status_code == 422
    assert state_of(app, world.ours.claim) == "submitted"


@pytest.mark.parametrize(
    ("hours", "words"),
    [("NaN", "not a number"), ("1e9", "more than can be recognised"), ("-1", ""), ("9", "more than can be recognised"),
     ("4.125", "two decimal places"), ("<b>6</b>", "not a number"), ("0", "")],
)  # fmt: skip
def test_hours_that_cannot_be_recognised_are_refused_and_shown_again(
    app: Any, client_for: Client, world: World, hours: str, words: str
) -> None:
    answer = act(client_for("school"), "approve", world.ours.claim, hours=hours, category="professional")
    assert answer.status_code == 422
    assert words in text(answer)
    assert "<b>6</b>" not in text(answer)
    assert state_of(app, world.ours.claim) == "submitted"


def test_an_unknown_category_is_refused(app: Any, client_for: Client, world: World) -> None:
    answer = act(client_for("school"), "approve", world.ours.claim, category="leisure")
    assert answer.status_code == 422
    assert state_of(app, world.ours.claim) == "submitted"


def test_of_two_reviewers_the_second_sees_what_the_first_decided(app: Any, client_for: Client, world: World) -> None:
    """Both have the page open, with the version in the dialog: the second is answered 409 with the winner's words."""
    first, second, pk = client_for("school"), second_reviewer(app, world), world.ours.claim
    with app.app_context(), acting(SYSTEM):
        version = str(db.session.get_one(Claim, pk).version)
    assert f'name="version" value="{version}"' in text(second.get(f"/claims/show/{pk}"))
    assert act(first, "return", pk, version=version, **RETURN).status_code == 302
    answer = act(second, "approve", pk, version=version)
    page = text(answer)
    assert answer.status_code == 409
    assert "This was decided a moment ago" in page
    assert "照片不清，请重新拍摄原件。" in page and "school" in page
    assert state_of(app, pk) == "returned"
    assert [one.verb for one in decisions_of(app, pk)] == ["submit", "return"]


def test_without_the_version_the_state_still_lets_only_one_win(app: Any, client_for: Client, world: World) -> None:
    assert act(client_for("school"), "approve", world.ours.claim).status_code == 302
    answer = act(second_reviewer(app, world), "reject", world.ours.claim, **RETURN)
    assert answer.status_code == 409
    assert state_of(app, world.ours.claim) == "passed_first"


def test_of_two_at_the_very_same_moment_one_wins(app: Any, client_for: Client, world: World) -> None:
    pk, start = world.ours.claim, threading.Barrier(2)
    reviewers = [client_for("school"), second_reviewer(app, world)]

    with app.app_context(), acting(SYSTEM):
        version = str(db.session.get_one(Claim, pk).version)

    def press(browser: Browser, verb: str) -> int:
        start.wait()
        return act(browser, verb, pk, version=version, reason_code="illegible", reason="照片不清").status_code

    with ThreadPoolExecutor(2) as pool:
        # Each thread has the stopped clock of this one.
        pressed = [
            pool.submit(contextvars.copy_context().run, press, browser, verb)
            for browser, verb in zip(reviewers, ("approve", "return"), strict=True)
        ]
        statuses = sorted(one.result() for one in pressed)
    assert statuses == [302, 409]
    assert len(decisions_of(app, pk)) == 2


def test_a_selection_is_decided_as_one(app: Any, client_for: Client, world: World) -> None:
    school, pks = client_for("school"), (world.ours.claim, another_submitted(app, world))
    for pk in pks:
        assert act(school, "approve", pk).status_code == 302
    assert {state_of(app, pk) for pk in pks} == {"passed_first"}
    authority = client_for("authority")
    assert act_on_all(authority, "reject", *pks).status_code == 422
    assert {state_of(app, pk) for pk in pks} == {"passed_first"}
    assert act_on_all(authority, "reject", *pks, reason_code="false", reason="与事实不符。").status_code == 302
    assert {state_of(app, pk) for pk in pks} == {"rejected"}


def test_one_that_cannot_be_decided_keeps_all_as_they_were(app: Any, client_for: Client, world: World) -> None:
    pks = (world.ours.claim, world.ours.draft)
    answer = act_on_all(client_for("school"), "return", *pks, **RETURN)
    assert answer.status_code == 422
    # What was typed is there to be sent again.
    assert RETURN["reason"] in text(answer)
    assert [state_of(app, pk) for pk in pks] == ["submitted", "draft"]


def test_a_foreign_claim_in_a_selection_is_unknown_and_nothing_happens(
    app: Any, client_for: Client, world: World
) -> None:
    answer = act_on_all(client_for("school"), "approve", world.ours.claim, world.theirs.claim)
    assert answer.status_code == 404
    assert state_of(app, world.ours.claim) == "submitted"
    assert CANARY not in text(answer)


def test_the_authority_sets_a_deadline_aside_with_a_reason_and_it_is_recorded(
    app: Any, client_for: Client, world: World
) -> None:
    pk = world.ours.claim
    authority = client_for("authority")
    assert act(client_for("school"), "approve", pk).status_code == 302
    assert "override_reason" not in text(authority.get(f"/claims/show/{pk}"))
    with stopped(LATE):
        assert 'name="override_reason"' in text(authority.get(f"/claims/show/{pk}"))
        refused = act(authority, "approve", pk, override_reason=" ")
        assert refused.status_code == 422
        assert 'name="override_reason"' in text(refused)
        assert state_of(app, pk) == "passed_first"
        assert act(authority, "approve", pk, override_reason="材料因系统故障迟到。").status_code == 302
    assert decisions_of(app, pk)[-1].override_reason == "材料因系统故障迟到。"
    assert "Deadline set aside: 材料因系统故障迟到。" in text(client_for("teacher").get(f"/claims/show/{pk}"))


def test_a_late_selection_asks_for_the_reason_too(app: Any, client_for: Client, world: World) -> None:
    pk = world.ours.claim
    assert act(client_for("school"), "approve", pk).status_code == 302
    with stopped(LATE):
        refused = act_on_all(client_for("authority"), "approve", pk)
        assert refused.status_code == 422 and 'name="override_reason"' in text(refused)
        assert act_on_all(client_for("authority"), "approve", pk, override_reason="迟到有因").status_code == 302
    assert state_of(app, pk) == "approved"


def test_the_school_cannot_set_a_deadline_aside(app: Any, client_for: Client, world: World) -> None:
    with stopped(LATE):
        school = client_for("school")
        assert 'name="override_reason"' not in text(school.get(f"/claims/show/{world.ours.claim}"))
        answer = act(school, "approve", world.ours.claim, override_reason="我们自己定")
    assert answer.status_code == 422
    assert state_of(app, world.ours.claim) == "submitted"


@pytest.mark.parametrize("duty", ["authority", "city"])
def test_a_registration_is_revoked_and_its_hours_taken_back(
    app: Any, client_for: Client, world: World, duty: str
) -> None:
    pk = world.ours.claim
    assert act(client_for("school"), "approve", pk).status_code == 302
    assert act(client_for("authority"), "approve", pk).status_code == 302
    assert act(client_for("school"), "revoke", pk, reason_code="duplicate", reason="x").status_code in (302, 403)
    assert state_of(app, pk) == "approved"
    assert act(client_for(duty), "revoke", pk, reason_code="duplicate", reason="重复登记").status_code == 302
    assert state_of(app, pk) == "revoked"
    with app.app_context(), acting(SYSTEM):
        # The entry and its reversal.
        hours = sum(entry.hours for entry in db.session.scalars(select(Entry).where(Entry.claim_id == pk)))
        assert hours == 0
    assert "重复登记" in text(client_for("teacher").get(f"/claims/show/{pk}"))


def test_a_draft_is_discarded_by_its_teacher(app: Any, client_for: Client, world: World) -> None:
    assert act(client_for("teacher"), "discard", world.ours.draft).status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert db.session.get(Claim, world.ours.draft) is None
    answer = act(client_for("teacher"), "discard", world.ours.claim)
    assert answer.status_code == 403
    assert "is not possible for" in answer.text
    assert state_of(app, world.ours.claim) == "submitted"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_never_decides(app: Any, client_for: Client, world: World, method: str) -> None:
    browser = client_for("everything")
    browser.client.open(f"/claims/action/approve/{world.ours.claim}", method=method)
    browser.client.open("/claims/action_post?action=approve&rowid=1", method=method)
    assert browser.bare_post(f"/claims/action/approve/{world.ours.claim}").status_code == 400
    assert state_of(app, world.ours.claim) == "submitted"
