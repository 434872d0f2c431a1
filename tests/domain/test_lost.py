"""Every reason a reviewer may give names a rule with its clause, or leaves it to their words."""

from app.domain.lost import FAILED, by_reason, too_late
from app.domain.policy import Deadline, pack
from app.domain.reasons import ReasonCode
from app.domain.rules import Rule


def test_a_reason_leads_to_the_rule_it_rests_on():
    assert by_reason("duplicate") == (Rule.DUP_CLAIM, "S1 §五（三）3")
    assert by_reason("name_differs") == (Rule.IDENTITY, "S1 §五（二）1")
    assert by_reason("copy") == (Rule.EVIDENCE, "S1 §五（三）3")
    assert by_reason("wrong_year") == (Rule.EVIDENCE, "S2 §三（四）1")


def test_every_reason_but_the_open_one_has_a_rule_and_a_clause():
    for code in ReasonCode:
        loss = by_reason(code)
        assert (loss.rule is None) == (code is ReasonCode.OTHER) == (loss.source == "")


def test_a_reason_that_is_no_longer_one_says_nothing():
    assert by_reason("copied_twice") == by_reason(None) == (None, "")


def test_late_cites_the_packs_own_clause():
    assert too_late(pack("guangzhou-2019"), Deadline.CLAIM).rule is Rule.EFFECT
    assert too_late(pack("guangzhou-2019"), Deadline.CLAIM).source != too_late(
        pack("guangdong-2021"), Deadline.CLAIM
    ).source
    assert FAILED.rule is Rule.EXAM
