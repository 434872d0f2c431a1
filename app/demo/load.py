"""Loading the demonstration: the order of things, one transaction, one school after another.

The caller acts as SYSTEM and commits. Memory stays within a few schools' rows, whatever the size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User, assoc_user_role
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.demo import activities, attendance, claims, exemptions, extensions, flags, ledger, people, places, stories
from app.demo.accounts import Accounts, make_demo_accounts
from app.demo.bulk import Bulk
from app.demo.certificates import Issuer
from app.demo.days import seeded
from app.demo.desk import keep
from app.demo.notices import tell
from app.domain.days import day_in_china
from app.domain.likeness import Attended
from app.domain.policy import Deadline, Policy
from app.domain.scope import years_in_scope
from app.models import (
    Activity,
    Affiliation,
    Appointment,
    Attendance,
    Authority,
    Certificate,
    Claim,
    Decision,
    District,
    Entry,
    Evidence,
    Exemption,
    Extension,
    Job,
    NumberSeries,
    Organiser,
    PolicyBinding,
    School,
    Standing,
    Teacher,
)
from app.services import audit, standings, tallies
from app.services.store import Store
from app.services.years import opened_key

# The row by which every page knows that it shows the demonstration.
DEMO_KEY = "demonstration"
DEFAULT_TEACHERS, DEFAULT_SEED, LEAST_TEACHERS = 1100, 2019, 60
OLD_YEARS = (2019, 2020, 2021)  # the years of both notices
_PLACES = (Organiser, School)
_PEOPLE = (
    User, assoc_user_role, Appointment, Activity, Teacher, Affiliation, Attendance, Claim, Evidence, Decision, Entry,
    Exemption, Extension, Standing, Certificate, Job,
)  # fmt: skip


class NotEmpty(Exception):
    """There are schools or teachers already: the demonstration is never mixed with records."""


@dataclass(frozen=True, slots=True)
class Size:
    """What to load: so many teachers, drawn from that seed."""

    teachers: int = DEFAULT_TEACHERS
    seed: int = DEFAULT_SEED


def load(
    session: Session, store: Store, now: datetime, size: Size, on_progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Load the demonstration as of ``now``; returns rows written by table. Raises NotEmpty; flushes, never commits."""
    if session.scalar(select(func.count(Teacher.id))) or session.scalar(select(func.count(School.id))):
        raise NotEmpty
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA cache_size=-262144")
    return _Loader(session, store, now, size).run(on_progress or (lambda _done, _all: None))


