"""Certificates of the closed years: valid ones, some superseded by a later one, some void since a claim was revoked.

What a certificate says is made by ``services/certificates.py``; the codes are drawn from the seed, since nothing here
is worth proving.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.demo.bulk import Bulk
from app.demo.claims import Outcome
from app.demo.days import at_work, seeded
from app.demo.exemptions import Granted
from app.demo.people import Person
from app.demo.places import Place
from app.documents.certificate import Review, as_snapshot
from app.domain.days import day_in_china
from app.domain.hours import plain
from app.domain.policy import Deadline, pack
from app.models import Certificate
from app.services import certificates

certificate_t = Certificate.__table__


@dataclass(frozen=True, slots=True)
class Named:
    """A district or authority, as a certificate names it."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class SchoolText:
    """A school, as a certificate names it."""

    name: str
    code: str
    district: Named
    authority: Named | None


@dataclass(frozen=True, slots=True)
class TeacherText:
    """A teacher, as a certificate names them."""

    name: str
    id_number_masked: str
    series: str
    title: str


@dataclass(frozen=True, slots=True)
class StandingText:
    """A standing with the names around it: what ``services/certificates.py`` reads of one."""

    teacher: TeacherText
    school: SchoolText
    school_id: int
    year: int
    policy: str
    recognised: Mapping[str, str]
    carried_in: Decimal
    total: Decimal
    result: str
    exempted: Sequence[Granted]


class Issuer:
    """Issues certificates for standings as rows, with a running number an authority and year."""

    def __init__(
        self, seed: int, today: date, bulk: Bulk, places: Mapping[int, Place],
        districts: Mapping[str, str], authorities: Mapping[str, str], reviewers: Mapping[str, int],
    ) -> None:  # fmt: skip
        self.numbers: dict[tuple[str, int], int] = {}
        self._seed, self._today, self._bulk = seed, today, bulk
        self._issuers = reviewers
        self._schools = {
            place.id: SchoolText(
                place.name,
                place.code,
                Named(districts[place.district], place.district),
                Named(authorities[place.authority], place.authority) if place.authority else None,
            )
            for place in places.values()
        }

    def issue(
        self, person: Person, standing: Mapping[str, Any], outcome: Outcome, exempted: Sequence[Granted] = ()
    ) -> None:
        """Issue what a closed year's standing deserves, if the school got round to it."""
        year = standing["year"]
        rng = seeded(self._seed, "certificate", person.id, year)
        second = pack(standing["policy"]).deadline(Deadline.SECOND_REVIEW, year) or date(year + 1, 3, 10)
        issued_on = max([second, *outcome.reviewed.values()]) + timedelta(days=2 + int(rng.random() * 60))
        wanted = person.is_story or rng.random() < 0.82
        if standing["result"] == "not_passed" or issued_on >= self._today or not wanted:
            return
        text = StandingText(
            TeacherText(person.name, person.masked, person.series, person.title),
            self._schools[standing["school_id"]],
            standing["school_id"], year, standing["policy"], standing["recognised"],
            standing["carried_in"], standing["total"], standing["result"],
            [one for one in exempted if one.is_in_force and one.of_year(year)],
        )  # fmt: skip
        reviews = self._reviews(text.school, outcome)
        if outcome.revoked and outcome.revoked[0][1] < at_work(rng, self._today - timedelta(days=3)):
            line, revoked_at = outcome.revoked[0]
            before = _with_more(text, line["category"], line["hours"])
            self._put(rng, person, text, reviews, day_in_china(revoked_at) + timedelta(days=1))
            entered_on = day_in_china(line["entered_at"])
            self._put(rng, person, before, reviews, entered_on, ended=("void", revoked_at, "revoked", None))
        elif rng.random() < 0.03 and _has_spare(text):
            issued_at, new_id = self._put(rng, person, text, reviews, issued_on)
            older = _with_more(text, "professional", Decimal(-6))
            ended = ("superseded", issued_at, None, new_id)
            self._put(rng, person, older, reviews, issued_on - timedelta(days=1), ended=ended)
        else:
            self._put(rng, person, text, reviews, issued_on)

    def _reviews(self, school: SchoolText, outcome: Outcome) -> tuple[Review | None, Review | None]:
        first, second = outcome.reviewed.get("first"), outcome.reviewed.get("second")
        return (
            Review(school.name, first) if first else None,
            Review(school.authority.name, second) if second and school.authority else None,
        )

    def _put(
        self, rng: Random, person: Person, text: StandingText, reviews: tuple[Review | None, Review | None],
        on: date, ended: tuple[str, datetime, str | None, int | None] | None = None,
    ) -> tuple[datetime, int]:  # fmt: skip
        body = text.school.authority.code if text.school.authority else text.school.code
        self.numbers[body, text.year] = self.numbers.get((body, text.year), 0) + 1
        number = f"XS-{body}-{text.year}-{self.numbers[body, text.year]:06d}"
        code = "".join(rng.choices(certificates.CODE_ALPHABET, k=certificates.CODE_LENGTH))
        issued_at = at_work(rng, on)
        state, ended_at, reason, newer = ended or ("valid", None, None, None)
        row_id = self._bulk.ids.of(certificate_t)
        self._bulk.add(
            certificate_t,
            {
                "id": row_id,
                "number": number,
                "code": code,
                "teacher_id": person.id,
                "school_id": text.school_id,
                "year": text.year,
                "policy": text.policy,
                "series": text.teacher.series,
                "result": text.result,
                "snapshot": {
                    "figures": certificates.figures_of(text),
                    **{
                        language: as_snapshot(
                            certificates.text_of(text, number, code, on, reviews, language, text.exempted)
                        )
                        for language in certificates.LANGUAGES
                    },
                },
                "state": state,
                "issued_at": issued_at,
                "issued_by_id": self._issuers.get(body),
                "ended_at": max(ended_at, issued_at + timedelta(hours=1)) if ended_at else None,
                "end_reason": reason,
                "replaced_by_id": newer,
                "version": 1,
            },
        )
        return issued_at, row_id


def _has_spare(text: StandingText) -> bool:
    """Whether the year was passed before its last six professional hours, too."""
    policy = pack(text.policy)
    professional = Decimal(text.recognised.get("professional", "0"))
    return professional - 6 >= dict(policy.minima)["professional"] and text.total - 6 >= policy.required_total


def _with_more(text: StandingText, category: str, hours: Decimal) -> StandingText:
    """The same standing with so many hours more (or fewer) in a category."""
    recognised = dict(text.recognised)
    recognised[category] = plain(Decimal(recognised.get(category, "0")) + hours)
    return replace(text, recognised=recognised, total=text.total + hours)
