"""The way of a claim: its states, the verbs that move it, and who may say them (DOMAIN §4). The table is the
law.

Deadlines stand in `deadlines.py`. Writing a state, a decision or a ledger entry is the services' business.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Code, Refused


class State(StrEnum):
    """Where a claim stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PASSED_FIRST = "passed_first"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Verb(StrEnum):
    """What can be done with a claim."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    REVOKE = "revoke"


class Duty(StrEnum):
    """In which duty somebody acts (DOMAIN §5). One person may hold several."""

    TEACHER = "teacher"
    SCHOOL = "school"
    AUTHORITY = "authority"
    ORGANISER = "organiser"
    CITY = "city"
    AUDITOR = "auditor"
    SYSTEM = "system"


class Stage(StrEnum):
    """Which review a decision belongs to."""

    FIRST = "first"
    SECOND = "second"


class Effect(StrEnum):
    """What a transition does to the ledger, in the same transaction."""

    NONE = "none"
    ENTER = "enter"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. `with_authority`: only where the school has (or has not) a reviewing authority;
    None: both."""

    verb: Verb
    source: State
    to: State
    duty: Duty
    stage: Stage | None = None
    needs_reason: bool = False
    effect: Effect = Effect.NONE
    with_authority: bool | None = None


_FIRST, _SECOND = Stage.FIRST, Stage.SECOND
_ENTER, _REVERSE = Effect.ENTER, Effect.REVERSE

# fmt: off
TABLE: tuple[Transition, ...] = (
    # The teacher hands in, or the school on the teacher's behalf; after a return, again through the school.
    Transition(Verb.SUBMIT, State.DRAFT, State.SUBMITTED, Duty.TEACHER),
    Transition(Verb.SUBMIT, State.DRAFT, State.SUBMITTED, Duty.SCHOOL),
    Transition(Verb.SUBMIT, State.RETURNED, State.SUBMITTED, Duty.TEACHER),
    Transition(Verb.SUBMIT, State.RETURNED, State.SUBMITTED, Duty.SCHOOL),
    # Only the teacher takes a claim back, and only before the school has decided.
    Transition(Verb.WITHDRAW, State.SUBMITTED, State.WITHDRAWN, Duty.TEACHER),
    Transition(Verb.WITHDRAW, State.RETURNED, State.WITHDRAWN, Duty.TEACHER),
    # The school passes on to its reviewing authority (S1 §四（三）); a school without one
    # decides alone (S2, the college).
    Transition(Verb.APPROVE, State.SUBMITTED, State.PASSED_FIRST, Duty.SCHOOL, _FIRST, with_authority=True),
    Transition(Verb.APPROVE, State.SUBMITTED, State.APPROVED, Duty.SCHOOL, _FIRST, effect=_ENTER,
               with_authority=False),
    # Hours take effect with the last review, and not before (S1 §四（三）: 审核通过后即为有效学时).
    Transition(Verb.APPROVE, State.PASSED_FIRST, State.APPROVED, Duty.AUTHORITY, _SECOND, effect=_ENTER),
    # False or improper claims must be returned (S1 §四（三）: 必须做退回处理).
    Transition(Verb.RETURN, State.SUBMITTED, State.RETURNED, Duty.SCHOOL, _FIRST, needs_reason=True),
    Transition(Verb.RETURN, State.PASSED_FIRST, State.RETURNED, Duty.AUTHORITY, _SECOND, needs_reason=True),
    # A rejected claim is final: no row leads out of it.
    Transition(Verb.REJECT, State.SUBMITTED, State.REJECTED, Duty.SCHOOL, _FIRST, needs_reason=True),
    Transition(Verb.REJECT, State.PASSED_FIRST, State.REJECTED, Duty.AUTHORITY, _SECOND, needs_reason=True),
    # Found to be registered twice: the registration is cancelled (S1 §五（三）3: 一经查实，取消学时登记).
    Transition(Verb.REVOKE, State.APPROVED, State.REVOKED, Duty.AUTHORITY, needs_reason=True,
               effect=_REVERSE),
    Transition(Verb.REVOKE, State.APPROVED, State.REVOKED, Duty.CITY, needs_reason=True, effect=_REVERSE),
)
# fmt: on

