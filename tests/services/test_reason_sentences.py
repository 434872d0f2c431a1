"""The city words the sentences of reason codes; everybody else is offered the default, or hers."""

from __future__ import annotations

from typing import Any

import pytest
from flask import g
from flask_babel import force_locale
from sqlalchemy import select

from app.domain.errors import Code, Refused
from app.domain.reasons import ReasonCode, reasons_for
from app.domain.workflow import Verb
from app.models import AuditEntry
from app.security.actor import acting
from app.services import reason_sentences
from app.services.refusals import No
from app.views.reasons import offered
from tests.services.stage import Stage

OURS = ("请补传盖章的学时证明，谢谢。", "Please send the stamped statement. Thank you.")


def test_both_languages_are_offered_and_the_citys_words_go_first(migrated: Any, held: Any, stage: Stage) -> None:
    with migrated.test_request_context(headers={"Accept-Language": "zh"}):
        before = {one["code"]: one for one in offered("return")}
        with acting(stage.actors["city"]):
            reason_sentences.word(held, "no_dates", *OURS, actor=stage.actors["city"])
        # Read once a request; this stands for another one.
        g.pop("reason_sentences")
        after = {one["code"]: one for one in offered(Verb.RETURN)}
        with force_locale("en"):
            english = {one["code"]: one for one in offered(Verb.RETURN)}
    assert list(before) == [str(code) for code in reasons_for(Verb.RETURN)]
    assert before["no_dates"]["sentence"] == "证书上没有培训日期，请再上传一份由学校盖章的学时证明。"
    assert "stamped statement of hours" in before["no_dates"]["other"]
    assert (after["no_dates"]["sentence"], after["no_dates"]["other"]) == OURS
    assert after["illegible"] == before["illegible"]
    assert before["other"]["sentence"] == "" == before["other"]["other"]
    assert (english["no_dates"]["sentence"], english["no_dates"]["other"]) == OURS[::-1]
    assert english["illegible"]["sentence"] == before["illegible"]["other"]


def test_every_default_says_something_in_both_languages(migrated: Any, held: Any) -> None:
    with migrated.test_request_context(headers={"Accept-Language": "zh"}):
        told = {one["code"]: one for verb in ("return", "reject", "revoke") for one in offered(verb)}
    for code in reason_sentences.WORDED:
        assert told[code]["sentence"].endswith("。"), code
        assert told[code]["other"].isascii() and told[code]["other"] != told[code]["sentence"], code
        assert max(len(told[code]["sentence"]), len(told[code]["other"])) <= reason_sentences.MOST


def test_a_default_is_restored_and_the_trail_keeps_what_was_said(held: Any, stage: Stage) -> None:
    city = stage.actors["city"]
    with acting(city):
        reason_sentences.word(held, "copy", *OURS, actor=city)
        reason_sentences.restore(held, "copy", city)
    assert reason_sentences.own(held) == {}
    lines = held.scalars(select(AuditEntry).where(AuditEntry.subject == "reason_sentence")).all()
    assert [line.change for line in lines] == ["insert", "delete"]
    assert OURS[0] in str(lines[0].after) and lines[0].actor_name == "city"


@pytest.mark.parametrize("who", ["school", "authority", "auditor", "teacher", "system"])
def test_nobody_but_the_city_words_them(held: Any, stage: Stage, who: str) -> None:
    with pytest.raises(Refused) as refused:
        reason_sentences.word(held, "copy", *OURS, actor=stage.actors[who])
    assert refused.value.code == Code.DUTY_FORBIDS


def test_what_cannot_be_a_sentence_is_refused(held: Any, stage: Stage) -> None:
    city = stage.actors["city"]
    row = reason_sentences.word(held, "copy", *OURS, actor=city, seen_version=0)
    for code, zh, en, seen, why in (
        (ReasonCode.OTHER, *OURS, None, No.REASON_CODE_UNKNOWN),
        ("nonsense", *OURS, None, No.REASON_CODE_UNKNOWN),
        ("copy", " ", "x", None, No.SENTENCE_MISSING),
        ("copy", "x", "y" * 301, None, No.SENTENCE_MISSING),
        ("copy", "x", "y", 0, No.STALE),
    ):
        with pytest.raises(Refused) as refused:
            reason_sentences.word(held, code, zh, en, city, seen_version=seen)
        assert refused.value.code == why
    assert (row.zh, row.en) == OURS
