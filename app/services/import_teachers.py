"""Judging and writing rows of a roster: who is new, who changed, who belongs to somebody else's school."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.domain.identity import Particular, mask_id_number, mismatches
from app.models import Affiliation, Claim, School, Teacher
from app.security.actor import Actor, acting, current_actor
from app.security.secrets import index_of
from app.security.session import OutOfReach
from app.services import register, standings
from app.services.import_rows import Action, Difference, Fault, ImportRow, Planned, RowFault
from app.services.refusals import No

UNDER_REVIEW = ("submitted", "passed_first")


class TeacherPlanner:
    """Rows of a roster, a chunk at a time. The actor keeps the rosters of their own schools; the city all."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.today = day_in_china(now)
        self.school_ids = _rosters_of(current_actor())

    def judge(self, rows: Sequence[ImportRow]) -> list[Planned]:
        """What each row would do. Reads the database once for all of them."""
        schools = self._schools({row.values["school_code"] for row in rows if "school_code" in row.values})
        indexes = {row.number: index_of(row.values["id_number"]) for row in rows if "id_number" in row.values}
        teachers = self._teachers(set(indexes.values()))
        elsewhere = self._elsewhere(set(indexes.values()) - teachers.keys())
        planned = []
        for row in rows:
            index = indexes.get(row.number, "")
            planned.append(self._judge(row, schools, teachers.get(index), index in elsewhere))
        self._refuse_unfit(planned)
        self._add_stays(planned)
        self._add_consequences(planned)
        return planned

    def write(self, planned: Sequence[Planned]) -> None:
        """Write rows judged good, with few flushes."""
        written = []
        for plan in planned:
            teacher, facts, stays = plan.found
            written.append(register.write_teacher(self.session, teacher, facts, stays, self.today))
        register.finish(self.session, written, self.now)

    def _judge(
        self, row: ImportRow, schools: dict[str, School], teacher: Teacher | None, is_elsewhere: bool
    ) -> Planned:
        values = row.values
        plan = Planned(row, label=values.get("name", ""), under=_masked(values))
        code: str = values.get("school_code", "")
        school = schools.get(code)
        if code and school is None:
            row.faults.append(Fault("school_code", RowFault.SCHOOL_UNKNOWN, code))
        elif school is not None and not school.is_active:
            row.faults.append(Fault("school_code", RowFault.SCHOOL_CLOSED, code, {"name": school.name}))
        if is_elsewhere:
            row.faults.append(Fault("id_number", RowFault.TEACHER_ELSEWHERE, plan.under))
        if row.faults or school is None:
            return plan
        stated = {column: values[column] for column in register.STATED_OF_TEACHER if column in values}
        facts = register.TeacherFacts(values["id_number"], values["name"], values["sex"], school, stated)
        plan.found = [teacher, facts, ()]
        if teacher is None:
            plan.action = Action.NEW
        else:
            plan.differences = [
                Difference(column, _plain(before), _plain(after))
                for column, before, after in register.teacher_changes(teacher, facts)
            ]
            plan.action = Action.CHANGED if plan.differences else Action.UNCHANGED
        return plan

    def _schools(self, codes: set[str]) -> dict[str, School]:
        found = self.session.scalars(select(School).where(School.code.in_(codes)))
        return {school.code: school for school in found if self._keeps(school.id)}

    def _keeps(self, school_id: int) -> bool:
        return self.school_ids is None or school_id in self.school_ids

    def _teachers(self, indexes: set[str]) -> dict[str, Teacher]:
        found = self.session.scalars(select(Teacher).where(Teacher.id_number_index.in_(indexes)))
        return {teacher.id_number_index: teacher for teacher in found if self._keeps(teacher.school_id)}

    def _elsewhere(self, indexes: set[str]) -> set[str]:
        """Numbers registered beyond the actor's rosters; that they are, and nothing else, is read."""
        if self.school_ids is None or not indexes:
            return set()
        with acting(current_actor().as_system()):
            return set(
                self.session.scalars(select(Teacher.id_number_index).where(Teacher.id_number_index.in_(indexes)))
            )

    def _refuse_unfit(self, planned: Sequence[Planned]) -> None:
        """A series whose pack cannot take the hours already registered is a fault of the row."""
        changing = {
            plan.found[0].id: plan
            for plan in planned
            if plan.action is Action.CHANGED and any(difference.field == "series" for difference in plan.differences)
        }
        wanted = {teacher_id: plan.found[1].stated["series"] for teacher_id, plan in changing.items()}
        for teacher_id, refusal in standings.unfit(self.session, wanted).items():
            code = RowFault.SERIES_UNFIT if refusal.code is No.SERIES_UNFIT else refusal.code
            changing[teacher_id].row.faults.append(Fault("series", code, wanted[teacher_id], refusal.facts))

    def _add_stays(self, planned: Sequence[Planned]) -> None:
        changing = {plan.found[0].id: plan for plan in planned if plan.action is Action.CHANGED}
        stays: dict[int, list[Affiliation]] = defaultdict(list)
        for stay in self.session.scalars(
            select(Affiliation).where(Affiliation.teacher_id.in_(changing)).order_by(Affiliation.from_on)
        ):
            stays[stay.teacher_id].append(stay)
        for teacher_id, plan in changing.items():
            plan.found[2] = stays[teacher_id]

    def _add_consequences(self, planned: Sequence[Planned]) -> None:
        """What a change brings with it: another identity than other platforms hold (IDENTITY), and claims under review
        that stay with the school they were made at."""
        for plan in planned:
            if plan.action is Action.CHANGED and (found := _mismatches(plan)):
                plan.consequence = ("identity", found)
        moving = {
            plan.found[0].id: plan
            for plan in planned
            if any(difference.field == "school" for difference in plan.differences)
        }
        if not moving:
            return
        counts = self.session.execute(
            select(Claim.teacher_id, func.count())
            .where(Claim.teacher_id.in_(moving), Claim.state.in_(UNDER_REVIEW))
            .group_by(Claim.teacher_id)
        )
        for teacher_id, count in counts:
            moving[teacher_id].consequence = ("claims_stay", count)


def _rosters_of(actor: Actor) -> frozenset[int] | None:
    """The schools whose roster an actor keeps (DOMAIN §5); None for all. Raises OutOfReach where there are none."""
    if actor.machine == "system" or "city" in actor.duties:
        return None
    if not actor.school_ids:
        raise OutOfReach("teacher")
    return actor.school_ids


def _masked(values: dict[str, Any]) -> str:
    return mask_id_number(values["id_number"]) if "id_number" in values else ""


def _mismatches(plan: Planned) -> int:
    """In how many of the particulars that must agree across platforms the row differs from the register (IDENTITY)."""
    ours = {one.field: one.before for one in plan.differences if one.field in set(Particular)}
    theirs = {one.field: one.after for one in plan.differences if one.field in set(Particular)}
    return len(mismatches(ours, theirs))


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, School) else value
