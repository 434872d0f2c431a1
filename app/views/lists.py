"""Asking for a list of yearly results: what for, which year, whose. A job writes it; ``JobView`` hands it out."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import validators

from app.domain.errors import Refused
from app.extensions import db
from app.models import District, School
from app.security.actor import current_actor
from app.services import lists
from app.services.clock import now_utc
from app.views import labels
from app.views.access import guarded
from app.views.fields import CodeField, RemoteSelectField, Required, TypedArea
from app.views.forms import RecordForm

LONGEST_PURPOSE = 200


def _uses() -> list[tuple[str, str]]:
    return [(use.id, use.title.text(labels.language())) for use in lists.uses().values()]


def _years() -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in lists.years(db.session, now_utc())]


class ListForm(RecordForm):
    """What is asked of whoever wants a list."""

    use = CodeField(_("List"), [Required()], choices=_uses)
    year = CodeField(_("Year"), [Required()], choices=_years)
    district = RemoteSelectField(
        _("District"), [validators.Optional()], model=District, lookup="district", description=_("Empty: all you reach")
    )
    school = RemoteSelectField(
        _("School"), [validators.Optional()], model=School, lookup="school", description=_("Empty: all you reach")
    )
    purpose = TypedArea(
        _("Purpose"),
        [Required()],
        longest=LONGEST_PURPOSE,
        description=_("For whom and what for. It is kept in the trail with your name and the number of people."),
    )


class ListView(BaseView):
    """``can_lists`` opens the form; the rows of a list are those within one's reach."""

    route_base = "/lists"
    default_view = "start"
    class_permission_name = "ListView"
    base_permissions = ("can_lists",)
    list_title = _("Lists of results")

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("lists")
    def start(self) -> Any:
        """Choose the list."""
        form = ListForm()
        if request.args.get("year", "") in form.year.words:
            form.year.data = request.args["year"]
        return self._page(form, 200)

    @expose("/", methods=["POST"])
    @guarded
    @permission_name("lists")
    def make(self) -> Any:
        """Have the list made, and go to its job."""
        form = ListForm()
        if not form.validate():
            return self._page(form, 422)
        wanted = lists.Wanted(
            use=form.use.data,
            year=int(form.year.data),
            purpose=form.purpose.data,
            district_id=form.district.data.id if form.district.data is not None else None,
            school_id=form.school.data.id if form.school.data is not None else None,
        )
        try:
            job = lists.ask(db.session, wanted, current_actor(), now_utc())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.refuse(labels.refusal_text(refusal))
            return self._page(form, 422)
        return redirect(url_for("JobView.show", pk=job.id))

    def _page(self, form: ListForm, status: int) -> Any:
        uses = [
            (use.title.text(labels.language()), gettext("private schools") if use.who == "private" else "", use.source)
            for use in lists.uses().values()
        ]
        page = self.render_template(
            "lists/start.html", title=gettext("Lists of results"), form=form, uses=uses, back_url=_back()
        )
        return page, status


def _back() -> str:
    return url_for("StandingView.list")