class _Loader:
    def __init__(self, session: Session, store: Store, now: datetime, size: Size) -> None:
        self.session, self.store, self.now, self.size = session, store, now, size
        self.today = day_in_china(now)
        self.years = tuple(sorted({*OLD_YEARS, self.today.year - 1, self.today.year}))
        rows = session.execute(select(District.code, District.name, District.id).order_by(District.code)).all()
        self.districts = {row.code: row.name for row in rows if row.code in places.DISTRICT_SHARES}
        self.district_ids = {row.code: row.id for row in rows}
        found = session.execute(select(Authority.code, Authority.name, Authority.id).order_by(Authority.code)).all()
        self.authorities = {row.code: row.name for row in found}
        self.authority_ids = {row.code: row.id for row in found}

    def run(self, on_progress: Callable[[int, int], None]) -> dict[str, int]:
        written = self._places()
        self._bind_policies()
        demo = make_demo_accounts(self.session, self.schools[0].id)
        bulk = self.bulk = Bulk(self.session.connection(), [_table(model) for model in _PEOPLE])
        self.accounts = Accounts(self.session, bulk, self.size.seed, self.now)
        by_authority = {places.DEMO_DISTRICT: demo["demo-authority"], places.CENTRE: demo["demo-centre"]}
        self.desk = claims.Desk(
            seed=self.size.seed,
            now=self.now,
            today=self.today,
            bulk=bulk,
            store=self.store,
            places={place.id: place for place in self.schools},
            authority_ids=self.authority_ids,
            of_school=self.accounts.reviewers_of_schools(self.schools, demo["demo-school"]),
            of_authority=self.accounts.reviewers_of_authorities(self.authority_ids, by_authority),
            of_city=claims.Reviewer(demo["demo-city"].id, demo["demo-city"].first_name),
        )
        self.issuer = Issuer(
            self.size.seed, self.today, bulk, self.desk.places, self.districts, self.authorities,
            {code: reviewer.user_id for code, reviewer in self.desk.of_authority.items()},
        )  # fmt: skip
        self._activities()
        self.people = people.People(self.size.seed, self.today, self.years, self.schools)
        self.demo_teacher_id = demo["demo-teacher"].id
        done = 0
        for place in self.schools:
            for position in range(place.size):
                self._teacher(self.people.person(bulk.ids.of(_table(Teacher)), place, position))
                bulk.flush_if_many()
            done += place.size
            on_progress(done, self.size.teachers)
        self._extensions()
        jobs = _table(Job)
        for row in stories.jobs({name: user.id for name, user in demo.items()}, bulk.ids.of(jobs), self.now):
            bulk.add(jobs, row)
        bulk.finish()
        logins = {name: user.id for name, user in demo.items()}
        tell(self.session, logins, self.now)
        keep(self.session, logins, self.now, self.schools[0].id, self.authority_ids[places.DEMO_DISTRICT])
        self._number_series()
        tallies.take(self.session, self.now, self.years)
        written |= bulk.written
        audit.record_event(
            self.session, "demo", "load", {"teachers": self.size.teachers, "seed": self.size.seed, "rows": written}
        )
        self.session.flush()
        self.session.expire_all()
        return written

    def _places(self) -> dict[str, int]:
        bulk = Bulk(self.session.connection(), [_table(model) for model in _PLACES])
        self.organiser_ids = {}
        for plan in places.organisers(self.districts):
            row_id = self.organiser_ids[plan.name] = bulk.ids.of(_table(Organiser))
            bulk.add(_table(Organiser), places.organiser_row(plan, row_id))
        first_id = bulk.ids.of(_table(School))
        self.schools = places.schools(self.size.seed, self.size.teachers, self.districts, first_id)
        for place in self.schools:
            bulk.add(_table(School), places.school_row(place, self.district_ids, self.authority_ids))
        bulk.finish()
        return dict(bulk.written)

    def _bind_policies(self) -> None:
        """Bind the packs' own defaults for the demonstration's years, unless an administrator chose otherwise."""
        held = {(row.year, row.series): row.policy for row in self.session.scalars(select(PolicyBinding))}
        choose = ledger.policies(held)
        for year in self.years:
            for series in ("teacher", "accounting") if year >= OLD_YEARS[-1] else ("teacher",):
                if (year, series) not in held:
                    policy = choose(year, series).id
                    self.session.add(PolicyBinding(year=year, series=series, policy=policy))
                    held[year, series] = policy
        self.session.flush()
        self.policy_for = ledger.policies(held)
        self.bound = tuple(held)

    def _activities(self) -> None:
        table = _table(Activity)
        self.offers = activities.Offers(self.size.seed, lambda: self.bulk.ids.of(table), self.organiser_ids)
        self.offered = {
            year: self.offers.year(self.policy_for(year, "teacher"), year, self.districts) for year in self.years
        }
        self.own: dict[tuple[int, int], list[activities.Offer]] = {}
        for place in self.schools:
            for year in self._years_of(place) if place.is_active or place.has_history else ():
                if place.is_active or year == OLD_YEARS[0]:
                    self.own[place.id, year] = self.offers.school_based(place, year)
        for year in self.offered.values():
            sessions = [offer for some in year.sessions.values() for offer in some]
            for offer in (*year.public, *year.online, *year.elective, *year.trainings, *sessions):
                self.bulk.add(table, activities.row(offer))
        for some in self.own.values():
            for offer in some:
                self.bulk.add(table, activities.row(offer))
            self.bulk.flush_if_many()

    def _years_of(self, place: places.Place) -> tuple[int, ...]:
        return self.years if place.has_history else self.years[-2:]

    def _teacher(self, person: people.Person) -> None:
        rng = seeded(self.size.seed, "rows", person.id)
        if person.is_story:
            person.user_id, self.first_teacher_id = self.demo_teacher_id, person.id
        elif rng.random() < 0.88:
            person.user_id = self.accounts.teacher(person.id, person.name)
        self.bulk.add(_table(Teacher), people.teacher_row(person))
        for stay in person.stays:
            row = {"id": self.bulk.ids.of(_table(Affiliation)), "teacher_id": person.id, **stay._asdict()}
            self.bulk.add(_table(Affiliation), row)
        granted = exemptions.of(person, self.size.seed, self.today.year, self._years_of(person.place))
        for one in granted:
            self._exemption(person, one)
        entries: list[dict[str, Any]] = []
        days: list[tuple[Attended, bool]] = []
        outcomes: dict[int, claims.Outcome] = {}
        for year in self._years_of(person.place):
            policy = self.policy_for(year, person.series)
            if not years_in_scope(person.stays, (), (year,)) or exemptions.is_away(granted, year):
                continue
            is_open = self._is_open(policy, year)
            entries += self._attended(rng, person, policy, year, is_open, days)
            count = stories.claim_count(rng, person, year, self.years[-2:], has_history=person.place.has_history)
            outcomes[year] = claims.write(
                self.desk, person, policy, year, is_open=is_open, count=count,
                wanted=stories.claims_of(person, year, self.today.year),
                drawn=is_open and person.place is self.schools[0],
            )  # fmt: skip
            entries += outcomes[year].entries
        flags.mark([row for outcome in outcomes.values() for row in outcome.claims], days)
        verified = standings.verified_years(self.bound, person.series, self.now)
        found = ledger.standing_rows(
            person, [ledger.as_rule(row) for row in entries], verified, self.policy_for, self.now,
            exemptions.as_rules(granted),
        )  # fmt: skip
        for standing in found:
            self.bulk.add(_table(Standing), {"id": self.bulk.ids.of(_table(Standing)), **standing})
            if person.place.has_history and standing["year"] < self.today.year:
                self.issuer.issue(person, standing, outcomes.get(standing["year"], claims.Outcome()), granted)

    def _exemption(self, person: people.Person, granted: exemptions.Granted) -> None:
        school_id = person.school_on(granted.from_on) or person.place.id
        authority = self.desk.places[school_id].authority
        by = self.desk.of_authority[authority] if authority else self.desk.of_city
        row_id = self.bulk.ids.of(_table(Exemption))
        self.bulk.add(
            _table(Exemption), exemptions.row(person, granted, row_id, school_id, by, self.size.seed, self.now)
        )

    def _extensions(self) -> None:
        school, table = self.schools[0], _table(Extension)
        policies = {year: self.policy_for(year, "teacher") for year in self.years[-2:]}
        by = self.desk.of_authority[places.DEMO_DISTRICT]
        for row in extensions.rows(self.size.seed, school.id, self.first_teacher_id, by, policies, self.now):
            self.bulk.add(table, {"id": self.bulk.ids.of(table), **row})

    def _is_open(self, policy: Policy, year: int) -> bool:
        due_on = policy.deadline(Deadline.SECOND_REVIEW, year)
        return year == self.today.year or (due_on is not None and self.today <= due_on)

    def _attended(
        self, rng: Any, person: people.Person, policy: Policy, year: int, is_open: bool,
        days: list[tuple[Attended, bool]],
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Put a year's attendance and entries in line; returns the entries, and adds to the registered ``days``."""
        schools = {stay.school_id for stay in person.stays}
        own = [offer for school_id in sorted(schools) for offer in self.own.get((school_id, year), ())]
        found = []
        taken_part = attendance.parts(
            self.size.seed, person, person.place.district, self.offered[year], own, policy, is_open
        )
        for part in taken_part:
            for attended, entry in attendance.rows(rng, person, part, self.now, self.today, self._next_id):
                if attended is not None:
                    self.bulk.add(_table(Attendance), attended)
                    days.append(flags.attended(part.offer, attended))
                if entry is not None:
                    self.bulk.add(_table(Entry), entry)
                    found.append(entry)
        return found

    def _next_id(self, table: str) -> int:
        return self.bulk.ids.of_name(table)

    def _number_series(self) -> None:
        """Leave every series where the numbers given out end, and mark the database as the demonstration."""
        last = {f"claim-{year}": number for year, number in self.desk.numbers.items()}
        last |= {f"activity-{year}": number for year, number in self.offers.numbers.items()}
        last |= {f"certificate-{body}-{year}": number for (body, year), number in self.issuer.numbers.items()}
        last[opened_key(self.today.year)] = 1  # every standing of the year is written here: nothing to rebuild
        for key, number in {**last, DEMO_KEY: self.size.teachers}.items():
            self.session.merge(NumberSeries(key=key, last=number))


def _table(model: Any) -> Any:
    return getattr(model, "__table__", model)