JUDGING = frozenset({Verb.APPROVE, Verb.RETURN, Verb.REJECT, Verb.REVOKE})
FINAL = frozenset(State) - {row.source for row in TABLE}


def step(
    state: State,
    verb: Verb,
    duty: Duty,
    *,
    has_authority: bool,
    is_own: bool,
    decided_first: bool = False,
    decided_second: bool = False,
    has_reason: bool = False,
) -> Transition:
    """The transition that `verb` makes on a claim in `state`, said by somebody in `duty`.

    `has_authority`: the claim's school has a reviewing authority. `is_own`: the actor is the claim's teacher.
    `decided_first`, `decided_second`: the actor has already decided on this claim in that stage, in any
    round. Raises Refused: DUTY_FORBIDS, STATE_FORBIDS, NOT_OWN_CLAIM, OWN_CLAIM, BOTH_STAGES, REASON_MISSING.
    """
    row = _row(state, verb, duty, has_authority)
    if duty is Duty.TEACHER and not is_own:
        raise Refused(Code.NOT_OWN_CLAIM, verb=verb)
    if verb in JUDGING and is_own:
        raise Refused(Code.OWN_CLAIM, verb=verb)
    if (row.stage is Stage.SECOND and decided_first) or (row.stage is Stage.FIRST and decided_second):
        raise Refused(Code.BOTH_STAGES, verb=verb, stage=row.stage)
    if row.needs_reason and not has_reason:
        raise Refused(Code.REASON_MISSING, verb=verb)
    return row


def _row(state: State, verb: Verb, duty: Duty, has_authority: bool) -> Transition:
    said = [row for row in TABLE if row.verb is verb and row.with_authority in (None, has_authority)]
    here = [row for row in said if row.source is state]
    for row in here:
        if row.duty is duty:
            return row
    # Whoever may never say the verb is told so, whatever the state; and so is one whose turn it is not.
    if here or all(row.duty is not duty for row in said):
        raise Refused(Code.DUTY_FORBIDS, verb=verb, duty=duty)
    raise Refused(Code.STATE_FORBIDS, verb=verb, state=state)


def step_as(
    state: State,
    verb: Verb,
    duties: Iterable[Duty],
    *,
    has_authority: bool,
    is_own: bool,
    decided_first: bool = False,
    decided_second: bool = False,
    has_reason: bool = False,
) -> Transition:
    """`step` for somebody with several duties: the first duty, in the order of `Duty`, in which it is
    allowed.

    Where none allows it, the most telling refusal is raised: one that is not about the duty, if there is one.
    """
    held = set(duties)
    refusal = Refused(Code.DUTY_FORBIDS, verb=verb)
    for duty in Duty:
        if duty not in held:
            continue
        try:
            return step(
                state, verb, duty, has_authority=has_authority, is_own=is_own, decided_first=decided_first,
                decided_second=decided_second, has_reason=has_reason,
            )  # fmt: skip
        except Refused as refused:
            if refusal.code == Code.DUTY_FORBIDS:
                refusal = refused
    raise refusal


def verbs_for(
    state: State,
    duties: Iterable[Duty],
    *,
    has_authority: bool,
    is_own: bool,
    decided_first: bool = False,
    decided_second: bool = False,
) -> tuple[Verb, ...]:
    """The verbs for which a button is shown; the reason is asked for when it is pressed."""
    held, shown = tuple(duties), []
    for verb in Verb:
        try:
            step_as(
                state, verb, held, has_authority=has_authority, is_own=is_own, decided_first=decided_first,
                decided_second=decided_second, has_reason=True,
            )  # fmt: skip
        except Refused:
            continue
        shown.append(verb)
    return tuple(shown)


def states_for(verb: Verb, duty: Duty) -> frozenset[State]:
    """The states in which somebody in `duty` may ever say `verb`: what a review desk lists."""
    return frozenset(row.source for row in TABLE if row.verb is verb and row.duty is duty)
