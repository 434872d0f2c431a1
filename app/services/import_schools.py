"""Judging and writing rows of the list of schools. The city keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Authority, District, School
from app.security.actor import current_actor
from app.security.reach import criterion_to_write
from app.security.session import OutOfReach
from app.services import register
from app.services.import_rows import Action, Difference, Fault, ImportRow, Planned, RowFault


class SchoolPlanner:
    """Rows of the list of schools, a chunk at a time."""

    def __init__(self, session: Session, now: datetime) -> None:
        if criterion_to_write(School, current_actor()) is not None:
            raise OutOfReach("school")
        self.session = session
        self.now = now
        self.districts = {row.code: row for row in session.scalars(select(District))}
        authorities = list(session.scalars(select(Authority)))
        self.bureaux = {row.district_id: row for row in authorities if row.district_id is not None}
        self.centre = next((row for row in authorities if row.kind == "centre"), None)

    def judge(self, rows: Sequence[ImportRow]) -> list[Planned]:
        """What each row would do. Reads the database once for all of them."""
        codes = {row.values["school_code"] for row in rows if "school_code" in row.values}
        schools = {row.code: row for row in self.session.scalars(select(School).where(School.code.in_(codes)))}
        return [self._judge(row, schools.get(row.values.get("school_code", ""))) for row in rows]

    def write(self, planned: Sequence[Planned]) -> None:
        """Write rows judged good, with one flush."""
        for plan in planned:
            school, stated = plan.found
            register.write_school(self.session, school, plan.row.values["school_code"], stated)
        self.session.flush()

    def _judge(self, row: ImportRow, school: School | None) -> Planned:
        values = row.values
        plan = Planned(row, label=values.get("name", ""), under=values.get("school_code", ""))
        code = values.get("district_code")
        district = self.districts.get(code) if code else None
        if code and district is None:
            row.faults.append(Fault("district_code", RowFault.DISTRICT_UNKNOWN, code))
        if row.faults or district is None:
            return plan
        stated: dict[str, Any] = {"name": values["name"], "district": district}
        stated |= {column: values[column] for column in ("ownership", "kind") if column in values}
        if "review" in values or school is None:
            review = values.get("review", "district")
            stated["authority"] = self._authority(review, district)
            if stated["authority"] is None and review != "none":
                # Never silently "no second review": that is for who says so.
                missing = RowFault.CENTRE_MISSING if review == "centre" else RowFault.BUREAU_MISSING
                row.faults.append(Fault("review", missing, facts={"name": district.name}))
                return plan
        plan.found = (school, stated)
        if school is None:
            plan.action = Action.NEW
        else:
            plan.differences = [
                Difference(column, _plain(before), _plain(after))
                for column, before, after in register.school_changes(school, stated)
            ]
            plan.action = Action.CHANGED if plan.differences else Action.UNCHANGED
        return plan

    def _authority(self, review: str, district: District) -> Authority | None:
        if review == "none":
            return None
        return self.centre if review == "centre" else self.bureaux.get(district.id)


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, (District, Authority)) else value
