"""The ways claims go: which steps are wished for, and on which days they fall.

Every step is checked by the table of ``domain/workflow.py`` and the pack's last days; a step that has no day left
before today is not taken, and the claim stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.demo.days import a_day
from app.domain.deadlines import deadline_of
from app.domain.policy import Policy
from app.domain.reasons import ReasonCode
from app.domain.workflow import Duty, Stage, State, Transition, Verb, step

# Where claims of a year under way, and of a closed one, stand: shares in per cent.
OPEN = (
    ("draft", 10), ("submitted", 24), ("passed_first", 18), ("approved", 30), ("returned", 8),
    ("rejected", 4), ("withdrawn", 4), ("revoked", 2),
)  # fmt: skip
# Nothing of a closed year waits at a desk: a reviewer's queue would begin with what is years late.
CLOSED = (
    ("draft", 2), ("approved", 87), ("returned", 1),
    ("rejected", 4), ("withdrawn", 3), ("revoked", 3),
)  # fmt: skip
PENDING = frozenset({"draft", "submitted", "passed_first", "returned"})
OVERRIDE = "教师因病住院，材料在期限内已交学校，经集体研究同意补审。"

REASONS: dict[Verb, tuple[tuple[ReasonCode, str], ...]] = {
    Verb.RETURN: (
        (ReasonCode.ILLEGIBLE, "照片模糊，红章与姓名看不清，请重新拍摄后再提交。"),
        (ReasonCode.COPY, "上传的是复印件，请上传证书原件的扫描件或照片。"),
        (ReasonCode.NO_DATES, "证书上没有培训起止日期，请补充加盖公章的学时证明。"),
        (ReasonCode.HOURS_DIFFER, "申报的天数与证书所载不一致，请核对后更正。"),
        (ReasonCode.NAME_DIFFERS, "证书上的姓名与本人登记信息不一致，请补充说明材料。"),
        (ReasonCode.NO_TRANSLATION, "外文证书请附加盖公章的中文译本。"),
    ),
    Verb.REJECT: (
        (ReasonCode.UNRELATED, "所附材料与申报的培训无关。"),
        (ReasonCode.WRONG_YEAR, "该培训不在本年度内，不能计入本年度学时。"),
        (ReasonCode.DUPLICATE, "同一培训已由主办单位登记学时，不得重复申报。"),
    ),
    Verb.REVOKE: (
        (ReasonCode.DUPLICATE, "经核查，该证书与已登记的学时重复，取消学时登记。"),
        (ReasonCode.FALSE, "经向主办单位查证，所附证书不实，取消学时登记。"),
    ),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that was taken: the transition, its day, the round it belongs to, and why."""

    transition: Transition
    on: date
    round: int
    reason: tuple[ReasonCode, str] | None = None
    override: str | None = None


def choose_state(rng: Random, is_open: bool) -> str:
    """Where a claim is meant to end."""
    chance, states = rng.random() * 100, OPEN if is_open else CLOSED
    for state, share in states:
        chance -= share
        if chance < 0:
            return state
    return "approved"


def wishes(rng: Random, state: str, has_authority: bool) -> list[tuple[Verb, Stage | None]]:
    """The verbs that lead to a state, some claims being returned and mended on the way."""
    first, second = Stage.FIRST, Stage.SECOND
    submit = (Verb.SUBMIT, None)
    if state == "draft":
        return []
    path: list[tuple[Verb, Stage | None]] = [submit]
    if state in ("submitted", "passed_first", "approved", "rejected") and rng.random() < 0.08:
        path += [(Verb.RETURN, first), submit]
    reviewed = [(Verb.APPROVE, first), *([(Verb.APPROVE, second)] if has_authority else [])]
    if state == "withdrawn":
        return [*path, (Verb.WITHDRAW, None)]
    if state == "passed_first":
        return path + reviewed[:1] if has_authority else path
    if state in ("approved", "revoked"):
        return path + reviewed + ([(Verb.REVOKE, None)] if state == "revoked" else [])
    if state in ("returned", "rejected"):
        verb = Verb.RETURN if state == "returned" else Verb.REJECT
        late = has_authority and rng.random() < 0.4
        return path + ([reviewed[0], (verb, second)] if late else [(verb, first)])
    return path


def walk(
    rng: Random,
    policy: Policy,
    year: int,
    state: str,
    ready_on: date,
    today: date,
    *,
    is_open: bool,
    has_authority: bool,
    submits_by_school: bool,
) -> list[Taken]:
    """The steps taken towards ``state``, from the first submission on a day after ``ready_on``."""
    taken: list[Taken] = []
    at, round_, before = State.DRAFT, 0, ready_on
    wished = wishes(rng, state, has_authority)
    for position, (verb, stage) in enumerate(wished):
        transition = step(
            at, verb, _duty(verb, stage, has_authority, submits_by_school), has_authority=has_authority,
            is_own=verb is Verb.WITHDRAW or (verb is Verb.SUBMIT and not submits_by_school), has_reason=True,
        )  # fmt: skip
        which = deadline_of(verb, at)
        due_on = policy.deadline(which, year) if which is not None else None
        gap = _gap(rng, verb, taken, is_open and state in PENDING, today, before)
        first, last = before + timedelta(days=1), min(before + timedelta(days=gap), today - timedelta(days=1))
        # Leave a day for each step to come, where there is room.
        last = max(min(last, first), min(last, today - timedelta(days=len(wished) - position)))
        override = None
        if due_on is not None and stage is Stage.SECOND and due_on + timedelta(days=12) < today and rng.random() < 0.02:
            # Late once in a while, by leave of the reviewing authority (EFFECT).
            override, first, last = OVERRIDE, due_on + timedelta(days=1), due_on + timedelta(days=11)
        elif due_on is not None:
            last = min(last, due_on)
        if first > last:
            break
        on = a_day(rng, max(first, last - timedelta(days=35)) if not taken and is_open else first, last)
        round_ += verb is Verb.SUBMIT
        reason = rng.choice(REASONS[verb]) if verb in REASONS else None
        taken.append(Taken(transition, on, round_, reason, override))
        at, before = transition.to, on
    return taken


def _duty(verb: Verb, stage: Stage | None, has_authority: bool, submits_by_school: bool) -> Duty:
    if verb is Verb.SUBMIT:
        return Duty.SCHOOL if submits_by_school else Duty.TEACHER
    if verb is Verb.WITHDRAW:
        return Duty.TEACHER
    if verb is Verb.REVOKE:
        return Duty.AUTHORITY if has_authority else Duty.CITY
    return Duty.SCHOOL if stage is Stage.FIRST else Duty.AUTHORITY


def _gap(rng: Random, verb: Verb, taken: list[Taken], is_pending: bool, today: date, before: date) -> int:
    """How many days a step may take at most."""
    if not taken:
        # What still waits was mostly handed in of late; a few have waited long.
        if is_pending and rng.random() < 0.85:
            return max(1, (today - before).days - 1 - int(rng.random() * 4))
        return 90 if rng.random() < 0.5 else 25
    return {Verb.WITHDRAW: 5, Verb.REVOKE: 160}.get(verb, 22)
