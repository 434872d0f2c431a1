"""What a policy pack says, as frozen values. No figure of a rule stands here: the packs in `app/policies/`
hold them.

What a claim kind is stands in `policy_kinds.py`. Reading and checking a pack is the business of
`policy_pack.py`; choosing one, of `policy.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from app.domain.policy_kinds import ClaimKind, Companion
from app.domain.policy_uses import Use
from app.domain.words import Words

ANY_SERIES = "*"


class Series(StrEnum):
    """专业系列: the staff series of CONTRACTS (Workbooks), in its order."""

    TEACHER = "teacher"
    LABORATORY = "laboratory"
    LIBRARY = "library"
    ENGINEERING = "engineering"
    ARCHIVES = "archives"
    ACCOUNTING = "accounting"
    HEALTH = "health"
    OTHER = "other"


class Deadline(StrEnum):
    """What a pack may set a last day for."""

    CLAIM = "claim"
    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    FACE_TO_FACE = "face_to_face"
    SESSIONS = "sessions"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a pack as the pack screen shows it: where it stands, what it is, and the clause it rests
    on."""

    place: str
    value: object
    source: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category of hours. `required` is the yearly minimum, None where the pack sets none.

    `once_per_subject`: the same subject counts once a year (DUP-PUBLIC, S1 §二（一）).
    """

    id: str
    title: Words
    required: Decimal | None
    source: str
    once_per_subject: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A public subject of the year (公需科目)."""

    code: str
    title: Words
    source: str


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day in the policy's year or, with `years_later` 1, in the next one."""

    years_later: int
    month: int
    day: int
    source: str

    def in_year(self, year: int) -> date:
        """The date it means for the policy year `year`."""
        return date(year + self.years_later, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A day worth telling people about; nothing is refused by it."""

    id: str
    title: Words
    on: DayOfYear


@dataclass(frozen=True, slots=True)
class Binds:
    """The years and series a pack binds by default. `last` None: until another pack takes over."""

    first: int
    last: int | None
    series: tuple[str, ...]
    source: str

    def covers(self, year: int) -> bool:
        """Whether `year` is among the bound years."""
        return self.first <= year and (self.last is None or year <= self.last)


@dataclass(frozen=True, eq=False)
class Policy:
    """One pack. Hours are in the pack's own unit (`unit`): 学时 or 学分. Compared and hashed by identity:
    packs are read once, and the engine looks at them thirty thousand times a second."""

    id: str
    title: Words
    jurisdiction: Words
    source: str
    note: Words | None
    unit: Words
    certificate_title: Words
    binds: Binds | None
    categories: tuple[Category, ...]
    required_total: Decimal
    daily_hours: Decimal
    minutes_per_hour: int
    carry_out: bool
    carry_in: bool
    carry_category: str
    public_subjects: tuple[Subject, ...]
    deadlines: tuple[tuple[Deadline, DayOfYear], ...]
    review_days: tuple[int, ...]
    reminders: tuple[Reminder, ...]
    kinds: tuple[ClaimKind, ...]
    companions: tuple[Companion, ...]
    uses: tuple[Use, ...]
    figures: tuple[Figure, ...]
    digest: str

    def deadline(self, which: Deadline | str, year: int) -> date | None:
        """The last day, itself included, in Asia/Shanghai; None where the pack sets none."""
        day = dict(self.deadlines).get(Deadline(which))
        return day.in_year(year) if day else None

    def deadline_source(self, which: Deadline | str) -> str:
        """The clause of a deadline, or an empty text where the pack sets none."""
        day = dict(self.deadlines).get(Deadline(which))
        return day.source if day else ""

    def kind(self, kind_id: str) -> ClaimKind | None:
        """The claim kind of that id, if the pack has it."""
        return next((kind for kind in self.kinds if kind.id == kind_id), None)

    def category(self, category_id: str) -> Category | None:
        """The category of that id, if the pack has it."""
        return next((category for category in self.categories if category.id == category_id), None)

    def companion(self, companion_id: str) -> Companion | None:
        """What the pack asks for beside the evidence under that id, if anything (EVIDENCE)."""
        return next((one for one in self.companions if one.id == companion_id), None)

    def source_of(self, place: str) -> str:
        """The clause a figure rests on, by its place in the pack (`day.hours`); empty for an unknown
        place."""
        return self._sources.get(place, "")

    @cached_property
    def _sources(self) -> Mapping[str, str]:
        return {figure.place: figure.source for figure in self.figures}

    # What assessing needs at hand on its hot path, worked out once a pack.

    @cached_property
    def category_ids(self) -> tuple[str, ...]:
        """The categories' ids in the pack's order."""
        return tuple(category.id for category in self.categories)

    @cached_property
    def minima(self) -> tuple[tuple[str, Decimal], ...]:
        """(category, required) for the categories with a minimum, in the pack's order."""
        return tuple((c.id, c.required) for c in self.categories if c.required is not None)

    @cached_property
    def once_per_subject(self) -> frozenset[str]:
        """The categories in which one subject counts once a year."""
        return frozenset(category.id for category in self.categories if category.once_per_subject)

    @cached_property
    def carry_minimum(self) -> Decimal:
        """The minimum of the category that carries over; 0 where it has none."""
        return dict(self.minima).get(self.carry_category, Decimal(0))
