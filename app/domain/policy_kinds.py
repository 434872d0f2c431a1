"""What a pack says of a claim kind: its fields, its evidence, the categories it may take and its formula.

A kind may declare fields that nobody foresaw; forms and records are made from what stands here. How a formula
gives hours is in `hours.py`; how a kind is read and refused, in `policy_fields.py`.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain.words import Words


class Formula(StrEnum):
    """How a claim kind turns into hours."""

    DAYS = "days"  # rule DAY on the sessions
    DAYS_OR_STATED = "days_or_stated"  # DAY where sessions are given, else what the evidence states (KINDS)
    STATED = "stated"  # what the evidence states
    BY_CHOICE = "by_choice"  # a figure for each option of one field (DEGREE: related, RESULT: author)
    PER_UNIT = "per_unit"  # a figure for each unit of one number field, up to a ceiling


class ClaimField(StrEnum):
    """The fields every pack may ask for, beside the ones every claim has (title, organiser, evidence)."""

    PASSED = "passed"
    RELATED = "related"
    AUTHOR = "author"
    SESSIONS = "sessions"
    STATED_HOURS = "stated_hours"
    CATEGORY = "category"


class Author(StrEnum):
    """The teacher's part in a result: 主创人员 or 非主创人员 (S2 §二（三）4)."""

    MAIN = "main"
    OTHER = "other"


# The options of the built-in fields that a formula may go by.
BUILT_IN_OPTIONS = {
    ClaimField.RELATED: ("related", "unrelated"),
    ClaimField.AUTHOR: (str(Author.MAIN), str(Author.OTHER)),
}
EACH, MOST = "each", "most"  # the figures of PER_UNIT


class FieldType(StrEnum):
    """What a declared field holds: one of its options, so many whole units, or yes or no."""

    CHOICE = "choice"
    NUMBER = "number"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a choice field."""

    id: str
    title: Words


@dataclass(frozen=True, slots=True)
class KindField:
    """A field that a kind declares. `options` belong to a choice; a number holds 1 to `most` units.

    `must`: the hours depend on a yes; who answers no gets none (DEGREE: within the normal length).
    """

    id: str
    title: Words
    type: FieldType
    source: str
    help: Words | None = None
    options: tuple[Option, ...] = ()
    most: int = 0
    must: bool = False

    def option(self, option_id: object) -> Option | None:
        """The option of that id, if the field has it."""
        return next((one for one in self.options if one.id == option_id), None)


@dataclass(frozen=True, slots=True)
class Companion:
    """What has to stand beside the evidence where the claimant states `when` (EVIDENCE).

    A certificate that is not in Chinese, say, needs a sealed translation. `id` is the purpose of its files.
    """

    id: str
    when: Words
    title: Words
    source: str


@dataclass(frozen=True, slots=True)
class ClaimKind:
    """A kind of claim. `categories` are those it may take, the usual one first.

    `by_relation`: the category follows from whether the matter is related to the teacher's subject: the first
    category where it is, the second where not. `by` is the field that BY_CHOICE and PER_UNIT go by, `figures`
    their hours: one for each option, or `each` and, where there is a ceiling, `most`. `sources` holds the
    clause of each figure. `rule` is the rule's id (DOMAIN §3).
    """

    id: str
    title: Words
    categories: tuple[str, ...]
    by_relation: bool
    formula: Formula
    by: str
    figures: tuple[tuple[str, Decimal], ...]
    sources: tuple[tuple[str, str], ...]
    fields: tuple[ClaimField, ...]
    own_fields: tuple[KindField, ...]
    evidence: Words
    evidence_source: str
    rule: str
    source: str

    def asks(self, field: ClaimField) -> bool:
        """Whether the claim form shows this built-in field."""
        return field in self.fields

    def own_field(self, field_id: str) -> KindField | None:
        """The declared field of that id, if the kind has it."""
        return next((field for field in self.own_fields if field.id == field_id), None)

    def figure(self, case: str) -> Decimal:
        """The hours for a case of the formula; KeyError where the pack has none (the loader sees to it)."""
        return dict(self.figures)[case]

    def figure_source(self, case: str) -> str:
        """The clause that figure rests on."""
        return dict(self.sources).get(case, self.source)
