"""The review desk: what its queue holds, in which order, what a claim shows, and what a decision posted there does."""

from __future__ import annotations

import re
from contextvars import copy_context

import pytest
from sqlalchemy import event, select

from app.domain.hours import plain
from app.extensions import db
from app.models import BulkReview, Claim, Decision, School, SpotCheck, Teacher
from app.security.actor import SYSTEM, acting, actor_of
from app.services import decisions
from app.views import review_queue
from tests.client import Browser
from tests.conftest import NOW
from tests.factories import CANARY, make_claim, make_teacher
from tests.views.apart import Apart

JSON = {"Accept": "application/json"}


def waiting_claims(session, world, number, first=20):
    """``number`` more claims of our school, submitted, by teachers of their own; returns their ids."""
    school, made = session.get_one(School, world.ours.school), []
    clerk = actor_of(session, world.users["school"], "school")
    for shade in range(first, first + number):
        teacher = make_teacher(session, school, f"教师{shade}", 200 + shade, NOW)
        made.append(make_claim(session, teacher, f"第{shade}次年会", shade, clerk, NOW, submit=True))
    session.commit()
    return [claim.id for claim in made]


def pass_first(session, world, claim):
    user = world.users["school"]
    decisions.approve(session, claim, actor_of(session, user, "school"), NOW)
    session.commit()


def fields(session, claim_id, verb, **more):
    session.expire_all()
    return {"verb": verb, "version": str(session.get_one(Claim, claim_id).version), **more}


def decide(browser, claim_id, posted):
    return browser.post(f"/review/decide/{claim_id}", posted, headers=JSON)


def rows_of(text):
    return [int(one) for one in re.findall(r'data-row="(\d+)"', text)]


@pytest.fixture
def client_for(app, world):
    """Browsers by duty, made before the test's own session opens: a token is kept once for an application context."""
    made = {duty: Apart(copy_context().run(Browser, app, user)) for duty, user in world.users.items()}
    return made.__getitem__


@pytest.fixture
def session(client_for, session):
    return session


@pytest.fixture
def mine(client_for):
    return client_for("school")


def test_the_queue_holds_what_waits_for_me_oldest_first_and_nothing_else(session, world, mine, client_for):
    later = waiting_claims(session, world, 2)
    old = session.get_one(Claim, later[1])
    old.submitted_at = NOW.replace(day=1)
    session.commit()
    page = mine.get("/review/").get_data(as_text=True)
    assert rows_of(page) == [later[1], world.ours.claim, later[0]]
    assert CANARY not in page and "19 days" in page
    assert rows_of(client_for("authority").get("/review/").get_data(as_text=True)) == []
    with acting(SYSTEM):
        pass_first(session, world, session.get_one(Claim, later[0]))
    assert rows_of(client_for("authority").get("/review/").get_data(as_text=True)) == [later[0]]


@pytest.mark.parametrize("duty", ("teacher", "organiser", "city", "auditor", "system"))
def test_the_desk_is_for_reviewers_alone(client_for, world, duty):
    browser = client_for(duty)
    for address in ("/review/", "/review/queue", f"/review/claim/{world.ours.claim}"):
        assert browser.get(address).status_code == 403
    assert decide(browser, world.ours.claim, {"verb": "approve", "version": "1"}).status_code == 403


def test_pages_of_the_queue_follow_one_another_without_gap_or_repetition(session, world, mine, monkeypatch):
    monkeypatch.setattr(review_queue, "SIZE", 3)
    all_of_them = {world.ours.claim, *waiting_claims(session, world, 7)}
    text, seen = mine.get("/review/").get_data(as_text=True), []
    for _page in range(4):
        seen += rows_of(text)
        more = re.search(r'href="(/review/queue[^"]+)" data-more', text)
        if more is None:
            break
        text = mine.get(more[1].replace("&amp;", "&")).get_data(as_text=True)
    assert len(seen) == 8 and set(seen) == all_of_them
    for nonsense in ("1_2", "9999999999999999999_1_1", "a_b_c", "2026_99999999999999999_1", "-1"):
        assert mine.get(f"/review/queue?after={nonsense}").status_code == 200


def test_the_menu_narrows_the_queue(session, world, mine):
    marked, kept, old = waiting_claims(session, world, 3)
    session.get_one(Claim, marked).is_flagged = True
    session.get_one(Claim, old).submitted_at = NOW.replace(day=2)
    keep_aside(session, world, kept)
    session.commit()
    for which, expected in (("marked", [marked]), ("kept", [kept]), ("long", [old]), ("returned", [])):
        assert rows_of(mine.get(f"/review/?queue={which}").get_data(as_text=True)) == expected, which
    assert "Spot check" in mine.get("/review/").get_data(as_text=True)
    said = {"reason_code": "copy", "reason": "复印件"}
    assert decide(mine, old, fields(session, old, "return", **said)).status_code == 200
    assert rows_of(mine.get("/review/?queue=returned").get_data(as_text=True)) == [old]
    assert "Nothing waits here" in mine.get("/review/?queue=long").get_data(as_text=True)


