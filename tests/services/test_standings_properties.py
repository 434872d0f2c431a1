"""Whatever happens, what is kept is what a rebuild from nothing finds; what is taken back leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.errors import Refused
from app.domain.policy import default_pack
from app.models import AuditEntry, Certificate, Exemption, PolicyBinding, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.security.session import OutOfReach
from app.services import attendance, audit, bindings, certificates, exemptions, standings
from tests.services.stage import Stage, claim_in, earn, say

TABLE = Standing.__table__
YEARS = (2019, 2020, 2021, 2026)
CATEGORIES = ("public", "professional", "elective")

quick = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    # A step takes tens of milliseconds: looking for the shortest failing walk would take minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["approve", "revoke", "attend", "attend", "attend", "void", "exempt", "end", "bind", "certify"]
        ),
        st.integers(0, 9),
        st.sampled_from(CATEGORIES),
        st.sampled_from(["0.01", "3", "7.5", "42", "90"]),
        st.sampled_from(YEARS),
    ),
    min_size=4,
    max_size=14,
)
Step = tuple[str, int, str, str, int]


def kept(session: Any) -> dict[tuple[int, int], dict[str, Any]]:
    """Every standing as the database has it, but for when it was computed and its row's number."""
    rows = session.connection().execute(TABLE.select()).mappings()
    return {
        (row["teacher_id"], row["year"]): {
            name: value for name, value in row.items() if name not in ("id", "computed_at")
        }
        for row in rows
    }


@contextmanager
def undone(session: Any) -> Iterator[None]:
    """What happens within is rolled back, also where a test fails: the next example begins as this one."""
    point = session.begin_nested()
    try:
        yield
    finally:
        point.rollback()
        session.expire_all()


class Walk:
    """Takes steps with our teacher: some add something, some take one of these back."""

    def __init__(self, session: Any, stage: Stage, now: datetime) -> None:
        self.session, self.stage, self.now = session, stage, now
        self.teacher = session.get_one(Teacher, stage.world.ours.teacher)
        self.undo: list[Callable[[], None]] = []
        # A past year that is not verified stays once it had hours (New Year must not unmake it); verified ones always.
        for year in YEARS[:-1]:
            session.add(PolicyBinding(year=year, series="teacher", policy=default_pack(year, "teacher")))
        session.flush()
        standings.refresh_all(session, session.scalars(select(Teacher.id)).all(), now)

    def take(self, step: Step) -> None:
        what, which, category, hours, year = step
        if what in ("revoke", "void", "end") and self.undo:
            self.undo.pop(which % len(self.undo))()
        elif what in ("approve", "attend", "exempt", "bind", "certify"):
            with suppress(Refused):
                getattr(self, what)(which, category, hours, year)

    def approve(self, _which: int, _category: str, _hours: str, _year: int) -> None:
        claim = claim_in(self.session, self.stage, "approved", self.now)
        self.undo.append(lambda: say(self.session, claim, "revoke", self.stage.actors["city"], self.now))

    def attend(self, which: int, category: str, hours: str, year: int) -> None:
        subject = ("xjp-thought", "rural-revival")[which % 2] if category == "public" else None
        then = datetime(year, 6, 1, tzinfo=UTC)
        row = earn(self.session, self.teacher, category, hours, date(year, 5, 4), then, subject=subject)
        # Registered in time, and now is later: the years since are verified too.
        standings.refresh(self.session, self.teacher.id, self.now)
        self.undo.append(lambda: attendance.void(self.session, row, "登记有误", self.now))

    def exempt(self, which: int, category: str, _hours: str, year: int) -> None:
        city, effect = self.stage.actors["city"], ("none", "exempt", "credited")[which % 3]
        credit = (category, Decimal("7.5")) if effect == "credited" else (None, None)
        days = date(year, 3, 1), date(year, 4, 30)
        row = exemptions.grant(self.session, self.teacher, *days, effect, "支教", *credit, city, self.now)
        self.undo.append(lambda: self._end(row))

    def _end(self, row: Exemption) -> None:
        exemptions.end(self.session, row, "误批", self.stage.actors["city"], self.now)

    def bind(self, which: int, _category: str, _hours: str, year: int) -> None:
        held = self.session.scalar(
            select(PolicyBinding).where(PolicyBinding.year == year, PolicyBinding.series == "teacher")
        )
        pack = ("guangzhou-2019", "guangzhou-2020", "guangdong-2020-84", "guangdong-2021")[which % 4]
        bindings.bind(self.session, held, year, "teacher", pack, self.now)
        # The job that follows, without its queue.
        standings.refresh_all(self.session, self.session.scalars(select(Teacher.id)).all(), self.now)

    def certify(self, _which: int, _category: str, _hours: str, year: int) -> None:
        row = self.session.scalar(select(Standing).where(Standing.teacher_id == self.teacher.id, Standing.year == year))
        if row is not None:
            certificates.issue(self.session, row, SYSTEM, self.now)


