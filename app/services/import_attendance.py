"""Judging and writing rows of an attendance list. Who runs the activities registers them (S1 §四（二）).

An organiser knows the people by number and name only, and need not have any in reach: the two
together are looked up with the machine's reach, and nothing about a person is told back but
whether they are registered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from app.domain.errors import Refused
from app.domain.identity import Particular, mask_id_number, mismatches
from app.domain.policy import Policy
from app.domain.rules import Rule
from app.models import Activity, Affiliation, Attendance, Extension, Teacher
from app.security.actor import acting, current_actor
from app.security.reach import criterion_to_write
from app.security.secrets import index_of
from app.security.session import OutOfReach
from app.services import attendance, extensions, standings
from app.services.import_rows import Action, Difference, Fault, ImportRow, Planned, RowFault


class AttendancePlanner:
    """Rows of an attendance list, a chunk at a time; hours of earlier chunks of the file count as taken."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.own = criterion_to_write(Activity, current_actor())
        if self.own is not None and self.own.compare(false()):
            raise OutOfReach("attendance")
        self.policies: dict[tuple[int, str], Policy | Refused] = {}
        # Hours stated by earlier rows of the file, by activity and teacher.
        self.stated: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        # Extensions of deadlines at the schools of the present chunk.
        self.extended: Mapping[int, Sequence[Extension]] = {}

    def judge(self, rows: Sequence[ImportRow]) -> list[Planned]:
        """What each row would do. Reads the database once for all of them."""
        activities = self._activities({row.values.get("activity_number", "") for row in rows})
        indexes = {row.number: index_of(row.values["id_number"]) for row in rows if "id_number" in row.values}
        reached = self._reached(set(indexes.values()))
        with acting(current_actor().as_system()):
            found = self.session.scalars(select(Teacher).where(Teacher.id_number_index.in_(set(indexes.values()))))
            teachers = {teacher.id_number_index: teacher for teacher in found}
            ids = [teacher.id for teacher in teachers.values()]
            live = self._live([activity.id for activity in activities.values()], ids)
            stays = self._stays(ids)
            self.extended = extensions.of_schools(self.session, {one.school_id for one in teachers.values()})
            planned = []
            for row in rows:
                teacher = teachers.get(indexes.get(row.number, ""))
                activity = activities.get(row.values.get("activity_number", ""))
                planned.append(self._judge(row, activity, teacher, live, stays, reached))
        return planned

    def write(self, planned: Sequence[Planned]) -> None:
        """Write rows judged good: what a corrected row replaces is voided first."""
        fresh = []
        with acting(current_actor().as_system()):
            for plan in planned:
                activity, teacher, former = plan.found
                if former is not None:
                    attendance.take_back(self.session, former, self.now)
                values = plan.row.values
                on, hours, passed = values["attended_on"], values["hours"], values["passed"] == "passed"
                fresh.append(attendance.new_attendance(activity, teacher, on, hours, passed, self.now))
        attendance.enter(self.session, fresh, self.now)

    def _judge(
        self,
        row: ImportRow,
        activity: Activity | None,
        teacher: Teacher | None,
        live: dict[tuple[int, int], list[Attendance]],
        stays: dict[int, list[Affiliation]],
        reached: set[int],
    ) -> Planned:
        values = row.values
        plan = Planned(row, label=values.get("name", ""))
        plan.under = mask_id_number(values["id_number"]) if "id_number" in values else ""
        if "activity_number" in values and activity is None:
            row.faults.append(Fault("activity_number", RowFault.ACTIVITY_UNKNOWN, values["activity_number"]))
        if "id_number" in values and "name" in values:
            self._check_person(row, plan.under, teacher, reached)
        if row.faults or activity is None or teacher is None:
            return plan
        there = live.get((activity.id, teacher.id), [])
        former = next((one for one in there if one.attended_on == values["attended_on"]), None)
        plan.found = (activity, teacher, former)
        plan.differences = _differences(former, values) if former is not None else []
        plan.action = Action.NEW if former is None else Action.CHANGED if plan.differences else Action.UNCHANGED
        if plan.action is not Action.UNCHANGED:
            others = [one for one in there if one is not former]
            self._check_rules(plan, activity, teacher, others, stays.get(teacher.id, []))
        return plan

    def _check_person(self, row: ImportRow, masked: str, teacher: Teacher | None, reached: set[int]) -> None:
        """Name and number must agree (IDENTITY). Whose they are is told only to who sees the person anyway."""
        stated = row.values["name"]
        found = () if teacher is None else mismatches({Particular.NAME: teacher.name}, {Particular.NAME: stated})
        if teacher is not None and not found:
            return
        if teacher is not None and teacher.id in reached:
            facts = {"ours": found[0].ours, "theirs": found[0].theirs, "rule": str(Rule.IDENTITY)}
            row.faults.append(Fault("name", RowFault.NAME_DIFFERS, stated, facts))
        else:
            row.faults.append(Fault("id_number", RowFault.TEACHER_UNKNOWN, masked))

    def _check_rules(
        self,
        plan: Planned,
        activity: Activity,
        teacher: Teacher,
        others: Sequence[Attendance],
        stays: Sequence[Affiliation],
    ) -> None:
        row, on = plan.row, plan.row.values["attended_on"]
        policy = self._policy(on.year, teacher.series)
        if isinstance(policy, Refused):
            row.faults.append(Fault("attended_on", policy.code, on.isoformat(), policy.facts))
            return
        key = (activity.id, teacher.id)
        is_passed = row.values["passed"] == "passed"
        taken = sum((one.hours for one in others if one.passed), self.stated[key])
        schools = attendance.schools_on(teacher, stays, on)
        extended = extensions.choose(self.extended, teacher.school_id, teacher.id)
        for column, refusal in attendance.refusals(
            activity, teacher, schools, policy, on, row.values["hours"], is_passed, taken, self.now, extended
        ):
            row.faults.append(Fault(column, refusal.code, _shown(plan, column), dict(refusal.facts)))
        if is_passed and not row.faults:
            self.stated[key] += row.values["hours"]

    def _policy(self, year: int, series: str) -> Policy | Refused:
        key = (year, series)
        if key not in self.policies:
            try:
                self.policies[key] = standings.policy_for(self.session, year, series)
            except Refused as refusal:
                self.policies[key] = refusal
        return self.policies[key]

    def _activities(self, numbers: set[str]) -> dict[str, Activity]:
        question = select(Activity).where(Activity.number.in_(numbers))
        if self.own is not None:
            question = question.where(self.own)
        return {activity.number: activity for activity in self.session.scalars(question)}

    def _reached(self, indexes: set[str]) -> set[int]:
        return set(self.session.scalars(select(Teacher.id).where(Teacher.id_number_index.in_(indexes))))

    def _live(self, activity_ids: list[int], teacher_ids: list[int]) -> dict[tuple[int, int], list[Attendance]]:
        found: dict[tuple[int, int], list[Attendance]] = defaultdict(list)
        question = select(Attendance).where(
            Attendance.activity_id.in_(activity_ids),
            Attendance.teacher_id.in_(teacher_ids),
            Attendance.voided_at.is_(None),
        )
        for row in self.session.scalars(question):
            found[row.activity_id, row.teacher_id].append(row)
        return found

    def _stays(self, teacher_ids: list[int]) -> dict[int, list[Affiliation]]:
        found: dict[int, list[Affiliation]] = defaultdict(list)
        for stay in self.session.scalars(select(Affiliation).where(Affiliation.teacher_id.in_(teacher_ids))):
            found[stay.teacher_id].append(stay)
        return found


def _differences(former: Attendance, values: dict[str, Any]) -> list[Difference]:
    before, after = ("passed" if former.passed else "failed"), values["passed"]
    found = [] if before == after else [Difference("passed", before, after)]
    # A failed assessment gives no hours, so its figure says nothing (EXAM).
    if after == "passed" and (former.hours != values["hours"] or not former.passed):
        found.append(Difference("hours", former.hours, values["hours"]))
    return found


def _shown(plan: Planned, column: str) -> str:
    value = plan.row.values.get(column, "")
    if column == "id_number":
        return plan.under
    return value.isoformat() if isinstance(value, date) else str(value)
