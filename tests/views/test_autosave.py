"""A draft is kept while one types, once; a retry begins no second claim; nothing is handed in by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.workflow import Verb
from app.extensions import db
from app.models import Claim
from app.security.actor import SYSTEM, acting, actor_of
from app.services import claims, decisions
from tests.client import Browser
from tests.conftest import NOW
from tests.factories import World
from tests.views.test_claim_form import GOOD, claims_titled, text, upload, version_of

TYPED = {**GOOD, "intent": "autosave"}


@pytest.fixture
def teacher(client_for: Callable[[str], Browser]) -> Browser:
    return client_for("teacher")


def key_of(page: str) -> str:
    found = re.search(r'name="form_key"[^>]*value="(\w{32})"', page)
    assert found is not None
    return found[1]


def test_what_is_typed_becomes_one_draft_however_often_it_is_sent(app: Any, teacher: Browser) -> None:
    key = key_of(text(teacher.get("/claims/add")))
    first = teacher.post("/claims/add", {**TYPED, "form_key": key})
    assert first.status_code == 200 and "Draft saved at" in json.loads(first.data)["words"]
    again = json.loads(teacher.post("/claims/add", {**TYPED, "form_key": key, "organiser_name": "另一单位"}).data)
    assert again["url"] == json.loads(first.data)["url"]
    with app.app_context():
        (claim,) = claims_titled(GOOD["title"])
        assert (claim.state, claim.organiser_name) == ("draft", "另一单位")


def test_a_file_is_sent_with_the_draft_and_shown_in_the_answer(teacher: Browser) -> None:
    kept = json.loads(teacher.post("/claims/add", {**TYPED, **upload()}).data)
    assert "证书.png" in kept["files"] and kept["held"] == ["proof"]
    later = teacher.post(kept["url"], {**TYPED, "version": str(kept["version"]), "title": "改了名称"})
    assert json.loads(later.data)["version"] > kept["version"]
    assert "改了名称" in text(teacher.get(kept["url"]))


def test_what_cannot_be_kept_is_said_at_its_field_and_nothing_changes(app: Any, teacher: Browser) -> None:
    kept = json.loads(teacher.post("/claims/add", TYPED).data)
    answer = teacher.post(kept["url"], {**TYPED, "version": str(kept["version"]), "stated_hours": "NaN", "title": "x"})
    assert answer.status_code == 422 and list(json.loads(answer.data)["fields"]) == ["stated_hours"]
    with app.app_context():
        assert len(claims_titled(GOOD["title"])) == 1


def test_an_older_tab_overwrites_nothing(app: Any, teacher: Browser) -> None:
    kept = json.loads(teacher.post("/claims/add", TYPED).data)
    old = {**TYPED, "version": str(kept["version"])}
    assert teacher.post(kept["url"], {**old, "organiser_name": "新的"}).status_code == 200
    stale = teacher.post(kept["url"], {**old, "title": "旧的一页"})
    assert stale.status_code == 409 and "Saved elsewhere" in json.loads(stale.data)["words"]
    with app.app_context():
        assert not claims_titled("旧的一页")


def test_a_submission_sent_twice_gets_the_first_result(app: Any, teacher: Browser) -> None:
    key = key_of(text(teacher.get("/claims/add")))
    sent = [teacher.post("/claims/add", {**GOOD, **upload(), "form_key": key, "intent": "submit"}) for _ in range(2)]
    assert [one.status_code for one in sent] == [302, 302]
    assert sent[0].location == sent[1].location
    with app.app_context():
        assert [one.state for one in claims_titled(GOOD["title"])] == ["submitted"]


def test_the_key_of_one_users_form_means_nothing_to_another(
    app: Any, teacher: Browser, client_for: Callable[[str], Browser], world: World
) -> None:
    key = key_of(text(teacher.get("/claims/add")))
    teacher.post("/claims/add", {**TYPED, "form_key": key})
    other = client_for("school").post("/claims/add", {**TYPED, "form_key": key, "teacher": str(world.ours.colleague)})
    assert other.status_code == 200
    with app.app_context():
        assert {one.teacher_id for one in claims_titled(GOOD["title"])} == {world.ours.teacher, world.ours.colleague}


@pytest.fixture
def returned(app: Any, teacher: Browser, world: World) -> int:
    """GOOD with a file, handed in and returned because its hours differ: its days alone are open."""
    pk = int(teacher.post("/claims/add", {**GOOD, **upload(), "intent": "submit"}).location.rpartition("/")[2])
    with app.app_context(), acting(SYSTEM):
        reviewer = actor_of(db.session, world.users["school"], "reviewer")
        claim = db.session.get_one(Claim, pk)
        said = {"reason_code": "hours_differ", "reason": "证书写明 6 学时"}
        decisions.return_claim(db.session, claim, reviewer, NOW, **said)
        db.session.commit()
    return pk


def test_of_a_returned_claim_only_what_was_asked_for_changes_whatever_is_sent(
    app: Any, teacher: Browser, returned: int
) -> None:
    page = text(teacher.get(f"/claims/edit/{returned}"))
    assert "证书写明 6 学时" in page and "Open to be mended: Days and hours." in page
    forged = {
        **TYPED, "kind": "result", "title": "别的活动", "organiser_name": "别的单位", "certificate_number": "X-1",
        "related": "no", "session_on": ["2026-05-14"], "session_part": ["full"], "session_minutes": [""],
        "version": version_of(teacher, returned),
    }  # fmt: skip
    assert teacher.post(f"/claims/edit/{returned}", forged).status_code == 200
    with app.app_context(), acting(SYSTEM):
        data = claims.data_of(db.session.get_one(Claim, returned))
    assert (data.kind, data.title, data.organiser_name) == (GOOD["kind"], GOOD["title"], GOOD["organiser_name"])
    assert data.certificate_number == GOOD["certificate_number"] and data.facts["related"] is True
    assert data.facts["sessions"] == [{"on": "2026-05-14", "full_day": True}]
    submitted = {**GOOD, "version": version_of(teacher, returned), "intent": "submit"}
    assert teacher.post(f"/claims/edit/{returned}", submitted).status_code == 302
    with app.app_context(), acting(SYSTEM):
        claim = db.session.get_one(Claim, returned)
        assert (claim.state, claim.decisions[1].verb) == ("submitted", Verb.RETURN)


def test_files_of_a_returned_claim_stay_where_they_were_not_asked_for(
    app: Any, teacher: Browser, returned: int
) -> None:
    sent = {**TYPED, "version": version_of(teacher, returned)}
    answer = teacher.post(f"/claims/edit/{returned}", {**sent, **upload("另一.png", b"%PDF-1 startxref %%EOF")})
    assert answer.status_code == 422 and "did not ask for other evidence" in answer.get_data(as_text=True)
    with app.app_context():
        (claim,) = claims_titled(GOOD["title"])
        held = claim.evidence[0].id
    # Refused as a whole: what was typed beside it, in a part that is open, is not half saved.
    beside = {"session_on": ["2026-05-14"], "session_part": ["full"], "session_minutes": [""]}
    removed = teacher.post(f"/claims/edit/{returned}", {**sent, **beside, "intent": f"remove-{held}"})
    assert removed.status_code == 422 and "did not ask for other evidence" in removed.get_data(as_text=True)
    with app.app_context():
        (claim,) = claims_titled(GOOD["title"])
        assert [one.id for one in claim.evidence] == [held]
        assert claims.data_of(claim).facts["sessions"] != [{"on": "2026-05-14", "full_day": True}]
