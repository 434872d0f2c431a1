"""Two policy packs side by side, row by row: what differs, and what only one of them says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.policy import Policy
from app.views.policy_page import Line, Section, sections


@dataclass(frozen=True, slots=True)
class Pair:
    """The same row of two packs; one of them may be missing."""

    label: str
    a: Line | None
    b: Line | None

    @property
    def differs(self) -> bool:
        """Whether the packs say something else here. Another clause for the same value is no difference."""
        return (self.a and (self.a.value, self.a.under)) != (self.b and (self.b.value, self.b.under))


@dataclass(frozen=True, slots=True)
class PairedSection:
    """The rows of one section of both packs."""

    key: str
    title: str
    rule: str
    pairs: tuple[Pair, ...]


def side_by_side(a: Policy, b: Policy, year: int) -> list[PairedSection]:
    """Both packs, the same rows aligned: in the order of the first, what only the second has after it."""
    of_a = {section.key: section for section in sections(a, year)}
    of_b = {section.key: section for section in sections(b, year)}
    found = []
    for key in [*of_a, *(key for key in of_b if key not in of_a)]:
        left, right = of_a.get(key), of_b.get(key)
        either = left or right
        assert either is not None
        found.append(PairedSection(key, either.title, either.rule, tuple(_pairs(left, right))))
    return found


def _pairs(left: Section | None, right: Section | None) -> list[Pair]:
    only = right if left is None else left if right is None else None
    if only is not None and only.key.startswith("kind."):
        # A kind that only one pack has is one difference, and not as many as it has rows.
        first = only.lines[0]
        return [Pair(first.label, first if left else None, first if right else None)]
    in_left = {line.key: line for line in left.lines} if left else {}
    in_right = {line.key: line for line in right.lines} if right else {}
    keys = [*in_left, *(key for key in in_right if key not in in_left)]
    return [Pair((in_left.get(key) or in_right[key]).label, in_left.get(key), in_right.get(key)) for key in keys]


def only_differences(paired: list[PairedSection]) -> list[PairedSection]:
    """What is left when the rows that agree are taken out."""
    kept = [replace(section, pairs=tuple(pair for pair in section.pairs if pair.differs)) for section in paired]
    return [section for section in kept if section.pairs]


def changes(a: Policy, b: Policy, year: int) -> list[Pair]:
    """The rows in which two packs differ, without their sections."""
    return [pair for section in only_differences(side_by_side(a, b, year)) for pair in section.pairs]
