"""Approving many at once in the browser: what is shown is what happens, a sample stays aside, nothing leads past it."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import BulkReview, Claim, SpotCheck, Teacher
from app.security.actor import SYSTEM, acting, actor_of
from app.services import claims, decisions, evidence
from app.services.claims import ClaimData
from tests.client import Browser
from tests.factories import CANARY, World, png

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
START, YES = "/review/bulk/", "/review/bulk/approve"


@pytest.fixture
def rows(app: Flask, world: World) -> list[int]:
    """Six claims of our colleague that wait for the school, one of them marked by the rules."""
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.colleague)
        actor, found = actor_of(db.session, world.users["school"], "school"), []
        for number in range(6):
            on = date(2026, 6, 1) + timedelta(days=number)
            facts = {"sessions": [{"on": on.isoformat(), "full_day": True}], "related": True, "passed": True}
            data = ClaimData(
                year=2026, kind="conference", title=f"第{number}次研讨", starts_on=on, ends_on=on, facts=facts
            )
            claim = claims.draft(db.session, teacher, data, actor, NOW)
            evidence.attach(db.session, claim, "证书.png", io.BytesIO(png(300 + number)), NOW)
            claims.submit(db.session, claim, actor, NOW)
            found.append(claim)
        found[0].is_flagged = True
        db.session.commit()
        return [claim.id for claim in found]


def fields(page: str) -> dict[str, Any]:
    """The screen's own fields, as a browser would send them back."""
    names = ("rows", "aside", "token", "shown_at")
    held = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in names}
    return held | {"leave": re.findall(r'name="leave" value="(\w+)" checked', page)}


def states(app: Flask, rows: list[int]) -> list[str]:
    with app.app_context(), acting(SYSTEM):
        return [db.session.get_one(Claim, pk).state for pk in rows]


def chosen(rows: list[int]) -> dict[str, Any]:
    return {"rowid": [str(pk) for pk in rows], "back": "/claims/list/?state=submitted"}


def test_what_is_shown_is_approved_and_one_is_kept_aside(
    app: Flask, world: World, client_for: Any, rows: list[int]
) -> None:
    school = client_for("school")
    page = school.post(START, chosen(rows)).text
    assert states(app, rows) == ["submitted"] * 6
    # The marked one is left out by itself; of the five others one is drawn.
    assert "Approve 4 claims at once?" in page and "Of 6 chosen" in page
    assert re.search(r'value="flagged" checked', page) and not re.search(r'value="several" checked', page)
    assert "Kept aside, to be opened one by one" in page
    answer = school.post(YES, fields(page))
    assert answer.status_code == 302 and "/review/bulk/show/" in answer.location
    after = states(app, rows)
    assert after[0] == "submitted" and sorted(after) == ["passed_first"] * 4 + ["submitted"] * 2
    shown = school.get(answer.location).text
    assert "Drawn again just now: the same." in shown
    with app.app_context(), acting(SYSTEM):
        row = db.session.scalars(select(BulkReview)).one()
        check = db.session.scalars(select(SpotCheck)).one()
        assert (row.actor_name, len(row.chosen), len(row.kept)) == ("school", 5, 1)
        assert row.unusual["flagged"] == {"count": 1, "left_out": True}
        kept = check.claim_id
    assert kept not in (rows[0],) and after[rows.index(kept)] == "submitted"
    # Chosen again, it stays aside; alone and unopened, it is refused in words.
    again = school.post(START, chosen([rows[0], kept])).text
    assert "Nothing here can be approved at once" in again
    refused = school.post(f"/claims/action/approve/{kept}", {"hours": "", "category": ""})
    assert refused.status_code == 422 and "drawn for a closer look" in refused.text
    assert school.post(f"/review/opened/{kept}").status_code == 200
    assert school.post(f"/claims/action/approve/{kept}").status_code == 302
    assert states(app, [kept]) == ["passed_first"]


def test_taking_a_mark_in_counts_again_before_anything_happens(
    app: Flask, client_for: Any, rows: list[int]
) -> None:
    school = client_for("school")
    first = fields(school.post(START, chosen(rows)).text)
    # Sent to the yes with another choice than was shown: asked again, nothing approved.
    answer = school.post(YES, first | {"leave": []})
    assert answer.status_code == 409 and "Approve 5 claims at once?" in answer.text
    assert states(app, rows) == ["submitted"] * 6
    assert school.post(YES, fields(answer.text)).status_code == 302
    assert states(app, rows).count("passed_first") == 5


def test_what_somebody_decided_meanwhile_is_said_and_the_rest_kept(
    app: Flask, world: World, client_for: Any, rows: list[int]
) -> None:
    school = client_for("school")
    shown = fields(school.post(START, chosen(rows)).text)
    with app.app_context():
        other = actor_of(db.session, world.users["everything"], "林国栋")
        with acting(other):
            claim = db.session.get_one(Claim, rows[1])
            decisions.return_claim(
                db.session, claim, other, NOW + timedelta(minutes=1), reason_code="copy", reason="复印件"
            )
            db.session.commit()
    answer = school.post(YES, shown)
    assert answer.status_code == 409 and "林国栋" in answer.text
    assert sorted(states(app, rows)) == ["returned"] + ["submitted"] * 5
    assert school.post(YES, fields(answer.text)).status_code == 302
    assert sorted(states(app, rows)) == ["passed_first"] * 3 + ["returned"] + ["submitted"] * 2


