"""Claims of the demonstration with their evidence, decisions and ledger lines, as rows.

Hours are reckoned by ``services/claims.py``, steps come from `paths.py`; here they become the rows that the services
would have written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.demo.bulk import Bulk
from app.demo.claim_texts import Wanted, choose_kind, claim_data
from app.demo.days import at_work, in_free_time, seeded
from app.demo.evidence import Paper, agenda_row, companion_row, evidence_rows
from app.demo.paths import Taken, choose_state, walk
from app.demo.people import Person
from app.demo.places import Place
from app.domain.likeness import certificate_key
from app.domain.mending import opens
from app.domain.policy import Policy
from app.domain.workflow import Effect, Stage, Verb
from app.models import Claim, Decision, Entry, Evidence
from app.services.claims import ClaimData, reckon
from app.services.store import Store

claim_t, evidence_t, decision_t, entry_t = (m.__table__ for m in (Claim, Evidence, Decision, Entry))


@dataclass(frozen=True, slots=True)
class Reviewer:
    """An account that decides: its id and the name beside its decisions."""

    user_id: int
    name: str


@dataclass(slots=True)
class Desk:
    """What all claims share: who reviews where, the day, the store, and the running numbers."""

    seed: int
    now: datetime
    today: date
    bulk: Bulk
    store: Store
    places: dict[int, Place]
    authority_ids: dict[str, int]
    of_school: dict[int, Reviewer]
    of_authority: dict[str, Reviewer]
    of_city: Reviewer
    numbers: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What a year's claims leave behind: their rows, live ledger lines, the last review days, what was cancelled."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    reviewed: dict[str, date] = field(default_factory=dict)
    revoked: list[tuple[dict[str, Any], datetime]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)  # not yet written: marks may still be set


def last_day(year: int, today: date) -> date:
    """The last day that something claimed can have ended on."""
    return min(date(year, 12, 20), today - timedelta(days=2))


def write(
    desk: Desk,
    person: Person,
    policy: Policy,
    year: int,
    *,
    is_open: bool,
    count: int,
    wanted: Iterable[Wanted] = (),
    drawn: bool = False,
) -> Outcome:
    """Put a teacher's claims of a year in line, with everything that hangs on them."""
    outcome = Outcome()
    rng = seeded(desk.seed, "claims", person.id, year)
    for plan in [*wanted, *[None] * count]:
        _write_one(desk, rng, person, policy, year, is_open, plan, drawn, outcome)
    return outcome


def _write_one(
    desk: Desk, rng: Random, person: Person, policy: Policy, year: int, is_open: bool,
    plan: Wanted | None, drawn: bool, outcome: Outcome,
) -> None:  # fmt: skip
    last = last_day(year, desk.today)
    if last <= date(year, 1, 20):
        return
    claim_id = desk.bulk.ids.of(claim_t)
    kind = next((k for k in policy.kinds if plan and k.id == plan.kind), None) or choose_kind(rng, policy)
    # Several who hand in the same paper hand in the same facts and the same file.
    own = seeded(desk.seed, "paper", plan.certificate_number) if plan and plan.paper_of else rng
    data = claim_data(own, policy, kind, year, last, claim_id, plan)
    state = plan.state if plan else choose_state(rng, is_open)
    ends_on = data.ends_on or last
    school_id = person.school_on(ends_on)
    if school_id is None:
        return
    place = desk.places[school_id]
    part = reckon(policy, data)
    taken = walk(
        rng, policy, year, state, ends_on, desk.today, is_open=is_open, has_authority=place.authority is not None,
        submits_by_school=person.user_id is None,
    )  # fmt: skip
    if taken and person.school_on(taken[0].on) != school_id:
        return
    created_on = taken[0].on if taken else min(ends_on + timedelta(days=3), desk.today - timedelta(days=1))
    created_at = in_free_time(rng, created_on - timedelta(days=1))
    whose, serial = (plan.paper_of, 1) if plan and plan.paper_of else (person.name, claim_id)
    paper = Paper(whose, data, part.hours, serial)
    files = [] if not taken and rng.random() < 0.4 else evidence_rows(own, paper, desk.store, drawn, created_at)
    if plan and plan.companion:
        data.facts["companions"] = [plan.companion]
        files.append(companion_row(paper, desk.store, plan.companion, created_at))
    if plan and plan.has_agenda:
        files.append(agenda_row(paper, desk.store, created_at))
    for row in files:
        row |= {
            "id": desk.bulk.ids.of(evidence_t),
            "claim_id": claim_id,
            "uploaded_by_id": person.user_id or desk.of_school[school_id].user_id,
        }
    recognised, category = _recognised(rng, policy, part.hours, part.category, kind.categories)
    seen = [row["sha256"] for row in files]
    decisions = _decisions(desk, rng, person, place, taken, claim_id, seen, recognised, category)
    desk.numbers[year] = desk.numbers.get(year, 0) + 1
    end = taken[-1].transition.to if taken else "draft"
    holds = end in ("passed_first", "approved", "revoked")
    submitted = [row["decided_at"] for row in decisions if row["verb"] == Verb.SUBMIT]
    outcome.claims.append(
        {
            "id": claim_id,
            "number": f"{year}-{desk.numbers[year]:06d}",
            "teacher_id": person.id,
            "school_id": school_id,
            "authority_id": desk.authority_ids[place.authority] if place.authority else None,
            "year": year,
            "policy": policy.id,
            "kind": data.kind,
            "title": data.title,
            "organiser_name": data.organiser_name,
            "certificate_number": data.certificate_number,
            "certificate_key": certificate_key(data.certificate_number),
            "subject": data.subject,
            "starts_on": data.starts_on,
            "ends_on": data.ends_on,
            "facts": dict(data.facts),
            "category": part.category,
            "claimed_hours": part.hours,
            "recognised_category": category if holds else None,
            "recognised_hours": recognised if holds else None,
            "state": str(end),
            # The same paper of two teachers is a question to their reviewers (DUP-CLAIM).
            "is_flagged": bool(plan and plan.paper_of and taken),
            "round": taken[-1].round if taken else 0,
            "created_at": created_at,
            "submitted_at": submitted[-1] if submitted else None,
            "changed_at": decisions[-1]["decided_at"] if decisions else created_at,
            "created_by_id": person.user_id or desk.of_school[school_id].user_id,
            "version": 1 + len(decisions),
        }
    )
    desk.bulk.add(claim_t, outcome.claims[-1])
    for row in files:
        desk.bulk.add(evidence_t, row)
    for row in decisions:
        desk.bulk.add(decision_t, row)
    _enter(desk, person, school_id, year, data, taken, decisions, recognised, category, claim_id, outcome)


