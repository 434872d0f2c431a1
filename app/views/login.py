"""Signing in and out. The password itself is judged in ``security/manager.py``."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, session, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user

from app.extensions import db, limiter
from app.security.actor import acting, actor_of
from app.services import logins, preferences
from app.views.access import local_path
from app.views.language import LANGUAGES


def _keep_language(user_id: int, name: str, spoken: str | None) -> None:
    """Remember the language chosen in this session, for what is mailed; or else speak the one remembered.

    Signing in and out are the POSTs that every session has: choosing a language is a link, which writes nothing.
    """
    with acting(actor_of(db.session, user_id, name)):
        if spoken in LANGUAGES:
            preferences.speak(db.session, user_id, str(spoken))
            session["locale"] = spoken
        else:
            wanted = preferences.of_user(db.session, user_id)
            if wanted is not None and wanted.language:
                session["locale"] = wanted.language
        db.session.commit()


class LoginView(AuthDBView):
    """FAB's sign-in, with a form that keeps what was typed and a sign-out that needs POST."""

    route_base = ""

    # Many people sign in behind one router of a school; the account itself waits after a few wrong tries.
    @expose("/login/", methods=["GET", "POST"])
    @limiter.limit("60/minute", methods=["POST"])
    def login(self) -> Any:
        if g.user is not None and g.user.is_authenticated:
            return redirect(local_path(request.args.get("next")) or url_for("HomeView.index"))
        form = LoginForm_db()
        status = 200
        if form.validate_on_submit():
            # PostgreSQL refuses a NUL in a text; a name with one is simply nobody's.
            name = form.username.data.replace("\0", "")
            user = self.appbuilder.sm.auth_user_db(name, form.password.data)
            db.session.commit()
            if user:
                spoken = session.get("locale")
                session.clear()  # a new session for a new person: nothing planted before survives
                login_user(user, remember=False)
                session[logins.STAMP] = logins.stamp(user)
                _keep_language(user.id, user.first_name, spoken)
                return redirect(local_path(request.args.get("next")) or url_for("HomeView.index"))
            flash(
                gettext("The name or the password is not right. Try again, or ask your school to reset it."), "danger"
            )
            status = 401
        return self.render_template(self.login_template, title=gettext("Sign in"), form=form), status

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        if current_user.is_authenticated:
            _keep_language(current_user.id, current_user.first_name, session.get("locale"))
            logins.sign_out(db.session, db.session.merge(current_user._get_current_object()))
            db.session.commit()
        logout_user()
        session.clear()
        return redirect(url_for("LoginView.login"))
