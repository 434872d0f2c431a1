"""The home page: which home a signed-in user gets. What stands on them: ``home_office``, ``home_teacher``."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_appbuilder import IndexView, expose
from flask_login import current_user
from werkzeug.wrappers import Response

from app.security.actor import current_actor
from app.services.clock import now_utc
from app.views import home_office, home_teacher


class HomeView(IndexView):
    """What waits for me, what is late, how the year stands."""

    class_permission_name = "HomeView"

    @expose("/")
    def index(self) -> str | Response:
        if not current_user.is_authenticated:
            return redirect(url_for("LoginView.login"))
        actor = current_actor()
        # Who reviews and also teaches has both homes; the office's comes first.
        is_own = actor.teacher_id is not None and (actor.duties == {"teacher"} or request.args.get("own") == "1")
        home = home_teacher if is_own else home_office
        return str(self.render_template(home.TEMPLATE, **home.facts(actor, now_utc())))
