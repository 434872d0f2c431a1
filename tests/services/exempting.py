"""Exemptions for tests: somebody to grant them to, and granting and ending one as a person of the stage."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.models import Exemption, School, Teacher
from app.security.actor import acting
from app.services import exemptions
from tests.factories import make_teacher
from tests.services.stage import Stage

FIRST, LAST = date(2026, 2, 1), date(2026, 7, 10)


def settled(session: Any, stage: Stage, now: datetime) -> Teacher:
    """Somebody at our school since September 2018, with nothing earned."""
    school = session.get_one(School, stage.world.ours.school)
    return make_teacher(session, school, "钟文", 610, now, joined_on=date(2018, 9, 1))


def grant(
    session: Any,
    stage: Stage,
    teacher: Teacher,
    now: datetime,
    effect: str = "exempt",
    who: str = "authority",
    **said: Any,
) -> Exemption:
    stated = {
        "from_on": FIRST, "to_on": LAST, "reason": "产假", "category": None, "hours": None,
    }  # fmt: skip
    if effect == "credited":
        stated |= {"category": "professional", "hours": Decimal(10)}
    stated |= said
    actor = stage.actors[who]
    with acting(actor):
        return exemptions.grant(session, teacher, effect=effect, actor=actor, now=now, **stated)


def end(
    session: Any, stage: Stage, exemption: Exemption, now: datetime, who: str = "authority", reason: str = "误录"
) -> None:
    with acting(stage.actors[who]):
        exemptions.end(session, exemption, reason, stage.actors[who], now)
