"""Two at once: the database lets one win, the other is refused and changes nothing. A connection a thread."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.domain.errors import Refused
from app.extensions import db
from app.models import Activity, Certificate, Claim, Decision, Entry, Standing, Teacher
from app.security.actor import SYSTEM, Actor, acting
from app.services import accounts, attendance, certificates, claims, decisions, evidence, numbers, standings
from app.services.audit import first_fault
from app.services.clock import stopped
from app.services.refusals import No
from tests.factories import PASSWORD, make_activity, make_user
from tests.services.stage import Stage, claim_in, conference, draft, earn, pass_year, standing_of

THREADS = 8
# What the views answer with 409.
LOST = (Refused, StaleDataError, IntegrityError)


def race(app: Flask, now: datetime, tasks: list[Callable[[], Any]]) -> Counter[str]:
    """Run the tasks at once, each in a request's world of its own; how many won, and how the others lost."""
    barrier = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> str:
        with app.app_context(), stopped(now), acting(SYSTEM):
            barrier.wait()
            try:
                task()
                db.session.commit()
            except LOST as lost:
                db.session.rollback()
                return type(lost).__name__
            finally:
                db.session.remove()
        return "won"

    with ThreadPoolExecutor(len(tasks)) as pool:
        return Counter(pool.map(run, tasks))


def test_one_decision_a_stage(live: Any, stage: Stage, migrated: Flask, clock: datetime) -> None:
    ids = [claim_in(live, stage, "submitted", clock).id for _ in range(12)]
    live.commit()
    told: Counter[str] = Counter()
    for who in ("school", "authority"):
        reviewers = _reviewers(live, stage.actors[who], who)

        def decide_all(actor: Actor) -> None:
            for claim_id in ids:
                told.update(_decide(migrated, clock, claim_id, actor))

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(decide_all, reviewers))
    assert told["won"] == len(ids) * 2
    assert sum(told.values()) == len(ids) * 2 * THREADS
    twice = live.execute(
        select(Decision.claim_id, Decision.stage, Decision.round)
        .where(Decision.stage.in_(("first", "second")))
        .group_by(Decision.claim_id, Decision.stage, Decision.round)
        .having(func.count() > 1)
    ).all()
    assert twice == []
    assert live.scalar(select(func.count()).select_from(Entry).where(Entry.claim_id.in_(ids))) == len(ids)
    assert list(standings.differences(live, clock)) == []
    assert first_fault(live) is None


def _reviewers(session: Any, like: Actor, name: str) -> list[Actor]:
    """As many people with the same duty, since nobody decides both stages."""
    made = [make_user(session, f"{name}-{number}", f"{name}-{number}").id for number in range(THREADS)]
    session.commit()
    return [Actor(user_id, like.name, like.duties, None, None, like.school_ids, like.authority_ids) for user_id in made]


def _decide(app: Flask, now: datetime, claim_id: int, actor: Actor) -> list[str]:
    with app.app_context(), stopped(now), acting(actor):
        try:
            claim = db.session.get_one(Claim, claim_id)
            decisions.approve(db.session, claim, actor, now)
            db.session.commit()
            return ["won"]
        except LOST as lost:
            db.session.rollback()
            return [type(lost).__name__]
        finally:
            db.session.remove()


def test_one_passes_and_one_returns(live: Any, stage: Stage, migrated: Flask, clock: datetime) -> None:
    actor = stage.actors["school"]
    for _ in range(4):
        claim_id = claim_in(live, stage, "submitted", clock).id
        live.commit()

        def approve(key: int = claim_id) -> None:
            decisions.approve(db.session, db.session.get_one(Claim, key), actor, clock)

        def send_back(key: int = claim_id) -> None:
            claim = db.session.get_one(Claim, key)
            decisions.return_claim(db.session, claim, actor, clock, reason_code="other", reason="日期不清")

        assert race(migrated, clock, [approve, send_back] * 4)["won"] == 1
        live.expire_all()
        (decision,) = live.scalars(select(Decision).where(Decision.claim_id == claim_id, Decision.stage == "first"))
        assert live.get_one(Claim, claim_id).state == decision.to_state
        live.rollback()


def test_selections_in_opposite_order_do_not_wait_in_a_circle(
    live: Any, stage: Stage, migrated: Flask, clock: datetime
) -> None:
    ids = [claim_in(live, stage, "submitted", clock).id for _ in range(6)]
    live.commit()
    actor = stage.actors["school"]

    def approve(order: list[int]) -> None:
        for key in order:
            decisions.approve(db.session, db.session.get_one(Claim, key), actor, clock)

    told = race(migrated, clock, [lambda: approve(ids), lambda: approve(ids[::-1])])
    assert told["won"] == 1


def test_two_claims_of_one_teacher_both_count(live: Any, stage: Stage, migrated: Flask, clock: datetime) -> None:
    ids = [claim_in(live, stage, "passed_first", clock).id for _ in range(4)]
    live.commit()
    actor = stage.actors["authority"]

    def approve(key: int) -> None:
        # The standing was looked at before, as a page does.
        standing_of(db.session, stage.world.ours.teacher)
        decisions.approve(db.session, db.session.get_one(Claim, key), actor, clock)

    told = race(migrated, clock, [lambda key=key: approve(key) for key in ids])
    assert told["won"] == 4
    live.rollback()
    assert standing_of(live, stage.world.ours.teacher).total == 3 + 4 * 8
    assert list(standings.differences(live, clock)) == []


