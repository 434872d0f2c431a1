"""The pages of a generated view: list, record, form, stale form. Values for the templates, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.views import doing
from app.views.access import asked_back, holds
from app.views.addresses import arguments, with_query
from app.views.columns import column_of, is_numeric, shown
from app.views.listing import Listing

RELATED_ROWS = 10


@dataclass(frozen=True)
class Related:
    """A tab of a record's page: rows of ``view`` whose relation ``by`` is the record."""

    view: str
    by: str
    title: Any = None


def list_page(view: Any, listing: Listing) -> Any:
    """The list with its filter bar, its bulk actions and its count."""
    rows = listing.rows()
    if listing.left_out:
        names = gettext(", ").join(dict.fromkeys(listing.left_out))
        said = gettext(
            "This filter value makes no sense or is not yours to see, and was left out: %(names)s", names=names
        )
    else:
        said = ""
    bulk = [doing.describe(view, one, None) for one in doing.held_actions(view) if one.multiple]
    widget = list_widget(
        view,
        listing,
        rows,
        filters_bar=listing.chips,
        quick_search=listing.search,
        exports=view.exports(),
        bulk_actions=bulk,
        action_post_url=with_query(url_for(f"{view.name}.action_post"), arguments()) if bulk else "",
        all_matching_count=min(listing.count, doing.MOST_AT_ONCE + 1) if bulk else 0,
        can_add=_has_route(view, "add") and holds("can_add", view.class_permission_name),
        empty_hint=_hint(view.empty_hint),
        notice=said,
    )
    return view.render_template(
        view.list_template,
        title=view.list_title,
        widgets={"list": widget},
        page_links=view.page_links(None),
        saved_views=view.saved_views(),
        add_label=str(view.add_title or "") or None,
    )


def list_widget(view: Any, listing: Listing, rows: list[Any], **more: Any) -> Any:
    """FAB's list widget with the values already in words."""
    return view.list_widget(
        **{
            "label_columns": view.label_columns,
            "include_columns": view.list_columns,
            "value_columns": [{name: shown(view, row, name) for name in view.list_columns} for row in rows],
            "numeric_columns": [name for name in view.list_columns if is_numeric(view.datamodel.obj, name)],
            "order_columns": view.order_columns,
            "order_column": listing.order_column,
            "order_direction": listing.order_direction,
            "formatters_columns": view.formatters_columns,
            "page": listing.page,
            "page_size": listing.size,
            "count": listing.count,
            "count_is_more": listing.is_more,
            "pks": [row.id for row in rows],
            "modelview_name": view.name,
            "can_show": _has_route(view, "show") and holds("can_show", view.class_permission_name),
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
    held = [one for one in doing.held_actions(view) if one.single and view.may(one.name, item)]
    actions = [doing.describe(view, one, item) for one in held]
    if _has_route(view, "delete") and holds("can_delete", view.class_permission_name) and view.may("delete", item):
        actions.append(
            {
                "name": "delete",
                "title": gettext("Delete"),
                "url": url_for(f"{view.name}.delete", pk=item.id),
                "confirmation": gettext("Delete this record? This cannot be undone."),
                "icon": "trash",
                "kind": "danger",
            }
        )
    may_edit = _has_route(view, "edit") and holds("can_edit", view.class_permission_name) and view.may("edit", item)
    tabs, tables = related_tabs(view, item)
    values = {
        "pk": item.id,
        "item": item,
        "title": str(item),
        "record_title": str(item),
        "record_sub": view.record_sub(item),
        "record_actions": actions,
        "can_edit": may_edit,
        "edit_url": url_for(f"{view.name}.edit", pk=item.id) if may_edit else "",
        "page_links": view.page_links(item),
        "breadcrumbs": crumbs(view, str(item)),
        "widgets": {"show": widget, "related_views": tables},
        "related_views": tabs,
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
        tabs.append(Tab(related, other))
        tables.append(
            list_widget(
                other,
                listing,
                rows,
                order_columns=[],
                related_more=url_for(f"{other.name}.list", **{param: item.id}) if has_filter else "",
            )
        )
    return tabs, tables


class Tab:
    """What the tab bar asks of a related view: words, and a key for its anchor."""

    def __init__(self, related: Related, view: Any) -> None:
        self.title = str(related.title or view.list_title)
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


def crumbs(view: Any, title: str) -> list[tuple[str, str | None]]:
    """The way back to the list, where one may open it."""
    if not holds("can_list", view.class_permission_name):
        return [(title, None)]
    return [(str(view.list_title), url_for(f"{view.name}.list")), (title, None)]


def _has_route(view: Any, method: str) -> bool:
    included = view.include_route_methods is None or method in view.include_route_methods
    return included and method not in view.exclude_route_methods


def _hint(hint: Any) -> Any:
    """A plain sentence becomes the text of an empty list; a mapping (title, text, url, label) stays."""
    return hint if hint is None or isinstance(hint, dict) else {"title": "", "text": str(hint)}