def keep_aside(session, world, claim_id):
    claim = session.get_one(Claim, claim_id)
    bulk = BulkReview(
        user_id=world.users["school"], actor_name="school", sample_percent=5, sample_least=1, seed="s",
        chosen=[claim.number], kept=[claim.number], decided_at=NOW,
    )  # fmt: skip
    session.add(bulk)
    session.flush()
    session.add(SpotCheck(claim_id=claim.id, bulk_review_id=bulk.id, round=claim.round, stage="first"))


def test_nobody_meets_their_own_claim_or_the_second_stage_of_their_first(session, world, client_for):
    (passed,) = waiting_claims(session, world, 1)
    everything = client_for("everything")
    assert decide(everything, passed, fields(session, passed, "approve")).status_code == 200
    teacher = session.get_one(Teacher, world.ours.teacher)
    session.get_one(Teacher, world.ours.colleague).user_id = world.users["everything"]
    claim = session.get_one(Claim, world.ours.claim)
    assert claim.teacher_id == teacher.id
    session.commit()
    # Passed on by this very person: not theirs again, though they hold both duties.
    assert passed not in rows_of(everything.get("/review/").get_data(as_text=True))
    assert passed in rows_of(client_for("authority").get("/review/").get_data(as_text=True))


def test_a_claim_shows_its_evidence_facts_hours_and_what_the_rules_say(session, world, mine):
    text = mine.get(f"/review/claim/{world.ours.claim}").get_data(as_text=True)
    claim = session.get_one(Claim, world.ours.claim)
    assert claim.number in text and claim.teacher.name in text
    assert f'data-url="/claims/evidence/{world.ours.evidence}"' in text and claim.evidence[0].sha256[:6] in text
    assert "full day" in text and "Computed, as claimed" in text and f'data-version="{claim.version}"' in text
    assert "DUP-CLAIM" in text and "registered nowhere else" in text
    # Both languages of a reason's sentence are at hand.
    assert "This is a copy" in text or "copy is void" in text
    assert "复印件" in text


def test_others_of_the_same_activity_are_told_and_compared(session, world, mine, client_for):
    school = session.get_one(School, world.ours.school)
    first = session.get_one(Claim, world.ours.claim)
    other = make_teacher(session, school, "区慧", 77, NOW)
    clerk = actor_of(session, world.users["school"], "school")
    beside = make_claim(session, other, f" {first.title}", 1 + 28, clerk, NOW, submit=True)
    session.commit()
    assert (beside.starts_on, beside.ends_on) == (first.starts_on, first.ends_on)
    text = mine.get(f"/review/claim/{first.id}").get_data(as_text=True)
    assert "1 other claims the same activity" in text and f"/review/compare/{first.id}/{beside.id}" in text
    page = mine.get(f"/review/compare/{first.id}/{beside.id}").get_data(as_text=True)
    assert first.number in page and beside.number in page and page.count("data-viewer") == 2
    assert mine.get(f"/review/compare/{first.id}/{world.theirs.claim}").status_code == 404
    # The other side's claim of the very same thing is beyond reach, and not even counted.
    assert session.get_one(Claim, world.theirs.claim).title.replace(CANARY, "") == first.title
    assert CANARY not in text


def test_a_decision_is_posted_with_hours_category_and_the_version_seen(session, world, mine):
    posted = fields(session, world.ours.claim, "approve", hours="4.5", category="elective")
    answer = decide(mine, world.ours.claim, posted)
    assert (answer.status_code, answer.json["state"]) == (200, "passed_first")
    session.expire_all()
    claim = session.get_one(Claim, world.ours.claim)
    assert (plain(claim.recognised_hours), claim.recognised_category) == ("4.5", "elective")
    assert claim.state == "passed_first"


def test_the_same_decision_sent_twice_is_taken_once_and_answered_alike(session, world, mine):
    posted = fields(session, world.ours.claim, "approve", hours="6", category="professional")
    for _sent in range(2):
        assert decide(mine, world.ours.claim, posted).status_code == 200
    count = select(Decision).where(Decision.claim_id == world.ours.claim, Decision.verb == "approve")
    assert len(session.scalars(count).all()) == 1
    # Not the same: what stands differs, and must be seen.
    assert decide(mine, world.ours.claim, posted | {"hours": "5"}).status_code == 409


