"""The queue of the review desk: what waits for a decision of mine, page by page, and how today's work goes.

Each place and state is a lane of its own, read by its index and merged here: no page sorts a district's claims.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from app.domain.days import day_in_china
from app.domain.hours import plain
from app.domain.policy import Deadline, pack
from app.extensions import db
from app.models import Claim, Decision, Evidence, SpotCheck
from app.security.actor import Actor, acting, current_actor
from app.services import duplicates
from app.services.clock import SHANGHAI
from app.views import labels_codes
from app.views.whose import name_of

SIZE = 25
# Beyond this many the exact number tells nobody anything.
MOST = 9_999
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONG_DAYS = 15
RECENT_DAYS = 30
# A longer pause between two decisions was no reading of a claim; a shorter one is a selection decided at once.
LONGEST_PAUSE, SHORTEST_PAUSE = 180, 0.5

# Asked about claims within reach already; reach on these tables would be judged anew for each claim.
decision_t, check_t = Decision.__table__, SpotCheck.__table__

QUEUES: dict[str, Any] = {
    "mine": _("Waiting for me"),
    "marked": _("With marks only"),
    "long": _("Waiting 15 days or more"),
    "kept": _("Kept aside to be opened"),
    "returned": _("Returned by me lately"),
}
STAGES = {"submitted": "first", "passed_first": "second"}
DUE = {"submitted": Deadline.FIRST_REVIEW, "passed_first": Deadline.SECOND_REVIEW}


def schools_of(actor: Actor) -> frozenset[int]:
    """Where the actor does the first review, for themselves or for a colleague."""
    return actor.school_ids | actor.review_school_ids


def authorities_of(actor: Actor) -> frozenset[int]:
    """Where the actor does the second review, for themselves or for a colleague."""
    return actor.authority_ids | actor.review_authority_ids


def lanes(actor: Actor) -> list[tuple[str, ColumnElement[bool]]]:
    """(state, criterion) of every place whose next decision is the actor's. Nobody decides on a claim of their own."""
    schools, authorities = schools_of(actor), authorities_of(actor)
    found = [("submitted", Claim.school_id == one) for one in sorted(schools)]
    found += [("passed_first", Claim.authority_id == one) for one in sorted(authorities)]
    more: list[ColumnElement[bool]] = []
    if actor.teacher_id is not None:
        more.append(Claim.teacher_id != actor.teacher_id)
    if schools and authorities:
        # Nor both stages of one claim.
        decided = select(decision_t.c.id).where(
            decision_t.c.claim_id == Claim.id, decision_t.c.user_id == actor.user_id, decision_t.c.stage == "first"
        )
        more.append(or_(Claim.state != "passed_first", ~exists(decided)))
    return [(state, and_(place, Claim.state == state, *more)) for state, place in found]


def narrowed(which: str, state: str, now: datetime) -> list[ColumnElement[bool]]:
    """What a choice of the queue's menu adds to every lane."""
    if which == "marked":
        return [Claim.is_flagged.is_(True)]
    if which == "long":
        return [Claim.submitted_at <= now - timedelta(days=LONG_DAYS)]
    if which == "kept":
        kept = select(check_t.c.id).where(
            check_t.c.claim_id == Claim.id, check_t.c.round == Claim.round, check_t.c.stage == STAGES[state]
        )
        return [exists(kept)]
    return []


def count(which: str, now: datetime) -> int:
    """How many claims the queue holds, counted up to MOST + 1."""
    if which == "returned":
        return db.session.scalar(select(func.count()).select_from(_returned(now).limit(MOST + 1).subquery())) or 0
    total = 0
    for state, lane in lanes(current_actor()):
        some = select(Claim.id).where(lane, *narrowed(which, state, now)).limit(MOST + 1).subquery()
        total += db.session.scalar(select(func.count()).select_from(some)) or 0
    return min(total, MOST + 1)


def page(which: str, after: str, now: datetime) -> dict[str, Any]:
    """The next SIZE rows after the cursor ``after``, and the cursor of the page that follows; empty at the end."""
    if which == "returned":
        rows, more = _page_returned(after, now)
    else:
        rows, more = _page_waiting(which, _read(after), now)
    shown = _shown(rows, now)
    return {"rows": shown, "next": more, "which": which}


def _page_waiting(which: str, after: tuple[int, datetime, int] | None, now: datetime) -> tuple[list[Claim], str]:
    found: list[Claim] = []
    for state, lane in lanes(current_actor()):
        rows = (
            select(Claim)
            .where(lane, *narrowed(which, state, now), *_beyond(after))
            .options(joinedload(Claim.teacher))
            # Within a state the deadline follows the year.
            .order_by(Claim.year, Claim.submitted_at, Claim.id)
            .limit(SIZE + 1)
        )
        found += db.session.scalars(rows)
    found.sort(key=_place)
    rows_shown = found[:SIZE]
    return rows_shown, _written(rows_shown[-1]) if len(found) > SIZE else ""


