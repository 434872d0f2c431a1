"""The page of a list: tabs, filter bar, columns to choose from, rows with what may be done on them, totals.

Values for the templates, nothing else. What of it has to be counted is counted in one question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, session, url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement

from app.views import doing, list_views
from app.views.access import holds
from app.views.actions import asks_of
from app.views.addresses import arguments, here, with_query
from app.views.labels import listed
from app.views.list_query import ALL, COLUMNS, OPEN, address, sort_key
from app.views.list_views import Ready
from app.views.listing import COUNT_LIMIT, Listing

# The rows just acted on, told once to the list one comes back to.
ACTED = "acted"
TRAY = "tray"


def show(view: Any, listing: Listing, saved: list_views.Saved) -> Any:
    """The page of a list."""
    from app.views.pages import list_widget

    rows = listing.rows()
    ready = view.ready_views()
    if ready or saved.offered:
        ready = [*ready, Ready(ALL, gettext("All"), {})]
    held = [one for one in doing.held_actions(view) if one.multiple] if rows else []
    meant: dict[str, ColumnElement[bool]] = {}
    for one in held:
        criterion = view.possible(one.name)
        if criterion is not None and listing.count > len(rows):
            meant[one.name] = criterion
    alike = _alike(meant)
    counted, possible = list_views.counts(
        view, ready, [listing.bounded(COUNT_LIMIT + 1, criterion) for criterion in alike]
    )
    numbers = dict(zip(map(id, alike), possible, strict=True))
    bulk = []
    for one in held:
        told = doing.describe(view, one, None)
        told["all_possible"] = numbers[id(meant[one.name])] if one.name in meant else listing.count + listing.is_more
        screen = asks_of(one).screen
        told["screen_url"] = with_query(url_for(screen), arguments()) if screen else ""
        bulk.append(told)
    widget = list_widget(
        view,
        listing,
        rows,
        filters_bar=listing.chips,
        quick_search=listing.search if view.search_text else None,
        export_url=with_query(url_for(f"{view.name}.export"), arguments()) if rows else "",
        tray=tray(view, listing),
        clear_url=address(view, "", request.args.get(OPEN, ALL)) if _is_named() else address(view, "", ALL),
        bulk_actions=bulk,
        row_open=view.open_to(rows, [one.name for one in held]) if held else {},
        acted=acted(view),
        action_post_url=with_query(url_for(f"{view.name}.action_post"), arguments()) if held else "",
        all_matching_count=listing.count + listing.is_more if held else 0,
        most_at_once=doing.MOST_AT_ONCE,
        can_add=has_route(view, "add") and holds("can_add", view.class_permission_name),
        empty_hint=view.empty_state(),
        notice=_left_out(listing),
        totals=view.totals(listing) if rows and not listing.is_more else "",
    )
    return view.render_template(
        view.list_template,
        title=view.list_title,
        widgets={"list": widget},
        page_links=view.page_links(None),
        saved_views=list_views.tabs(view, ready, saved, counted) if ready else [],
        view_desk=list_views.desk(view, listing, saved) if view.filters or view.search_text else None,
        add_label=str(view.add_title or "") or None,
    )


def _is_named() -> bool:
    """Whether a kept view is open: clearing leaves it, so that it can be set up anew."""
    return request.args.get(OPEN, ALL) != ALL


def _alike(meant: dict[str, ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Each criterion once: approving, returning and rejecting are open on the same rows."""
    found: list[ColumnElement[bool]] = []
    for name, criterion in meant.items():
        same = next((one for one in found if one is criterion or str(one) == str(criterion)), None)
        if same is None:
            found.append(criterion)
        else:
            meant[name] = same
    return found


def _left_out(listing: Listing) -> str:
    if not listing.left_out:
        return ""
    names = listed(dict.fromkeys(listing.left_out))
    return gettext("This filter value makes no sense or is not yours to see, and was left out: %(names)s", names=names)


def tray(view: Any, listing: Listing) -> dict[str, Any]:
    """The columns to choose from, those shown first, in their order; and where the choice is sent."""
    offered = [*listing.columns, *(n for n in (*view.list_columns, *view.extra_columns) if n not in listing.columns)]
    fixed = request.args.get(COLUMNS, "")
    return {
        "is_open": TRAY in request.args,
        "toggle_url": here({TRAY: None if TRAY in request.args else "1"}),
        "post_url": url_for("SavedViewView.columns") if holds("can_keep", "SavedViewView") else "",
        # Columns of the address go before the kept ones, so there they are chosen in the address.
        "in_address": bool(fixed),
        "reset_url": here({COLUMNS: None}),
        "columns": [
            {"name": name, "label": view.label_of(name), "on": name in listing.columns} for name in offered[1:]
        ],
        "lead": offered[0],
        "is_default": listing.columns == view.usual_columns(),
    }


def orders(view: Any, listing: Listing) -> dict[str, str]:
    """{column: what its heading orders by}."""
    return {name: key for name in listing.columns if (key := sort_key(view, name))}


def remember(view: Any, items: Sequence[Any]) -> None:
    """Keep which rows were just acted on, for the list that is shown next."""
    session[ACTED] = [view.name, *(item.id for item in items[:100])]


def acted(view: Any) -> list[int]:
    """The rows just acted on, told once."""
    name, *keys = session.get(ACTED) or [""]
    if name != view.name:
        return []
    session.pop(ACTED)
    return list(keys)


def has_route(view: Any, method: str) -> bool:
    """Whether a view answers to a method at all."""
    included = view.include_route_methods is None or method in view.include_route_methods
    return included and method not in view.exclude_route_methods