def test_the_loser_of_a_race_sees_the_winners_decision(session, world, mine, client_for):
    posted = fields(session, world.ours.claim, "approve", hours="8", category="professional")
    said = {"reason_code": "copy", "reason": "是复印件"}
    winner = client_for("everything")
    assert decide(winner, world.ours.claim, fields(session, world.ours.claim, "return", **said)).status_code == 200
    answer = decide(mine, world.ours.claim, posted)
    assert answer.status_code == 409 and "全能" in answer.json["message"]
    assert "是复印件" in answer.json["decision"]["reason"]
    session.expire_all()
    assert session.get_one(Claim, world.ours.claim).state == "returned"


def test_what_cannot_be_done_is_refused_in_words(session, world, mine):
    for posted in ({"hours": "999"}, {"hours": "zwölf"}, {"hours": "NaN"}, {"category": "nonsense"}):
        answer = decide(mine, world.ours.claim, fields(session, world.ours.claim, "approve", **posted))
        assert answer.status_code == 422 and answer.json["message"], posted
    for verb in ("return", "reject"):
        assert decide(mine, world.ours.claim, fields(session, world.ours.claim, verb)).status_code == 422
        posted = fields(session, world.ours.claim, verb, reason="x", reason_code="invented")
        assert decide(mine, world.ours.claim, posted).status_code == 422
    assert decide(mine, world.ours.claim, {"verb": "approve", "version": "x"}).status_code == 400
    assert decide(mine, world.ours.claim, {"verb": "revoke", "version": "1"}).status_code == 403
    session.expire_all()
    assert session.get_one(Claim, world.ours.claim).state == "submitted"


def test_out_of_reach_is_404_for_reading_and_deciding(session, world, mine):
    version = str(session.get_one(Claim, world.theirs.claim).version)
    for pk in (world.theirs.claim, world.ours.draft, 10**6, "x", 10**12):
        assert mine.get(f"/review/claim/{pk}").status_code == 404
        answer = decide(mine, pk, {"verb": "approve", "version": version, "hours": "1"})
        assert answer.status_code == 404 and answer.is_json
        assert mine.post(f"/review/opened/{pk}", {}).status_code == 404


def test_a_claim_kept_aside_is_approved_only_after_its_evidence_was_opened(session, world, mine):
    keep_aside(session, world, world.ours.claim)
    session.commit()
    assert 'data-kept="unopened"' in mine.get(f"/review/claim/{world.ours.claim}").get_data(as_text=True)
    answer = decide(mine, world.ours.claim, fields(session, world.ours.claim, "approve"))
    assert answer.status_code == 422
    assert mine.post(f"/review/opened/{world.ours.claim}", {}).json["is_kept"] is True
    assert 'data-kept="opened"' in mine.get(f"/review/claim/{world.ours.claim}").get_data(as_text=True)
    assert decide(mine, world.ours.claim, fields(session, world.ours.claim, "approve")).status_code == 200


def test_a_late_approval_asks_the_authority_why_and_the_school_may_not(session, world, mine, client_for):
    claim = session.get_one(Claim, world.ours.claim)
    with acting(SYSTEM):
        pass_first(session, world, claim)
    claim.year, claim.starts_on, claim.ends_on = 2024, NOW.date().replace(year=2024), NOW.date().replace(year=2024)
    session.commit()
    authority = client_for("authority")
    text = authority.get(f"/review/claim/{claim.id}").get_data(as_text=True)
    assert "data-late" in text and 'name="override_reason"' in text
    answer = decide(authority, claim.id, fields(session, claim.id, "approve"))
    assert answer.status_code == 422 and answer.json["is_late"] is True
    posted = fields(session, claim.id, "approve", override_reason="住院")
    assert decide(authority, claim.id, posted).status_code == 200
    session.expire_all()
    last = session.scalars(select(Decision).where(Decision.claim_id == claim.id).order_by(Decision.id.desc())).first()
    assert last.override_reason == "住院"


def statements(app, ask):
    """How many statements a request runs."""
    count = 0

    def counted(*_args):
        nonlocal count
        count += 1

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", counted)
    try:
        assert ask().status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", counted)
    return count


def test_neither_the_queue_nor_a_claim_asks_more_for_more_claims(app, session, world, mine):
    pages = (lambda: mine.get("/review/"), lambda: mine.get("/review/queue"))
    before = [statements(app, page) for page in pages]
    made = waiting_claims(session, world, 12)
    for claim_id in made[:6]:
        session.get_one(Claim, claim_id).is_flagged = True
    session.commit()
    # Three questions more, for the marks of the whole page.
    assert all(statements(app, page) <= count + 4 for page, count in zip(pages, before, strict=True))
    assert statements(app, lambda: mine.get(f"/review/claim/{world.ours.claim}")) <= 45
