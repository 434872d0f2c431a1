"""Telling people what happened: one row a user, a code with its facts, in the transaction of what it tells of.

Words stand in ``exchange/notice_words.py``; mail goes later, from the rows (``mail.py``). Rows are written for others,
whose notices nobody reaches, by statements over many rows: two thousand approvals tell two thousand people at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.hours import plain
from app.models import Appointment, Claim, Decision, Notice, Teacher
from app.security.actor import current_actor

GATHERED = "notices_gathered"
AT_ONCE = 500
# A notice is a line or two; whoever wants more opens the record.
LONGEST_FACT = 300
ID_NUMBER = re.compile(r"(?<!\d)(\d{6})\d{11}[\dXx]?(?!\d)")

notice_t = Notice.__table__
teacher_t = Teacher.__table__
appointment_t = Appointment.__table__


class Kind(StrEnum):
    """What people are told of. Closed: ``exchange/notice_words.py`` has words for each."""

    CLAIM_RETURNED = "claim_returned"
    CLAIM_REJECTED = "claim_rejected"
    CLAIM_PASSED_FIRST = "claim_passed_first"
    CLAIM_APPROVED = "claim_approved"
    CLAIM_REVOKED = "claim_revoked"
    CLAIM_SUBMITTED = "claim_submitted"
    CERTIFICATE_ISSUED = "certificate_issued"
    CERTIFICATE_VOIDED = "certificate_voided"
    EXTENSION_GRANTED = "extension_granted"
    EXEMPTION_GRANTED = "exemption_granted"
    EXEMPTION_ENDED = "exemption_ended"
    JOB_DONE = "job_done"
    JOB_FAILED = "job_failed"
    DELEGATED = "delegated"
    REMINDER = "reminder"
    SPOT_CHECK_KEPT = "spot_check_kept"
    PASSWORD_RESET = "password_reset"  # noqa: S105  (a code, not a password)
    CLAIM_DUE = "claim_due"
    REVIEW_DUE = "review_due"
    CORRECTION_ASKED = "correction_asked"


# A claim's new state, as its teacher is told of it.
BY_STATE = {
    "returned": Kind.CLAIM_RETURNED,
    "rejected": Kind.CLAIM_REJECTED,
    "passed_first": Kind.CLAIM_PASSED_FIRST,
    "approved": Kind.CLAIM_APPROVED,
    "revoked": Kind.CLAIM_REVOKED,
}


@dataclass(frozen=True)
class _Told:
    user_ids: tuple[int, ...]
    teacher_ids: tuple[int, ...]
    kind: Kind
    at: datetime
    claim_id: int | None
    facts: dict[str, Any]
    by: int | None


def tell(
    session: Session, user_ids: Iterable[int | None], kind: str, now: datetime, *, claim: Claim | None = None,
    **facts: Any,
) -> None:  # fmt: skip
    """Tell some users of something. Whoever does it is not told; what is unread and says the same is not repeated.

    With ``claim``, its number, title and year are among the facts, and newer word of the same kind takes the place of
    unread word. Raises ValueError for a kind that is none.
    """
    _put(session, tuple(one for one in user_ids if one is not None), (), kind, now, claim, facts)


def tell_teachers(
    session: Session, teacher_ids: Iterable[int], kind: str, now: datetime, *, claim: Claim | None = None,
    **facts: Any,
) -> None:  # fmt: skip
    """As ``tell``, to the accounts of these teachers, as far as they have one."""
    _put(session, (), tuple(teacher_ids), kind, now, claim, facts)


def tell_staff(session: Session, school_id: int, kind: str, now: datetime, **facts: Any) -> None:
    """As ``tell``, to every teacher who is at a school now."""
    asked = select(teacher_t.c.user_id).where(teacher_t.c.school_id == school_id, teacher_t.c.is_active)
    tell(session, session.connection().scalars(asked), kind, now, **facts)


def of_decision(session: Session, claim: Claim, decision: Decision, now: datetime) -> None:
    """Tell the teacher what was decided on their claim, or handed in for them."""
    if decision.verb == "submit":
        kind = Kind.CLAIM_SUBMITTED if decision.duty != "teacher" else None
    else:
        kind = BY_STATE.get(decision.to_state)
    if kind is not None:
        facts = {"hours": decision.hours, "category": decision.category, "reason_code": decision.reason_code}
        tell_teachers(session, [claim.teacher_id], kind, now, claim=claim, **facts)


@contextmanager
def gathered(session: Session) -> Iterator[None]:
    """Write what is told within the block at its end, by few statements; nothing, where it fails."""
    if GATHERED in session.info:
        yield
        return
    waiting: list[_Told] = []
    session.info[GATHERED] = waiting
    try:
        yield
    finally:
        del session.info[GATHERED]
    _write(session, waiting)


def reviewers(session: Session, *, school_ids: Iterable[int] = (), authority_ids: Iterable[int] = ()) -> list[int]:
    """The accounts that review for these places."""
    schools = reviewers_by_place(session, "school", school_ids)
    authorities = reviewers_by_place(session, "authority", authority_ids)
    return sorted({one for ids in (*schools.values(), *authorities.values()) for one in ids})


def reviewers_by_place(
    session: Session, place: Literal["school", "authority"], ids: Iterable[int]
) -> dict[int, list[int]]:
    """{school or authority: the accounts that review for it}."""
    column = appointment_t.c[f"{place}_id"]
    found: dict[int, list[int]] = {}
    for some in _chunks(sorted(set(ids))):
        asked = select(column, appointment_t.c.user_id).where(column.in_(some)).order_by(appointment_t.c.id)
        for at, user_id in session.connection().execute(asked):
            found.setdefault(at, []).append(user_id)
    return found


def unread(session: Session, user_id: int, most: int) -> int:
    """How many notices wait for a user, counted up to ``most``: one look at an index."""
    some = (
        select(notice_t.c.id)
        .where(notice_t.c.user_id == user_id, notice_t.c.read_at.is_(None))
        .limit(most)
        .subquery()
    )
    return session.connection().scalar(select(func.count()).select_from(some)) or 0


def read(session: Session, notice: Notice, now: datetime) -> None:
    """Note that its owner has seen it."""
    if notice.read_at is None:
        notice.read_at = now
        session.flush()


def read_all(session: Session, user_id: int, now: datetime) -> int:
    """Note that a user has seen all of theirs; returns how many were new."""
    seen = session.connection().execute(
        update(notice_t).where(notice_t.c.user_id == user_id, notice_t.c.read_at.is_(None)).values(read_at=now)
    )
    session.expire_all()
    return seen.rowcount


def _put(
    session: Session, users: tuple[int, ...], teachers: tuple[int, ...], kind: str, now: datetime,
    claim: Claim | None, facts: dict[str, Any],
) -> None:  # fmt: skip
    if claim is not None:
        facts = {"claim": claim.id, "number": claim.number, "title": claim.title, "year": claim.year, **facts}
    told = _Told(
        users, teachers, Kind(kind), now, claim.id if claim is not None else None,
        {name: _plain(value) for name, value in facts.items() if value is not None}, current_actor().user_id,
    )  # fmt: skip
    waiting: list[_Told] | None = session.info.get(GATHERED)
    if waiting is not None:
        waiting.append(told)
    else:
        _write(session, [told])


def _write(session: Session, waiting: Sequence[_Told]) -> None:
    if not waiting:
        return
    accounts = _accounts(session, {one for told in waiting for one in told.teacher_ids})
    fresh: dict[Any, dict[str, Any]] = {}
    for told in waiting:
        theirs = (accounts[one] for one in told.teacher_ids if one in accounts)
        for user_id in dict.fromkeys((*told.user_ids, *theirs)):
            if user_id != told.by:
                row = {"user_id": user_id, "kind": str(told.kind), "facts": told.facts, "claim_id": told.claim_id}
                fresh[_key(row)] = row | {"created_at": told.at}
    outdated = []
    for old in _unread_like(session, fresh.values()):
        new = fresh.get(_key(old))
        if new is None:
            continue
        if _canonical(old["facts"]) == _canonical(new["facts"]):
            del fresh[_key(old)]
        else:
            outdated.append(old["id"])
    connection = session.connection()
    for some in _chunks(outdated):
        connection.execute(delete(notice_t).where(notice_t.c.id.in_(some)))
    # In the order it happened, which is the order in which it is shown.
    for rows in _chunks(sorted(fresh.values(), key=lambda row: row["created_at"])):
        connection.execute(notice_t.insert(), rows)


def _key(row: Any) -> tuple[Any, ...]:
    """Two notices with one key say the same, or the later takes the place of the earlier."""
    of = row["claim_id"] if row["claim_id"] is not None else _canonical(row["facts"])
    return row["user_id"], row["kind"], of


def _accounts(session: Session, teacher_ids: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in _chunks(sorted(teacher_ids)):
        asked = select(teacher_t.c.id, teacher_t.c.user_id).where(teacher_t.c.id.in_(some))
        found |= {row.id: row.user_id for row in session.connection().execute(asked) if row.user_id is not None}
    return found


def _unread_like(session: Session, fresh: Iterable[dict[str, Any]]) -> Iterator[Any]:
    rows = list(fresh)
    kinds = sorted({row["kind"] for row in rows})
    for some in _chunks(sorted({row["user_id"] for row in rows})):
        asked = select(
            notice_t.c.id, notice_t.c.user_id, notice_t.c.kind, notice_t.c.claim_id, notice_t.c.facts
        ).where(notice_t.c.user_id.in_(some), notice_t.c.read_at.is_(None), notice_t.c.kind.in_(kinds))
        yield from session.connection().execute(asked).mappings().all()


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _canonical(facts: Any) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    """A fact as JSON; never an ID number in full, whatever somebody typed into a title (PIPL)."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return ID_NUMBER.sub(r"\1************", str(value)[:LONGEST_FACT])