def _recognised(
    rng: Random, policy: Policy, hours: Decimal, category: str, allowed: tuple[str, ...]
) -> tuple[Decimal, str]:
    """What the reviewers make of the claimed hours: mostly the same, sometimes less or under another category."""
    if rng.random() < 0.04 and hours > 4:
        hours = Decimal(int(hours * 3 / 4))
    if rng.random() < 0.03 and len(allowed) > 1:
        category = next(other for other in allowed if other != category)
    return hours, category


def _decisions(
    desk: Desk, rng: Random, person: Person, place: Place, taken: list[Taken], claim_id: int,
    seen: list[str], hours: Decimal, category: str,
) -> list[dict[str, Any]]:  # fmt: skip
    rows = []
    for one in taken:
        transition = one.transition
        if transition.duty == "teacher":
            who, at = (person.user_id, person.name), in_free_time(rng, one.on)
        else:
            reviewer = (
                desk.of_school[place.id]
                if transition.duty == "school"
                else desk.of_authority[place.authority or ""]
                if transition.duty == "authority"
                else desk.of_city
            )
            who, at = (reviewer.user_id, reviewer.name), at_work(rng, one.on)
        approves, returns = transition.verb is Verb.APPROVE, transition.verb is Verb.RETURN
        rows.append(
            {
                "id": desk.bulk.ids.of(decision_t),
                "claim_id": claim_id,
                "round": one.round,
                "stage": str(transition.stage or ("after" if transition.verb is Verb.REVOKE else "teacher")),
                "verb": str(transition.verb),
                "from_state": str(transition.source),
                "to_state": str(transition.to),
                "user_id": who[0],
                "actor_name": who[1],
                "duty": str(transition.duty),
                "decided_at": at,
                "reason_code": str(one.reason[0]) if one.reason else None,
                "reason": one.reason[1] if one.reason else None,
                "override_reason": one.override,
                "hours": hours if approves else None,
                "category": category if approves else None,
                "evidence_seen": seen,
                "open_fields": list(map(str, opens(one.reason[0]))) if returns and one.reason else None,
            }
        )
    return rows


def _enter(
    desk: Desk, person: Person, school_id: int, year: int, data: ClaimData, taken: list[Taken],
    decisions: list[dict[str, Any]], hours: Decimal, category: str, claim_id: int, outcome: Outcome,
) -> None:  # fmt: skip
    """The ledger line of the last approval, and its reversal where the claim was revoked."""
    line: dict[str, Any] | None = None
    for one, decision in zip(taken, decisions, strict=True):
        if one.transition.verb is Verb.APPROVE:
            stage = str(one.transition.stage or Stage.FIRST)
            outcome.reviewed[stage] = max(outcome.reviewed.get(stage, one.on), one.on)
        if one.transition.effect is Effect.ENTER:
            line = {
                "id": desk.bulk.ids.of(entry_t),
                "teacher_id": person.id,
                "school_id": school_id,
                "year": year,
                "category": category,
                "subject": data.subject,
                "hours": hours,
                "earned_on": data.ends_on,
                "title": data.title,
                "source": "claim",
                "platform": "jijiao",
                "claim_id": claim_id,
                "entered_at": decision["decided_at"],
            }
            desk.bulk.add(entry_t, line)
        elif one.transition.effect is Effect.REVERSE and line is not None:
            at = decision["decided_at"]
            reversal = {"id": desk.bulk.ids.of(entry_t), "hours": -hours, "reverses_id": line["id"], "entered_at": at}
            desk.bulk.add(entry_t, {**line, **reversal})
            outcome.revoked.append((line, at))
            return
    if line is not None:
        outcome.entries.append(line)