def test_no_way_leads_past_the_screen(app: Flask, client_for: Any, rows: list[int]) -> None:
    school = client_for("school")
    answer = school.post("/claims/action_post", {"action": "approve"} | chosen(rows))
    assert answer.status_code == 200 and "claims at once?" in answer.text
    for path in (START, YES):
        assert school.get(path).status_code in (404, 405)
        assert school.bare_post(path, chosen(rows)).status_code == 400
    assert school.post(YES, {"rows": ",".join(map(str, rows)), "token": "0" * 64}).status_code == 409
    assert states(app, rows) == ["submitted"] * 6


def test_the_bar_of_the_list_leads_to_the_screen_for_all_that_match(client_for: Any, rows: list[int]) -> None:
    school = client_for("school")
    page = school.get("/claims/list/?state=submitted").text
    assert f'action="{START}?state=submitted' in page
    shown = school.post(START + "?state=submitted", {"all_matching": "1"}).text
    assert "Of 7 chosen" in shown
    narrowed = school.post(START + "?state=submitted&q=第1次", {"all_matching": "1"}).text
    assert "Of 1 chosen" in narrowed


def test_the_other_side_is_neither_named_nor_approved(
    app: Flask, world: World, client_for: Any, rows: list[int]
) -> None:
    school = client_for("school")
    page = school.post(START, chosen([*rows, world.theirs.claim])).text
    assert CANARY not in page and "Of 6 chosen" in page
    posted = fields(page)
    school.post(YES, posted | {"rows": f"{posted['rows']},{world.theirs.claim}"})
    assert states(app, [world.theirs.claim]) == ["submitted"]


@pytest.mark.parametrize("duty", ["teacher", "organiser", "city", "auditor", "system"])
def test_who_does_not_review_has_no_such_screen(app: Flask, client_for: Any, rows: list[int], duty: str) -> None:
    for path in (START, YES):
        assert client_for(duty).post(path, chosen(rows)).status_code == 403
    assert states(app, rows) == ["submitted"] * 6


def test_others_approvals_are_the_citys_and_the_auditors_to_read(
    app: Flask, world: World, client_for: Any, rows: list[int]
) -> None:
    school = client_for("school")
    url = school.post(YES, fields(school.post(START, chosen(rows)).text)).location
    for duty in ("city", "auditor"):
        assert client_for(duty).get(url).status_code == 200
    assert Browser(app, world.users["authority"]).get(url).status_code == 404


# --- The city's set-up ---


def test_the_city_words_a_sentence_and_the_dialog_brings_it(client_for: Any, rows: list[int]) -> None:
    city, school = client_for("city"), client_for("school")
    said = {"zh": "请补传盖章的学时证明。", "en": "Please send the stamped statement.", "version": "0"}
    assert city.post("/review-setup/word/no_dates", said).status_code == 302
    page = school.get(f"/claims/show/{rows[0]}").text
    assert f'data-sentence="{said["en"]}" data-other="{said["zh"]}"' in page
    # A second tab that saw no own wording does not overwrite it, and what was typed there is kept.
    late = city.post("/review-setup/word/no_dates", said | {"zh": "另一句话"})
    assert late.status_code == 409 and "另一句话" in late.text
    assert city.post("/review-setup/word/no_dates", {"restore": "1"}).status_code == 302
    assert said["en"] not in school.get(f"/claims/show/{rows[0]}").text
    assert city.post("/review-setup/word/no_dates", said | {"en": " "}).status_code == 422
    assert city.post("/review-setup/word/other", said).status_code == 404


def test_the_share_of_the_city_holds_for_the_next_bulk_approval(client_for: Any, rows: list[int]) -> None:
    city, school = client_for("city"), client_for("school")
    for wrong in ({"percent": "101", "least": "1"}, {"percent": "x", "least": "1"}, {"percent": "-1", "least": "1"}):
        assert city.post("/review-setup/share", wrong).status_code == 422
    assert city.post("/review-setup/share", {"percent": "60", "least": "1"}).status_code == 302
    assert "Approve 2 claims at once?" in school.post(START, chosen(rows)).text
    for duty in ("school", "authority", "auditor", "system", "teacher"):
        assert client_for(duty).get("/review-setup/").status_code == 403
        assert client_for(duty).post("/review-setup/share", {"percent": "0", "least": "0"}).status_code == 403


def test_a_reviewers_words_go_as_they_were_sent(app: Flask, client_for: Any, rows: list[int]) -> None:
    words = {"reason_code": "no_dates", "reason": "请补传学时证明，周五前。"}
    assert client_for("school").post(f"/claims/action/return/{rows[0]}", words).status_code == 302
    with app.app_context(), acting(SYSTEM):
        decision = db.session.get_one(Claim, rows[0]).decisions[-1]
        assert (decision.reason_code, decision.reason) == ("no_dates", words["reason"])
