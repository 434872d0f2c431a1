"""The workflow's truth table, written down from DOMAIN §4 and not from the code: every state × verb × duty."""

from itertools import product

import pytest

from app.domain.deadlines import deadline_of
from app.domain.errors import Code, Refused
from app.domain.workflow import FINAL, Duty, Effect, Stage, State, Verb, states_for, step, step_as, verbs_for

# (state, verb, duty) -> (next state, effect on the ledger, stage, reason needed), for a school with a reviewing
# authority. Whatever is not written here is refused.
WITH_AUTHORITY = {
    # A teacher hands in a draft, or mends what was returned; the school may do so on the teacher's behalf.
    ("draft", "submit", "teacher"): ("submitted", "none", None, False),
    ("draft", "submit", "school"): ("submitted", "none", None, False),
    ("returned", "submit", "teacher"): ("submitted", "none", None, False),
    ("returned", "submit", "school"): ("submitted", "none", None, False),
    # Only the teacher withdraws, and only what nobody is about to decide in the second review.
    ("submitted", "withdraw", "teacher"): ("withdrawn", "none", None, False),
    ("returned", "withdraw", "teacher"): ("withdrawn", "none", None, False),
    # The school's review passes on, returns or rejects.
    ("submitted", "approve", "school"): ("passed_first", "none", "first", False),
    ("submitted", "return", "school"): ("returned", "none", "first", True),
    ("submitted", "reject", "school"): ("rejected", "none", "first", True),
    # The authority's review is the last; only it makes hours.
    ("passed_first", "approve", "authority"): ("approved", "enter", "second", False),
    ("passed_first", "return", "authority"): ("returned", "none", "second", True),
    ("passed_first", "reject", "authority"): ("rejected", "none", "second", True),
    # What turns out false is cancelled, and the ledger reversed.
    ("approved", "revoke", "authority"): ("revoked", "reverse", None, True),
    ("approved", "revoke", "city"): ("revoked", "reverse", None, True),
}
# A school without a reviewing authority (S2's college) decides alone: its approval is the last.
WITHOUT_AUTHORITY = WITH_AUTHORITY | {("submitted", "approve", "school"): ("approved", "enter", "first", False)}

CELLS = list(product(State, Verb, Duty))


@pytest.mark.parametrize("has_authority", [True, False])
def test_every_state_verb_and_duty(has_authority):
    table = WITH_AUTHORITY if has_authority else WITHOUT_AUTHORITY
    assert len(CELLS) == 8 * 6 * 7
    for state, verb, duty in CELLS:
        wanted = table.get((str(state), str(verb), str(duty)))
        own = duty is Duty.TEACHER
        try:
            found = step(state, verb, duty, has_authority=has_authority, is_own=own, has_reason=True)
        except Refused as refused:
            assert wanted is None, (state, verb, duty)
            assert refused.code in {Code.STATE_FORBIDS, Code.DUTY_FORBIDS}
        else:
            stage = str(found.stage) if found.stage else None
            assert (str(found.to), str(found.effect), stage, found.needs_reason) == wanted, (
                state,
                verb,
                duty,
            )


def test_auditor_organiser_and_system_never_move_a_claim():
    for state, verb, duty in CELLS:
        if duty in {Duty.AUDITOR, Duty.ORGANISER, Duty.SYSTEM}:
            with pytest.raises(Refused) as refusal:
                step(state, verb, duty, has_authority=True, is_own=False, has_reason=True)
            assert refusal.value.code == Code.DUTY_FORBIDS


def test_a_final_state_is_left_by_nobody():
    assert {State.REJECTED, State.WITHDRAWN, State.REVOKED} == FINAL
    for state, verb, duty in CELLS:
        if state in FINAL:
            with pytest.raises(Refused):
                step(state, verb, duty, has_authority=True, is_own=duty is Duty.TEACHER, has_reason=True)


@pytest.mark.parametrize(
    ("state", "verb", "duty"),
    [key for key in WITH_AUTHORITY if key[1] in {"approve", "return", "reject", "revoke"}],
)
def test_nobody_decides_on_a_claim_of_their_own(state, verb, duty):
    with pytest.raises(Refused) as refusal:
        step(State(state), Verb(verb), Duty(duty), has_authority=True, is_own=True, has_reason=True)
    assert refusal.value.code == Code.OWN_CLAIM


@pytest.mark.parametrize(("state", "verb"), [("draft", "submit"), ("returned", "submit"), ("submitted", "withdraw")])
def test_a_teacher_moves_only_claims_of_their_own(state, verb):
    with pytest.raises(Refused) as refusal:
        step(State(state), Verb(verb), Duty.TEACHER, has_authority=True, is_own=False)
    assert refusal.value.code == Code.NOT_OWN_CLAIM


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.RETURN, Verb.REJECT])
def test_nobody_decides_both_stages(verb):
    common = {"has_authority": True, "is_own": False, "has_reason": True}
    with pytest.raises(Refused) as refusal:
        step(State.PASSED_FIRST, verb, Duty.AUTHORITY, decided_first=True, **common)
    assert refusal.value.code == Code.BOTH_STAGES
    # The other way round too: who returned it in the second stage does not pass it in the first.
    with pytest.raises(Refused) as refusal:
        step(State.SUBMITTED, verb, Duty.SCHOOL, decided_second=True, **common)
    assert refusal.value.code == Code.BOTH_STAGES
    # The same stage again, after a return, is the same reviewer's work.
    step(State.SUBMITTED, verb, Duty.SCHOOL, decided_first=True, **common)
    step(State.PASSED_FIRST, verb, Duty.AUTHORITY, decided_second=True, **common)


