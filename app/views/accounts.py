"""Accounts on screen: users, roles (read only), appointments, and changing one's own password.

FAB's own account screens are not registered: they reset by primary key without scope, ask for no old
password, and let who edits users make themselves an administrator.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, session, url_for
from flask_appbuilder import SimpleFormView, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.orm import selectinload
from wtforms import BooleanField, PasswordField

from app.domain.errors import Refused
from app.extensions import db
from app.models import Appointment
from app.services import accounts, logins
from app.services.clock import now_utc
from app.views import labels
from app.views.access import guarded
from app.views.actions import Posted, action
from app.views.fields import Required, Typed, new_password
from app.views.filters import Filter
from app.views.forms import RecordForm
from app.views.pages import Related
from app.views.safe import SafeModelView


def _password() -> Any:
    return PasswordField(
        _("First password"),
        [Required()],
        description=_("At least ten characters. Hand it over in person."),
        render_kw={"autocomplete": "new-password"},
    )


class UserView(SafeModelView):
    """Accounts. What one may do comes from appointments, never from this form."""

    datamodel = SQLAInterface(User)
    route_base = "/users"
    list_title = _("Accounts")
    add_title = _("New account")
    list_columns = ["first_name", "username", "role_names", "active", "last_login"]
    label_columns = {"role_names": _("Roles"), "password": _("First password")}
    order_columns = ["first_name", "username", "last_login"]
    base_order = ("id", "asc")
    search_text = ("username", "first_name")
    filters = (Filter("active", "bool"),)
    show_columns = ["first_name", "username", "role_names", "active", "last_login"]
    add_columns = ["first_name", "username", "password"]
    edit_columns = ["first_name", "active"]
    extra_fields = {
        "first_name": lambda: Typed(_("Name"), [Required()], longest=60),
        "username": lambda: Typed(_("User name"), [Required()], longest=60),
        "password": _password,
        "active": lambda: BooleanField(_("Active")),
    }
    related = (Related("AppointmentView", "user"),)

    def extra_options(self) -> list[Any]:
        return [selectinload(User.roles)]

    def col_role_names(self, item: Any) -> str:
        return labels.listed(role_word(role.name) for role in item.roles)

    def may(self, action: str, item: Any) -> bool:
        return item.id != current_user.id if action in ("reset", "edit") else True

    def write_new(self, form: RecordForm) -> Any:
        return accounts.create_user(db.session, form.username.data, form.first_name.data, form.password.data)

    def write_change(self, form: RecordForm, item: Any) -> None:
        item.first_name = form.first_name.data
        item.active = form.active.data
        db.session.flush()

    @action(
        "reset",
        _("Reset password"),
        _("A new password is made and shown once. Every session of the account ends."),
        "lock",
        multiple=False,
    )
    def reset(self, items: list[Any], posted: Posted) -> Any:
        fresh = logins.reset_password(db.session, items[0], now_utc())
        return gettext(
            "The new password of %(name)s, shown only now: %(password)s", name=items[0].username, password=fresh
        )


def role_word(name: str) -> str:
    """A role by its word in the reader's language."""
    duty = next((duty for duty, role in accounts.ROLE_OF_DUTY.items() if role == name), None)
    return str(labels.ROLE_WORDS[duty]) if duty else name


class RoleView(SafeModelView):
    """What each role may do, as the code says it (``flask roles sync``). Not edited here."""

    datamodel = SQLAInterface(Role)
    route_base = "/roles"
    exclude_route_methods = {"add", "edit", "delete", "action", "action_post"}
    list_title = _("Roles")
    list_columns = ["name"]
    order_columns = ["name"]
    base_order = ("name", "asc")
    search_text = ("name",)
    show_columns = ["name", "permissions"]

    def col_name(self, item: Any) -> str:
        return role_word(item.name)

    def col_permissions(self, item: Any) -> str:
        pairs = sorted((pair.view_menu.name, pair.permission.name) for pair in item.permissions)
        return "; ".join(f"{view}: {permission}" for view, permission in pairs)


class AppointmentView(SafeModelView):
    """Which duty an account holds, and where. Roles follow from it."""

    datamodel = SQLAInterface(Appointment)
    route_base = "/appointments"
    exclude_route_methods = {"edit", "action", "action_post"}
    list_title = _("Appointments")
    add_title = _("New appointment")
    list_columns = ["user", "duty", "place"]
    order_columns = ["duty"]
    base_order = ("id", "desc")
    eager = ("school", "authority", "organiser")
    search_text = ("user.username", "user.first_name")
    filters = (Filter("duty", "select"), Filter("user", "lookup"))
    show_columns = ["user", "duty", "school", "authority", "organiser"]
    add_columns = ["user", "duty", "school", "authority", "organiser"]

    def col_user(self, item: Any) -> str:
        return f"{item.user.first_name} ({item.user.username})"

    def col_place(self, item: Any) -> str:
        return str(item.school or item.authority or item.organiser or "")

    def write_new(self, form: RecordForm) -> Any:
        return logins.appoint(
            db.session,
            form.user.data,
            form.duty.data,
            school=form.school.data,
            authority=form.authority.data,
            organiser=form.organiser.data,
        )

    def remove(self, item: Any) -> None:
        logins.dismiss(db.session, item)


class PasswordForm(FlaskForm):
    """One's own password."""

    old = PasswordField(_("Present password"), [Required()], render_kw={"autocomplete": "current-password"})
    password, again = new_password()


class PasswordView(SimpleFormView):
    """Change one's own password; the present one is asked for."""

    route_base = "/password"
    form = PasswordForm

    @expose("/form", methods=["GET"])
    @guarded
    def this_form_get(self) -> Any:
        return self._page(PasswordForm(), 200)

    @expose("/form", methods=["POST"])
    @guarded
    def this_form_post(self) -> Any:
        form = PasswordForm()
        if not form.validate():
            return self._page(form, 422)
        user = db.session.merge(current_user._get_current_object())
        try:
            accounts.change_password(db.session, user, form.old.data, form.password.data)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            field = labels.field_of_refusal(refusal) or "password"
            form[field].errors = [*form[field].errors, labels.refusal_text(refusal)]
            return self._page(form, 422)
        session[logins.STAMP] = logins.stamp(user)
        flash(gettext("Your password is changed. Other devices have to sign in again."), "success")
        return redirect(url_for("HomeView.index"))

    def _page(self, form: PasswordForm, status: int) -> Any:
        widget = self.edit_widget(form=form, include_cols=["old", "password", "again"], exclude_cols=[], fieldsets=[])
        title = gettext("Change password")
        page = self.render_template(self.form_template, title=title, widgets={"edit": widget}, back_url="/", pk=None)
        return page, status
