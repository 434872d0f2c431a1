"""Standing in for a colleague: for some days, for one place, to decide on claims, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.domain.errors import Code, Refused
from app.models import (
    Appointment,
    Authority,
    Claim,
    Decision,
    Delegation,
    Evidence,
    Note,
    Notice,
    School,
    SpotCheck,
    Standing,
    Teacher,
)
from app.security.actor import SYSTEM, Actor, acting, actor_of
from app.security.reach import READS, WRITES
from app.security.session import OutOfReach
from app.services import accounts, delegations, workflow
from app.services.refusals import No
from tests.factories import make_user
from tests.services.stage import Stage, claim_in, draft, say

TODAY = date(2026, 11, 20)


@pytest.fixture
def colleague(held: Any, stage: Stage) -> User:
    """A teacher of our school with an account and no claims."""
    teacher = held.get_one(Teacher, stage.world.ours.colleague)
    user = make_user(held, "hemin", teacher.name)
    accounts.appoint(held, user, "teacher")
    teacher.user_id = user.id
    held.flush()
    return user


@pytest.fixture
def place(held: Any, stage: Stage) -> School:
    return held.get_one(School, stage.world.ours.school)


def hand_over(held: Any, stage: Stage, to: User, place: Any, clock: Any, days: int = 7, **changed: Any) -> Delegation:
    who = "school" if isinstance(place, School) else "authority"
    stated = {"from_on": TODAY, "to_on": TODAY + timedelta(days=days), "reason": "外出培训"} | changed
    with acting(stage.actors[who]) as actor:
        return delegations.grant(held, to, place, **stated, actor=actor, now=clock)


def refusal(call: Any) -> Any:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def as_today(held: Any, user: User, on: date = TODAY) -> Actor:
    return actor_of(held, user.id, user.first_name, on)


def test_it_holds_on_its_days_both_included_and_not_a_day_more(
    held: Any, stage: Stage, colleague: User, place: School, clock: Any
) -> None:
    hand_over(held, stage, colleague, place, clock, from_on=TODAY + timedelta(days=1), to_on=TODAY + timedelta(days=3))
    held_on = [as_today(held, colleague, TODAY + timedelta(days=day)).review_school_ids for day in range(5)]
    assert held_on == [frozenset(), *[frozenset({place.id})] * 3, frozenset()]
    # A task or a command, which names no day, stands in for nobody.
    assert not actor_of(held, colleague.id, "何敏").stands_in
    assert as_today(held, colleague, TODAY + timedelta(days=2)).school_ids == frozenset()
    told = held.scalars(select(Notice).where(Notice.user_id == colleague.id, Notice.kind == "delegated")).one()
    assert told.facts["place"] == place.name and told.facts["to_on"] == "2026-11-23"


def test_it_ends_at_once_when_ended_or_when_the_other_holds_the_place_no_longer(
    held: Any, stage: Stage, colleague: User, place: School, clock: Any
) -> None:
    delegation = hand_over(held, stage, colleague, place, clock)
    assert as_today(held, colleague).stands_in
    other = held.get_one(User, delegation.from_user_id)
    other.active = False
    held.flush()
    assert not as_today(held, colleague).stands_in
    other.active = True
    appointment = held.scalars(select(Appointment).where(Appointment.user_id == other.id)).one()
    held.delete(appointment)
    held.flush()
    assert not as_today(held, colleague).stands_in
    accounts.appoint(held, other, "school", school=place)
    assert as_today(held, colleague).stands_in
    assert refusal(lambda: delegations.end(held, delegation, as_today(held, colleague), clock)) == Code.DUTY_FORBIDS
    with acting(stage.actors["school"]) as actor:
        delegations.end(held, delegation, actor, clock)
    assert not as_today(held, colleague).stands_in
    assert refusal(lambda: delegations.end(held, delegation, stage.actors["school"], clock)) == No.DELEGATION_ENDED


def test_whom_a_queue_may_be_handed_to(held: Any, stage: Stage, colleague: User, place: School, clock: Any) -> None:
    users = {name: held.get_one(User, actor.user_id) for name, actor in stage.actors.items()}
    for name in ("school elsewhere", "teacher elsewhere", "authority", "city", "auditor", "system", "school"):
        assert refusal(lambda name=name: hand_over(held, stage, users[name], place, clock)) == No.DELEGATE_UNFIT, name
    authority = held.get_one(Authority, stage.world.ours.authority)
    for name in ("teacher", "school elsewhere", "authority elsewhere", "college", "authority"):
        assert refusal(lambda name=name: hand_over(held, stage, users[name], authority, clock)) == No.DELEGATE_UNFIT
    # Of our own who audits too: no review is theirs.
    both = make_user(held, "both", "两任")
    accounts.appoint(held, both, "school", school=place)
    held.add(Appointment(user=both, duty="auditor"))
    held.flush()
    assert refusal(lambda: hand_over(held, stage, both, place, clock)) == No.DELEGATE_UNFIT
    colleague.active = False
    held.flush()
    assert refusal(lambda: hand_over(held, stage, colleague, place, clock)) == No.DELEGATE_UNFIT
    colleague.active = True
    assert hand_over(held, stage, users["school"], authority, clock).authority_id == authority.id
    assert hand_over(held, stage, colleague, place, clock).school_id == place.id


def test_what_is_not_ones_own_is_not_handed_on(
    held: Any, stage: Stage, colleague: User, place: School, clock: Any
) -> None:
    hand_over(held, stage, colleague, place, clock)
    third = make_user(held, "third", "第三人")
    accounts.appoint(held, third, "school", school=place)
    stated = {"from_on": TODAY, "to_on": TODAY, "reason": "x", "now": clock}
    for actor in (as_today(held, colleague), stage.actors["city"], stage.actors["authority"]):
        call = lambda actor=actor: delegations.grant(held, third, place, actor=actor, **stated)  # noqa: E731
        assert refusal(call) == Code.DUTY_FORBIDS


def test_its_days_are_to_come_and_not_too_many(
    held: Any, stage: Stage, colleague: User, place: School, clock: Any
) -> None:
    day = timedelta(days=1)
    for stated, why in (
        ({"from_on": TODAY - day}, No.DELEGATION_PAST),
        ({"from_on": TODAY + day, "to_on": TODAY}, No.DELEGATION_REVERSED),
        ({"to_on": TODAY + 180 * day}, No.DELEGATION_TOO_LONG),
        ({"reason": " "}, Code.REASON_MISSING),
    ):
        assert refusal(lambda stated=stated: hand_over(held, stage, colleague, place, clock, **stated)) == why
    assert hand_over(held, stage, colleague, place, clock, to_on=TODAY + 179 * day).to_on == TODAY + 179 * day
    assert refusal(lambda: hand_over(held, stage, colleague, place, clock)) == No.DELEGATION_HELD


def test_the_colleague_decides_in_their_own_name_for_the_place(
    held: Any, stage: Stage, colleague: User, place: School, clock: Any
) -> None:
    claim = claim_in(held, stage, "submitted", clock)
    hand_over(held, stage, colleague, place, clock)
    actor = as_today(held, colleague)
    with acting(actor):
        assert set(workflow.verbs_open_to(held, actor, claim)) == {"approve", "return", "reject"}
    say(held, claim, "approve", actor, clock)
    decision = held.scalars(select(Decision).where(Decision.claim_id == claim.id, Decision.stage == "first")).one()
    assert (decision.actor_name, decision.duty, decision.acted_for) == (colleague.first_name, "school", place.name)
    # By one's own right nothing is said.
    say(held, claim, "approve", stage.actors["authority"], clock)
    assert claim.decisions[-1].acted_for is None


def test_an_authoritys_stand_in_approves_for_good_and_the_year_follows(
    held: Any, stage: Stage, clock: Any
) -> None:
    authority = held.get_one(Authority, stage.world.ours.authority)
    other = held.get_one(User, stage.world.users["everything"])
    deputy = make_user(held, "deputy", "代理人")
    second = School(
        code="4401031002", name="第二小学", district_id=1, ownership="public", kind="primary", authority=authority
    )
    held.add(second)
    accounts.appoint(held, deputy, "school", school=second)
    assert other.id != deputy.id
    hand_over(held, stage, deputy, authority, clock)
    claim = claim_in(held, stage, "passed_first", clock)
    actor = as_today(held, deputy)
    say(held, claim, "approve", actor, clock)
    assert claim.state == "approved" and claim.decisions[-1].acted_for == authority.name
    standing = held.scalars(
        select(Standing).where(Standing.teacher_id == claim.teacher_id, Standing.year == 2026)
    ).one()
    assert standing.total >= claim.claimed_hours
    # Cancelling what is registered stays with the authority itself.
    with pytest.raises(Refused) as refused:
        say(held, claim, "revoke", actor, clock)
    assert refused.value.code == Code.DUTY_FORBIDS


def test_nobody_decides_their_own_claim_or_both_stages_by_standing_in(
    held: Any, stage: Stage, colleague: User, place: School, clock: Any
) -> None:
    hand_over(held, stage, colleague, place, clock)
    actor = as_today(held, colleague)
    own = draft(held, held.get_one(Teacher, stage.world.ours.colleague), actor, clock)
    say(held, own, "submit", actor, clock)
    assert refusal(lambda: say(held, own, "approve", actor, clock)) == Code.OWN_CLAIM
    school = held.get_one(User, stage.actors["school"].user_id)
    hand_over(held, stage, school, held.get_one(Authority, stage.world.ours.authority), clock)
    passed = claim_in(held, stage, "passed_first", clock)
    both = as_today(held, school)
    assert both.review_authority_ids and both.school_ids
    assert refusal(lambda: say(held, passed, "approve", both, clock)) == Code.BOTH_STAGES


def test_handing_in_and_changing_stay_at_the_place(
    held: Any, stage: Stage, colleague: User, place: School, clock: Any
) -> None:
    hand_over(held, stage, colleague, place, clock)
    actor = as_today(held, colleague)
    for state in ("draft", "returned", "approved"):
        claim = claim_in(held, stage, state, clock)
        assert workflow.verbs_open_to(held, actor, claim) == ()
        for verb in ("submit", "withdraw", "revoke"):
            with pytest.raises((Refused, OutOfReach)):
                say(held, claim, verb, actor, clock)


# --- Nothing else opens ---

# What standing in lets one read, and write, beyond one's own.
READ = {Claim, Evidence, Decision, SpotCheck, Note, Teacher, School}
WRITTEN = {Claim, Decision, SpotCheck, Note}


@pytest.fixture
def furnished(held: Any, stage: Stage, clock: Any) -> Iterator[None]:
    """Rows of every kind at our school, notes on each kind of record among them."""
    claim_in(held, stage, "approved", clock)
    for subject in ("claim", "teacher", "school", "activity", "standing"):
        held.add(Note(subject=subject, subject_id=1, user_id=1, author="x", text="x", written_at=clock))
    held.flush()
    yield


def within(held: Any, rules: Any, model: Any, actor: Actor) -> set[int]:
    table, criterion = model.__table__, rules[model](actor)
    asked = select(table.c.id) if criterion is None else select(table.c.id).where(criterion)
    return set(held.connection().scalars(asked))


@pytest.mark.parametrize("who", ["school elsewhere", "authority elsewhere", "teacher elsewhere"])
def test_no_other_row_of_the_place_opens(held: Any, stage: Stage, furnished: None, who: str) -> None:
    """Whatever duties one holds elsewhere: of every table, only what is named above widens, and it does."""
    own = stage.actors[who]
    ours = stage.world.ours
    places = {"review_school_ids": frozenset({ours.school}), "review_authority_ids": frozenset({ours.authority})}
    widened_read, widened_write = set(), set()
    for name, ids in places.items():
        actor = replace(own, **{name: ids})
        for model in READS:
            if within(held, READS, model, actor) != within(held, READS, model, own):
                widened_read.add(model)
            if within(held, WRITES, model, actor) != within(held, WRITES, model, own):
                widened_write.add(model)
    assert widened_read <= READ and {Claim, Evidence, Decision, Teacher, School, Note} <= widened_read
    assert widened_write <= WRITTEN and {Claim, Decision} <= widened_write


def test_of_the_place_only_what_was_handed_in_is_read(held: Any, stage: Stage, furnished: None, clock: Any) -> None:
    ours = stage.world.ours
    actor = replace(stage.actors["teacher elsewhere"], review_school_ids=frozenset({ours.school}))
    held.flush()
    claims = within(held, READS, Claim, actor)
    assert ours.claim in claims and ours.draft not in claims
    assert ours.teacher in within(held, READS, Teacher, actor)
    # A colleague at that school who handed nothing in is nobody to them.
    assert ours.colleague not in within(held, READS, Teacher, actor)
    notes = held.scalars(select(Note).where(Note.id.in_(within(held, READS, Note, actor)))).all()
    assert {one.subject for one in notes} == {"claim"}
    with acting(SYSTEM):
        teacher = held.get_one(Teacher, ours.teacher)
    with acting(actor), pytest.raises(OutOfReach):
        teacher.phone = "13900000000"
        held.flush()
