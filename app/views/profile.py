"""One's own page: who one is here, language, mail and look, and for a teacher the register's view of them."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, send_file, session, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import PasswordField

from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.exchange.table_workbook import XLSX
from app.extensions import db, limiter
from app.models import Appointment, Certificate, Delegation, Teacher
from app.security.actor import current_actor
from app.services import preferences, profiles
from app.services.clock import now_utc
from app.views import identity_panel, labels, profile_data
from app.views.access import guarded, holds
from app.views.fields import Required, Typed, TypedArea
from app.views.language import LANGUAGES

REGISTERED = ("name", "id_number_masked", "sex", "stage", "subject", "title", "series", "post", "joined_on", "phone")
# A teacher's subject and title are not those of a course.
WORDS = {"subject": _("Subject taught"), "title": _("Professional title")}
MOST_CERTIFICATES = 12
MOST_PLACES = 20


class AddressForm(FlaskForm):
    """Where mail goes; the password is asked for, since whoever holds the address is told everything."""

    address = Typed(
        _("Mail address"), longest=254, render_kw={"type": "email", "autocomplete": "email", "inputmode": "email"},
        description=_("Empty: no mail."),
    )  # fmt: skip
    old = PasswordField(_("Present password"), [Required()], render_kw={"autocomplete": "current-password"})


class CorrectionForm(FlaskForm):
    """What is wrong in the register."""

    text = TypedArea(
        _("What is not right, and how it should read"), [Required()], longest=profiles.LONGEST_CORRECTION,
        description=_("Your school is told. Never write an ID number here: show your card instead."),
        render_kw={"rows": "3"},
    )  # fmt: skip


class ProfileView(BaseView):
    """Everybody's own profile, and nobody else's: no address names a person."""

    route_base = "/profile"
    default_view = "show"
    class_permission_name = "ProfileView"
    base_permissions = ("can_profile",)
    list_title = _("Profile")

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("profile")
    def show(self) -> Any:
        return self._page()

    @expose("/address", methods=["POST"])
    @limiter.limit("20/hour")
    @guarded
    @permission_name("profile")
    def address(self) -> Any:
        """Change one's mail address."""
        form = AddressForm()
        if not form.validate():
            return self._page(address=form)
        try:
            profiles.change_address(db.session, _user(), form.address.data or "", form.old.data)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            field = form[labels.field_of_refusal(refusal) or "address"]
            field.errors = [*field.errors, labels.refusal_text(refusal)]
            return self._page(address=form)
        return _done(gettext("Your mail address is changed."), "mail")

    @expose("/settings", methods=["POST"])
    @guarded
    @permission_name("profile")
    def settings(self) -> Response:
        """Say in which language one reads, and whether notices are mailed."""
        user_id = current_actor().user_id or 0
        chosen = request.form.get("language", "")
        if chosen in LANGUAGES:
            preferences.speak(db.session, user_id, chosen)
            session["locale"] = chosen
        if request.form.get("mail") in ("on", "off"):
            preferences.want_mail(db.session, user_id, request.form["mail"] == "on")
        db.session.commit()
        return _done(gettext("Saved."), "mail")

    @expose("/correction", methods=["POST"])
    @guarded
    @permission_name("profile")
    def correction(self) -> Any:
        """Ask one's school to mend the register."""
        teacher = _teacher()
        if teacher is None:
            abort(404)
        form = CorrectionForm()
        if not form.validate():
            return self._page(correction=form)
        try:
            profiles.ask_correction(db.session, teacher, form.text.data or "", current_actor(), now_utc())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.text.errors = [*form.text.errors, labels.refusal_text(refusal)]
            return self._page(correction=form)
        return _done(gettext("Your school has been told."), "register")

    @expose("/download", methods=["POST"])
    @limiter.limit("20/hour")
    @guarded
    @permission_name("profile")
    def download(self) -> Any:
        """Everything held about oneself, as a workbook; that it was taken stands in the trail."""
        teacher = _teacher()
        if teacher is None:
            abort(404)
        file = profile_data.workbook(profiles.own_data(db.session, teacher))
        db.session.commit()
        return send_file(file, mimetype=XLSX, download_name="xueshi-my-data.xlsx", as_attachment=True)

    def _page(self, address: AddressForm | None = None, correction: CorrectionForm | None = None) -> Any:
        """The page; with a form that was refused, 422 and everything typed in place."""
        user, teacher = _user(), _teacher()
        wanted = preferences.of_user(db.session, user.id)
        given = profiles.address_of(user)
        values = {
            "title": gettext("Profile"),
            "user": user,
            "address": given,
            "address_form": address or AddressForm(formdata=None, address=given),
            "is_mailed": wanted is None or wanted.is_mailed,
            "reads": wanted.language if wanted is not None and wanted.language else labels.language(),
            "places": _places(user.id),
            "delegations": _delegations(user.id),
            "may_delegate": holds("can_list", "DelegationView"),
        }
        if teacher is not None:
            values |= {
                "teacher": teacher,
                "registered": [
                    (WORDS.get(one) or labels.column_word(one), profile_data.shown(teacher, one)) for one in REGISTERED
                ],
                "stays": profiles.stays(db.session, teacher.id),
                "identity": identity_panel.values(teacher),
                "certificates": _certificates(teacher.id),
                "correction_form": correction or CorrectionForm(formdata=None),
            }
        page = self.render_template("profile/show.html", **values)
        return (page, 422) if address is not None or correction is not None else page


