"""Files sent with the claim form: judged by content, kept over a refusal, taken off again, and nobody else's."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.extensions import db
from app.models import Claim
from app.security.actor import SYSTEM, acting
from app.services import evidence
from tests.client import Browser
from tests.factories import World, png
from tests.views.test_claim_form import GOOD, claims_titled, text, upload, version_of


@pytest.fixture
def teacher(client_for: Callable[[str], Browser]) -> Browser:
    return client_for("teacher")


@pytest.fixture
def draft(teacher: Browser) -> int:
    """A saved draft with one file; its id."""
    return int(teacher.post("/claims/add", {**GOOD, **upload()}).location.rpartition("/")[2])


def test_a_file_that_came_with_a_refused_form_is_attached_by_its_token(app: Any, teacher: Browser) -> None:
    page = text(teacher.post("/claims/add", {**GOOD, **upload(), "kind": ""}))
    found = re.search(r'name="kept" value="([^"]+)"', page)
    assert found is not None
    assert teacher.post("/claims/add", {**GOOD, "kept": found[1], "intent": "submit"}).status_code == 302
    with app.app_context():
        (claim,) = claims_titled(GOOD["title"])
        assert [one.filename for one in claim.evidence] == ["证书.png"]


def test_a_token_given_to_somebody_else_brings_no_file(
    app: Any, teacher: Browser, client_for: Callable[[str], Browser], world: World
) -> None:
    page = text(teacher.post("/claims/add", {**GOOD, **upload(), "kind": ""}))
    found = re.search(r'name="kept" value="([^"]+)"', page)
    assert found is not None
    school = client_for("school")
    answer = school.post("/claims/add", {**GOOD, "kept": found[1], "teacher": str(world.ours.colleague)})
    assert answer.status_code == 422
    assert "could not be kept" in text(answer)
    assert "received, kept" not in text(answer)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("网页.pdf", b"<html><script>alert(1)</script></html>", "Only PDF, JPEG and PNG"),
        ("空.pdf", b"", "The file is empty"),
        ("大.pdf", b"%PDF-" + b"0" * (25 * 1024 * 1024), "larger than 20 MB"),
        ("坏.png", b"\x89PNG\r\n\x1a\n" + b"0" * 50, "cannot be opened"),
    ],
)
def test_a_file_is_judged_by_its_content(app: Any, teacher: Browser, name: str, data: bytes, words: str) -> None:
    answer = teacher.post("/claims/add", {**GOOD, "files": [(io.BytesIO(data), name), (io.BytesIO(png(5)), "好.png")]})
    page = text(answer)
    assert answer.status_code == 422
    assert name in page and words in page
    # The good one is kept.
    assert page.count("received, kept for this claim") == 1
    assert GOOD["title"] in page


def test_more_files_than_a_claim_takes_is_said(teacher: Browser) -> None:
    many = [(io.BytesIO(png(number)), f"{number}.png") for number in range(evidence.MAX_FILES + 1)]
    answer = teacher.post("/claims/add", {**GOOD, "files": many})
    assert answer.status_code == 422
    assert f"At most {evidence.MAX_FILES} files" in text(answer)


def test_a_file_is_taken_off_a_draft(app: Any, teacher: Browser, draft: int, world: World) -> None:
    with app.app_context(), acting(SYSTEM):
        row = db.session.get_one(Claim, draft).evidence[0].id
        foreign = world.theirs.evidence
    for pk, left in ((foreign, 1), (row, 0)):
        answer = teacher.post(
            f"/claims/edit/{draft}", {**GOOD, "version": version_of(teacher, draft), "intent": f"remove-{pk}"}
        )
        assert answer.status_code == 302
        with app.app_context(), acting(SYSTEM):
            assert len(db.session.get_one(Claim, draft).evidence) == left
    assert teacher.bare_post(f"/claims/edit/{draft}", {**GOOD, "intent": f"remove-{row}"}).status_code == 400


def purpose_name(page: str, filename: str) -> str:
    """The select beside a file."""
    found = re.search(rf'name="(purpose-\w+)" aria-label="What {filename} is"', page)
    assert found is not None
    return found[1]


def purposes_of(app: Any) -> list[tuple[str, str]]:
    with app.app_context():
        (claim,) = claims_titled(GOOD["title"])
        return [(one.filename, one.purpose) for one in claim.evidence]


@pytest.mark.parametrize(
    ("states", "beside", "words"),
    [
        ("states-translation", "files-translation", "A Chinese translation with the school&#39;s seal (EVIDENCE, R"),
        ("states-hours_proof", "files-hours_proof", "A proof of the hours with the school&#39;s seal (EVIDENCE, R"),
    ],
)
def test_what_has_to_stand_beside_the_evidence_is_asked_for_at_its_place(
    app: Any, teacher: Browser, states: str, beside: str, words: str
) -> None:
    data = {**GOOD, states: "y", "intent": "submit"}
    answer = teacher.post("/claims/add", {**data, **upload()})
    page = text(answer)
    assert answer.status_code == 422
    assert words in page and f'href="#{beside}"' in page and f'id="{beside}-fault"' in page
    assert re.search(rf'<input checked[^>]*name="{states}"', page) is not None
    with app.app_context():
        (claim,) = claims_titled(GOOD["title"])
        assert claim.state == "draft"
        pk = claim.id
    sent = {**data, "version": version_of(teacher, pk), beside: [(io.BytesIO(png(3)), "盖章.png")]}
    assert teacher.post(f"/claims/edit/{pk}", sent).status_code == 302
    assert purposes_of(app) == [("证书.png", "proof"), ("盖章.png", beside.removeprefix("files-"))]
    # Whoever reviews sees which file is what.
    assert '<b class="purpose">' in text(teacher.get(f"/claims/show/{pk}"))


def test_a_file_among_the_evidence_can_be_said_to_be_the_translation(app: Any, teacher: Browser) -> None:
    two = {"files": [(io.BytesIO(png(41)), "证书.png"), (io.BytesIO(png(42)), "译文.png")]}
    pk = int(teacher.post("/claims/add", {**GOOD, "states-translation": "y", **two}).location.rpartition("/")[2])
    page = text(teacher.get(f"/claims/edit/{pk}"))
    assert "Still missing, add it here:" in page
    name = purpose_name(page, "译文.png")
    data = {**GOOD, "states-translation": "y"}
    for said in ("novel", ""):
        refused = teacher.post(f"/claims/edit/{pk}", {**data, "version": version_of(teacher, pk), name: said})
        assert refused.status_code == 422 and "Say what each file is" in text(refused)
    sent = {**data, "version": version_of(teacher, pk), name: "translation", "intent": "submit"}
    assert teacher.post(f"/claims/edit/{pk}", sent).status_code == 302
    assert purposes_of(app) == [("证书.png", "proof"), ("译文.png", "translation")]


def test_a_translation_alone_is_no_evidence(app: Any, teacher: Browser) -> None:
    alone = {"files-translation": [(io.BytesIO(png(2)), "译文.png")], "states-translation": "y", "intent": "submit"}
    answer = teacher.post("/claims/add", {**GOOD, **alone})
    assert answer.status_code == 422
    assert "Attach the evidence first" in text(answer)


def test_a_file_kept_over_a_refusal_stays_what_it_was_or_becomes_what_is_said(app: Any, teacher: Browser) -> None:
    files = {"files": [(io.BytesIO(png(1)), "证书.png")], "files-translation": [(io.BytesIO(png(2)), "译文.png")]}
    page = text(teacher.post("/claims/add", {**GOOD, **files, "kind": ""}))
    tokens = re.findall(r'name="kept" value="([^"]+)"', page)
    swapped = {purpose_name(page, "证书.png"): "hours_proof"}
    assert teacher.post("/claims/add", {**GOOD, "kept": tokens, **swapped}).status_code == 302
    assert purposes_of(app) == [("证书.png", "hours_proof"), ("译文.png", "translation")]


def test_the_upload_says_that_a_copy_is_void(teacher: Browser) -> None:
    assert "scan or photograph the original; a copy is void" in text(teacher.get("/claims/add"))
