"""The evidence of a claim: only within the claim's reach, under its own name; and likeness to others' is flagged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.extensions import db
from app.models import Claim
from app.security.actor import SYSTEM, acting
from app.services.store import store
from tests.client import Browser
from tests.factories import CANARY, World
from tests.views.test_claims import text

Client = Callable[[str], Browser]


def test_evidence_goes_only_where_its_claim_goes(client_for: Client, world: World) -> None:
    for duty in ("teacher", "school", "authority", "city", "auditor"):
        answer = client_for(duty).get(f"/claims/evidence/{world.ours.evidence}")
        assert answer.status_code == 200
        assert answer.data.startswith(b"\x89PNG")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for duty in ("teacher", "school", "authority"):
        assert client_for(duty).get(f"/claims/evidence/{world.theirs.evidence}").status_code == 404
    assert client_for("organiser").get(f"/claims/evidence/{world.ours.evidence}").status_code == 403
    for odd in ("0", "-1", "x", "9" * 30, "1.0"):
        assert client_for("school").get(f"/claims/evidence/{odd}").status_code == 404


def test_a_chinese_file_name_is_kept_for_who_downloads_it(client_for: Client, world: World) -> None:
    disposition = client_for("school").get(f"/claims/evidence/{world.ours.evidence}").headers["Content-Disposition"]
    assert "filename*=UTF-8''%E6%95%B0%E5%AD%A6%E5%B9%B4%E4%BC%9A.png" in disposition


def test_a_file_missing_from_the_store_is_a_clear_page(app: Any, client_for: Client, world: World) -> None:
    with app.app_context(), acting(SYSTEM):
        claim = db.session.get_one(Claim, world.ours.claim)
        store().path(claim.evidence[0].sha256).unlink()
    answer = client_for("school").get(f"/claims/evidence/{world.ours.evidence}")
    assert answer.status_code == 404
    assert "The file is not there any more. Tell the administrator." in text(answer)
    assert client_for("school").get(f"/claims/show/{world.ours.claim}").status_code == 200


def same_certificate(app: Any, *pks: int) -> None:
    with app.app_context(), acting(SYSTEM):
        for pk in pks:
            found = db.session.get_one(Claim, pk)
            found.certificate_number = found.certificate_key = "HUI20267"
        db.session.commit()


def test_a_certificate_number_claimed_elsewhere_is_flagged_without_telling_whose(
    app: Any, client_for: Client, world: World
) -> None:
    same_certificate(app, world.ours.claim, world.theirs.claim)
    page = text(client_for("school").get(f"/claims/show/{world.ours.claim}"))
    assert "Another teacher claims the same certificate number." in page and "at another unit" in page
    assert CANARY not in page and f"/claims/show/{world.theirs.claim}" not in page
    city = text(client_for("city").get(f"/claims/show/{world.ours.claim}"))
    assert f"/claims/show/{world.theirs.claim}" in city and CANARY in city
    # It is for reviewers: the claimant is not told about other teachers.
    assert "Another teacher" not in text(client_for("teacher").get(f"/claims/show/{world.ours.claim}"))
