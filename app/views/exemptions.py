"""Exemptions on screen: the register, granting one, ending one. What they do to a year is the domain's (EXEMPT)."""

from __future__ import annotations

from typing import Any

import wtforms
from flask import request, url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app.domain.hours import plain
from app.extensions import db
from app.models import Exemption, Teacher
from app.security.actor import current_actor
from app.services import exemptions, register
from app.services.clock import now_utc
from app.views import labels
from app.views.access import holds
from app.views.actions import Posted, action
from app.views.fields import CodeField, RemoteSelectField, Required, Typed, is_key
from app.views.filters import Filter
from app.views.forms import RecordForm
from app.views.safe import SafeModelView

IN_FORCE = {"True": _("In force"), "False": _("No longer in force")}


def _teacher() -> Any:
    # Who has moved on may be read here, but their year is another authority's to shorten.
    return RemoteSelectField(_("Teacher"), [Required()], model=Teacher, lookup="own-teacher", to_write=True)


def _reason() -> Any:
    return Typed(
        _("Reason"),
        [Required()],
        longest=exemptions.LONGEST_REASON,
        description=_("Printed on the certificate: what for, without details of a person's health or family."),
        render_kw={"autocomplete": "off"},
    )


def _category() -> Any:
    return CodeField(
        _("Category"),
        [wtforms.validators.Optional()],
        optional=True,
        choices=lambda: list(labels.words_of("exemption", "category").items()),
        description=_("Only where hours are credited."),
    )


class ExemptionView(SafeModelView):
    """减免. Granted by the reviewing authority of the school or the city, never changed, ended with a reason."""

    datamodel = SQLAInterface(Exemption)
    route_base = "/exemptions"
    include_route_methods = {"list", "show", "add", "action", "action_post"}
    list_title = _("Exemptions")
    add_title = _("Grant an exemption")
    form_note = _("No notice grants one by itself: this is the reviewing authority's own decision, and it is recorded.")
    list_columns = ["teacher", "school", "from_on", "to_on", "effect", "credit", "reason", "is_in_force"]
    order_columns = ["teacher.name", "school.name", "from_on", "to_on", "effect"]
    base_order = ("from_on", "desc")
    eager = ["teacher", "school.district"]
    search_text = ("teacher.name", "school.name", "reason")
    filters = (
        Filter("teacher", "lookup"),
        Filter("school", "lookup"),
        Filter("school.district", "lookup"),
        Filter("effect", "select"),
        Filter("is_in_force", "bool"),
    )
    show_fieldsets = [
        (_("Exemption"), {"fields": ["teacher", "school", "from_on", "to_on", "effect", "credit", "reason"]}),
        (_("Granting and ending"), {"fields": ["granted_by", "granted_at", "is_in_force", "ended_at", "end_reason"]}),
    ]
    add_columns = ["teacher", "effect", "from_on", "to_on", "category", "hours", "reason"]
    extra_fields = {"teacher": _teacher, "reason": _reason, "category": _category}
    label_columns = {"credit": _("Credited")}
    description_columns = {
        "from_on": _("Every calendar year that the period touches is meant, as a whole."),
        "effect": _(
            "Noted only: printed, nothing else. Exempt: the year needs no hours. Credited: hours are added to a "
            "category, for this year only."
        ),
        "hours": _("Only where hours are credited."),
    }
    empty_hint = _(
        "No exemptions. No notice grants one by itself; the reviewing authority enters its own decisions here."
    )

    def col_credit(self, item: Exemption) -> str:
        if item.hours is None or item.category is None:
            return ""
        return f"{labels.words_of('exemption', 'category').get(item.category, item.category)} {plain(item.hours)}"

    def col_is_in_force(self, item: Exemption) -> Any:
        return labels.code_mark("exemption", "is_in_force", item.is_in_force, IN_FORCE)

    def page_links(self, item: Exemption | None) -> list[dict[str, Any]]:
        if item is None or not holds("can_list", "StandingView"):
            return []
        url = url_for("StandingView.list", teacher=item.teacher_id)
        return [{"label": gettext("Standings"), "url": url, "icon": "ring"}]

    def may(self, action: str, item: Exemption) -> bool:
        return item.is_in_force and exemptions.is_kept(db.session, item)

    def shape(self, form: RecordForm, item: Any | None) -> None:
        asked = request.args.get("teacher", "")
        if form.teacher.data is None and not form.teacher.raw_data and is_key(asked):
            found = db.session.scalars(select(Teacher).where(Teacher.id == int(asked))).one_or_none()
            if found is not None and register.is_kept(db.session, found):
                form.teacher.data = found

    def write_new(self, form: RecordForm) -> Any:
        return exemptions.grant(
            db.session,
            form.teacher.data,
            form.from_on.data,
            form.to_on.data,
            form.effect.data,
            form.reason.data,
            form.category.data,
            form.hours.data,
            current_actor(),
            now_utc(),
        )

    @action(
        "end",
        _("End"),
        _(
            "It loses its effect from its first day on, and the years it touched are reckoned without it. Certificates "
            "that rest on it become void."
        ),
        "lock",
        multiple=False,
        kind="danger",
        needs_reason=True,
        reason_label=_("Why it is ended"),
    )
    def end(self, items: list[Exemption], posted: Posted) -> Any:
        for exemption in items:
            exemptions.end(db.session, exemption, posted.reason, current_actor(), now_utc())
        return gettext("The exemption was ended.")


def grant_links(teacher: Teacher) -> list[dict[str, Any]]:
    """The button that leads to granting one to a teacher, where one may."""
    if not holds("can_add", "ExemptionView"):
        return []
    url = url_for("ExemptionView.add", teacher=teacher.id)
    return [{"label": gettext("Grant an exemption"), "url": url, "icon": "minus"}]
