"""Keeping views of lists and columns: small posts from a list's own dialogs, which lead back to that list."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from app.domain.errors import Refused
from app.extensions import db
from app.models import SavedView
from app.security.actor import current_actor
from app.services import saved_views
from app.services.clock import now_utc
from app.views import labels
from app.views.access import asked_back, guarded, holds
from app.views.fields import BIGGEST
from app.views.list_query import address, arguments_of, canonical, column_names
from app.views.list_views import share_of_key
from app.views.pages import view_named


class SavedViewView(BaseView):
    """``can_keep`` is everybody's; which list it is for has to be one that one may open."""

    route_base = "/views"
    default_view = "save"
    class_permission_name = "SavedViewView"
    base_permissions = ("can_keep",)

    @expose("/save", methods=["POST"])
    @guarded
    @permission_name("keep")
    def save(self) -> Any:
        """A new view of what the list shows."""
        view = _list(request.form.get("list", ""))

        def write() -> str:
            share = share_of_key(request.form.get("share", ""))
            if share is None:
                abort(404)
            saved = saved_views.save(
                db.session,
                current_actor(),
                now_utc(),
                view=view.name,
                title=request.form.get("title", ""),
                query=_query(view),
                share=share,
                is_default=bool(request.form.get("is_default")),
            )
            flash(gettext("Kept as “%(title)s”.", title=saved.title), "success")
            return address(view, saved.query, saved.id)

        return _done(write)

    @expose("/change/<int:pk>", methods=["POST"])
    @guarded
    @permission_name("keep")
    def change(self, pk: int) -> Any:
        """Its name, with whom it is shared, whether it opens first."""
        saved = _found(pk)
        view = _list(saved.view)

        def write() -> str:
            key = request.form.get("share", "")
            now = saved_views.share_of(saved)
            share = now if key == "" else share_of_key(key)
            if share is None:
                abort(404)
            saved_views.change(
                db.session,
                current_actor(),
                saved,
                title=request.form.get("title", ""),
                share=share,
                is_default=bool(request.form.get("is_default")),
            )
            flash(gettext("Saved."), "success")
            return address(view, saved.query, saved.id)

        return _done(write)

    @expose("/overwrite/<int:pk>", methods=["POST"])
    @guarded
    @permission_name("keep")
    def overwrite(self, pk: int) -> Any:
        """What the list shows now, under the same name."""
        saved = _found(pk)
        view = _list(saved.view)

        def write() -> str:
            saved_views.overwrite(db.session, current_actor(), saved, _query(view))
            flash(gettext("Saved."), "success")
            return address(view, saved.query, saved.id)

        return _done(write)

    @expose("/remove/<int:pk>", methods=["POST"])
    @guarded
    @permission_name("keep")
    def remove(self, pk: int) -> Any:
        """Gone, for everybody it was shared with."""
        saved = _found(pk)
        view = _list(saved.view)

        def write() -> str:
            saved_views.remove(db.session, current_actor(), saved)
            flash(gettext("Deleted."), "success")
            return address(view, "", "all")

        return _done(write)

    @expose("/columns", methods=["POST"])
    @guarded
    @permission_name("keep")
    def columns(self) -> Any:
        """The columns one wants of a list, in order; none for those it comes with."""
        view = _list(request.form.get("list", ""))
        wanted = [] if request.form.get("reset") else column_names(view, request.form.getlist("column"))
        user_id = current_actor().user_id
        if user_id is None:
            abort(403)
        saved_views.choose_columns(db.session, view.name, user_id, wanted)
        db.session.commit()
        if request.headers.get("X-Requested-With") == "fetch":
            return Response(status=204)
        return redirect(asked_back() or address(view, ""))


def _list(name: str) -> Any:
    """A list that one may open; any other is not there."""
    view = view_named(name)
    if view is None or not hasattr(view, "extra_columns") or not holds("can_list", view.class_permission_name):
        abort(404)
    return view


def _found(pk: int) -> SavedView:
    saved = saved_views.find(db.session, pk, current_actor()) if pk <= BIGGEST else None
    if saved is None:
        abort(404)
    return saved


def _query(view: Any) -> str:
    return canonical(view, arguments_of(request.form.get("query", "")[:4000]))


def _done(write: Any) -> Response:
    """One commit, and on to the view; or the reason why not, on the list as it was."""
    try:
        there = write()
        db.session.commit()
        return redirect(there)
    except Refused as refusal:
        db.session.rollback()
        flash(labels.refusal_text(refusal), "danger")
    except (StaleDataError, IntegrityError):
        db.session.rollback()
        flash(gettext("Somebody else changed this view meanwhile. Look again."), "danger")
    return redirect(asked_back() or "/")
