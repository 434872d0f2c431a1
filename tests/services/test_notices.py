"""Who is told of what: teachers of decisions, holders of their certificates, reviewers before a deadline."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, select

from app.domain.workflow import Verb
from app.models import Claim, Notice, School, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services import certificates, decisions, due, exemptions, extensions, logins, notices, workflow
from app.services.notices import Kind
from tests.services.stage import REASON, make_user

# Eight in the morning of Shanghai, seven days before the last day for claims of 2026.
WEEK_BEFORE = datetime(2026, 12, 24, 0, 30, tzinfo=UTC)


def told(session, user_id=None):
    asked = select(Notice).order_by(Notice.id)
    return list(session.scalars(asked if user_id is None else asked.where(Notice.user_id == user_id)))


def kinds(session, user_id):
    return [one.kind for one in told(session, user_id)]


@pytest.fixture
def mine(held, stage):
    return held.get_one(Claim, stage.world.ours.claim)


def test_a_teacher_is_told_what_became_of_their_claim(held, stage, mine, clock):
    teacher = stage.world.users["teacher"]
    before = len(told(held))
    with acting(stage.actors["school"]) as school:
        decisions.approve(held, mine, school, clock)
    with acting(stage.actors["authority"]) as authority:
        decisions.approve(held, mine, authority, clock, hours=Decimal("5.5"))
        decisions.revoke(held, mine, authority, clock, **REASON)
    assert kinds(held, teacher)[-3:] == [Kind.CLAIM_PASSED_FIRST, Kind.CLAIM_APPROVED, Kind.CLAIM_REVOKED]
    # And nobody else is.
    assert len(told(held)) == before + 3
    facts = told(held, teacher)[-2].facts
    assert (facts["number"], facts["title"], facts["hours"]) == (mine.number, mine.title, "5.5")


def test_a_return_is_told_by_its_code_and_not_by_the_reviewers_words(held, stage, mine, clock):
    with acting(stage.actors["school"]) as school:
        decisions.return_claim(held, mine, school, clock, reason_code="no_dates", reason="证件号440105198503120018")
    [one] = [row for row in told(held, stage.world.users["teacher"]) if row.kind == Kind.CLAIM_RETURNED]
    assert one.facts["reason_code"] == "no_dates"
    assert "4401051985" not in str(one.facts)


def test_whoever_acts_is_not_told_and_whom_they_act_for_is(held, stage, clock):
    draft = held.get_one(Claim, stage.world.ours.draft)
    with acting(stage.actors["teacher"]) as teacher:
        workflow.move(held, draft, Verb.SUBMIT, teacher, clock)
    assert Kind.CLAIM_SUBMITTED not in kinds(held, stage.world.users["teacher"])
    with acting(stage.actors["teacher"]) as teacher:
        workflow.move(held, draft, Verb.WITHDRAW, teacher, clock)
    other = held.get_one(Claim, stage.world.ours.claim)
    with acting(stage.actors["school"]) as school:
        decisions.return_claim(held, other, school, clock, **REASON)
        workflow.move(held, other, Verb.SUBMIT, school, clock)
    assert kinds(held, stage.world.users["teacher"])[-1] == Kind.CLAIM_SUBMITTED


def test_unread_word_is_not_repeated_and_newer_word_takes_its_place(held, stage, mine, clock):
    user = stage.world.users["teacher"]
    for _twice in range(2):
        notices.tell(held, [user, user, None], Kind.CLAIM_RETURNED, clock, claim=mine, reason_code="copy")
    notices.tell(held, [user], Kind.CLAIM_RETURNED, clock + timedelta(1), claim=mine, reason_code="no_dates")
    [one] = [row for row in told(held, user) if row.kind == Kind.CLAIM_RETURNED]
    assert one.facts["reason_code"] == "no_dates"
    # What was read stays, and news of the same comes again.
    notices.read(held, one, clock)
    notices.tell(held, [user], Kind.CLAIM_RETURNED, clock, claim=mine, reason_code="no_dates")
    assert kinds(held, user).count(Kind.CLAIM_RETURNED) == 2


def test_no_fact_holds_an_id_number(held, stage, mine, clock):
    mine.title = "进修440105198503120018班"
    notices.tell(held, [stage.world.users["city"]], Kind.CLAIM_APPROVED, clock, claim=mine, hours=Decimal("8.0"))
    facts = told(held, stage.world.users["city"])[-1].facts
    assert facts["title"] == "进修440105************班"
    assert facts["hours"] == "8"
    with pytest.raises(ValueError, match="gossip"):
        notices.tell(held, [1], "gossip", clock)


def test_many_are_told_by_few_statements_and_nobody_where_it_fails(held, stage, clock):
    users = [make_user(held, f"many{number}", "众").id for number in range(600)]
    statements = []
    engine = held.get_bind()
    listen = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listen)
    try:
        with notices.gathered(held):
            for number, user in enumerate(users):
                notices.tell(held, [user], Kind.JOB_DONE, clock, job=number + 1)
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert len(statements) <= 8
    assert [len(told(held, user)) for user in (users[0], users[-1])] == [1, 1]
    with pytest.raises(RuntimeError), notices.gathered(held):
        notices.tell(held, users[:1], Kind.JOB_FAILED, clock, job=1)
        raise RuntimeError
    assert len(told(held, users[0])) == 1
    notices.tell(held, users[:1], Kind.JOB_FAILED, clock, job=1)
    assert len(told(held, users[0])) == 2


def test_certificates_exemptions_extensions_and_passwords_are_told(held, stage, clock):
    ours, user = stage.world.ours, stage.world.users["teacher"]
    teacher = held.get_one(Teacher, ours.teacher)
    standing = held.scalars(select(Standing).where(Standing.teacher_id == ours.teacher, Standing.year == 2026)).one()
    standing.result = "passed"
    held.flush()
    issued = certificates.issue(held, standing, SYSTEM, clock)
    certificates.void(held, issued, "印错", clock)
    granted = exemptions.grant(
        held, teacher, date(2026, 3, 2), date(2026, 3, 20), "none", "借调", None, None, SYSTEM, clock
    )
    exemptions.end(held, granted, "提前回校", SYSTEM, clock)
    school = held.get_one(School, ours.school)
    extensions.grant(held, school, None, 2026, "claim", date(2027, 1, 20), "停电", SYSTEM, clock)
    logins.reset_password(held, held.get_one(User, user), clock)
    assert kinds(held, user)[-6:] == [
        Kind.CERTIFICATE_ISSUED, Kind.CERTIFICATE_VOIDED, Kind.EXEMPTION_GRANTED, Kind.EXEMPTION_ENDED,
        Kind.EXTENSION_GRANTED, Kind.PASSWORD_RESET,
    ]  # fmt: skip


def test_deadlines_are_told_a_week_and_a_day_before_once_a_day(held, stage, clock):
    user = stage.world.users["teacher"]
    assert not due.tell(held, WEEK_BEFORE - timedelta(hours=1))
    assert due.tell(held, WEEK_BEFORE)
    assert not due.tell(held, WEEK_BEFORE + timedelta(hours=3))
    [one] = [row for row in told(held, user) if row.kind == Kind.CLAIM_DUE]
    assert one.facts == {"count": 1, "year": 2026, "due_on": "2026-12-31", "days": 7}
    due.tell(held, WEEK_BEFORE + timedelta(days=1))
    assert kinds(held, user).count(Kind.CLAIM_DUE) == 1
    due.tell(held, WEEK_BEFORE + timedelta(days=6))
    assert kinds(held, user).count(Kind.CLAIM_DUE) == 2


def test_reviewers_are_told_how_many_wait_and_an_extension_moves_the_day(held, stage, clock):
    first_review = datetime(2027, 1, 24, 1, 0, tzinfo=UTC)
    ours = stage.world.ours
    extensions.grant(
        held, held.get_one(School, stage.world.theirs.school), None, 2026, "first_review", date(2027, 2, 20), "停电",
        SYSTEM, clock,
    )  # fmt: skip
    due.tell(held, first_review)
    waiting = [row for row in told(held) if row.kind == Kind.REVIEW_DUE]
    reviewers = set(notices.reviewers(held, school_ids=[ours.school]))
    assert {row.user_id for row in waiting} == reviewers
    assert {row.facts["due_on"] for row in waiting} == {"2027-01-31"}
    due.tell(held, datetime(2027, 2, 19, 1, 0, tzinfo=UTC))
    theirs = set(notices.reviewers(held, school_ids=[stage.world.theirs.school]))
    extended = {row.user_id for row in told(held) if row.facts.get("due_on") == "2027-02-20"}
    assert extended == theirs
