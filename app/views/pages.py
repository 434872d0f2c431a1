"""The pages of a generated view: record, form, stale form. Values for the templates, nothing else.

The page of a list stands in ``list_page.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.services.clock import now_utc
from app.views import doing, history, list_page, neighbours, notes
from app.views.access import asked_back, holds
from app.views.addresses import here, with_query
from app.views.columns import column_of, is_numeric, shown
from app.views.list_page import has_route
from app.views.listing import Listing

RELATED_ROWS = 10


@dataclass(frozen=True)
class Related:
    """A tab of a record's page: rows of ``view`` whose relation ``by`` is the record."""

    view: str
    by: str
    title: Any = None


def list_widget(view: Any, listing: Listing, rows: list[Any], **more: Any) -> Any:
    """FAB's list widget with the values already in words. A row opens with its place in the list, unless in a tab."""
    can_show = has_route(view, "show") and holds("can_show", view.class_permission_name)
    place = None if "related_more" in more else listing
    first, names = listing.page * listing.size, listing.columns
    row_urls = [neighbours.row_url(view, row.id, place, first + at) for at, row in enumerate(rows)] if can_show else []
    return view.list_widget(
        **{
            "label_columns": view.label_columns,
            "include_columns": names,
            "value_columns": [{name: shown(view, row, name) for name in names} for row in rows],
            "numeric_columns": [name for name in names if is_numeric(view.datamodel.obj, name)],
            "orders": list_page.orders(view, listing),
            "order_column": listing.order_column,
            "order_direction": listing.order_direction,
            "formatters_columns": view.formatters_columns,
            "page": listing.page,
            "page_size": listing.size,
            "count": listing.count,
            "count_is_more": listing.is_more,
            "pks": [row.id for row in rows],
            "row_urls": row_urls,
            "modelview_name": view.name,
            "can_show": can_show,
            **more,
        }
    )


def show_page(view: Any, item: Any) -> Any:
    """The record: its facts, what may be done with it, and its related rows as tabs."""
    names = list(view.show_columns)
    widget = view.show_widget(
        pk=item.id,
        label_columns=view.label_columns,
        include_columns=names,
        value_columns=[shown(view, item, name, linked=True) for name in names],
        formatters_columns=view.formatters_columns,
        actions={},
        fieldsets=view.show_fieldsets,
        modelview_name=view.name,
    )
    near = neighbours.of(view, item)
    held = [one for one in doing.held_actions(view) if one.single and view.may(one.name, item)]
    actions = [doing.describe(view, one, item) for one in held]
    if has_route(view, "delete") and holds("can_delete", view.class_permission_name) and view.may("delete", item):
        delete_url = url_for(f"{view.name}.delete", pk=item.id)
        actions.append(
            {
                "name": "delete",
                "title": gettext("Delete"),
                "url": with_query(delete_url, {"back": [near.list_url]}) if near.list_url else delete_url,
                "confirmation": gettext("Delete this record? This cannot be undone."),
                "icon": "trash",
                "kind": "danger",
            }
        )
    may_edit = has_route(view, "edit") and holds("can_edit", view.class_permission_name) and view.may("edit", item)
    edit_url = url_for(f"{view.name}.edit", pk=item.id) if may_edit else ""
    if edit_url and near.list_url:
        edit_url = with_query(edit_url, {"back": [here({})]})
    tabs, tables = related_tabs(view, item)
    values = {
        "pk": item.id,
        "item": item,
        "title": str(item),
        "record_title": str(item),
        "record_sub": view.record_sub(item),
        "record_actions": actions,
        "can_edit": may_edit,
        "edit_url": edit_url,
        "previous_url": near.previous_url,
        "next_url": near.next_url,
        "place_in_list": near.place,
        "page_links": view.page_links(item),
        "breadcrumbs": crumbs(view, str(item), near.list_url),
        "widgets": {"show": widget, "related_views": tables},
        "related_views": tabs,
        "noted": notes.values(item, now_utc()),
        "told_history": history.values(view, item) if view.has_history else None,
    }
    return view.render_template(view.show_template, **{**values, **view.note(item)})


