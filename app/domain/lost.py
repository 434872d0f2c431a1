"""By which rule something that was handed in or attended gave no hours: the rule and the clause.

Of entries that are kept and do not count, `standing.py` tells.
"""

from typing import NamedTuple

from app.domain.policy_terms import Deadline, Policy
from app.domain.reasons import SOURCES, ReasonCode
from app.domain.rules import Rule


class Loss(NamedTuple):
    """The rule by which there were no hours, and its clause. No rule: the reviewer's words alone say why."""

    rule: Rule | None
    source: str


FAILED = Loss(Rule.EXAM, "S2 §二（三）1：考核考试不合格的，不计算学习时间")

_RULES = {
    ReasonCode.DUPLICATE: Rule.DUP_CLAIM,
    ReasonCode.NAME_DIFFERS: Rule.IDENTITY,
    ReasonCode.HOURS_DIFFER: Rule.KINDS,
    ReasonCode.OTHER: None,
}


def by_reason(code: str | None) -> Loss:
    """The rule behind a reviewer's reason code. What is not named otherwise is a matter of the evidence."""
    if code not in set(ReasonCode):
        return Loss(None, "")
    reason = ReasonCode(code)
    return Loss(_RULES.get(reason, Rule.EVIDENCE), SOURCES[reason])


def too_late(policy: Policy, which: Deadline) -> Loss:
    """What was not handed in by a deadline of the pack (EFFECT: 过期不录)."""
    return Loss(Rule.EFFECT, policy.deadline_source(which))
