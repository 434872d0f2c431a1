"""Deciding: nobody on their own, nobody twice; hours, categories, reasons, deadlines; ledger and standing with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.errors import Code, Refused
from app.models import Claim, Entry, School, Teacher
from app.security.actor import Actor, acting
from app.services import certificates, decisions, ledger, standings
from app.services.claims import ClaimData
from app.services.refusals import No
from tests.services.stage import DEGREE, Stage, claim_in, digest, draft, pass_year, say, standing_of


@pytest.fixture
def submitted(held: Any, stage: Stage, clock: datetime) -> Claim:
    return claim_in(held, stage, "submitted", clock)


@pytest.fixture
def passed(held: Any, stage: Stage, clock: datetime) -> Claim:
    return claim_in(held, stage, "passed_first", clock)


def refusal(session: Any, claim: Claim, verb: str, actor: Actor, now: datetime, **said: Any) -> Any:
    """The code of the refusal; nothing may have changed."""
    before = digest(session)
    with pytest.raises(Refused) as refused:
        say(session, claim, verb, actor, now, **said)
    assert digest(session) == before
    return refused.value.code


# --- Nobody decides on a claim of their own, and nobody decides both stages ---


def test_a_reviewer_cannot_decide_on_their_own_claim(
    held: Any, stage: Stage, submitted: Claim, clock: datetime
) -> None:
    both = replace(stage.actors["school"], teacher_id=submitted.teacher_id, duties=frozenset({"school", "teacher"}))
    for verb in ("approve", "return", "reject"):
        assert refusal(held, submitted, verb, both, clock) == Code.OWN_CLAIM


def test_a_city_administrator_cannot_revoke_their_own_claim(held: Any, stage: Stage, clock: datetime) -> None:
    claim = claim_in(held, stage, "approved", clock)
    assert (
        refusal(held, claim, "revoke", replace(stage.actors["city"], teacher_id=claim.teacher_id), clock)
        == Code.OWN_CLAIM
    )


def test_who_decided_first_cannot_decide_second(held: Any, stage: Stage, passed: Claim, clock: datetime) -> None:
    both = replace(stage.actors["school"], authority_ids=stage.actors["authority"].authority_ids)
    for verb in ("approve", "return", "reject"):
        assert refusal(held, passed, verb, both, clock) == Code.BOTH_STAGES


def test_who_decided_second_cannot_decide_first_in_a_later_round(
    held: Any, stage: Stage, passed: Claim, clock: datetime
) -> None:
    say(held, passed, "return", stage.actors["authority"], clock)
    say(held, passed, "submit", stage.actors["teacher"], clock)
    both = replace(stage.actors["authority"], school_ids=stage.actors["school"].school_ids)
    assert refusal(held, passed, "approve", both, clock) == Code.BOTH_STAGES
    say(held, passed, "approve", stage.actors["school"], clock)
    assert passed.state == "passed_first"


def test_rounds_count_submissions_and_each_can_be_decided_again(
    held: Any, stage: Stage, submitted: Claim, clock: datetime
) -> None:
    for number in (1, 2, 3):
        assert submitted.round == number
        say(held, submitted, "return", stage.actors["school"], clock)
        assert submitted.recognised_hours is None
        say(held, submitted, "submit", stage.actors["teacher"], clock)
    told = [(row.round, row.stage, row.verb) for row in submitted.decisions]
    rounds = [[(number, "teacher", "submit"), (number, "first", "return")] for number in (1, 2, 3)]
    assert told == [*rounds[0], *rounds[1], *rounds[2], (4, "teacher", "submit")]


# --- Reasons ---


@pytest.mark.parametrize("verb", ["return", "reject"])
def test_a_reason_needs_words_and_a_known_code(
    held: Any, stage: Stage, submitted: Claim, clock: datetime, verb: str
) -> None:
    school = stage.actors["school"]
    assert refusal(held, submitted, verb, school, clock, reason=" \n") == Code.REASON_MISSING
    assert refusal(held, submitted, verb, school, clock, reason_code="whim") == No.REASON_CODE_UNKNOWN


def test_only_a_final_reason_rejects(held: Any, stage: Stage, submitted: Claim, clock: datetime) -> None:
    assert (
        refusal(held, submitted, "reject", stage.actors["school"], clock, reason_code="illegible")
        == No.REASON_CODE_UNKNOWN
    )
    say(held, submitted, "return", stage.actors["school"], clock, reason_code="illegible")
    assert submitted.state == "returned"


# --- Recognised hours and category ---


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ("8.01", Code.HOURS_TOO_MANY), ("0", Code.HOURS_NOT_POSITIVE), ("-1", Code.HOURS_NEGATIVE),
        ("NaN", Code.HOURS_NOT_A_NUMBER), ("Infinity", Code.HOURS_NOT_A_NUMBER), ("1.005", Code.HOURS_TOO_FINE),
        ("1e9", Code.HOURS_TOO_MANY),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_recognised(
    held: Any, stage: Stage, submitted: Claim, clock: datetime, hours: str, code: Code
) -> None:
    assert refusal(held, submitted, "approve", stage.actors["school"], clock, hours=Decimal(hours)) == code


def test_fewer_hours_are_kept_through_both_stages_and_entered(
    held: Any, stage: Stage, submitted: Claim, clock: datetime
) -> None:
    say(held, submitted, "approve", stage.actors["school"], clock, hours=Decimal("5.25"))
    say(held, submitted, "approve", stage.actors["authority"], clock)
    entry = ledger.live_entry_of_claim(held, submitted.id)
    assert entry is not None and entry.hours == submitted.recognised_hours == Decimal("5.25")
    assert [row.hours for row in submitted.decisions] == [Decimal(8), Decimal("5.25"), Decimal("5.25")]


def test_a_reviewer_reclassifies_within_the_kind(held: Any, stage: Stage, submitted: Claim, clock: datetime) -> None:
    say(held, submitted, "approve", stage.actors["school"], clock, category="elective")
    say(held, submitted, "approve", stage.actors["authority"], clock)
    entry = ledger.live_entry_of_claim(held, submitted.id)
    assert entry is not None and (entry.category, entry.hours) == ("elective", Decimal(8))
    assert submitted.category == "professional"


def test_a_category_the_kind_does_not_have_is_refused(
    held: Any, stage: Stage, submitted: Claim, clock: datetime
) -> None:
    school = stage.actors["school"]
    assert refusal(held, submitted, "approve", school, clock, category="astrology") == Code.CATEGORY_UNKNOWN
    # Without a subject a public course could not be counted once (DUP-PUBLIC).
    assert refusal(held, submitted, "approve", school, clock, category="public") == No.SUBJECT_NEEDED


def test_an_unrelated_degree_is_worth_eighteen(held: Any, stage: Stage, clock: datetime) -> None:
    teacher = held.get_one(Teacher, stage.world.ours.teacher)
    degree = ClaimData(year=2026, kind="degree", title="硕士", facts=DEGREE)
    claim = draft(held, teacher, stage.actors["teacher"], clock, degree)
    say(held, claim, "submit", stage.actors["teacher"], clock)
    assert claim.claimed_hours == 28
    school = stage.actors["school"]
    assert refusal(held, claim, "approve", school, clock, category="elective", hours=Decimal(19)) == Code.HOURS_TOO_MANY
    say(held, claim, "approve", school, clock, category="elective", hours=Decimal(18))


# --- Deadlines, to the second, in Asia/Shanghai (EFFECT) ---

MIDNIGHTS = {
    "submit": datetime(2026, 12, 31, 16, 0, tzinfo=UTC),  # 31 Dec 24:00 in China
    "first": datetime(2027, 1, 31, 16, 0, tzinfo=UTC),
    "second": datetime(2027, 2, 28, 16, 0, tzinfo=UTC),
}
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "verb", "who", "at"),
    [
        ("draft", "submit", "teacher", "submit"), ("returned", "submit", "teacher", "submit"),
        ("draft", "submit", "school", "submit"), ("submitted", "approve", "school", "first"),
        ("passed_first", "approve", "authority", "second"),
    ],
)  # fmt: skip
def test_a_deadline_holds_to_the_second(
    held: Any, stage: Stage, clock: datetime, state: str, verb: str, who: str, at: str
) -> None:
    claim = claim_in(held, stage, state, clock)
    assert refusal(held, claim, verb, stage.actors[who], MIDNIGHTS[at]) == Code.LATE
    say(held, claim, verb, stage.actors[who], MIDNIGHTS[at] - SECOND)
    assert claim.state != state


def test_a_late_claim_can_still_be_closed(held: Any, stage: Stage, clock: datetime) -> None:
    late = MIDNIGHTS["second"] + timedelta(days=100)
    for state, verb, who in (("submitted", "return", "school"), ("passed_first", "reject", "authority"),
                             ("approved", "revoke", "city"), ("submitted", "withdraw", "teacher")):  # fmt: skip
        say(held, claim_in(held, stage, state, clock), verb, stage.actors[who], late)


def test_the_authority_overrides_with_a_reason_that_is_recorded(
    held: Any, stage: Stage, passed: Claim, clock: datetime
) -> None:
    late, authority = MIDNIGHTS["second"], stage.actors["authority"]
    assert refusal(held, passed, "approve", authority, late, override_reason="  ") == Code.LATE
    say(held, passed, "approve", authority, late, override_reason="病假，补审")
    assert passed.state == "approved" and passed.decisions[-1].override_reason == "病假，补审"


def test_a_school_cannot_override(held: Any, stage: Stage, submitted: Claim) -> None:
    code = refusal(held, submitted, "approve", stage.actors["school"], MIDNIGHTS["first"], override_reason="忘了")
    assert code == Code.OVERRIDE_FORBIDDEN


def test_an_override_of_nothing_is_not_recorded(held: Any, stage: Stage, passed: Claim, clock: datetime) -> None:
    say(held, passed, "approve", stage.actors["authority"], clock, override_reason="不需要")
    assert passed.decisions[-1].override_reason is None


def test_a_stale_form_is_refused(held: Any, stage: Stage, submitted: Claim, clock: datetime) -> None:
    seen = submitted.version
    with acting(stage.actors["school"]):
        decisions.approve(held, submitted, stage.actors["school"], clock, seen_version=seen)
    assert refusal(held, submitted, "approve", stage.actors["authority"], clock, seen_version=seen) == No.STALE


# --- Approval, ledger, standing and certificate in one transaction ---


def figures_of(session: Any, teacher_id: int) -> dict[str, Any]:
    row = standing_of(session, teacher_id)
    return {name: getattr(row, name) for name in standings.COMPARED}


def test_approval_enters_once_and_raises_the_standing_and_revoking_takes_both_back(
    held: Any, stage: Stage, passed: Claim, clock: datetime
) -> None:
    before = figures_of(held, passed.teacher_id)
    say(held, passed, "approve", stage.actors["authority"], clock)
    entry = ledger.live_entry_of_claim(held, passed.id)
    assert entry is not None
    assert (entry.hours, entry.category, entry.year, entry.school_id) == (8, "professional", 2026, passed.school_id)
    assert figures_of(held, passed.teacher_id)["total"] == before["total"] + 8
    say(held, passed, "revoke", stage.actors["city"], clock)
    assert figures_of(held, passed.teacher_id) == before
    lines = held.scalars(select(Entry).where(Entry.claim_id == passed.id).order_by(Entry.id)).all()
    assert [(line.hours, line.reverses_id) for line in lines] == [(8, None), (-8, entry.id)]
    assert ledger.live_entry_of_claim(held, passed.id) is None


def test_a_failure_after_approval_leaves_nothing(held: Any, stage: Stage, passed: Claim, clock: datetime) -> None:
    before = digest(held)
    point = held.begin_nested()
    say(held, passed, "approve", stage.actors["authority"], clock)
    assert digest(held) != before
    point.rollback()
    assert digest(held) == before and passed.state == "passed_first"
    assert held.scalar(select(func.count()).select_from(Entry).where(Entry.claim_id == passed.id)) == 0


@pytest.fixture
def moved_away(held: Any, stage: Stage, clock: datetime) -> Iterator[Claim]:
    """A claim whose school is another authority's by now; the claim stays with the authority of its day."""
    claim = claim_in(held, stage, "passed_first", clock)
    held.get_one(School, claim.school_id).authority_id = stage.world.theirs.authority
    held.flush()
    yield claim


def test_the_authority_of_the_day_still_decides_and_cancels(
    held: Any, stage: Stage, moved_away: Claim, clock: datetime
) -> None:
    say(held, moved_away, "approve", stage.actors["authority"], clock)
    assert ledger.live_entry_of_claim(held, moved_away.id) is not None
    held.expire_all()
    say(held, moved_away, "revoke", stage.actors["authority"], clock)
    assert ledger.live_entry_of_claim(held, moved_away.id) is None
    assert not [one for one in standings.differences(held, clock) if one.teacher_id == moved_away.teacher_id]


def test_revoking_voids_the_certificate_that_rested_on_it(held: Any, stage: Stage, clock: datetime) -> None:
    standing, last = pass_year(held, stage, clock)
    assert standing.result == "passed"
    certificate = certificates.issue(held, standing, stage.actors["authority"], clock)
    say(held, last, "revoke", stage.actors["authority"], clock)
    held.refresh(certificate)
    assert (certificate.state, certificate.end_reason) == ("void", "revoked")
    assert certificate.ended_at == clock