def related_tabs(view: Any, item: Any) -> tuple[list[Any], list[Any]]:
    """The related views the user may list, and a table each of at most RELATED_ROWS rows."""
    tabs, tables = [], []
    for related in view.related:
        other = view_named(related.view)
        if other is None or not holds("can_list", other.class_permission_name):
            continue
        args: MultiDict[str, str] = MultiDict({f"psize_{other.name}": str(RELATED_ROWS)})
        listing = Listing(other, args)
        relation = column_of(other.datamodel.obj, related.by).property
        prefix = related.by.rpartition(".")[0]
        key = next(iter(relation.local_columns)).key
        listing.criteria.append(listing.joins.attribute(f"{prefix}.{key}" if prefix else key) == item.id)
        rows = listing.rows()
        param = related.by.replace(".", "_")
        has_filter = any(one.param == param for one in other.filters)
        tabs.append(Tab(related, other, listing))
        tables.append(
            list_widget(
                other,
                listing,
                rows,
                orders={},
                related_more=url_for(f"{other.name}.list", **{param: item.id}) if has_filter else "",
            )
        )
    return tabs, tables


class Tab:
    """What the tab bar asks of a related view: words, how many rows there are, and a key for its anchor."""

    def __init__(self, related: Related, view: Any, listing: Listing) -> None:
        self.title = str(related.title or view.list_title)
        self.count = f"{listing.count:,}" + ("+" if listing.is_more else "") if listing.count else ""
        self.key = f"{view.name}-{related.by.replace('.', '-')}"


def view_named(name: str) -> Any | None:
    """The registered view of that class name."""
    registered = current_app.extensions["appbuilder"].baseviews
    return next((one for one in registered if type(one).__name__ == name), None)


def form_page(view: Any, form: Any, item: Any | None, status: int = 200, **more: Any) -> Any:
    """The add or edit form; with ``status`` 422 after a refusal, everything typed in place."""
    if item is not None and hasattr(item, "version"):
        form.version.data = str(item.version) if status != 422 else form.version.data
        form.version.raw_data = None
    title = view.add_title if item is None else str(item)
    names = [name for name in (view.add_columns if item is None else view.edit_columns) if name in form]
    make = view.add_widget if item is None else view.edit_widget
    widget = make(
        form=form,
        include_cols=names,
        exclude_cols=[],
        fieldsets=view.add_fieldsets if item is None else view.edit_fieldsets,
        label_columns=view.label_columns,
    )
    page = view.render_template(
        view.add_template if item is None else view.edit_template,
        title=title,
        record_title=title,
        form_sub=str(view.form_note or ""),
        form=form,
        item=item,
        widgets={"add" if item is None else "edit": widget},
        back_url=asked_back() or view.home_of(item),
        breadcrumbs=crumbs(view, str(title)),
        **more,
    )
    return page, status


def stale_page(view: Any, form: Any, item: Any) -> Any:
    """409: somebody saved meanwhile. Theirs beside what was typed; sending again overwrites knowingly."""
    now = view.form_for(item, saved=True)
    changes = [
        (field.label.text, _text(now[field.name]), _text(field))
        for field in form
        if field.name in now and field.name not in ("csrf_token", "version") and _text(now[field.name]) != _text(field)
    ]
    return form_page(view, form, item, status=409, stale_changes=changes, is_stale=True)


def _text(field: Any) -> str:
    if field.type == "CodeField":
        return str(field.words.get(field.data, field.data or ""))
    value = field.data
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return "" if value is None else field._value() if hasattr(field, "_value") else str(value)


def crumbs(view: Any, title: str, list_url: str = "") -> list[tuple[str, str | None]]:
    """The way back to the list, where one may open it: to ``list_url``, the very page one came from, if known."""
    if not holds("can_list", view.class_permission_name):
        return [(title, None)]
    return [(str(view.list_title), list_url or url_for(f"{view.name}.list")), (title, None)]