def _user() -> User:
    return db.session.merge(current_user._get_current_object())


def _teacher() -> Teacher | None:
    key = current_actor().teacher_id
    return db.session.get(Teacher, key) if key is not None else None


def _done(words: str, anchor: str) -> Response:
    flash(words, "success")
    return redirect(url_for("ProfileView.show", _anchor=anchor))


def _places(user_id: int) -> list[tuple[str, str]]:
    """(duty, where) of each appointment."""
    rows = db.session.scalars(
        select(Appointment)
        .where(Appointment.user_id == user_id)
        .options(*(joinedload(one) for one in (Appointment.school, Appointment.authority, Appointment.organiser)))
        .order_by(Appointment.id)
        .limit(MOST_PLACES)
    )
    return [(str(labels.ROLE_WORDS[one.duty]), str(one.school or one.authority or one.organiser or "")) for one in rows]


def _delegations(user_id: int) -> list[dict[str, Any]]:
    """Whom one stands in for and who stands in for oneself, now or soon."""
    rows = db.session.scalars(
        select(Delegation)
        .where(
            or_(Delegation.from_user_id == user_id, Delegation.to_user_id == user_id),
            Delegation.ended_at.is_(None),
            Delegation.to_on >= day_in_china(now_utc()),
        )
        .options(joinedload(Delegation.from_user), joinedload(Delegation.to_user))
        .order_by(Delegation.from_on)
        .limit(MOST_PLACES)
    )
    return [
        {
            "is_mine": one.from_user_id == user_id,
            "name": (one.to_user if one.from_user_id == user_id else one.from_user).first_name,
            "from_on": one.from_on,
            "to_on": one.to_on,
        }
        for one in rows
    ]


def _certificates(teacher_id: int) -> list[dict[str, Any]]:
    if not holds("can_pdf", "CertificateView"):
        return []
    rows = db.session.execute(
        select(Certificate.id, Certificate.number, Certificate.year, Certificate.state)
        .where(Certificate.teacher_id == teacher_id)
        .order_by(Certificate.year.desc(), Certificate.id.desc())
        .limit(MOST_CERTIFICATES)
    )
    words = labels.words_of("certificate", "state")
    return [{**row._mapping, "pill": labels.code_mark("certificate", "state", row.state, words)} for row in rows]
