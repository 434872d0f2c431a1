"""Appointing: nobody themselves, and nobody both administers accounts and reviews. What only signing in changes."""

from __future__ import annotations

from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.domain.errors import Refused
from app.models import AuditEntry, Authority, School
from app.security.actor import Actor, acting
from app.services import accounts, audit, logins
from app.services.refusals import No
from tests.factories import make_user
from tests.services.stage import Stage


def places(session: Any, stage: Stage, duty: str) -> dict[str, Any]:
    ours = stage.world.ours
    return {
        "school": session.get_one(School, ours.school) if duty == "school" else None,
        "authority": session.get_one(Authority, ours.authority) if duty == "authority" else None,
        "organiser": None,
    }


def test_nobody_appoints_themselves(held: Any, stage: Stage) -> None:
    user = held.get_one(User, stage.world.users["system"])
    with acting(Actor(user.id, "system", frozenset({"system"}))), pytest.raises(Refused) as refusal:
        logins.appoint(held, user, "auditor", **places(held, stage, "auditor"))
    assert refusal.value.code is No.OWN_APPOINTMENT


@pytest.mark.parametrize("duty", ["school", "authority", "city"])
def test_who_administers_accounts_reviews_nothing(held: Any, stage: Stage, duty: str) -> None:
    administrator, reviewer = make_user(held, "first", "甲"), make_user(held, "second", "乙")
    accounts.appoint(held, administrator, "system")
    accounts.appoint(held, reviewer, duty, **places(held, stage, duty))
    with acting(Actor(stage.world.users["system"], "system", frozenset({"system"}))):
        for user, wanted in ((administrator, duty), (reviewer, "system")):
            with pytest.raises(Refused) as refusal:
                logins.appoint(held, user, wanted, **places(held, stage, wanted))
            assert refusal.value.code is No.DUTIES_CLASH
        assert logins.appoint(held, administrator, "auditor", **places(held, stage, "auditor")).id


def test_a_counter_of_signing_in_takes_no_turn_and_leaves_no_line(
    held: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Any] = []
    monkeypatch.setattr(audit, "take_turn", taken.append)
    lines = held.scalar(select(func.count()).select_from(AuditEntry))
    user = held.get_one(User, stage.world.users["school"])
    user.fail_login_count = (user.fail_login_count or 0) + 1
    held.flush()
    assert taken == [] and held.scalar(select(func.count()).select_from(AuditEntry)) == lines
    user.first_name = "改"
    held.flush()
    assert len(taken) == 1
    assert held.scalar(select(func.count()).select_from(AuditEntry)) == lines + 1
