"""One list as a request asks for it: filters, quick search, order, page; counted once and only so far.

Everything is local to the request. An argument that makes no sense is left out; it is never an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from app.extensions import db
from app.views import filters
from app.views.columns import Joins, related_model
from app.views.list_query import COLUMNS, column_names, sort_key

# Beyond this many rows a list says "10,000+": counting a million rows for a page of twenty helps nobody.
COUNT_LIMIT = 10_000
MOST_ROWS = 100
LONGEST_SEARCH = 100


def _whole(text: str | None, low: int, high: int) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return min(int(text), high) if int(text) >= low else None


class Listing:
    """The rows of ``view`` under the arguments ``args``. ``where``: further criteria, for tabs of a record.

    ``kept``: the columns a user chose for this list; those the address asks for go before them.
    """

    def __init__(
        self, view: Any, args: MultiDict[str, str], *where: ColumnElement[bool], kept: Sequence[str] = ()
    ) -> None:
        self.view = view
        self.model = view.datamodel.obj
        self.args = args
        asked = args.get(COLUMNS, "")
        self.columns = column_names(view, asked) or column_names(view, kept) or view.usual_columns()
        self.joins = Joins(self.model)
        self.size = _whole(args.get(f"psize_{view.name}"), 1, MOST_ROWS) or view.page_size
        self.page = _whole(args.get(f"page_{view.name}"), 0, COUNT_LIMIT) or 0
        self.search = args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH] if view.search_text else ""
        self.applied = [filters.apply(view, one, args, self.joins) for one in view.filters]
        self.left_out = [title for one in self.applied for title in one.left_out]
        self.order_column, self.order_direction = self._order(args)
        self.criteria = [*where, *view.base_criteria()]
        self.criteria += [one.criterion for one in self.applied if one.criterion is not None]
        if self.search:
            self.criteria.append(self._search())
        self.count = 0
        self.is_more = False

    @property
    def chips(self) -> list[dict[str, Any]]:
        """The filters for the filter bar."""
        return [one.chip for one in self.applied]

    def rows(self) -> list[Any]:
        """Count (at most COUNT_LIMIT + 1 rows), then read the page; a page beyond the end is the last one."""
        self.counted()
        self.page = min(self.page, max(0, (self.count - 1) // self.size))
        if not self.count:
            return []
        statement = self._ordered().options(*self._eager())
        return list(db.session.scalars(statement.limit(self.size).offset(self.page * self.size)).unique())

    def counted(self) -> int:
        """How many rows match, at most COUNT_LIMIT."""
        narrowed = self.joins.put_on(select(self.model.id)).where(*self.criteria).limit(COUNT_LIMIT + 1)
        counted = db.session.scalar(select(func.count()).select_from(narrowed.subquery())) or 0
        self.is_more = counted > COUNT_LIMIT
        self.count = min(counted, COUNT_LIMIT)
        return self.count

    def ids(self) -> Select[Any]:
        """The keys of the rows in the list's order, for who needs no more of them."""
        return self._ordered().with_only_columns(self.model.id)

    def some(self, ids: Sequence[int]) -> list[Any]:
        """The rows of these keys, in their order; those gone meanwhile are left out."""
        statement = select(self.model).where(self.model.id.in_(ids)).options(*self._eager())
        found = {row.id: row for row in db.session.scalars(statement).unique()}
        return [found[key] for key in ids if key in found]

    def bounded(self, most: int, *criteria: ColumnElement[bool]) -> Select[Any]:
        """How many rows match, and meet ``criteria`` too, counted up to ``most``: to be asked with others."""
        some = self.joins.put_on(select(self.model.id)).where(*self.criteria, *criteria).limit(most)
        return select(func.count()).select_from(some.subquery())

    def all_rows(self, most: int) -> list[Any]:
        """Every row that matches, in order, at most ``most`` + 1 of them: the caller sees that it is too many."""
        return list(db.session.scalars(self._ordered().options(*self._eager()).limit(most + 1)).unique())

    def _ordered(self) -> Select[Any]:
        column = self.joins.attribute(self.order_column)
        # The key last, so that equal rows keep their places from page to page; in the same direction, so that one
        # index serves both.
        down = self.order_direction == "desc"
        ordered = (column.desc(), self.model.id.desc()) if down else (column.asc(), self.model.id.asc())
        statement = self.joins.put_on(select(self.model)).where(*self.criteria)
        return statement.order_by(*ordered)

    def _order(self, args: MultiDict[str, str]) -> tuple[str, str]:
        column = args.get(f"_oc_{self.view.name}", "")
        # Only columns that are shown: ordering by a hidden one is a blind oracle.
        if column and column in {sort_key(self.view, name) for name in self.columns}:
            return column, "desc" if args.get(f"_od_{self.view.name}") == "desc" else "asc"
        return self.view.base_order

    def _search(self) -> ColumnElement[bool]:
        escaped = self.search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        parts = [self.joins.attribute(name).ilike(f"%{escaped}%", escape="\\") for name in self.view.search_text]
        return or_(*parts, *self.view.search_also(self.search))

    def _eager(self) -> list[Any]:
        more = [*self.view.extra_options(), *self.view.list_options(self.columns)]
        return [*eager_options(self.model, [*self.columns, *self.view.eager]), *more]


def eager_options(model: type, names: list[str]) -> list[Any]:
    """Load options for the to-one relations that dotted names pass through, each in the same query."""
    paths: set[tuple[str, ...]] = set()
    for name in names:
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            if related_model(model, ".".join(parts[:length])) is None:
                break
            paths.add(tuple(parts[:length]))
    longest = [path for path in paths if not any(other[: len(path)] == path and other != path for other in paths)]
    options = []
    for path in sorted(longest):
        entity: Any = model
        option: Any = None
        for name in path:
            attribute = getattr(entity, name)
            option = joinedload(attribute) if option is None else option.joinedload(attribute)
            entity = attribute.property.mapper.class_
        options.append(option)
    return options