def test_a_rebuild_beside_approvals_loses_none(live: Any, stage: Stage, migrated: Flask, clock: datetime) -> None:
    ids = [claim_in(live, stage, "passed_first", clock).id for _ in range(4)]
    live.execute(Standing.__table__.delete())
    live.commit()
    actor = stage.actors["authority"]
    tasks: list[Callable[[], Any]] = [
        lambda key=key: decisions.approve(db.session, db.session.get_one(Claim, key), actor, clock) for key in ids
    ]
    told = race(migrated, clock, [*tasks, lambda: standings.rebuild(db.session, clock)])
    assert told["won"] == 5
    live.rollback()
    assert list(standings.differences(live, clock)) == []


def test_the_same_hours_handed_in_at_once_are_claimed_once(
    live: Any, stage: Stage, migrated: Flask, clock: datetime
) -> None:
    teacher, actor = live.get_one(Teacher, stage.world.ours.teacher), stage.actors["teacher"]
    data = conference("同一次年会", certificate_number="证 001")
    ids = [draft(live, teacher, actor, clock, data).id for _ in range(4)]
    live.commit()
    told = race(
        migrated,
        clock,
        [lambda key=key: claims.submit(db.session, db.session.get_one(Claim, key), actor, clock) for key in ids],
    )
    assert told == {"won": 1, "Refused": 3}


def test_a_claim_is_not_handed_in_while_its_evidence_changes(
    live: Any, stage: Stage, migrated: Flask, clock: datetime
) -> None:
    actor = stage.actors["teacher"]
    for _ in range(4):
        claim_id = claim_in(live, stage, "draft", clock).id
        live.commit()

        def hand_in(key: int = claim_id) -> None:
            claims.submit(db.session, db.session.get_one(Claim, key), actor, clock)

        def take_off(key: int = claim_id) -> None:
            evidence.remove(db.session, db.session.get_one(Claim, key).evidence[0])

        told = race(migrated, clock, [hand_in, take_off])
        live.rollback()
        claim = live.get_one(Claim, claim_id)
        live.refresh(claim)
        assert told["won"] == 1
        assert (claim.state == "submitted") == (len(claim.evidence) == 1)
        live.rollback()


def test_numbers_never_collide(live: Any, migrated: Flask, clock: datetime) -> None:
    taken: list[int] = []

    def take() -> None:
        for count in (1, 3, 1):
            first = numbers.next_number(db.session, "race", count)
            taken.extend(range(first, first + count))

    assert race(migrated, clock, [take] * THREADS) == {"won": THREADS}
    assert sorted(taken) == list(range(1, THREADS * 5 + 1))


def test_a_slip_opens_one_account(live: Any, stage: Stage, migrated: Flask, clock: datetime) -> None:
    teacher = live.get_one(Teacher, stage.world.ours.colleague)
    code = accounts.issue_slip(live, teacher, clock)
    live.commit()
    tasks: list[Callable[[], Any]] = [
        lambda n=n: accounts.activate(db.session, code, f"hemin{n}", PASSWORD, clock) for n in range(4)
    ]
    told = race(migrated, clock, tasks)
    assert told["won"] == 1 and sum(told.values()) == 4


def test_two_who_issue_at_once_hand_out_one_certificate(
    live: Any, stage: Stage, migrated: Flask, clock: datetime
) -> None:
    standing, _claim = pass_year(live, stage, clock)
    key = standing.id
    live.commit()
    codes: list[str] = []

    def issue() -> None:
        codes.append(certificates.issue(db.session, db.session.get_one(Standing, key), SYSTEM, clock).code)

    assert race(migrated, clock, [issue] * 4) == {"won": 4}
    assert len(set(codes)) == 1
    assert live.scalar(select(func.count()).select_from(Certificate)) == 1


def test_attendance_of_many_at_once_keeps_ledger_standing_and_trail_together(
    live: Any, stage: Stage, migrated: Flask, clock: datetime
) -> None:
    def attend() -> None:
        teacher = db.session.get_one(Teacher, stage.world.ours.colleague)
        earn(db.session, teacher, "professional", "2", date(2026, 6, 1), clock)

    assert race(migrated, clock, [attend] * THREADS) == {"won": THREADS}
    assert standing_of(live, stage.world.ours.colleague).total == Decimal(2 * THREADS)
    assert list(standings.differences(live, clock)) == []
    assert first_fault(live) is None


def test_days_registered_at_once_give_no_more_than_the_activity(
    live: Any, stage: Stage, migrated: Flask, clock: datetime
) -> None:
    """Each day alone is within its three hours; together they are not."""
    first, last = date(2026, 5, 4), date(2026, 5, 12)
    activity = make_activity(
        live, "R1", "研修", kind="online", hours=Decimal(3), starts_on=first, ends_on=last,
        organiser_id=stage.world.organiser,
    ).id  # fmt: skip
    live.commit()

    def attend(day: int) -> None:
        teacher = db.session.get_one(Teacher, stage.world.ours.colleague)
        on = date(2026, 5, day)
        attendance.register(db.session, db.session.get_one(Activity, activity), teacher, on, Decimal(2), True, clock)

    told = race(migrated, clock, [lambda day=day: attend(day) for day in range(4, 4 + THREADS)])
    assert told == {"won": 1, "Refused": THREADS - 1}


def test_the_loser_is_told_that_it_is_stale(live: Any, stage: Stage, clock: datetime) -> None:
    claim = claim_in(live, stage, "submitted", clock)
    seen = claim.version
    decisions.approve(live, claim, stage.actors["school"], clock)
    try:
        decisions.approve(live, claim, stage.actors["school"], clock, seen_version=seen)
    except Refused as refused:
        assert refused.code == No.STALE
    else:
        raise AssertionError("a stale decision was taken")
