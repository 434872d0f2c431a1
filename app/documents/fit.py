"""How densely a certificate must be set so that it stays on its page.

Widths are estimated, not measured: a Han character is one em wide, a Latin letter about half. The estimate decides
between four settings, each stated in full in `certificate.css`; values are never cut.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

_LATIN_EM = 0.56


def ems(text: str) -> float:
    """The estimated width of a text in ems of its type size."""
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WFA" else _LATIN_EM for letter in text)


def shrunk(text: str, whole: float, smaller: float) -> str:
    """The class of a line by its width: whole up to so many ems, smaller up to so many, else smallest."""
    width = ems(text)
    return "whole" if width <= whole else "smaller" if width <= smaller else "smallest"


class Density(StrEnum):
    """Settings from airy to tight. Each: type sizes and widths that decide how many lines a text takes."""

    AIRY = "airy"
    CLOSE = "close"
    SNUG = "snug"
    TIGHT = "tight"

    @classmethod
    def of(cls, *, statement: str, facts: Sequence[str], heads: Sequence[str], language: str) -> "Density":
        """The airiest setting in which statement, table and facts end above the seal."""
        for density in cls:
            if _height(density, statement, facts, heads, language) <= _MEASURES[density].room:
                return density
        return cls.TIGHT


@dataclass(frozen=True, slots=True)
class _Measures:
    """A setting in millimetres, as certificate.css has it: each line is a line height, each em a type size."""

    room: float  # from the top of the statement to the top of the seal
    gap: float  # between the statement and what stands under it
    line: float
    em: float
    row_line: float
    row_em: float
    fact_line: float
    fact_em: float
    fact_width: float


_MEASURES = {
    Density.AIRY: _Measures(86.0, 8.0, 11.0, 5.29, 7.4, 4.23, 6.4, 3.88, 82.0),
    Density.CLOSE: _Measures(92.0, 6.0, 9.0, 4.76, 7.0, 4.06, 5.4, 3.53, 84.0),
    Density.SNUG: _Measures(95.0, 5.0, 8.0, 4.41, 6.6, 3.88, 5.0, 3.35, 100.0),
    Density.TIGHT: _Measures(101.0, 4.0, 6.6, 3.88, 5.4, 3.35, 4.2, 2.82, 104.0),
}
_STATEMENT_WIDTH = 237.0
_HEAD_WIDTH = 36.0
_ENGLISH_LABELS = 14.0


def _height(density: Density, statement: str, facts: Sequence[str], heads: Sequence[str], language: str) -> float:
    """The height of statement, table and facts in a setting, in millimetres."""
    m = _MEASURES[density]
    # A name is set larger and short values are not broken: a twelfth more than the plain run.
    text = ceil((ems(statement) * 1.08 + 3) * m.em / _STATEMENT_WIDTH) * m.line
    # Headings, one in two lines in English, and the total.
    table = (2 + (language == "en")) * m.row_line
    table += sum(ceil(ems(head) * m.row_em / _HEAD_WIDTH) for head in heads) * m.row_line
    width = m.fact_width - (_ENGLISH_LABELS if language == "en" else 0)
    listed = sum(ceil(ems(fact) * 1.04 * m.fact_em / width) for fact in facts) * m.fact_line
    return text + m.gap + max(table, listed)
