"""When two claims, or a claim and a registered attendance, are for the same hours (DUP-CLAIM, S1 §五（三）3).

Pure comparing. Finding what to compare is the services' business; what follows (refused for the same teacher, a
question to the reviewer across teachers) is told here by `is_refused`.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Likeness(StrEnum):
    """In what two registrations are alike."""

    CERTIFICATE = "certificate"
    FILE = "file"
    ACTIVITY = "activity"  # same teacher, dates and title
    DAYS = "days"  # same teacher and a day in common, under another title: a question, not a duplicate


@dataclass(frozen=True, slots=True)
class Claimed:
    """What of a claim is compared. `days` are those it names one by one; `files` the SHA-256 of its evidence."""

    teacher: object
    year: int
    title: str
    starts_on: date | None = None
    ends_on: date | None = None
    certificate: str | None = None
    files: frozenset[str] = frozenset()
    days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Attended:
    """What of a registered attendance is compared. `is_dated`: its hours lie on that day (not an online course)."""

    teacher: object
    title: str
    on: date
    is_dated: bool = True


def certificate_key(number: str | None) -> str | None:
    """A certificate number as numbers are compared: "No. 粤2021-0003" and "no粤20210003" are one. None for none."""
    kept = "".join(mark for mark in unicodedata.normalize("NFKC", number or "").upper() if mark.isalnum())
    return kept[:60] or None


def title_key(title: str) -> str:
    """A title as titles are compared: width, case and spaces aside. "ＡＩ 与教学" and "ai与教学" are one."""
    return "".join(unicodedata.normalize("NFKC", title).casefold().split())


def likeness(one: Claimed, other: Claimed) -> Likeness | None:
    """In what two claims are alike, the weightiest first; None where nothing is.

    Two claims that split one stay at New Year are no duplicates: each gives its own year's days (YEAR, R).
    """
    if _split_at_new_year(one, other):
        return None
    number = certificate_key(one.certificate)
    if number is not None and number == certificate_key(other.certificate):
        return Likeness.CERTIFICATE
    if one.files & other.files:
        return Likeness.FILE
    if one.teacher != other.teacher:
        return None
    if _same_title(one.title, other.title) and _same_dates(one, other):
        return Likeness.ACTIVITY
    return Likeness.DAYS if one.days & other.days else None


def likeness_to_attendance(claim: Claimed, attended: Attended) -> Likeness | None:
    """In what a claim is like a registered attendance: only ever of the same teacher, within the claim's days."""
    if claim.teacher != attended.teacher:
        return None
    is_within = claim.starts_on is not None and claim.starts_on <= attended.on <= (claim.ends_on or claim.starts_on)
    if is_within and _same_title(claim.title, attended.title):
        return Likeness.ACTIVITY
    return Likeness.DAYS if attended.is_dated and attended.on in claim.days else None


def is_refused(found: Likeness | None, *, same_teacher: bool) -> bool:
    """Whether the likeness forbids the claim: for the same teacher, and only where it is the same hours.

    Two authors may share a paper, and two things may be done on one day: both are for the reviewer to see.
    """
    return same_teacher and found is not None and found is not Likeness.DAYS


def _same_title(one: str, other: str) -> bool:
    return title_key(one) == title_key(other) != ""


def _same_dates(one: Claimed, other: Claimed) -> bool:
    if one.starts_on is None and other.starts_on is None:
        return one.year == other.year
    return (one.starts_on, one.ends_on) == (other.starts_on, other.ends_on)


def _split_at_new_year(one: Claimed, other: Claimed) -> bool:
    """Whether both name the same stay over New Year, each for a year of its own."""
    if one.teacher != other.teacher or one.year == other.year:
        return False
    if one.starts_on is None or one.ends_on is None or not _same_dates(one, other):
        return False
    return {one.year, other.year} <= set(range(one.starts_on.year, one.ends_on.year + 1))
