"""The tabs above a list: views that come ready with it, one's own, and those that colleagues share.

What a tab shows is a query and nothing else, so that the address says all of it. A view that is open is named in the
address too; where what is shown differs from it, it can be saved anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.extensions import db
from app.models import Authority, SavedView, School
from app.security.actor import current_actor
from app.services import saved_views
from app.services.saved_views import Share
from app.views.access import holds
from app.views.labels import ROLE_WORDS
from app.views.list_query import ALL, COLUMNS, OPEN, address, arguments_of, canonical, query_of
from app.views.listing import Listing

# Counts of tabs stop here: beyond, the exact number tells nobody anything.
MOST_COUNTED = 999


@dataclass(frozen=True)
class Ready:
    """A view that comes with a list. ``tone`` colours its count (warn, bad), which is shown where there is one."""

    key: str
    title: str
    args: Mapping[str, Any]
    is_counted: bool = False
    tone: str = ""


def counts(view: Any, ready: Sequence[Ready], more: Sequence[Any]) -> tuple[dict[str, int], list[int]]:
    """How many rows each counted tab holds, and what ``more`` statements count: all in one question."""
    counted = [one for one in ready if one.is_counted]
    asked = [
        Listing(view, arguments_of(query_of(view, one.args))).bounded(MOST_COUNTED + 1) for one in counted
    ] + [*more]
    if not asked:
        return {}, []
    row = db.session.execute(
        select(*[one.scalar_subquery().label(f"n{place}") for place, one in enumerate(asked)])
    ).one()
    return {one.key: row[place] for place, one in enumerate(counted)}, list(row[len(counted) :])


@dataclass(frozen=True)
class Saved:
    """The views kept of a list: offered to the actor as tabs, and others that are in the city's charge."""

    offered: Sequence[SavedView]
    others: Sequence[SavedView]

    @property
    def named(self) -> SavedView | None:
        """The one that the address names, if it is among them."""
        key = request.args.get(OPEN, "")
        return next((one for one in (*self.offered, *self.others) if str(one.id) == key), None)


def of_list(view: Any) -> Saved:
    """Read the views kept of a list."""
    return Saved(*saved_views.of_list(db.session, view.name, current_actor()))


def first(view: Any, saved: Saved) -> str:
    """Where the bare list leads, or where a view named alone does; empty where the list stays as it is."""
    arguments = request.args.keys()
    if not arguments:
        default = saved_views.default_of(saved.offered, current_actor())
        return address(view, default.query, default.id) if default is not None else ""
    if arguments == {OPEN} and request.args[OPEN] != ALL:
        named = saved.named
        return address(view, named.query, named.id) if named is not None else ""
    return ""


