"""Drafting, changing, handing in: what a claim must hold, and that a refusal leaves the claim as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Code, Refused
from app.models import Claim, Decision, Evidence, Teacher
from app.security.actor import Actor, actor_of
from app.services import claims, evidence, register
from app.services.claims import ClaimData
from app.services.refusals import No
from tests.services.stage import DEGREE, Stage, claim_in, conference, digest, draft, say


@pytest.fixture
def teacher(held: Any, stage: Stage) -> Teacher:
    return held.get_one(Teacher, stage.world.ours.teacher)


@pytest.fixture
def claim(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> Claim:
    return draft(held, teacher, stage.actors["teacher"], clock)


def refused(session: Any, code: object, act: Any) -> None:
    before = digest(session)
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code
    assert digest(session) == before


def test_a_draft_is_numbered_and_belongs_to_the_places_of_the_day(
    held: Any, stage: Stage, teacher: Teacher, claim: Claim, clock: datetime
) -> None:
    other = draft(held, teacher, stage.actors["school"], clock)
    assert [one.number[:5] for one in (claim, other)] == ["2026-", "2026-"]
    assert int(other.number[5:]) == int(claim.number[5:]) + 1
    assert (claim.state, claim.round, claim.policy) == ("draft", 0, "guangdong-2021")
    assert (claim.school_id, claim.authority_id) == (teacher.school_id, teacher.school.authority_id)
    assert claim.created_by_id == stage.actors["teacher"].user_id
    assert (claim.starts_on, claim.claimed_hours, claim.category) == (date(2026, 4, 7), 8, "professional")


def test_a_draft_may_be_incomplete_but_is_not_handed_in_so(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    actor = stage.actors["teacher"]
    claim = draft(held, teacher, actor, clock, ClaimData(2026, "conference", "年会", facts={"related": True}))
    assert claim.claimed_hours == 0
    refused(held, Code.PASSED_MISSING, lambda: say(held, claim, "submit", actor, clock))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"passed": False, "related": True, "sessions": [{"on": "2026-04-07", "full_day": True}]}, No.CLAIM_NO_HOURS),
        ({"passed": True, "related": True, "sessions": [{"on": "2026-04-07", "minutes": 44}]}, No.CLAIM_NO_HOURS),
        (
            {"passed": True, "related": True, "sessions": [{"on": "2025-04-07", "full_day": True}]},
            Code.DATE_OUTSIDE_YEAR,
        ),
        ({"passed": True, "related": True}, Code.SESSIONS_MISSING),
    ],
)
def test_what_gives_no_hours_is_not_handed_in(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime, facts: dict[str, Any], code: object
) -> None:
    actor = stage.actors["teacher"]
    claim = draft(held, teacher, actor, clock, ClaimData(2026, "conference", "年会", facts=facts))
    refused(held, code, lambda: say(held, claim, "submit", actor, clock))


@pytest.mark.parametrize(
    "facts",
    [
        {"sessions": [{"on": "2026-13-01", "full_day": True}]},
        {"sessions": [{"on": 20260101, "full_day": True}]},
        {"sessions": ["2026-01-01"]},
        {"sessions": 5},
    ],
)
def test_days_that_are_none_leave_the_claim_as_it_was(held: Any, claim: Claim, clock: datetime, facts: Any) -> None:
    changed = ClaimData(2026, "degree", "别的", facts=facts)
    refused(held, Code.TYPE_WRONG, lambda: claims.change(held, claim, changed, clock))


def test_hours_finer_than_the_ledger_keeps_are_refused(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime
) -> None:
    """The packs of 2019 take stated hours; the ledger keeps hundredths."""
    then = datetime(2019, 12, 1, tzinfo=UTC)
    data = ClaimData(2019, "practice", "企业实践", starts_on=date(2019, 5, 1), facts={"stated_hours": "1.005"})
    claim = draft(held, teacher, stage.actors["teacher"], then, data)
    refused(held, Code.HOURS_TOO_FINE, lambda: say(held, claim, "submit", stage.actors["teacher"], then))
    claims.change(held, claim, ClaimData(2019, "practice", "企业实践", facts={"stated_hours": "8784.01"}), then)
    refused(held, Code.HOURS_TOO_MANY, lambda: say(held, claim, "submit", stage.actors["teacher"], then))
    claims.change(held, claim, ClaimData(2019, "practice", "企业实践", facts={"stated_hours": "1.25"}), then)
    say(held, claim, "submit", stage.actors["teacher"], then)
    assert claim.claimed_hours == Decimal("1.25")


def test_evidence_and_a_title_are_needed(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    actor = stage.actors["teacher"]
    bare = claims.draft(held, teacher, conference("无证据"), actor, clock)
    refused(held, No.EVIDENCE_MISSING, lambda: say(held, bare, "submit", actor, clock))
    nameless = draft(held, teacher, actor, clock, conference("  "))
    refused(held, No.TITLE_MISSING, lambda: say(held, nameless, "submit", actor, clock))


def test_what_is_still_to_come_cannot_be_claimed(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    actor = stage.actors["teacher"]
    today = date(2026, 11, 20)
    soon = draft(held, teacher, actor, clock, conference("明天", today + timedelta(days=1)))
    refused(held, No.NOT_YET, lambda: say(held, soon, "submit", actor, clock))
    next_year = draft(
        held, teacher, actor, clock, ClaimData(2027, "degree", "硕士", facts=DEGREE)
    )
    refused(held, No.NOT_YET, lambda: say(held, next_year, "submit", actor, clock))
    say(held, draft(held, teacher, actor, clock, conference("今天", today)), "submit", actor, clock)


def test_a_day_in_china_has_begun_while_it_is_yesterday_in_london(held: Any, stage: Stage, teacher: Teacher) -> None:
    actor, eve = stage.actors["teacher"], datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    claim = draft(held, teacher, actor, eve, conference("凌晨", date(2026, 11, 20)))
    refused(held, No.NOT_YET, lambda: say(held, claim, "submit", actor, eve - timedelta(seconds=1)))
    say(held, claim, "submit", actor, eve)


@pytest.mark.parametrize("state", ["submitted", "passed_first", "approved", "rejected", "withdrawn", "revoked"])
def test_only_drafts_and_returned_claims_change(held: Any, stage: Stage, clock: datetime, state: str) -> None:
    claim = claim_in(held, stage, state, clock)
    refused(held, No.CLAIM_CLOSED, lambda: claims.change(held, claim, conference("改"), clock))
    refused(held, No.CLAIM_CLOSED, lambda: claims.discard(held, claim, stage.actors["teacher"]))


def test_a_returned_claim_is_mended_and_reckoned_again(held: Any, stage: Stage, clock: datetime) -> None:
    claim = claim_in(held, stage, "returned", clock)
    half = {"sessions": [{"on": "2026-04-07", "minutes": 200}], "related": True, "passed": True}
    claims.change(held, claim, conference("改过的", facts=half), clock)
    say(held, claim, "submit", stage.actors["teacher"], clock)
    assert (claim.claimed_hours, claim.state, claim.round) == (4, "submitted", 2)
    refused(held, No.CLAIM_CLOSED, lambda: claims.discard(held, claim, stage.actors["teacher"]))


def test_a_claim_keeps_its_year(held: Any, claim: Claim, clock: datetime) -> None:
    refused(held, Code.YEAR_OTHER, lambda: claims.change(held, claim, conference(on=date(2025, 4, 7)), clock))


def test_a_stale_form_changes_nothing(held: Any, claim: Claim, clock: datetime) -> None:
    refused(held, No.STALE, lambda: claims.change(held, claim, conference("改"), clock, seen_version=claim.version - 1))


@pytest.mark.parametrize("who", ["authority", "city", "auditor", "colleague", "their_school"])
def test_nobody_else_discards_a_draft(held: Any, stage: Stage, claim: Claim, who: str) -> None:
    others = {
        "colleague": Actor(1, who, frozenset({"teacher"}), stage.world.ours.colleague, stage.world.ours.school),
        "their_school": Actor(1, who, frozenset({"school"}), school_ids=frozenset({stage.world.theirs.school})),
    }
    actor = others[who] if who in others else actor_of(held, stage.world.users[who], who)
    refused(held, Code.NOT_OWN_CLAIM, lambda: claims.discard(held, claim, actor))


@pytest.mark.parametrize("who", ["teacher", "school"])
def test_a_discarded_draft_is_gone_with_its_evidence(held: Any, stage: Stage, claim: Claim, who: str) -> None:
    key = claim.id
    claims.discard(held, claim, stage.actors[who])
    assert held.get(Claim, key) is None
    assert held.scalars(select(Evidence).where(Evidence.claim_id == key)).all() == []
    assert held.scalars(select(Decision).where(Decision.claim_id == key)).all() == []


def test_who_left_begins_no_claim(held: Any, stage: Stage, teacher: Teacher, clock: datetime) -> None:
    register.depart(held, teacher, date(2026, 11, 1), "resigned", clock)
    refused(
        held, No.TEACHER_INACTIVE, lambda: claims.draft(held, teacher, conference(), stage.actors["teacher"], clock)
    )


@pytest.mark.parametrize(
    ("now", "years"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), (2026,)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), (2027,)),
        (datetime(2020, 1, 31, 15, 59, 59, tzinfo=UTC), (2019, 2020)),
        (datetime(2020, 1, 31, 16, 0, tzinfo=UTC), (2020,)),
    ],
)
def test_the_years_open_for_claims(held: Any, now: datetime, years: tuple[int, ...]) -> None:
    assert claims.open_years(held, "teacher", now) == years


DAY = {"on": "2026-04-07", "full_day": True}
SAID = {"sessions": [DAY], "related": True, "passed": True}


@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        ("conference", SAID | {"sessions": [{"on": "2026-04-07", "minutes": "200"}]}, Code.TYPE_WRONG),
        ("conference", SAID | {"sessions": [{"on": "2026-04-07", "minutes": True}]}, Code.TYPE_WRONG),
        ("conference", SAID | {"sessions": [{"on": "2026-04-07", "minutes": 1e9}]}, Code.TYPE_WRONG),
        ("conference", SAID | {"sessions": [{"on": "2026-04-07", "minutes": 10**9}]}, Code.MINUTES_OVER_DAY),
        ("conference", SAID | {"sessions": [{"on": "2026-04-07", "minutes": -45}]}, Code.MINUTES_NOT_POSITIVE),
        ("conference", SAID | {"sessions": {"on": "2026-04-07"}}, Code.TYPE_WRONG),
        ("conference", SAID | {"sessions": [{"full_day": True}]}, Code.TYPE_WRONG),
        ("conference", SAID | {"passed": "yes"}, Code.TYPE_WRONG),
        ("conference", SAID | {"related": 1}, Code.TYPE_WRONG),
        ("conference", SAID | {"category": 7}, Code.TYPE_WRONG),
        ("conference", SAID | {"category": "leisure"}, Code.CATEGORY_UNKNOWN),
        ("conference", SAID | {"category": "public"}, Code.CATEGORY_NOT_ALLOWED),
        ("conference", SAID | {"stated_hours": "NaN"}, Code.HOURS_NOT_A_NUMBER),
        ("conference", SAID | {"stated_hours": "-3"}, Code.HOURS_NEGATIVE),
        ("conference", SAID | {"stated_hours": 10**9}, Code.HOURS_TOO_MANY),
        ("conference", SAID | {"stated_hours": []}, Code.TYPE_WRONG),
        ("conference", SAID | {"sessions": [DAY | {"on": "2025-04-07"}]}, Code.DATE_OUTSIDE_YEAR),
        ("conference", SAID | {"answers": {"mood": "good"}}, Code.ANSWER_UNKNOWN),
        ("result", {"author": ["main"]}, Code.TYPE_WRONG),
        ("result", {"author": "ghost"}, Code.AUTHOR_UNKNOWN),
        ("degree", DEGREE | {"answers": ["normal_length"]}, Code.TYPE_WRONG),
        ("degree", DEGREE | {"answers": {}}, Code.ANSWER_MISSING),
        ("degree", DEGREE | {"answers": {"normal_length": "yes"}}, Code.ANSWER_UNKNOWN),
        ("degree", DEGREE | {"answers": {"normal_length": False}}, No.CONDITION_UNMET),
        ("degree", {"passed": True, "related": True}, Code.ANSWER_MISSING),
    ],
)
def test_facts_that_make_no_sense_are_refused_on_submission(
    held: Any, stage: Stage, teacher: Teacher, clock: datetime, kind: str, facts: dict[str, Any], code: Any
) -> None:
    """However they came into the row: the form is not the only way to it."""
    actor = stage.actors["teacher"]
    claim = draft(held, teacher, actor, clock)
    claim.kind, claim.facts = kind, facts
    held.flush()
    refused(held, code, lambda: claims.submit(held, claim, actor, clock))


def test_a_return_opens_what_its_reason_is_about_and_what_the_reviewer_ticks(
    held: Any, stage: Stage, clock: datetime
) -> None:
    for open_fields, expected in ((None, ["evidence"]), (["days", "title"], ["title", "days"])):
        claim = claim_in(held, stage, "submitted", clock)
        said = {"reason_code": "illegible", "reason": "看不清", "open_fields": open_fields}
        say(held, claim, "return", stage.actors["school"], clock, **said)
        assert claim.decisions[-1].open_fields == expected
    before = claims.data_of(claim)
    claims.change(held, claim, conference("新名称", on=date(2026, 4, 9), organiser_name="别的单位"), clock)
    after = claims.data_of(claim)
    assert (after.title, after.facts["sessions"][0]["on"]) == ("新名称", "2026-04-09")
    assert after.organiser_name == before.organiser_name
    with pytest.raises(Refused) as refusal:
        evidence.remove(held, claim.evidence[0])
    assert refusal.value.code == No.PART_CLOSED


def test_a_part_that_no_form_has_cannot_be_opened(held: Any, stage: Stage, clock: datetime) -> None:
    claim = claim_in(held, stage, "submitted", clock)
    with pytest.raises(Refused) as refusal:
        say(held, claim, "return", stage.actors["school"], clock, open_fields=["salary"])
    assert (refusal.value.code, claim.state) == (No.PART_UNKNOWN, "submitted")


def test_a_return_of_before_parts_were_named_opens_all(held: Any, stage: Stage, clock: datetime) -> None:
    claim = claim_in(held, stage, "returned", clock)
    claim.decisions[-1].open_fields = None
    claims.change(held, claim, conference("全新名称", organiser_name="别的单位"), clock)
    assert (claim.title, claim.organiser_name) == ("全新名称", "别的单位")
