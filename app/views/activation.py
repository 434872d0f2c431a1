"""Opening an account with a one-time slip, or choosing a new password for an open one. Public; a code does it.

It stands for S2's guessable first password.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from app.domain.errors import Refused
from app.domain.identity import mask_name
from app.extensions import db, limiter
from app.security.actor import SYSTEM, acting
from app.services import accounts
from app.services.clock import now_utc
from app.views import labels
from app.views.fields import Required, Typed, new_password


class ActivationForm(FlaskForm):
    """The code from the slip, a user name of one's own choice, a password twice."""

    code = Typed(
        _("Activation code"), [Required()], longest=40, render_kw={"autocomplete": "off", "spellcheck": "false"}
    )
    username = Typed(
        _("User name"),
        [Required()],
        longest=60,
        description=_("Of your own choice, 3 to 60 characters."),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password, again = new_password()


class ActivationView(BaseView):
    """``/activate/?code=…``. Of the person it shows a masked name, the school and, where there is one, the user name.

    A code that fails is told why (unknown, used, expired), and nothing about whose it was.
    """

    route_base = "/activate"
    default_view = "activate"

    # One address can be a whole staff room behind one router.
    @expose("/", methods=["GET", "POST"])
    @limiter.limit("60/minute")
    def activate(self) -> Any:
        form = ActivationForm()
        if "username" in self._known(form.code.data or request.args.get("code", "").replace("\0", "")[:40]):
            # The account keeps its name.
            del form.username
        if request.method != "POST":
            form.code.data = request.args.get("code", "").replace("\0", "")[:40]
            return self._page(form, 200)
        if not form.validate():
            return self._page(form, 422)
        try:
            with acting(SYSTEM):
                name = form.username.data if "username" in form else ""
                user = accounts.activate(db.session, form.code.data, name, form.password.data, now_utc())
                db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            field = labels.field_of_refusal(refusal)
            field = field if field in form else "code"
            form[field].errors = [*form[field].errors, labels.refusal_text(refusal)]
            return self._page(form, 422)
        return render_template("appbuilder/general/security/activation.html", first_name=user.first_name, last_name="")

    def _page(self, form: ActivationForm, status: int) -> Any:
        facts = self._known(form.code.data) if form.code.data and not form.code.errors else {}
        title = gettext("Choose a new password") if "username" in facts else gettext("Open your account")
        return render_template("activation/form.html", title=title, form=form, known=facts), status

    def _known(self, code: str) -> dict[str, str]:
        with acting(SYSTEM):
            try:
                found = accounts.activation_of(db.session, code, now_utc())
                facts = {"name": mask_name(found.teacher.name), "school": found.teacher.school.name}
                account = accounts.account_of(db.session, found.teacher, now_utc())
                return facts if account is None else facts | {"username": account.username}
            except Refused:
                return {}
