"""The sentences that go with reason codes, where the city worded its own (``models/review.py``, ReasonSentence).

The default sentence of a code is a matter of words and stands in ``views/labels_claims.py``; a code without a row
here goes by that. Nothing already decided changes: a decision keeps the words it was sent with.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Code, Refused
from app.domain.reasons import ReasonCode
from app.models import ReasonSentence
from app.security.actor import Actor
from app.services.refusals import No

# What a sentence may hold at most, in either language: it is read in a dialog and in a mail.
MOST = 300
# Every code but the one that says nothing by itself.
WORDED = tuple(code for code in ReasonCode if code is not ReasonCode.OTHER)


def own(session: Session) -> dict[str, ReasonSentence]:
    """The city's sentences by code; those without one are not there."""
    return {row.code: row for row in session.scalars(select(ReasonSentence))}


def word(
    session: Session, code: str, zh: str, en: str, actor: Actor, *, seen_version: int | None = None
) -> ReasonSentence:
    """Word a code in both languages. Raises Refused: DUTY_FORBIDS, REASON_CODE_UNKNOWN, SENTENCE_MISSING, STALE."""
    _require_city(actor)
    if code not in WORDED:
        raise Refused(No.REASON_CODE_UNKNOWN)
    zh, en = " ".join(zh.split()), " ".join(en.split())
    if not zh or not en or max(len(zh), len(en)) > MOST:
        raise Refused(No.SENTENCE_MISSING, most=MOST)
    row = session.scalars(select(ReasonSentence).where(ReasonSentence.code == code)).one_or_none()
    # 0 was seen where there was no row: two who word the same code at once must not overwrite one another.
    if seen_version is not None and seen_version != (row.version if row is not None else 0):
        raise Refused(No.STALE)
    if row is None:
        row = ReasonSentence(code=code, zh=zh, en=en)
        session.add(row)
    else:
        row.zh, row.en = zh, en
    session.flush()
    return row


def restore(session: Session, code: str, actor: Actor) -> None:
    """Back to the default sentence: the row goes, the trail keeps what it said."""
    _require_city(actor)
    row = session.scalars(select(ReasonSentence).where(ReasonSentence.code == code)).one_or_none()
    if row is not None:
        session.delete(row)
        session.flush()


def _require_city(actor: Actor) -> None:
    if "city" not in actor.duties and actor.machine != "system":
        raise Refused(Code.DUTY_FORBIDS)
