"""DOMAIN §4 in the database: every state, verb and duty, with and without a second review.

What is allowed leaves one decision that tells everything; what is refused leaves nothing.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Refused
from app.models import Claim, Decision, Entry
from app.security.actor import Actor
from tests.services.stage import REASON, WAYS, Stage, claim_in, digest, say

STATES = ("draft", "submitted", "passed_first", "approved", "returned", "rejected", "withdrawn", "revoked")
VERBS = ("submit", "withdraw", "approve", "return", "reject", "revoke")
PEOPLE = (
    "teacher", "teacher elsewhere", "school", "school elsewhere", "authority", "authority elsewhere",
    "city", "organiser", "auditor", "system", "nobody",
)  # fmt: skip

# Read off DOMAIN §4 by hand: (state, verb) -> the new state, its stage, and who may.
TABLE: dict[tuple[str, str], tuple[str, str, set[str]]] = {
    ("draft", "submit"): ("submitted", "teacher", {"teacher", "school"}),
    ("returned", "submit"): ("submitted", "teacher", {"teacher", "school"}),
    ("submitted", "withdraw"): ("withdrawn", "teacher", {"teacher"}),
    ("returned", "withdraw"): ("withdrawn", "teacher", {"teacher"}),
    ("submitted", "approve"): ("passed_first", "first", {"school"}),
    ("submitted", "return"): ("returned", "first", {"school"}),
    ("submitted", "reject"): ("rejected", "first", {"school"}),
    ("passed_first", "approve"): ("approved", "second", {"authority"}),
    ("passed_first", "return"): ("returned", "second", {"authority"}),
    ("passed_first", "reject"): ("rejected", "second", {"authority"}),
    ("approved", "revoke"): ("revoked", "after", {"authority", "city"}),
}
# The college (S2): its own review is the last, and only the city can cancel.
COLLEGE = {
    **{key: row for key, row in TABLE.items() if key[0] != "passed_first"},
    ("submitted", "approve"): ("approved", "first", {"school"}),
    ("approved", "revoke"): ("revoked", "after", {"city"}),
}
NOBODY = Actor(user_id=None, name="nobody")


def people(stage: Stage, with_authority: bool) -> dict[str, Actor]:
    found = {**stage.actors, "nobody": NOBODY}
    if not with_authority:
        found |= {"teacher": stage.actors["professor"], "school": stage.actors["college"]}
    return {name: found[name] for name in PEOPLE}


def expected(with_authority: bool, state: str, verb: str, who: str) -> tuple[str, str] | None:
    row = (TABLE if with_authority else COLLEGE).get((state, verb))
    return (row[0], row[1]) if row is not None and who in row[2] else None


@pytest.mark.parametrize("with_authority", [True, False], ids=["two reviews", "one review"])
@pytest.mark.parametrize("state", STATES)
def test_every_verb_by_everybody(held: Any, stage: Stage, clock: datetime, state: str, with_authority: bool) -> None:
    if state not in WAYS[with_authority]:
        assert not with_authority and state == "passed_first"
        return
    claim = claim_in(held, stage, state, clock, with_authority=with_authority)
    held.flush()
    allowed = 0
    for verb in VERBS:
        for who, actor in people(stage, with_authority).items():
            wanted = expected(with_authority, state, verb, who)
            allowed += wanted is not None
            _one_cell(held, claim, verb, who, actor, clock, wanted)
    assert allowed == sum(len(row[2]) for key, row in (TABLE if with_authority else COLLEGE).items() if key[0] == state)


def _one_cell(
    session: Any, claim: Claim, verb: str, who: str, actor: Actor, now: datetime, wanted: tuple[str, str] | None
) -> None:
    before, state, known = digest(session), claim.state, _ids(session)
    point = session.begin_nested()
    # As a request would meet it: what one actor was shown of the claim is not kept for the next.
    session.expire(claim)
    if wanted is None:
        with pytest.raises(Refused):
            say(session, claim, verb, actor, now)
        assert claim.state == state
        assert digest(session) == before, f"{who} was refused to {verb}, yet something changed"
    else:
        say(session, claim, verb, actor, now)
        session.expire(claim)
        assert claim.state == wanted[0], (verb, who)
        fresh = session.scalars(select(Decision).where(Decision.id.not_in(known))).all()
        assert len(fresh) == 1
        _is_told(fresh[0], claim, verb, state, actor, now, wanted)
        lines = session.scalars(select(Entry).where(Entry.claim_id == claim.id)).all()
        assert len(lines) == {"approved": 1, "revoked": 2}.get(wanted[0], 0)
    point.rollback()
    assert digest(session) == before


def _ids(session: Any) -> list[int]:
    return list(session.scalars(select(Decision.id)))


def _is_told(
    made: Decision, claim: Claim, verb: str, state: str, actor: Actor, now: datetime, wanted: tuple[str, str]
) -> None:
    assert (made.claim_id, made.verb, made.from_state, made.to_state) == (claim.id, verb, state, wanted[0])
    assert (made.stage, made.user_id, made.actor_name, made.decided_at) == (wanted[1], actor.user_id, actor.name, now)
    assert made.evidence_seen == [row.sha256 for row in claim.evidence] != []
    assert made.round == claim.round
    if verb in ("approve", "submit"):
        # What was claimed, and what was recognised of it.
        assert (made.hours, made.category) == (Decimal(8), "professional")
    else:
        assert made.hours is None and made.category is None
    if verb in ("return", "reject", "revoke"):
        assert {"reason_code": made.reason_code, "reason": made.reason} == REASON
    else:
        assert made.reason_code is None and made.reason is None
