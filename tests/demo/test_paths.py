"""The decisions of the demonstration keep the workflow's law: replayed, each is allowed where and when it stands."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.domain.days import day_in_china
from app.domain.deadlines import deadline_of
from app.domain.policy import pack
from app.domain.reasons import reasons_for
from app.domain.workflow import Duty, State, Verb, step
from app.models import Claim, School
from app.services.claims import data_of, reckon


def claims(session):
    return session.scalars(select(Claim).options(selectinload(Claim.decisions), selectinload(Claim.evidence))).all()


def test_replaying_a_claims_decisions_leads_to_its_state(session):
    for claim in claims(session):
        state, round_ = State.DRAFT, 0
        for decision in claim.decisions:
            verb = Verb(decision.verb)
            transition = step(
                state,
                verb,
                Duty(decision.duty),
                has_authority=claim.authority_id is not None,
                is_own=decision.duty == "teacher",
                has_reason=bool(decision.reason),
            )
            round_ += verb is Verb.SUBMIT
            assert (decision.from_state, decision.to_state, decision.round) == (state, transition.to, round_)
            assert decision.stage == (transition.stage or ("after" if verb is Verb.REVOKE else "teacher"))
            if transition.needs_reason:
                assert decision.reason_code in reasons_for(verb)
            state = transition.to
        assert (claim.state, claim.round) == (state, round_)


def test_decisions_follow_one_another_in_time_and_saw_the_evidence(session):
    for claim in claims(session):
        moments = [claim.created_at, *(decision.decided_at for decision in claim.decisions)]
        assert moments == sorted(moments)
        files = [evidence.sha256 for evidence in claim.evidence]
        assert claim.state == "draft" or files
        assert all(decision.evidence_seen == files for decision in claim.decisions)
        assert all(evidence.uploaded_at < moments[1] for evidence in claim.evidence if len(moments) > 1)


def test_a_late_decision_has_leave_and_one_in_time_has_none(session):
    late = 0
    for claim in claims(session):
        for decision in claim.decisions:
            which = deadline_of(Verb(decision.verb), State(decision.from_state))
            due_on = pack(claim.policy).deadline(which, claim.year) if which else None
            is_late = due_on is not None and day_in_china(decision.decided_at) > due_on
            assert bool(decision.override_reason) == is_late
            late += is_late
    assert late


def test_nobody_decides_both_stages(session):
    for claim in claims(session):
        by_stage = {stage: {d.user_id for d in claim.decisions if d.stage == stage} for stage in ("first", "second")}
        assert not by_stage["first"] & by_stage["second"]


def test_claimed_hours_are_reckoned_by_the_pack_and_nothing_more_is_recognised(session):
    homes = dict(session.execute(select(School.id, School.authority_id)).all())
    for claim in claims(session):
        part = reckon(pack(claim.policy), data_of(claim))
        assert (claim.category, claim.claimed_hours) == (part.category, part.hours)
        assert claim.recognised_hours is None or claim.recognised_hours <= claim.claimed_hours
        assert claim.authority_id == homes[claim.school_id]