def _beyond(after: tuple[int, datetime, int] | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    year, at, pk = after
    later = or_(Claim.submitted_at > at, and_(Claim.submitted_at == at, Claim.id > pk))
    return [Claim.year >= year, or_(Claim.year > year, later)]


def _place(claim: Claim) -> tuple[int, datetime, int]:
    return claim.year, claim.submitted_at or claim.created_at, claim.id


def _written(claim: Claim) -> str:
    year, at, pk = _place(claim)
    # Whole microseconds: a float of seconds would lose the last of them.
    return f"{year}_{(at - EPOCH) // timedelta(microseconds=1)}_{pk}"


def _read(cursor: str) -> tuple[int, datetime, int] | None:
    parts = cursor.split("_")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
        return None
    year, micros, pk = (int(part) for part in parts)
    try:
        at = EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return None
    return (year, at, pk) if year < 10_000 and pk < 2**31 else None


def _returned(now: datetime) -> Any:
    return (
        select(Decision)
        .where(
            Decision.user_id == current_actor().user_id,
            Decision.verb == "return",
            Decision.decided_at >= now - timedelta(days=RECENT_DAYS),
        )
        .order_by(Decision.id.desc())
    )


def _page_returned(after: str, now: datetime) -> tuple[list[Claim], str]:
    question = _returned(now).options(joinedload(Decision.claim).joinedload(Claim.teacher)).limit(SIZE + 1)
    if after.isascii() and after.isdigit() and len(after) < 10:
        question = question.where(Decision.id < int(after))
    found = list(db.session.scalars(question))
    claims = list(dict.fromkeys(one.claim for one in found[:SIZE]))
    return claims, str(found[SIZE - 1].id) if len(found) > SIZE else ""


def _shown(rows: list[Claim], now: datetime) -> list[dict[str, Any]]:
    marks, kept = marks_of(rows), kept_of(rows)
    return [
        {
            "id": row.id,
            "name": name_of(row),
            "title": row.title or gettext("Untitled claim"),
            "hours": plain(row.claimed_hours if row.recognised_hours is None else row.recognised_hours),
            "wait": waited(row, now),
            "marks": marks.get(row.id, []),
            "is_kept": row.id in kept,
            "state": "" if row.state in STAGES else str(labels_codes.STATES.get(row.state, row.state)),
        }
        for row in rows
    ]


def waited(claim: Claim, now: datetime) -> str:
    """For how long the claim has been handed in."""
    since = claim.submitted_at or claim.created_at
    days = (day_in_china(now) - since.astimezone(SHANGHAI).date()).days
    return ngettext("%(num)s day", "%(num)s days", days) if days > 0 else gettext("today")


def marks_of(rows: Iterable[Claim]) -> dict[int, list[str]]:
    """Why claims are marked, in a word or two each: three questions for a page, whatever its length."""
    marked = {row.id: row for row in rows if row.is_flagged}
    if not marked:
        return {}
    keys = {row.certificate_key for row in marked.values() if row.certificate_key}
    with acting(current_actor().as_system()):
        states = (*duplicates.STANDING_STATES, *duplicates.REFUSED_STATES)
        same_number = select(Claim.certificate_key).where(Claim.certificate_key.in_(keys), Claim.state.in_(states))
        repeated = _twice(db.session.scalars(same_number))
        files = db.session.execute(select(Evidence.claim_id, Evidence.sha256).where(Evidence.claim_id.in_(marked)))
        held = [(row.claim_id, row.sha256) for row in files]
        same_file = select(Evidence.sha256).where(Evidence.sha256.in_({sha256 for _pk, sha256 in held}))
        copied = _twice(db.session.scalars(same_file))
    found: dict[int, list[str]] = {}
    for pk, row in marked.items():
        said = [gettext("Number repeated")] if row.certificate_key in repeated else []
        said += [gettext("Same file")] if any(one == pk and sha256 in copied for one, sha256 in held) else []
        found[pk] = said or [gettext("Other hours that day")]
    return found


def _twice(values: Iterable[str | None]) -> set[str | None]:
    seen: set[str | None] = set()
    again: set[str | None] = set()
    for value in values:
        (again if value in seen else seen).add(value)
    return again


def kept_of(rows: Iterable[Claim]) -> set[int]:
    """Which of the claims a bulk approval kept aside at the stage and round they are in."""
    waiting = {row.id: (row.round, STAGES[row.state]) for row in rows if row.state in STAGES}
    if not waiting:
        return set()
    checks = db.session.execute(
        select(SpotCheck.claim_id, SpotCheck.round, SpotCheck.stage).where(SpotCheck.claim_id.in_(waiting))
    )
    return {one.claim_id for one in checks if waiting[one.claim_id] == (one.round, one.stage)}


def today(first: Claim | None, waiting: int, now: datetime) -> dict[str, Any]:
    """How many claims were decided today, how long each took, and how many a day it takes to be in time."""
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    times = list(
        db.session.scalars(
            select(Decision.decided_at)
            .where(
                Decision.user_id == current_actor().user_id,
                Decision.decided_at >= midnight,
                Decision.stage.in_(("first", "second")),
            )
            .order_by(Decision.decided_at)
            .limit(2000)
        )
    )
    gaps = [(later - one).total_seconds() for one, later in pairwise(times)]
    gaps = [gap for gap in gaps if SHORTEST_PAUSE <= gap <= LONGEST_PAUSE]
    needed = _needed(first, waiting, len(times), now) if first is not None else 0
    return {
        "done": len(times),
        "average": round(sum(gaps) / len(gaps)) if gaps else 0,
        "needed": needed,
        "share": f"{min(100, 100 * len(times) / needed):.1f}" if needed else "0" if waiting else "100",
    }


def _needed(first: Claim, waiting: int, done: int, now: datetime) -> int:
    """How many a day until the next deadline of this stage, today and its last day included."""
    on, policy = day_in_china(now), pack(first.policy)
    due = (policy.deadline(DUE[first.state], year) for year in range(first.year, on.year + 1))
    ahead = [one for one in due if one is not None and one >= on]
    return math.ceil((waiting + done) / ((ahead[0] - on).days + 1)) if ahead else waiting + done
