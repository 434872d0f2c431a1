"""Writing the hours ledger: lines are appended, and a cancellation is a line of its own (AUTO, EFFECT).

The database allows one live line a claim and one an attendance, and one reversal a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from app.domain.attendance import Attended, gain
from app.domain.days import day_in_china
from app.models import Attendance, Claim, Entry


def enter_claim(session: Session, claim: Claim, now: datetime) -> Entry | None:
    """Enter an approved claim's recognised hours. Nothing is entered where none were recognised."""
    assert claim.recognised_hours is not None and claim.recognised_category is not None
    if not claim.recognised_hours:
        return None
    entry = Entry(
        teacher_id=claim.teacher_id,
        school_id=claim.school_id,
        year=claim.year,
        category=claim.recognised_category,
        subject=claim.subject,
        hours=claim.recognised_hours,
        earned_on=_earned_on(claim),
        title=claim.title,
        source="claim",
        claim_id=claim.id,
        entered_at=now,
    )
    session.add(entry)
    session.flush()
    return entry


def _earned_on(claim: Claim) -> date:
    """The last day of what was attended, within the claim's year; without dates the day it was submitted."""
    on = claim.ends_on or claim.starts_on
    if on is None and claim.submitted_at is not None:
        on = day_in_china(claim.submitted_at)
    if on is None or on.year > claim.year:
        return date(claim.year, 12, 31)
    return max(on, date(claim.year, 1, 1))


def enter_attendances(session: Session, attendances: Iterable[Attendance], now: datetime) -> list[Entry]:
    """Enter what several registered attendances give, with one flush (AUTO)."""
    entries = []
    for attendance in attendances:
        activity = attendance.activity
        gained = gain(
            Attended(
                activity.category, activity.subject, attendance.attended_on, attendance.hours, attendance.passed
            )
        )
        if gained is None:
            continue
        entries.append(
            Entry(
                teacher_id=attendance.teacher_id,
                school_id=attendance.school_id,
                year=gained.year,
                category=gained.category,
                subject=gained.subject,
                hours=gained.hours,
                earned_on=gained.on,
                title=activity.title,
                source="attendance",
                attendance_id=attendance.id,
                entered_at=now,
            )
        )
    session.add_all(entries)
    session.flush()
    return entries


def reverse(session: Session, entry: Entry, now: datetime) -> Entry:
    """Take a line back by a line with its negative hours. A second reversal fails on the unique key."""
    reversal = Entry(
        teacher_id=entry.teacher_id,
        school_id=entry.school_id,
        year=entry.year,
        category=entry.category,
        subject=entry.subject,
        hours=-entry.hours,
        earned_on=entry.earned_on,
        title=entry.title,
        source=entry.source,
        platform=entry.platform,
        claim_id=entry.claim_id,
        attendance_id=entry.attendance_id,
        reverses_id=entry.id,
        entered_at=now,
    )
    session.add(reversal)
    session.flush()
    return reversal


def live_entry_of_claim(session: Session, claim_id: int) -> Entry | None:
    """The line of a claim that is in force."""
    return session.scalars(live().where(Entry.claim_id == claim_id)).one_or_none()


def live_entry_of_attendance(session: Session, attendance_id: int) -> Entry | None:
    """The line of an attendance that is in force."""
    return session.scalars(live().where(Entry.attendance_id == attendance_id)).one_or_none()


def live_entries(session: Session, teacher_id: int) -> list[Entry]:
    """All lines of a teacher in force, by day."""
    return list(session.scalars(live().where(Entry.teacher_id == teacher_id).order_by(Entry.earned_on, Entry.id)))


def live() -> Select[Entry]:
    """A select of the lines in force: no reversals, nothing that was taken back."""
    reversal = aliased(Entry)
    taken_back = select(reversal.id).where(reversal.reverses_id == Entry.id).exists()
    # A reversal is a line of negative hours, as the table's CHECK has it. Asked for "reverses nothing", SQLite takes
    # the unique index over that column for the way to few lines, and reads nearly all of them.
    return select(Entry).where(Entry.hours > 0, ~taken_back)
