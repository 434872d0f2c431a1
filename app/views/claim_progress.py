"""Where a claim stands on its way: written, first review, second review, registered; each with its day.

What is done is told with the day it was done on, what is next with the day it is due by (EFFECT). A school without a
reviewing authority decides alone (DOMAIN §4), so its claims have no second review. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext

from app.domain.days import day_in_china
from app.domain.deadlines import Extension
from app.domain.policy import Deadline, pack
from app.extensions import db
from app.models import Claim
from app.services import extensions
from app.views.claim_clock import clock

REVIEWS = (("first", Deadline.FIRST_REVIEW), ("second", Deadline.SECOND_REVIEW))
# At which step a claim is, by its state; the ends are told apart below.
WAITS_AT = {"draft": "teacher", "returned": "teacher", "submitted": "first", "passed_first": "second"}
# States in which a claim has come to rest without its hours being registered.
STOPPED = ("rejected", "withdrawn", "revoked")


def steps(claim: Claim, now: datetime, extended: Sequence[Extension] | None = None) -> list[dict[str, Any]]:
    """The steps in order: name, ``at`` ("done", "now", "todo" or "stopped"), its day and the words beside the day.

    ``extended``: what was extended for the claim's teacher, where the caller has asked already.
    """
    if extended is None:
        extended = extensions.of_claim(db.session, claim)
    policy = pack(claim.policy)
    names = {"teacher": gettext("To be mended") if claim.state == "returned" else gettext("Draft")}
    names |= {"first": gettext("School's first review"), "second": gettext("Second review")}
    names["end"] = gettext("Registering")
    if claim.authority_id is None and not any(one.stage == "second" for one in claim.decisions):
        del names["second"]
    due = dict((("teacher", Deadline.CLAIM), *REVIEWS))
    here = WAITS_AT.get(claim.state, "end")
    order = list(names)
    rows = []
    for name in order:
        row = {"name": names[name], "at": _place(order.index(name) - order.index(here)), "words": "", "nearness": ""}
        if row["at"] == "done":
            row["on"] = _done_on(claim, name)
        elif name in due:
            told = clock(policy, due[name], claim.year, now, extended)
            row["on"] = told["due_on"] if told is not None else ""
            row["is_due"] = True
            if told is not None and row["at"] == "now":
                row |= {"words": told["words"], "nearness": told["nearness"]}
        rows.append(row)
    if here == "end":
        _end(rows, claim)
    return rows


def _place(distance: int) -> str:
    return "done" if distance < 0 else "now" if distance == 0 else "todo"


def _done_on(claim: Claim, name: str) -> str:
    """The day a step was done: of the last round, since a returned claim goes its way again."""
    if name == "teacher":
        return day_in_china(claim.submitted_at).isoformat() if claim.submitted_at is not None else ""
    done = [one for one in claim.decisions if one.stage == name and one.round == claim.round]
    return day_in_china(done[-1].decided_at).isoformat() if done else ""


def _end(rows: list[dict[str, Any]], claim: Claim) -> None:
    """The last step of a claim that is decided; a review that never came stays open, and is not waited for."""
    last = rows[-1]
    on = claim.decisions[-1].decided_at if claim.decisions else claim.changed_at
    last |= {"on": day_in_china(on).isoformat(), "at": "stopped" if claim.state in STOPPED else "done"}
    last["name"] = {
        "rejected": gettext("Rejected"),
        "withdrawn": gettext("Withdrawn"),
        "revoked": gettext("Revoked"),
    }.get(claim.state, gettext("Registered on"))
    for row in rows[:-1]:
        if not row["on"]:
            row["at"] = "todo"
