"""What a view declares for its list, and the routes of it. Mixed into ``SafeModelView``; no rule stands here.

``extra_columns``            further columns that one may choose to show
``sorted_by``                {column: order column} where a column is ordered by another ("waiting" by "submitted_at")
``ready_views()``            [Ready(key, title, args, …), …], tabs that come with the list; "All" is added
``list_options(columns)``    load options that shown columns need beyond their to-one relations
``totals(listing)``          a line in the foot; asked for where all rows are counted
``possible(name)``           which of the matching rows an action may be done on, as a criterion; None: ask each
``open_to(items, names)``    the same of rows in hand: {key: the actions that are possible}
``empty_hint``               why the list is empty and what to do: words, or {"title", "text", "url", "label"}
``cell_<name>(item)``        a column's value in an export, where its words on the screen say more than one thing
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from sqlalchemy import ColumnElement

from app.extensions import db
from app.security.actor import current_actor
from app.services import saved_views
from app.views import list_export, list_page, list_views
from app.views.access import guarded, holds
from app.views.list_views import Ready
from app.views.listing import Listing


class ListScreen:
    """See the module."""

    name: str
    list_columns: Sequence[str]
    class_permission_name: str
    extra_columns: ClassVar[Sequence[str]] = ()
    sorted_by: ClassVar[dict[str, str]] = {}
    empty_hint: Any = None

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        # What may be read may be taken along: a list without its export does not exist.
        declared = cls.__dict__.get("include_route_methods")
        if declared and "list" in declared:
            cls.include_route_methods = {*declared, "export"}  # type: ignore[attr-defined]

    # --- Hooks ---

    def ready_views(self) -> list[Ready]:
        return []

    def usual_columns(self) -> list[str]:
        """The columns shown to who has chosen none."""
        return list(self.list_columns)

    def list_options(self, columns: Sequence[str]) -> list[Any]:
        return []

    def totals(self, listing: Listing) -> str:
        return ""

    def possible(self, action: str) -> ColumnElement[bool] | None:
        return None

    def open_to(self, items: Sequence[Any], names: Sequence[str]) -> dict[int, set[str]]:
        return {item.id: {name for name in names if self.may(name, item)} for item in items}  # type: ignore[attr-defined]

    def empty_state(self) -> dict[str, Any] | None:
        """What an empty list says: its words, and the next step where there is one to take."""
        hint = self.empty_hint if isinstance(self.empty_hint, dict) else {"title": "", "text": self.empty_hint or ""}
        told = {key: str(value) for key, value in hint.items()}
        if not told.get("url") and list_page.has_route(self, "add") and holds("can_add", self.class_permission_name):
            told |= {"url": url_for(f"{self.name}.add"), "label": str(getattr(self, "add_title", "") or gettext("Add"))}
        return told

    # --- Routes ---

    def columns_kept(self) -> list[str]:
        """The columns that the signed-in user chose for this list."""
        return saved_views.columns_chosen(db.session, self.name, current_actor().user_id)

    @expose("/list/")
    @guarded
    def list(self) -> Any:
        saved = list_views.of_list(self)
        there = list_views.first(self, saved)
        if there:
            return redirect(there)
        return list_page.show(self, Listing(self, request.args, kept=self.columns_kept()), saved)

    @expose("/export", methods=["POST"])
    @guarded
    @permission_name("list")
    def export(self) -> Any:
        return list_export.take(self, self.columns_kept())
