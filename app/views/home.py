"""The home page by role."""

from __future__ import annotations

from flask import redirect, url_for
from flask_appbuilder import IndexView, expose
from flask_login import current_user
from werkzeug.wrappers import Response


class HomeView(IndexView):
    """What waits for me, what is late, how the year stands."""

    class_permission_name = "HomeView"

    @expose("/")
    def index(self) -> str | Response:
        if not current_user.is_authenticated:
            return redirect(url_for("LoginView.login"))
        return str(self.render_template("home/index.html"))
