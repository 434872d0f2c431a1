"""The base of every generated view: what Flask-AppBuilder's ModelView leaves open is closed here, once.

A view stays declarative. It names its columns, and overrides hooks:

``list_title``, ``add_title``           words of the pages (the record's own name is the title of its page)
``list_columns``, ``order_columns``     dotted names are eager-loaded and may be ordered by; ``base_order``;
                                        what else a list declares stands in ``list_screen.py``
``search_text``, ``search_also(text)``  what the quick search looks at; further criteria for what was typed
``filters``                             [Filter("state", "select"), Filter("school", "lookup"), …]
``show_fieldsets``, ``add_columns``, ``edit_columns``, ``extra_fields``   name -> function making a field
``related``                             [Related("AttendanceView", "activity"), …], tabs of the record's page
``base_criteria()``                     further criteria on every row the view shows or changes
``col_<name>(item)``                    a column that is worked out (may return Markup)
``may(action, item)``                   whether an action applies to this record ("edit" and "delete" too)
``shape(form, item)``                   take fields out, fill in defaults; item is None for a new record
``write_new(form)``, ``write_change(form, item)``, ``remove(item)``   call services; flush; never commit
``after_write(item)``                   inside the same transaction, after the hooks above
``note(item)``, ``record_sub(item)``    further template values; the line under the record's name

Writes happen on POST with a token only, and each request commits once, here. A refusal keeps what was
typed. Rows out of reach are 404, also one among many. Nothing request-bound is kept on the view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import ModelView, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from app.domain.errors import Refused
from app.extensions import db
from app.views import doing, labels, pages
from app.views.access import asked_back, guarded, holds
from app.views.fields import is_key
from app.views.filters import Filter
from app.views.forms import RecordForm, fill, make_form
from app.views.list_screen import ListScreen
from app.views.listing import eager_options
from app.views.pages import Related
from app.views.record_hooks import RecordHooks


class SafeModelView(ListScreen, RecordHooks, ModelView):
    """See the module. Permissions are FAB's: ``can_list``, ``can_show``, ``can_add``, ``can_edit``, action names."""

    datamodel: SQLAInterface
    filters: ClassVar[Sequence[Filter]] = ()
    search_text: ClassVar[Sequence[str]] = ()
    related: ClassVar[Sequence[Related]] = ()
    eager: ClassVar[Sequence[str]] = ()
    extra_fields: ClassVar[dict[str, Callable[[], Any]]] = {}
    base_order = ("id", "desc")
    page_size = 20
    # Actions whose service refuses all that ``may`` forbids, in words that say why.
    told_by_services: ClassVar[frozenset[str]] = frozenset()
    form_note: Any = ""
    # The register and the ledger keep their history (SCOPE): a view that deletes says so.
    exclude_route_methods: ClassVar[set[str]] = {"delete"}
    # FAB's /download/<file> serves any file to whoever may download anything: it does not exist here.
    download = None

    # --- What FAB prepares at start ---

    def _init_forms(self) -> None:
        """Forms are made from our own fields, on first use: labels and models are complete then."""
        self._forms: dict[str, type[RecordForm]] = {}

    def _init_titles(self) -> None:
        self.title = self.list_title

    def _gen_labels_columns(self, list_columns: list[str]) -> None:
        for name in list_columns:
            self.label_columns.setdefault(name, labels.column_word(name))

    def _init_properties(self) -> None:
        given = self.order_columns
        # The class's own dictionary stays as declared.
        self.label_columns = dict(self.label_columns or {})
        super()._init_properties()
        # FAB would allow ordering by every plain column it can find.
        self.order_columns = [*given] if given is not None else []
        self._gen_labels_columns([*self.extra_columns, *self.show_columns, *self.add_columns, *self.edit_columns])

    @property
    def name(self) -> str:
        """The view's name in permissions and addresses."""
        return type(self).__name__

    def label_of(self, name: str) -> Any:
        return self.label_columns.get(name) or labels.column_word(name)

    def is_get_mutation_allowed(self) -> bool:
        return False

    def update_redirect(self) -> None:
        """FAB's page history is one a session: with two tabs, saving led to the other tab's page."""

    # --- Hooks ---

    def base_criteria(self) -> list[ColumnElement[bool]]:
        return []

    def extra_options(self) -> list[Any]:
        """Load options beyond the to-one relations of dotted names."""
        return []

    def search_also(self, text: str) -> list[ColumnElement[bool]]:
        return []

    def may(self, action: str, item: Any) -> bool:
        return True

    def shape(self, form: RecordForm, item: Any | None) -> None:
        return None

    def write_new(self, form: RecordForm) -> Any:
        item = self.datamodel.obj()
        fill(item, form)
        db.session.add(item)
        db.session.flush()
        return item

    def write_change(self, form: RecordForm, item: Any) -> None:
        fill(item, form)
        db.session.flush()

    def remove(self, item: Any) -> None:
        db.session.delete(item)
        db.session.flush()

    def after_write(self, item: Any) -> None:
        return None

    def note(self, item: Any) -> dict[str, Any]:
        return {}

    def record_sub(self, item: Any) -> str:
        return ""

    def page_links(self, item: Any | None) -> list[dict[str, Any]]:
        """Further buttons of a page: [{label, url, icon, primary}]; ``item`` is None on the list."""
        return []

    def action_values(self, name: str, item: Any | None) -> dict[str, Any]:
        """What an action's dialog starts with (hours, category); ``item`` is None for a selection."""
        return {}

    # --- Reading ---

    def rows_of(self, pks: Sequence[str], *, to_write: bool = False) -> list[Any]:
        """The records of ``pks``, in order. One that is out of reach or unknown: 404 for all of them."""
        keys = [int(pk) for pk in pks if is_key(pk)]
        if len(keys) != len(pks):
            abort(404)
        model = self.datamodel.obj
        names = [*self.eager, *self.list_columns, *self.extra_columns, *self.show_columns]
        statement = select(model).where(model.id.in_(keys), *self.base_criteria())
        options = [*eager_options(model, names), *self.extra_options()]
        found = {row.id: row for row in db.session.scalars(statement.options(*options)).unique()}
        if any(key not in found for key in keys):
            abort(404)
        return [found[key] for key in dict.fromkeys(keys)]

    @expose("/show/<pk>", methods=["GET"])
    @guarded
    def show(self, pk: str) -> Any:
        return pages.show_page(self, self.rows_of([pk])[0])

    # --- Writing ---

    def form_for(self, item: Any | None, *, saved: bool = False) -> RecordForm:
        """The form of a new record, or of ``item`` with what was posted; ``saved``: of ``item`` as it stands."""
        kind = "add" if item is None else "edit"
        if kind not in self._forms:
            self._forms[kind] = make_form(self, self.add_columns if item is None else self.edit_columns)
        form = self._forms[kind](None, obj=item) if saved else self._forms[kind](obj=item)
        self.shape(form, item)
        return form

    @expose("/add", methods=["GET", "POST"])
    @guarded
    def add(self) -> Any:
        form = self.form_for(None)
        if request.method != "POST":
            return pages.form_page(self, form, None)
        if not form.validate():
            return pages.form_page(self, form, None, status=422)

        def write() -> Any:
            item = self.write_new(form)
            self.after_write(item)
            return item

        return self._written(write, form, None, gettext("Saved."))

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @guarded
    def edit(self, pk: str) -> Any:
        item = self.rows_of([pk])[0]
        if not self.may("edit", item):
            abort(403)
        form = self.form_for(item)
        if request.method != "POST":
            return pages.form_page(self, form, item)
        seen = form.version.data
        if hasattr(item, "version") and seen != str(item.version):
            return pages.stale_page(self, form, item)
        if not form.validate():
            return pages.form_page(self, form, item, status=422)

        def write() -> Any:
            self.write_change(form, item)
            self.after_write(item)
            return item

        return self._written(write, form, item, gettext("Saved."))

    def _written(self, write: Callable[[], Any], form: RecordForm, item: Any | None, words: str) -> Any:
        """Run a write and commit it; or roll back and show the form again, as typed, with the reason."""
        pk = item.id if item is not None else None
        try:
            done = write()
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.refuse(labels.refusal_text(refusal), labels.field_of_refusal(refusal))
            return pages.form_page(self, form, self._again(pk), status=422)
        except IntegrityError as error:
            db.session.rollback()
            form.refuse(*labels.integrity_text(error, self.label_of))
            return pages.form_page(self, form, self._again(pk), status=422)
        except StaleDataError:
            db.session.rollback()
            return pages.stale_page(self, form, self._again(pk))
        flash(words, "success")
        return redirect(asked_back() or self.home_of(done))

    def _again(self, pk: int | None) -> Any | None:
        return None if pk is None else self.rows_of([str(pk)])[0]

    def home_of(self, item: Any | None) -> str:
        """The record's page, or the list where there is none."""
        if item is not None and holds("can_show", self.name):
            return url_for(f"{self.name}.show", pk=item.id)
        return url_for(f"{self.name}.list")

    @expose("/delete/<pk>", methods=["POST"])
    @guarded
    def delete(self, pk: str) -> Response:
        item = self.rows_of([pk])[0]
        if not self.may("delete", item):
            abort(403)
        home = self.home_of(item)
        try:
            self.remove(item)
            db.session.commit()
        except (Refused, IntegrityError) as refusal:
            db.session.rollback()
            told = (
                labels.refusal_text(refusal)
                if isinstance(refusal, Refused)
                else gettext(
                    "Other records still refer to this one, so it stays. Deactivate it instead, or remove those first."
                )
            )
            flash(told, "danger")
            return redirect(home)
        flash(gettext("Deleted."), "success")
        return redirect(asked_back() or url_for(f"{self.name}.list"))

    # --- Actions: POST only, reach and permission first, all or nothing ---

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        return doing.run(self, name, [pk])

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        return doing.run(self, request.form.get("action", ""), request.form.getlist("rowid"), many=True)
