"""A record within the list it was opened from: its place, the record before and after, the way back to the very page.

The address says so: ``in`` holds the list's query, ``at`` the place in it, counted from 0. Both are only a wish: the
list is read anew, within reach, so a record that an action took out of it leaves its place to the next one. What
makes no sense is left out and never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.extensions import db
from app.views.addresses import with_query
from app.views.listing import COUNT_LIMIT, Listing

LONGEST = 2000


@dataclass(frozen=True)
class Neighbours:
    """Addresses of the records before and after (empty: none), the place in words, and the list to go back to."""

    previous_url: str = ""
    next_url: str = ""
    place: str = ""
    list_url: str = ""


def row_url(view: Any, pk: Any, listing: Listing | None, index: int) -> str:
    """The page of a row that stands at ``index`` of a list; without a list the plain page."""
    path = url_for(f"{view.name}.show", pk=pk)
    query = None if listing is None else _query(view, listing.args)
    return path if query is None else with_query(path, _context(query, index))


def of(view: Any, item: Any) -> Neighbours:
    """The neighbours of ``item`` in the list that the request names; empty where it names none."""
    place, text = request.args.get("at", ""), request.args.get("in", "")
    if not place.isascii() or not place.isdigit() or len(place) > 6 or len(text) > LONGEST:
        return Neighbours()
    try:
        args: MultiDict[str, str] = MultiDict(parse_qsl(text, max_num_fields=100))
    except ValueError:
        return Neighbours()
    listing = Listing(view, args, kept=view.columns_kept())
    total = listing.counted()
    at = min(int(place), COUNT_LIMIT, total)
    first = max(0, at - 1)
    near = dict(enumerate(_ids(listing, first, at + 2 - first), first))
    # Where others acted meanwhile, it has moved by one; where it left the list, the next one stands in its place.
    found = next((index for index in (at, at - 1, at + 1) if near.get(index) == item.id), None)
    if found is not None and found != at:
        near = dict(enumerate(_ids(listing, max(0, found - 1), 3 if found else 2), max(0, found - 1)))
    before = (found if found is not None else at) - 1
    after = found + 1 if found is not None else at
    query = _query(view, args) or ""
    return Neighbours(
        previous_url=_address(view, near, before, query),
        next_url=_address(view, near, after, query),
        place=_words(found, total, listing.is_more),
        list_url=_list_url(view, query, (found if found is not None else before), listing.size),
    )


def _ids(listing: Listing, first: int, most: int) -> list[int]:
    return list(db.session.scalars(listing.ids().offset(first).limit(most)))


def _words(found: int | None, total: int, is_more: bool) -> str:
    if found is None:
        return gettext("No longer in this list") if total else ""
    return gettext("%(place)s of %(count)s", place=f"{found + 1:,}", count=f"{total:,}" + ("+" if is_more else ""))


def _address(view: Any, near: dict[int, int], index: int, query: str) -> str:
    if index not in near or index < 0:
        return ""
    return with_query(url_for(f"{view.name}.show", pk=near[index]), _context(query, index))


def _context(query: str, index: int) -> dict[str, list[Any]]:
    return {"in": [query], "at": [index]} if query else {"at": [index]}


def _query(view: Any, args: MultiDict[str, str]) -> str | None:
    """The list's arguments without its page, which the place says better; None where they are too long to carry."""
    kept = [(name, value) for name, value in args.items(multi=True) if name != f"page_{view.name}"]
    query = urlencode(kept)
    return query if len(query) <= LONGEST else None


def _list_url(view: Any, query: str, index: int, size: int) -> str:
    page = max(0, index) // size
    parts = [query] if query else []
    parts += [urlencode({f"page_{view.name}": page})] if page else []
    path = url_for(f"{view.name}.list")
    return f"{path}?{'&'.join(parts)}" if parts else path
