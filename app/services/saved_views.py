"""Views of lists that people keep: filters, order and columns under a name, for oneself or for one's colleagues.

Whom one may share with follows one's duties; reading follows ``security/criteria_desk.py``. The query is kept as the
views make it: known arguments only. Nothing here knows which arguments a list has.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import Session, contains_eager

from app.domain.errors import Refused
from app.models import ListChoice, SavedView
from app.models.account import DUTIES
from app.security import criteria_desk
from app.security.actor import Actor, acting
from app.services.refusals import No

LONGEST_TITLE = 40
LONGEST_QUERY = 2000
# A row of tabs that nobody can survey helps nobody.
MOST_OF_A_LIST = 20
MOST_SHOWN = 60


@dataclass(frozen=True)
class Share:
    """With whom a view is shared: those of a duty, at one place where one is named; by default with nobody."""

    duty: str | None = None
    school_id: int | None = None
    authority_id: int | None = None


PRIVATE = Share()


def shares_of(actor: Actor) -> list[Share]:
    """With whom ``actor`` may share: colleagues at their own places; the city with any duty at all places."""
    places = [Share("school", school_id=key) for key in sorted(actor.school_ids)]
    places += [Share("authority", authority_id=key) for key in sorted(actor.authority_ids)]
    wide = [Share(duty) for duty in DUTIES] if "city" in actor.duties else []
    return [PRIVATE, *places, *wide]


def share_of(saved: SavedView) -> Share:
    """With whom a view is shared now."""
    return Share(saved.duty, saved.school_id, saved.authority_id)


def of_list(session: Session, view: str, actor: Actor) -> tuple[list[SavedView], list[SavedView]]:
    """One's own views of a list with those shared with oneself, the oldest first; and for the city, which looks after
    them whoever made them, all others that are shared with a whole duty."""
    reached = criteria_desk.saved_view(actor)
    offered = true() if reached is None else reached
    wide = and_(SavedView.duty.is_not(None), SavedView.school_id.is_(None), SavedView.authority_id.is_(None))
    asked = select(SavedView, offered.label("is_offered")).where(SavedView.view == view).join(SavedView.owner)
    asked = asked.where(or_(offered, wide) if "city" in actor.duties else offered)
    asked = asked.options(contains_eager(SavedView.owner))
    # The criterion above is the reach itself; the city's charge goes beyond it.
    with acting(actor.as_system()):
        rows = session.execute(asked.order_by(SavedView.id).limit(MOST_SHOWN)).all()
    return [row[0] for row in rows if row[1]], [row[0] for row in rows if not row[1]]


def default_of(saved: Sequence[SavedView], actor: Actor) -> SavedView | None:
    """What the bare list opens with: one's own choice, else that of one's colleagues here, else that of the duty."""
    own = [one for one in saved if one.is_default and one.owner_id == actor.user_id]
    shared = [one for one in saved if one.is_default and one.duty is not None and one.owner_id != actor.user_id]
    here = [one for one in shared if one.school_id is not None or one.authority_id is not None]
    for found in (own, here, shared):
        if found:
            return found[-1]
    return None


def may_change(saved: SavedView, actor: Actor) -> bool:
    """Its owner; and the city where it is shared with a whole duty."""
    is_wide = saved.duty is not None and saved.school_id is None and saved.authority_id is None
    return saved.owner_id == actor.user_id or (is_wide and "city" in actor.duties)


def find(session: Session, key: int, actor: Actor) -> SavedView | None:
    """A view that ``actor`` may change; None for any other."""
    with acting(actor.as_system()):
        saved = session.get(SavedView, key)
    return saved if saved is not None and may_change(saved, actor) else None


def save(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    view: str,
    title: str,
    query: str,
    share: Share = PRIVATE,
    is_default: bool = False,
) -> SavedView:
    """Keep a new view. Raises Refused."""
    if actor.user_id is None:
        raise Refused(No.VIEW_SHARE)
    _check_share(share, actor)
    mine = list(session.scalars(select(SavedView).where(SavedView.view == view, SavedView.owner_id == actor.user_id)))
    if len(mine) >= MOST_OF_A_LIST:
        raise Refused(No.VIEWS_TOO_MANY, most=MOST_OF_A_LIST)
    saved = SavedView(
        view=view,
        title=_checked_title(title, mine, None),
        query=_checked_query(query),
        owner_id=actor.user_id,
        duty=share.duty,
        school_id=share.school_id,
        authority_id=share.authority_id,
        is_default=False,
        created_at=now,
    )
    session.add(saved)
    _open_first(saved, mine, is_default)
    session.flush()
    return saved


def change(session: Session, actor: Actor, saved: SavedView, *, title: str, share: Share, is_default: bool) -> None:
    """Rename, share otherwise, open first. Raises Refused."""
    if share != share_of(saved):
        _check_share(share, actor)
    with _in_charge(saved, actor):
        beside = list(
            session.scalars(
                select(SavedView).where(SavedView.view == saved.view, SavedView.owner_id == saved.owner_id)
            )
        )
        saved.title = _checked_title(title, beside, saved)
        saved.duty, saved.school_id, saved.authority_id = share.duty, share.school_id, share.authority_id
        _open_first(saved, beside, is_default)
        session.flush()


def overwrite(session: Session, actor: Actor, saved: SavedView, query: str) -> None:
    """Keep what the list shows now under the same name."""
    with _in_charge(saved, actor):
        saved.query = _checked_query(query)
        session.flush()


def remove(session: Session, actor: Actor, saved: SavedView) -> None:
    """Take a view away, from everybody it was shared with."""
    with _in_charge(saved, actor):
        session.delete(saved)
        session.flush()


def columns_chosen(session: Session, view: str, user_id: int | None) -> list[str]:
    """The columns a user chose for a list; empty where they chose none."""
    chosen = session.scalar(select(ListChoice.columns).where(ListChoice.view == view, ListChoice.user_id == user_id))
    return list(chosen or [])


def choose_columns(session: Session, view: str, user_id: int, columns: Sequence[str]) -> None:
    """Keep the columns a user wants of a list; none brings back those it comes with."""
    row = session.scalars(
        select(ListChoice).where(ListChoice.view == view, ListChoice.user_id == user_id)
    ).one_or_none()
    if row is not None and not columns:
        session.delete(row)
    elif row is not None:
        row.columns = list(columns)
    elif columns:
        session.add(ListChoice(user_id=user_id, view=view, columns=list(columns)))
    session.flush()


def _in_charge(saved: SavedView, actor: Actor) -> AbstractContextManager[object]:
    """The city puts others' duty-wide views in order: that step reaches beyond its own rows, in its own name."""
    return nullcontext() if saved.owner_id == actor.user_id else acting(actor.as_system())


def _check_share(share: Share, actor: Actor) -> None:
    if share not in shares_of(actor):
        raise Refused(No.VIEW_SHARE)


def _checked_title(title: str, beside: Sequence[SavedView], saved: SavedView | None) -> str:
    words = " ".join(title.replace("\0", "").split())
    if not 0 < len(words) <= LONGEST_TITLE:
        raise Refused(No.VIEW_TITLE, most=LONGEST_TITLE)
    if any(one.title == words for one in beside if one is not saved):
        raise Refused(No.VIEW_TITLE_TAKEN, title=words)
    return words


def _checked_query(query: str) -> str:
    if len(query) > LONGEST_QUERY:
        raise Refused(No.VIEW_TOO_LONG)
    return query


def _open_first(saved: SavedView, beside: Sequence[SavedView], is_default: bool) -> None:
    """One view opens first: of one's own, or of those one shares alike."""
    saved.is_default = is_default
    for one in beside if is_default else ():
        if one is not saved and share_of(one) == share_of(saved):
            one.is_default = False
