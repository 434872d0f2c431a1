"""Activities, who took part in them, and the ledger of hours, on screen."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.extensions import db
from app.models import Activity, Attendance, Entry, Organiser, School
from app.security.actor import current_actor
from app.services import attendance
from app.services.clock import now_utc
from app.services.refusals import No
from app.views import labels
from app.views.actions import Posted, action
from app.views.fields import CodeField, RemoteSelectField, Required
from app.views.filters import Filter
from app.views.forms import RecordForm
from app.views.list_views import Ready
from app.views.pages import Related
from app.views.safe import SafeModelView


def _subject() -> Any:
    return CodeField(
        _("Subject"),
        [],
        optional=True,
        choices=lambda: list(labels.subject_words().items()),
        description=_("Needed for public courses: the same subject counts once a year."),
    )


def _own_activity() -> Any:
    return RemoteSelectField(
        labels.column_word("activity"), [Required()], model=Activity, lookup="own-activity", to_write=True
    )


class ActivityView(SafeModelView):
    """Organised activities are announced to everybody; a school's own training is its own matter."""

    datamodel = SQLAInterface(Activity)
    route_base = "/activities"
    list_title = _("Activities")
    add_title = _("New activity")
    list_columns = ["title", "number", "kind", "category", "hours", "starts_on", "ends_on", "body"]
    extra_columns = ["subject", "organiser.level", "organiser", "school"]
    label_columns = {"body": _("Run by"), "number": _("Activity number")}
    order_columns = ["title", "number", "kind", "category", "hours", "starts_on", "ends_on"]
    base_order = ("starts_on", "desc")
    eager = ("organiser", "school")
    search_text = ("title", "number", "organiser.name")
    filters = (
        Filter("kind", "select"),
        Filter("category", "select"),
        Filter("organiser", "lookup"),
        Filter("school", "lookup"),
        Filter("starts_on", "date"),
    )
    show_columns = [
        "title",
        "number",
        "kind",
        "category",
        "subject",
        "hours",
        "starts_on",
        "ends_on",
        "organiser",
        "school",
    ]
    add_columns = edit_columns = [
        "number",
        "title",
        "kind",
        "category",
        "subject",
        "hours",
        "starts_on",
        "ends_on",
        "organiser",
        "school",
    ]
    extra_fields = {"subject": _subject}
    related = (Related("AttendanceView", "activity"),)

    empty_hint = _(
        "No activities here. An organiser announces its own; a school enters its school-based training, "
        "and then registers who took part."
    )

    def ready_views(self) -> list[Ready]:
        today = day_in_china(now_utc())
        year = {"starts_on_from": f"{today.year}-01-01", "starts_on_to": f"{today.year}-12-31"}
        return [
            Ready("coming", gettext("To come"), {"starts_on_from": today}),
            Ready("year", gettext("This year"), year),
            Ready("public", gettext("Public courses"), {"category": "public"}),
        ]

    def col_body(self, item: Any) -> str:
        return str(item.organiser or item.school or "")

    def col_subject(self, item: Any) -> Any:
        return labels.subject_words().get(item.subject, item.subject)

    def may(self, action: str, item: Any) -> bool:
        """One changes what one runs; reading reaches further."""
        actor = current_actor()
        if action == "edit" and "city" not in actor.duties:
            return item.organiser_id in actor.organiser_ids or item.school_id in actor.school_ids
        return True

    def shape(self, form: RecordForm, item: Any | None) -> None:
        """Who runs an activity is given for those who run only one body."""
        actor = current_actor()
        if "city" in actor.duties:
            return
        if actor.organiser_ids and not actor.school_ids:
            del form.school
            self._only(form.organiser, Organiser, actor.organiser_ids, item)
        elif actor.school_ids and not actor.organiser_ids:
            del form.organiser
            self._only(form.school, School, actor.school_ids, item)

    def _only(self, field: Any, model: Any, ids: frozenset[int], item: Any | None) -> None:
        if item is None and field.data is None and not field.raw_data and len(ids) == 1:
            field.data = db.session.scalars(select(model).where(model.id.in_(ids))).one_or_none()

    def write_change(self, form: RecordForm, item: Any) -> None:
        facts = ("hours", "category", "kind", "subject", "starts_on", "ends_on")
        changed = any(name in form and form[name].data != getattr(item, name) for name in facts)
        if changed and attendance.is_begun(db.session, item):
            raise Refused(No.ACTIVITY_BEGUN)
        super().write_change(form, item)


