"""What a year's results are handed out for, as a pack says it (`[[use]]`, rule SUBSIDY). Values only; who stands on
a list is told in `lists.py`."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.words import Words


class Who(StrEnum):
    """Whom a use is for, by the ownership of their school."""

    PRIVATE = "private"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Use:
    """One use of the yearly result: 民办教师从教津贴, 职称评审, 教师资格定期注册."""

    id: str
    title: Words
    who: Who
    source: str
