"""Whether something is still in time (rule EFFECT): hours come into being only within the pack's last days.

Every last day is inclusive and judged in Asia/Shanghai; `now` is handed in.
"""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.days import day_in_china
from app.domain.errors import Code, Refused
from app.domain.policy_terms import Deadline, Policy
from app.domain.workflow import Duty, State, Verb


@dataclass(frozen=True, slots=True)
class Override:
    """A deadline set aside, by whom and why (EFFECT: the reviewing authority, with a written reason)."""

    duty: Duty
    reason: str


def deadline_of(verb: Verb, state: State) -> Deadline | None:
    """The deadline that a verb on a claim must keep, if any.

    Only the verbs on the way to hours have one. To return, reject, withdraw or revoke brings no hours, so it
    stays possible and a late claim can be closed (R).
    """
    if verb is Verb.SUBMIT:
        return Deadline.CLAIM
    if verb is Verb.APPROVE:
        return Deadline.SECOND_REVIEW if state is State.PASSED_FIRST else Deadline.FIRST_REVIEW
    return None


def is_in_time(policy: Policy, which: Deadline | str, year: int, now: datetime) -> bool:
    """Whether `now` (aware) is no later than the last day, itself included; always, where the pack sets
    none."""
    due_on = policy.deadline(which, year)
    return due_on is None or day_in_china(now) <= due_on


def days_left(policy: Policy, which: Deadline | str, year: int, now: datetime) -> int | None:
    """How many days remain: 0 on the last day, negative when late, None where the pack sets no deadline."""
    due_on = policy.deadline(which, year)
    return None if due_on is None else (due_on - day_in_china(now)).days


def check_in_time(
    policy: Policy,
    which: Deadline | str,
    year: int,
    now: datetime,
    *,
    override: Override | None = None,
    has_authority: bool = True,
) -> date | None:
    """The deadline that was set aside by the override, or None where all is in time.

    Raises Refused(LATE) with `deadline`, `due_on`, `year` and `source`. An override counts from the reviewing
    authority, or from the city where the school has none (R), and only with a reason: else
    OVERRIDE_FORBIDDEN, OVERRIDE_REASON_MISSING.
    """
    if is_in_time(policy, which, year, now):
        return None
    due_on, deadline = policy.deadline(which, year), Deadline(which)
    if override is None:
        raise Refused(
            Code.LATE, deadline=deadline, due_on=due_on, year=year, source=policy.deadline_source(which)
        )
    if override.duty is not (Duty.AUTHORITY if has_authority else Duty.CITY):
        raise Refused(Code.OVERRIDE_FORBIDDEN, duty=override.duty)
    if not override.reason.strip():
        raise Refused(Code.OVERRIDE_REASON_MISSING)
    return due_on
