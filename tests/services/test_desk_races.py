"""Two at once at the desk: a form begins one claim, figures are kept once, a day's notices go out once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.models import Claim, Notice, SchoolTally, Teacher
from app.services import claims, due, reminders, tallies
from tests.services.stage import Stage, claim_in, conference
from tests.services.test_races import THREADS, race


def test_a_form_sent_twice_at_once_begins_one_claim(live: Any, stage: Stage, migrated: Flask, clock: datetime) -> None:
    teacher_id, actor = stage.world.ours.teacher, stage.actors["teacher"]
    live.commit()

    def begin() -> None:
        teacher = db.session.get_one(Teacher, teacher_id)
        claims.draft(db.session, teacher, conference(), actor, clock, "one-form")

    assert race(migrated, clock, [begin] * THREADS)["won"] == 1
    assert live.scalar(select(func.count()).select_from(Claim).where(Claim.form_key == "one-form")) == 1


def test_figures_taken_twice_at_once_are_kept_once(live: Any, stage: Stage, migrated: Flask, clock: datetime) -> None:
    claim_in(live, stage, "submitted", clock)
    live.commit()
    told = race(migrated, clock, [lambda: tallies.take(db.session, clock)] * 4)
    assert told["won"] == 4
    twice = select(SchoolTally.school_id).group_by(SchoolTally.school_id, SchoolTally.year).having(func.count() > 1)
    assert live.scalars(twice).all() == []
    waiting = live.scalar(select(func.count()).select_from(Claim).where(Claim.state == "submitted"))
    assert sum(live.scalars(select(SchoolTally.wait_first))) == waiting


def test_what_is_told_once_a_day_is_told_once_by_many_at_once(
    live: Any, stage: Stage, migrated: Flask, clock: datetime
) -> None:
    school_id, actor = claim_in(live, stage, "submitted", clock).school_id, stage.actors["authority"]
    live.commit()
    said: list[bool] = []
    race(migrated, clock, [lambda: said.append(due.tell(db.session, clock))] * 4)
    assert said.count(True) == 1
    sent: list[list[int]] = []

    def remind() -> None:
        sent.append(reminders.remind(db.session, {school_id: 1}, 2026, date(2026, 12, 31), actor, clock))

    race(migrated, clock, [remind] * 4)
    assert sorted(map(len, sent)) == [0, 0, 0, 1]
    reminded = select(func.count()).select_from(Notice).where(Notice.kind == "reminder").group_by(Notice.user_id)
    assert set(live.scalars(reminded)) == {1}
