"""What a registered attendance gives without a claim (rule AUTO, S1 §四（二）1), and by when it is registered.

Pure. Writing the ledger is the services' business.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.policy_terms import Deadline

# S1 §四（二）2（2）names face-to-face training, research sessions and school-based training. Online
# courses it leaves out; they get the later of the two days (R).
DEADLINES = {
    "face_to_face": Deadline.FACE_TO_FACE,
    "research_session": Deadline.SESSIONS,
    "school_based": Deadline.SESSIONS,
    "online": Deadline.SESSIONS,
}

# Kinds whose hours lie on the day that is registered; an online course is registered when it is passed.
OF_DAYS = ("face_to_face", "research_session", "school_based")


@dataclass(frozen=True, slots=True)
class Attended:
    """A registered participation: the activity's category and subject, the day, the hours, the assessment."""

    category: str
    subject: str | None
    on: date
    hours: Decimal
    passed: bool


@dataclass(frozen=True, slots=True)
class Gain:
    """The hours that enter the ledger, in the year of their day (YEAR)."""

    year: int
    category: str
    subject: str | None
    hours: Decimal
    on: date


def gain(attended: Attended) -> Gain | None:
    """What an attendance enters: its hours, with no claim to be made (AUTO); nothing where it was failed (EXAM)."""
    if not attended.passed:
        return None
    return Gain(attended.on.year, attended.category, attended.subject, attended.hours, attended.on)