def tabs(
    view: Any, ready: Sequence[Ready], saved: Saved, counted: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The tabs in order: ready ones, one's own, shared ones; "All" is among the ready ones, the last of them."""
    shown, named = canonical(view, request.args), saved.named
    key = str(named.id) if named is not None else ""
    found: list[dict[str, Any]] = []
    for one in ready:
        query = query_of(view, one.args)
        number = counted.get(one.key)
        found.append(
            {
                "title": one.title,
                # "All" is told from the bare address, which opens with what comes first.
                "url": address(view, query, ALL if one.key == ALL else None),
                "active": not key and _without_order(view, query) == _without_order(view, shown),
                "count": None if number is None else _number(number),
                "tone": one.tone if number else "",
            }
        )
    me = current_actor().user_id
    for row in saved.offered:
        found.append(
            {
                "title": row.title,
                "url": address(view, row.query, row.id),
                "active": key == str(row.id),
                "changed": key == str(row.id) and row.query != shown,
                "by": "" if row.owner_id == me else gettext("Shared by %(name)s", name=row.owner.first_name),
                "is_saved": True,
            }
        )
    if not any(one["active"] for one in found) and named is not None:
        found.append({"title": named.title, "url": address(view, named.query, key), "active": True, "is_saved": True})
    return found


def _without_order(view: Any, query: str) -> str:
    """A tab stays open when its rows are ordered otherwise, or more of them shown; its own order is part of none."""
    args = arguments_of(query)
    kept = {name for name in args if not name.startswith(("_oc_", "_od_", "psize_")) and name != COLUMNS}
    return canonical(view, MultiDict([(name, value) for name, value in args.items(multi=True) if name in kept]))


def _number(count: int) -> str:
    return f"{count:,}" if count <= MOST_COUNTED else f"{MOST_COUNTED}+"


def desk(view: Any, listing: Listing, saved: Saved) -> dict[str, Any] | None:
    """What the "save as view" dialog and the menu of an open view need; None for who may keep none."""
    if not holds("can_keep", "SavedViewView"):
        return None
    actor = current_actor()
    args = MultiDict(request.args)
    if listing.columns != view.usual_columns():
        # A kept view shows the columns it was made with, whatever somebody chooses later.
        args[COLUMNS] = ",".join(listing.columns)
    query = canonical(view, args)
    named = saved.named
    opened: dict[str, Any] | None = None
    if named is not None and saved_views.may_change(named, actor):
        opened = {
            "id": named.id,
            "title": named.title,
            "share": share_key(saved_views.share_of(named)),
            "is_default": named.is_default,
            "is_changed": named.query not in (query, canonical(view, request.args)),
            "change_url": url_for("SavedViewView.change", pk=named.id),
            "overwrite_url": url_for("SavedViewView.overwrite", pk=named.id),
            "remove_url": url_for("SavedViewView.remove", pk=named.id),
        }
    return {
        "view": view.name,
        "query": query,
        "save_url": url_for("SavedViewView.save"),
        "shares": _shares(named),
        "opened": opened,
        "others": [
            {"title": one.title, "url": address(view, one.query, one.id), "by": one.owner.first_name}
            for one in saved.others
        ],
        "back": address(view, canonical(view, request.args), request.args.get(OPEN)),
    }


def share_key(share: Share) -> str:
    """A share as a form sends it."""
    return f"{share.duty or ''}:{share.school_id or ''}:{share.authority_id or ''}"


def share_of_key(key: str) -> Share | None:
    """The share that a form sent; None where it makes no sense or is not one's own to give."""
    offered = [*saved_views.shares_of(current_actor())]
    return next((one for one in offered if share_key(one) == key), None)


def _shares(named: SavedView | None) -> list[tuple[str, str]]:
    """(key, words) of everybody one may share with, and with whom the open view is shared now."""
    offered = saved_views.shares_of(current_actor())
    if named is not None and (now := saved_views.share_of(named)) not in offered:
        offered = [*offered, now]
    places = _places(School, [one.school_id for one in offered])
    bodies = _places(Authority, [one.authority_id for one in offered])
    return [(share_key(one), _share_word(one, places, bodies)) for one in offered]


def _share_word(share: Share, places: Mapping[int, str], bodies: Mapping[int, str]) -> str:
    if share.duty is None:
        return gettext("Only me")
    if share.school_id is not None:
        name = places.get(share.school_id)
        return gettext("Colleagues of %(place)s", place=name) if name else gettext("Colleagues at my school")
    if share.authority_id is not None:
        name = bodies.get(share.authority_id)
        return gettext("Colleagues of %(place)s", place=name) if name else gettext("Colleagues at my authority")
    return gettext("Everybody who is: %(role)s", role=ROLE_WORDS[share.duty])


def _places(model: Any, keys: Sequence[int | None]) -> dict[int, str]:
    wanted = {key for key in keys if key is not None}
    # Where there is one only, nobody needs its name.
    if len(wanted) < 2:
        return {}
    return {row.id: row.name for row in db.session.execute(select(model.id, model.name).where(model.id.in_(wanted)))}
