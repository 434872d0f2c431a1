"""What people do about themselves: their mail address, a correction they ask their school for, their own data (PIPL).

What is in the register is the school's to change; a teacher says what is wrong with it, and the school mends it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from app.domain.errors import Code, Refused
from app.models import Affiliation, Certificate, Claim, Entry, Note, School, Standing, Teacher
from app.security.actor import Actor, acting, current_actor
from app.services import audit, mail, notices
from app.services.refusals import No

LONGEST_CORRECTION = 300
CORRECTIONS_A_DAY = 3
# Of an account without an address of its own; FAB wants a unique one.
NO_ADDRESS = "@xueshi.invalid"


class Stay(NamedTuple):
    """A school where somebody works or worked; ``to_on`` empty while it lasts."""

    school: str
    from_on: date
    to_on: date | None


class OwnData(NamedTuple):
    """Everything held about a teacher as rows, each a table's of its own."""

    teacher: Teacher
    stays: list[Stay]
    claims: list[Claim]
    entries: list[Entry]
    standings: list[Standing]
    certificates: list[Certificate]


def address_of(user: User) -> str:
    """The user's own mail address; empty where they gave none."""
    return "" if (user.email or "").endswith(NO_ADDRESS) else user.email or ""


def change_address(session: Session, user: User, address: str, password: str) -> None:
    """Set one's own mail address, or take it away; the password is asked for.

    Raises Refused: PASSWORD_WRONG, ADDRESS_UNFIT, ADDRESS_TAKEN.
    """
    if not check_password_hash(user.password, password):
        raise Refused(No.PASSWORD_WRONG)
    address = address.strip()
    if not address:
        address = f"{user.username}{NO_ADDRESS}"
    else:
        # Nobody takes the stand-in that FAB keeps for somebody else's account.
        if not mail.is_address(address) or address.lower().endswith(NO_ADDRESS):
            raise Refused(No.ADDRESS_UNFIT)
        taken = select(User.id).where(func.lower(User.email) == address.lower(), User.id != user.id)
        if session.scalar(taken.limit(1)) is not None:
            raise Refused(No.ADDRESS_TAKEN)
    user.email = address
    session.flush()


def ask_correction(session: Session, teacher: Teacher, text: str, actor: Actor, now: datetime) -> None:
    """Tell one's school what is wrong in the register: a note on the record, and a notice to who keeps it.

    Raises Refused: REASON_MISSING, CORRECTION_LONG, CORRECTION_ID_NUMBER, CORRECTIONS_MANY.
    """
    words = " ".join(text.split())
    if not words:
        raise Refused(Code.REASON_MISSING)
    if len(words) > LONGEST_CORRECTION:
        raise Refused(No.CORRECTION_LONG, most=LONGEST_CORRECTION)
    if notices.ID_NUMBER.search(words):
        raise Refused(No.CORRECTION_ID_NUMBER)
    # The note is the school's to read, and beyond the reach of whom it is about.
    with acting(current_actor().as_system()):
        lately = select(func.count(Note.id)).where(
            Note.subject == "teacher",
            Note.subject_id == teacher.id,
            Note.user_id == actor.user_id,
            Note.written_at > now - timedelta(days=1),
        )
        if (session.scalar(lately) or 0) >= CORRECTIONS_A_DAY:
            raise Refused(No.CORRECTIONS_MANY, most=CORRECTIONS_A_DAY)
        session.add(
            Note(
                subject="teacher",
                subject_id=teacher.id,
                user_id=actor.user_id,
                author=actor.name,
                text=words,
                written_at=now,
            )
        )
        session.flush()
    keepers = notices.reviewers(session, school_ids=[teacher.school_id])
    notices.tell(
        session, keepers, notices.Kind.CORRECTION_ASKED, now, teacher=teacher.id, name=teacher.name, text=words
    )


def stays(session: Session, teacher_id: int) -> list[Stay]:
    """Where a teacher worked, the latest first; the names of schools they have left too."""
    affiliation, school = Affiliation.__table__, School.__table__
    asked = (
        select(school.c.name, affiliation.c.from_on, affiliation.c.to_on)
        .join_from(affiliation, school, affiliation.c.school_id == school.c.id)
        .where(affiliation.c.teacher_id == teacher_id)
        .order_by(affiliation.c.from_on.desc())
    )
    return [Stay(*row) for row in session.connection().execute(asked)]


def own_data(session: Session, teacher: Teacher) -> OwnData:
    """Everything held about the teacher who asks; that they took it is written down."""
    found = OwnData(
        teacher,
        stays(session, teacher.id),
        list(session.scalars(select(Claim).where(Claim.teacher_id == teacher.id).order_by(Claim.id))),
        list(session.scalars(select(Entry).where(Entry.teacher_id == teacher.id).order_by(Entry.id))),
        list(session.scalars(select(Standing).where(Standing.teacher_id == teacher.id).order_by(Standing.year))),
        list(session.scalars(select(Certificate).where(Certificate.teacher_id == teacher.id).order_by(Certificate.id))),
    )
    rows = {"claims": len(found.claims), "entries": len(found.entries), "certificates": len(found.certificates)}
    audit.record_event(session, "own_data", str(teacher.id), rows)
    return found