class AttendanceView(SafeModelView):
    """Registered participation. A mistake is voided and registered anew; nothing is edited."""

    datamodel = SQLAInterface(Attendance)
    route_base = "/attendance"
    exclude_route_methods = {"edit", "delete"}
    list_title = _("Attendance")
    add_title = _("Register attendance")
    list_columns = ["teacher", "school", "activity", "attended_on", "hours", "passed", "voided_at"]
    order_columns = ["teacher.name", "attended_on", "hours"]
    base_order = ("id", "desc")
    extra_columns = ["activity.number", "activity.category", "activity.kind", "registered_at"]
    search_text = ("teacher.name", "activity.title", "activity.number")
    empty_hint = _("Nothing is registered here. Attendance is registered one by one, or imported from a sign-in sheet.")
    filters = (
        Filter("activity", "lookup"),
        Filter("teacher", "lookup"),
        Filter("school", "lookup"),
        Filter("attended_on", "date"),
        Filter("passed", "bool"),
    )
    show_columns = ["teacher", "school", "activity", "attended_on", "hours", "passed", "registered_at", "voided_at"]
    add_columns = ["activity", "teacher", "attended_on", "hours", "passed"]
    extra_fields = {"activity": _own_activity}
    told_by_services = frozenset({"void"})

    def may(self, action: str, item: Any) -> bool:
        return item.voided_at is None if action == "void" else True

    def write_new(self, form: RecordForm) -> Any:
        return attendance.register(
            db.session,
            form.activity.data,
            form.teacher.data,
            form.attended_on.data,
            form.hours.data,
            form.passed.data,
            now_utc(),
        )

    @action(
        "void",
        _("Void"),
        _("Their hours are taken back, and results and certificates that rest on them follow."),
        "undo",
        kind="danger",
        needs_reason=True,
        reason_label=_("Reason"),
    )
    def void(self, items: list[Any], posted: Posted) -> Any:
        for item in items:
            attendance.void(db.session, item, posted.reason, now_utc())
        return ngettext("Voided one attendance.", "Voided %(num)s attendances.", len(items))


class EntryView(SafeModelView):
    """The ledger of hours: appended, never changed."""

    datamodel = SQLAInterface(Entry)
    route_base = "/entries"
    exclude_route_methods = {"add", "edit", "delete", "action", "action_post"}
    list_title = _("Hours ledger")
    list_columns = ["teacher", "school", "year", "category", "hours", "title", "source", "earned_on", "entered_at"]
    order_columns = ["teacher.name", "year", "category", "hours", "earned_on", "entered_at"]
    base_order = ("id", "desc")
    extra_columns = ["subject", "platform"]
    search_text = ("teacher.name", "title")
    empty_hint = _("No hours yet. They are entered when a claim passes its last review, or attendance is registered.")
    filters = (
        Filter("teacher", "lookup"),
        Filter("school", "lookup"),
        Filter("year", "year"),
        Filter("category", "select"),
        Filter("source", "select"),
        Filter("earned_on", "date"),
    )
    show_columns = [
        "teacher",
        "school",
        "year",
        "category",
        "subject",
        "hours",
        "title",
        "earned_on",
        "source",
        "platform",
        "claim",
        "attendance",
        "reverses_id",
        "entered_at",
    ]
    label_columns = {"reverses_id": _("Takes back entry")}

    def col_attendance(self, item: Any) -> str:
        return str(item.attendance_id or "")
