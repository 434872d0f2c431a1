"""Whether something is still in time (rule EFFECT): hours come into being only within the pack's last days.

Every last day is inclusive and judged in Asia/Shanghai; `now` is handed in. Review days and reminders are told and
refuse nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.days import day_in_china
from app.domain.errors import Code, Refused
from app.domain.policy_terms import Deadline, Policy, Reminder
from app.domain.workflow import Duty, State, Verb


@dataclass(frozen=True, slots=True)
class Override:
    """A deadline set aside, by whom and why (EFFECT: the reviewing authority, with a written reason)."""

    duty: Duty
    reason: str


@dataclass(frozen=True, slots=True)
class Extension:
    """A deadline of one year moved to a later day, that day included, with the written reason (EFFECT, R)."""

    deadline: Deadline
    year: int
    until_on: date
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


def extension_in_force(
    policy: Policy, which: Deadline | str, year: int, extensions: Iterable[Extension]
) -> Extension | None:
    """Of the extensions that hold for somebody, the one that moves this deadline furthest; None where none does."""
    due_on = policy.deadline(which, year)
    if due_on is None:
        return None
    moving = [
        one for one in extensions if one.deadline == which and one.year == year and one.until_on > due_on
    ]
    return max(moving, key=lambda one: one.until_on, default=None)


def last_day(
    policy: Policy, which: Deadline | str, year: int, extensions: Iterable[Extension] = ()
) -> date | None:
    """The last day, as extended; None where the pack sets none."""
    extension = extension_in_force(policy, which, year, extensions)
    return extension.until_on if extension is not None else policy.deadline(which, year)


def is_in_time(
    policy: Policy, which: Deadline | str, year: int, now: datetime, extensions: Iterable[Extension] = ()
) -> bool:
    """Whether `now` (aware) is no later than the last day, itself included; always, where the pack sets
    none."""
    due_on = last_day(policy, which, year, extensions)
    return due_on is None or day_in_china(now) <= due_on


def days_left(
    policy: Policy, which: Deadline | str, year: int, now: datetime, extensions: Iterable[Extension] = ()
) -> int | None:
    """How many days remain: 0 on the last day, negative when late, None where the pack sets no deadline."""
    due_on = last_day(policy, which, year, extensions)
    return None if due_on is None else (due_on - day_in_china(now)).days


def check_in_time(
    policy: Policy,
    which: Deadline | str,
    year: int,
    now: datetime,
    *,
    override: Override | None = None,
    has_authority: bool = True,
    extensions: Iterable[Extension] = (),
) -> str | None:
    """The written reason by which the deadline was set aside, or None where all is in time without one.

    Raises Refused(LATE) with `deadline`, `due_on`, `year` and `source`. An override counts from the reviewing
    authority, or from the city where the school has none (R), and only with a reason: else
    OVERRIDE_FORBIDDEN, OVERRIDE_REASON_MISSING. An extension needs no override beside it.
    """
    if is_in_time(policy, which, year, now):
        return None
    extension = extension_in_force(policy, which, year, extensions)
    if extension is not None and day_in_china(now) <= extension.until_on:
        return extension.reason
    if override is None:
        due_on = extension.until_on if extension is not None else policy.deadline(which, year)
        raise Refused(
            Code.LATE, deadline=Deadline(which), due_on=due_on, year=year, source=policy.deadline_source(which)
        )
    if override.duty is not (Duty.AUTHORITY if has_authority else Duty.CITY):
        raise Refused(Code.OVERRIDE_FORBIDDEN, duty=override.duty)
    if not override.reason.strip():
        raise Refused(Code.OVERRIDE_REASON_MISSING)
    return override.reason.strip()


def next_review_day(policy: Policy, today: date) -> date | None:
    """The next day on which claims are reviewed, today included (S2 §三（三）); None where the pack names none.

    Shown, not enforced. The days are such as every month has.
    """
    days = sorted(policy.review_days)
    if not days:
        return None
    later = [day for day in days if day >= today.day]
    if later:
        return today.replace(day=later[0])
    next_month = today.replace(day=28) + timedelta(days=4)
    return next_month.replace(day=days[0])


def open_reminders(policy: Policy, year: int, today: date) -> tuple[Reminder, ...]:
    """The pack's reminders of a year whose day has not passed, that day included."""
    return tuple(one for one in policy.reminders if today <= one.on.in_year(year))
