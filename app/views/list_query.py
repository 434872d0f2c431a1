"""The arguments of a list as an address carries them: which are known, in one order, and links made of them.

What they mean is read in ``listing.py`` and ``filters.py``; views that people keep hold the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

# Says which tab is open: a saved view's number, or ALL. Never a filter.
OPEN = "view"
ALL = "all"
# Sent along by the filter bar: the filters were chosen by hand, also where none is left.
CHOSEN = "_f"
COLUMNS = "cols"
LONGEST_VALUE = 200


def known(view: Any) -> set[str]:
    """The arguments that make a list what it is; which page is open is none of them."""
    names = {one.param for one in view.filters} | {one.param_to for one in view.filters if one.param_to}
    if view.search_text:
        names.add("q")
    return names | {f"_oc_{view.name}", f"_od_{view.name}", f"psize_{view.name}", COLUMNS}


def canonical(view: Any, args: MultiDict[str, str]) -> str:
    """The known arguments that say something, in one order: the same list has the same text."""
    kept = known(view)
    pairs: list[tuple[str, str]] = []
    for name in sorted(args.keys() & kept):
        values = [value.replace("\0", "").strip()[:LONGEST_VALUE] for value in args.getlist(name)]
        if name == COLUMNS:
            values = [",".join(column_names(view, ",".join(values)))]
        pairs += [(name, value) for value in sorted(set(values)) if value]
    # A direction without a column orders nothing.
    if not any(name == f"_oc_{view.name}" for name, _value in pairs):
        pairs = [pair for pair in pairs if pair[0] != f"_od_{view.name}"]
    return urlencode(pairs)


def arguments_of(query: str) -> MultiDict[str, str]:
    """A kept query as a request's arguments."""
    return MultiDict(parse_qsl(query))


def query_of(view: Any, args: Mapping[str, Any]) -> str:
    """The canonical query of declared arguments: {"state": ["draft", "returned"], "year": 2026}."""
    pairs = [
        (name, str(value))
        for name, values in args.items()
        for value in (values if isinstance(values, (list, tuple)) else [values])
    ]
    return canonical(view, MultiDict(pairs))


def address(view: Any, query: str, key: object = None) -> str:
    """The list under a query. ``key`` names the view that is open; a view without filters says it was chosen."""
    parts = [query] if query else []
    if key is not None:
        parts.append(urlencode({OPEN: key}))
        if not query and key != ALL:
            parts.append(f"{CHOSEN}=1")
    path = url_for(f"{view.name}.list")
    return f"{path}?{'&'.join(parts)}" if parts else path


def column_names(view: Any, asked: str | Iterable[str]) -> list[str]:
    """The columns asked for that exist, each once, the leading one first; none where nothing is asked for."""
    names = asked.split(",") if isinstance(asked, str) else list(asked)
    offered = {*view.list_columns, *view.extra_columns}
    found = [name for name in dict.fromkeys(names) if name in offered]
    lead = view.list_columns[0]
    return [lead, *(name for name in found if name != lead)] if found else []


def sort_key(view: Any, column: str) -> str:
    """What a column is ordered by: itself, or what it leads to ("teacher" by "teacher.name"); empty for none."""
    if column in view.order_columns:
        return column
    if column in view.sorted_by:
        return str(view.sorted_by[column])
    return next((name for name in view.order_columns if name.startswith(f"{column}.")), "")