@quick
@given(taken=steps)
def test_rebuilding_equals_keeping(held: Any, stage: Stage, clock: datetime, taken: list[Step]) -> None:
    with undone(held):
        walk = Walk(held, stage, clock)
        for step in taken:
            walk.take(step)
        held.flush()
        assert list(standings.differences(held, clock)) == []
        before = kept(held)
        certified = held.scalars(select(Certificate.id).where(Certificate.state == "valid")).all()
        held.connection().execute(TABLE.delete())
        assert standings.rebuild(held, clock) == len(before)
        assert kept(held) == before
        assert held.scalars(select(Certificate.id).where(Certificate.state == "valid")).all() == certified
        assert audit.first_fault(held) is None


@quick
@given(taken=steps, extra=st.sampled_from(["approve", "attend", "exempt"]), last=steps.map(lambda some: some[0]))
def test_taking_back_restores_what_was_before(
    held: Any, stage: Stage, clock: datetime, taken: list[Step], extra: str, last: Step
) -> None:
    with undone(held):
        walk = Walk(held, stage, clock)
        for step in taken:
            walk.take(step)
        before, done = kept(held), len(walk.undo)
        walk.take((extra, *last[1:]))
        for undo in walk.undo[done:]:
            undo()
        assert kept(held) == before


@quick
@given(
    lines=st.lists(
        st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(["3", "7.5", "42"]), st.sampled_from(YEARS)),
        min_size=2,
        max_size=7,
    ),
    random=st.randoms(use_true_random=False),
)
def test_the_order_of_entries_never_matters(
    held: Any, stage: Stage, clock: datetime, lines: list[tuple[str, str, int]], random: Any
) -> None:
    found = []
    for _ in range(2):
        with undone(held):
            teacher = held.get_one(Teacher, stage.world.ours.teacher)
            for category, hours, year in lines:
                earn(held, teacher, category, hours, date(year, 5, 4), datetime(year, 6, 1, tzinfo=UTC))
            standings.refresh(held, teacher.id, clock)
            # Which of two equal entries counts goes by their ids, so only how many do not count is compared.
            found.append({key: row | {"not_counted": len(row["not_counted"])} for key, row in kept(held).items()})
        random.shuffle(lines)
    assert found[0] == found[1]


@pytest.fixture
def spoilt(held: Any, stage: Stage, clock: datetime) -> dict[str, int]:
    """One row wrong, one missing, one too many; whose they are."""
    ours, theirs = stage.world.ours, stage.world.theirs
    database = held.connection()
    database.execute(TABLE.update().where(TABLE.c.teacher_id == ours.teacher).values(total=91, result="passed"))
    row = dict(database.execute(TABLE.select().where(TABLE.c.teacher_id == theirs.teacher)).mappings().one())
    database.execute(TABLE.delete().where(TABLE.c.teacher_id == ours.colleague))
    database.execute(TABLE.insert().values(row | {"id": 9001, "year": 2031}))
    held.expire_all()
    return {"update": ours.teacher, "insert": ours.colleague, "delete": theirs.teacher}


def test_a_rebuild_leaves_a_line_for_every_field_it_changes(held: Any, clock: datetime, spoilt: dict[str, int]) -> None:
    last = max(held.scalars(select(AuditEntry.id)))
    assert standings.rebuild(held, clock) == 3
    lines = held.scalars(select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id)).all()
    told = {line.change: line for line in lines}
    assert sorted(told) == ["delete", "insert", "update"] and {line.subject for line in lines} == {"standing"}
    changed = told["update"]
    assert changed.before | {"computed_at": ""} == {"total": "91", "result": "passed", "computed_at": ""}
    assert (changed.after["total"], changed.after["result"]) == ("3", "not_passed")
    assert changed.before.keys() == changed.after.keys() <= {"total", "result", "computed_at"}
    row = held.scalars(select(Standing).where(Standing.teacher_id == spoilt["insert"])).one()
    assert told["insert"].before is None and told["insert"].subject_id == str(row.id)
    columns = {attribute.key for attribute in Standing.__mapper__.column_attrs}
    assert told["insert"].after.keys() == told["delete"].before.keys() == columns
    assert told["delete"].after is None and told["delete"].before["year"] == 2031
    assert audit.first_fault(held) is None


def test_a_refresh_shows_in_rows_that_were_read_before(held: Any, clock: datetime, spoilt: dict[str, int]) -> None:
    wrong = held.scalars(select(Standing).where(Standing.teacher_id == spoilt["update"])).one()
    extra = held.get_one(Standing, 9001)
    assert (wrong.total, extra.year) == (91, 2031)
    standings.refresh_all(held, [spoilt["update"], spoilt["delete"]], clock)
    assert (wrong.total, wrong.result) == (3, "not_passed")
    assert held.get(Standing, 9001) is None


def test_nobody_but_the_machine_rebuilds(held: Any, stage: Stage, clock: datetime, spoilt: dict[str, int]) -> None:
    with acting(stage.actors["city"]), pytest.raises(OutOfReach):
        standings.rebuild(held, clock)