def test_who_decided_may_revoke():
    common = {"has_authority": True, "is_own": False, "has_reason": True}
    found = step(State.APPROVED, Verb.REVOKE, Duty.AUTHORITY, decided_second=True, decided_first=True, **common)
    assert found.effect is Effect.REVERSE


@pytest.mark.parametrize(("state", "verb", "duty"), [key for key, row in WITH_AUTHORITY.items() if row[3]])
def test_what_needs_a_reason_is_refused_without(state, verb, duty):
    with pytest.raises(Refused) as refusal:
        step(State(state), Verb(verb), Duty(duty), has_authority=True, is_own=False, has_reason=False)
    assert refusal.value.code == Code.REASON_MISSING


def test_a_wrong_moment_and_a_wrong_person_are_told_apart():
    with pytest.raises(Refused) as refusal:
        step(State.DRAFT, Verb.APPROVE, Duty.SCHOOL, has_authority=True, is_own=False)
    assert refusal.value.code == Code.STATE_FORBIDS
    with pytest.raises(Refused) as refusal:
        step(State.PASSED_FIRST, Verb.APPROVE, Duty.SCHOOL, has_authority=True, is_own=False)
    assert refusal.value.code == Code.DUTY_FORBIDS
    with pytest.raises(Refused) as refusal:
        step(State.DRAFT, Verb.REVOKE, Duty.SCHOOL, has_authority=True, is_own=False)
    assert refusal.value.code == Code.DUTY_FORBIDS


def test_buttons_are_what_step_allows():
    school, authority = [Duty.SCHOOL], [Duty.AUTHORITY]
    common = {"has_authority": True, "is_own": False}
    assert verbs_for(State.SUBMITTED, school, **common) == (Verb.APPROVE, Verb.RETURN, Verb.REJECT)
    assert verbs_for(State.PASSED_FIRST, school, **common) == ()
    assert verbs_for(State.PASSED_FIRST, authority, **common) == (Verb.APPROVE, Verb.RETURN, Verb.REJECT)
    assert verbs_for(State.PASSED_FIRST, authority, decided_first=True, **common) == ()
    assert verbs_for(State.APPROVED, authority, **common) == (Verb.REVOKE,)
    # A reviewer's own claim shows the teacher's buttons and no reviewer's.
    own = [Duty.TEACHER, Duty.SCHOOL]
    assert verbs_for(State.SUBMITTED, own, has_authority=True, is_own=True) == (Verb.WITHDRAW,)
    assert verbs_for(State.DRAFT, own, has_authority=True, is_own=True) == (Verb.SUBMIT,)


def test_several_duties_use_the_one_that_may_and_tell_the_best_refusal():
    both = [Duty.CITY, Duty.AUTHORITY, Duty.TEACHER]
    found = step_as(State.PASSED_FIRST, Verb.APPROVE, both, has_authority=True, is_own=False)
    assert (found.duty, found.stage) == (Duty.AUTHORITY, Stage.SECOND)
    with pytest.raises(Refused) as refusal:
        step_as(State.PASSED_FIRST, Verb.APPROVE, both, has_authority=True, is_own=True)
    assert refusal.value.code == Code.OWN_CLAIM
    with pytest.raises(Refused) as refusal:
        step_as(State.DRAFT, Verb.SUBMIT, [], has_authority=True, is_own=True)
    assert refusal.value.code == Code.DUTY_FORBIDS


def test_a_desk_lists_the_states_its_duty_decides():
    assert states_for(Verb.APPROVE, Duty.SCHOOL) == {State.SUBMITTED}
    assert states_for(Verb.APPROVE, Duty.AUTHORITY) == {State.PASSED_FIRST}
    assert states_for(Verb.APPROVE, Duty.CITY) == frozenset()


def test_only_the_verbs_on_the_way_to_hours_have_a_deadline():
    assert deadline_of(Verb.SUBMIT, State.DRAFT) == deadline_of(Verb.SUBMIT, State.RETURNED) == "claim"
    assert deadline_of(Verb.APPROVE, State.SUBMITTED) == "first_review"
    assert deadline_of(Verb.APPROVE, State.PASSED_FIRST) == "second_review"
    for verb in (Verb.WITHDRAW, Verb.RETURN, Verb.REJECT, Verb.REVOKE):
        assert all(deadline_of(verb, state) is None for state in State)
