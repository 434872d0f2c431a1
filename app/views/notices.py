"""Notices on screen: the bell of every page, what it opens, and the page of all. Reading one is a POST."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.extensions import db
from app.models import Notice
from app.security.actor import current_actor
from app.services import notices
from app.services.clock import now_utc
from app.views.access import guarded, holds
from app.views.fields import BIGGEST
from app.views.labels_notices import shown, target

PAGE = 20
LATEST = 8
# Pages beyond this nobody turns to.
MOST_PAGES = 500
# Beyond this many the exact number tells nobody anything.
MOST = 99


def bell() -> dict[str, Any]:
    """What the top bar shows: how many are new. One look at an index, once a request."""
    user_id = current_actor().user_id
    if user_id is None or not current_user.is_authenticated or not holds("can_list", "NoticeView"):
        return {}
    count: int | None = getattr(g, "unread", None)
    if count is None:
        count = g.unread = notices.unread(db.session, user_id, MOST + 1)
    badge = f"{MOST}+" if count > MOST else str(count or "")
    word = ngettext("Notices, %(num)s new", "Notices, %(num)s new", min(count, MOST)) if count else gettext("Notices")
    return {"badge": badge, "word": word, "url": url_for("NoticeView.list"), "latest_url": url_for("NoticeView.latest")}


class NoticeView(BaseView):
    """One's own notices; reach holds everybody else's back, also from the city and the auditor."""

    route_base = "/notices"
    default_view = "list"
    class_permission_name = "NoticeView"
    base_permissions = ("can_list",)

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("list")
    def list(self) -> Any:
        """The latest first; new ones only, where asked."""
        is_new = request.args.get("new") == "1"
        page = min(max(0, request.args.get("page", 0, type=int) or 0), MOST_PAGES)
        rows = _own(is_new).offset(page * PAGE).limit(PAGE + 1)
        found = db.session.scalars(rows).all()
        return self.render_template(
            "notices/list.html",
            title=gettext("Notices"),
            rows=[shown(one) for one in found[:PAGE]],
            is_new=is_new,
            page=page,
            has_more=len(found) > PAGE,
        )

    @expose("/latest", methods=["GET"])
    @guarded
    @permission_name("list")
    def latest(self) -> Any:
        """What the bell opens."""
        rows = db.session.scalars(_own(False).limit(LATEST)).all()
        return self.render_template("notices/latest.html", rows=[shown(one) for one in rows])

    @expose("/open/<int:pk>", methods=["POST"])
    @guarded
    @permission_name("list")
    def open(self, pk: int) -> Response:
        """Note that it was read, and lead to what it is about."""
        notice = None if pk > BIGGEST else db.session.scalars(_own(False).where(Notice.id == pk)).one_or_none()
        if notice is None:
            abort(404)
        to = target(notice)
        notices.read(db.session, notice, now_utc())
        db.session.commit()
        return redirect(to)

    @expose("/read", methods=["POST"])
    @guarded
    @permission_name("list")
    def read(self) -> Response:
        """Note that all were read."""
        count = notices.read_all(db.session, current_actor().user_id or 0, now_utc())
        db.session.commit()
        flash(ngettext("%(num)s notice marked as read.", "%(num)s notices marked as read.", count), "success")
        return redirect(url_for("NoticeView.list"))


def _own(is_new: bool) -> Any:
    asked = select(Notice).where(Notice.user_id == current_actor().user_id).order_by(Notice.id.desc())
    return asked.where(Notice.read_at.is_(None)) if is_new else asked
