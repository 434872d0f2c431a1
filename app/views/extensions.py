"""Extensions of deadlines on screen: who was given more time, until when, by whom and why (EFFECT)."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from wtforms import validators

from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.extensions import db
from app.models import Claim, Extension, School, Teacher
from app.models.extension import EXTENDED
from app.security.actor import current_actor
from app.services import extensions
from app.services.clock import now_utc
from app.services.refusals import No
from app.views import labels
from app.views.access import holds
from app.views.actions import Posted, action
from app.views.fields import RemoteSelectField, Required, WholeField, is_key
from app.views.filters import Filter
from app.views.forms import RecordForm
from app.views.labels_codes import CODES
from app.views.safe import SafeModelView

HOLDS = {"in_force": _("In force"), "over": _("Past"), "ended": _("No longer in force")}


def _year() -> Any:
    return WholeField(_("Year"), [Required()], low=2000, high=2100, description=_("The year the hours are of."))


def _school() -> Any:
    return RemoteSelectField(
        labels.column_word("school"),
        [validators.Optional()],
        model=School,
        lookup="school",
        description=_("Left empty, it is the school of the teacher."),
    )


def _teacher() -> Any:
    return RemoteSelectField(
        labels.column_word("teacher"),
        [validators.Optional()],
        model=Teacher,
        lookup="teacher",
        description=_("Left empty, the deadline is extended for the whole school."),
    )


class ExtensionView(SafeModelView):
    """Granted by the reviewing authority; ended, never edited."""

    datamodel = SQLAInterface(Extension)
    route_base = "/extensions"
    exclude_route_methods = {"edit", "delete"}
    list_title = _("Extensions")
    add_title = _("Extend a deadline")
    form_note = _("What comes late is not registered, unless the reviewing authority gives more time, with its reason.")
    list_columns = ["for_whom", "school", "year", "deadline", "until_on", "holds", "granted_by", "granted_at"]
    label_columns = {"for_whom": _("For"), "holds": _("In force")}
    order_columns = ["school.name", "year", "deadline", "until_on", "granted_at"]
    base_order = ("id", "desc")
    eager = ("teacher", "school")
    search_text = ("teacher.name", "school.name", "reason")
    filters = (
        Filter("school", "lookup"),
        Filter("teacher", "lookup"),
        Filter("year", "year"),
        Filter("deadline", "select"),
        Filter("until_on", "date"),
    )
    show_columns = [
        "teacher",
        "school",
        "year",
        "deadline",
        "until_on",
        "holds",
        "reason",
        "granted_by",
        "granted_at",
        "ended_at",
        "end_reason",
    ]
    add_columns = ["teacher", "school", "year", "deadline", "until_on", "reason"]
    extra_fields = {"year": _year, "teacher": _teacher, "school": _school}
    told_by_services = frozenset({"end"})
    empty_hint = _("No deadline has been extended.")

    def col_for_whom(self, item: Extension) -> str:
        return str(item.teacher) if item.teacher is not None else gettext("Whole school")

    def col_teacher(self, item: Extension) -> str:
        return self.col_for_whom(item)

    def col_holds(self, item: Extension) -> Any:
        is_over = day_in_china(now_utc()) > item.until_on
        code = "ended" if item.ended_at is not None else "over" if is_over else "in_force"
        return labels.code_mark("extension", "holds", code, HOLDS)

    def may(self, action: str, item: Extension) -> bool:
        return item.ended_at is None and extensions.may_extend(current_actor(), item.school)

    def shape(self, form: RecordForm, item: Any | None) -> None:
        """A link from a late claim or year names whom, which year and which deadline."""
        if request.method == "POST":
            return
        for name, model in (("teacher", Teacher), ("school", School)):
            key = request.args.get(name, "")
            if is_key(key):
                form[name].data = db.session.scalars(select(model).where(model.id == int(key))).one_or_none()
        year, deadline = request.args.get("year", ""), request.args.get("deadline", "")
        if is_key(year) and len(year) == 4:
            form.year.data = int(year)
        if deadline in CODES["extension", "deadline"]:
            form.deadline.data = deadline

    def write_new(self, form: RecordForm) -> Extension:
        teacher, school = form.teacher.data, form.school.data
        if school is None and teacher is None:
            raise Refused(No.EXTENSION_FOR_NOBODY)
        return extensions.grant(
            db.session,
            school or teacher.school,
            teacher,
            form.year.data,
            form.deadline.data,
            form.until_on.data,
            form.reason.data,
            current_actor(),
            now_utc(),
        )

    @action(
        "end",
        _("End"),
        _("From now on the deadline is that of the policy again. What was done until now stays."),
        "x",
        kind="danger",
        needs_reason=True,
        reason_label=_("Reason"),
    )
    def end(self, items: list[Extension], posted: Posted) -> str:
        for item in items:
            extensions.end(db.session, item, posted.reason, current_actor(), now_utc())
        return ngettext("Ended one extension.", "Ended %(num)s extensions.", len(items))


def extend_url(school: School | None, teacher_id: int, year: int, deadline: str) -> str:
    """The form, filled in for a teacher's late deadline; empty where the reader may not extend it."""
    if school is None or deadline not in EXTENDED or not holds("can_add", "ExtensionView"):
        return ""
    if not extensions.may_extend(current_actor(), school):
        return ""
    return url_for("ExtensionView.add", teacher=teacher_id, school=school.id, year=year, deadline=deadline)


def extend_claim_url(claim: Claim, deadline: str) -> str:
    """The same for what a claim waits for."""
    return extend_url(claim.school, claim.teacher_id, claim.year, deadline)
