"""Teachers on screen: the roster, activation slips, leaving. ID numbers are shown masked and typed in full once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import current_app, make_response, url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select
from wtforms import validators

from app.documents import slips as paper
from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.domain.identity import check_id_number, check_name
from app.extensions import db
from app.models import Affiliation, School, Teacher
from app.security.actor import current_actor
from app.security.reach import criterion_to_read
from app.security.secrets import index_of
from app.services import accounts, identity_numbers, register
from app.services.clock import SHANGHAI, now_utc
from app.views import identity_panel
from app.views.actions import Posted, action
from app.views.exemptions import grant_links
from app.views.fields import Required, Typed
from app.views.filters import Filter
from app.views.forms import RecordForm
from app.views.history import Child
from app.views.labels import language
from app.views.labels_codes import CODES
from app.views.list_views import Ready
from app.views.pages import Related
from app.views.safe import SafeModelView

STATED = ("stage", "subject", "title", "series", "post", "joined_on", "phone")
FORM = ["name", "id_number", "sex", "school", *STATED]


def _id_number() -> Any:
    return Typed(_("ID number"), [validators.Optional()], longest=30, render_kw={"autocomplete": "off"})


class TeacherView(SafeModelView):
    """The roster of whom one reaches."""

    datamodel = SQLAInterface(Teacher)
    route_base = "/teachers"
    list_title = _("Teachers")
    add_title = _("New teacher")
    list_columns = ["name", "id_number_masked", "school", "stage", "subject", "title", "series", "is_active"]
    order_columns = ["name", "school.name", "stage", "subject", "title", "series"]
    extra_columns = ["school.district", "sex", "post", "joined_on", "left_on", "left_reason", "account"]
    base_order = ("id", "asc")
    search_text = ("name", "school.name")
    empty_hint = _(
        "No teachers here yet. Import the roster from a workbook, or take them on one by one; "
        "each then gets a slip to open an account with."
    )
    filters = (
        Filter("school", "lookup"),
        Filter("school.district", "lookup"),
        Filter("stage", "select"),
        Filter("title", "select"),
        Filter("series", "select"),
        Filter("is_active", "bool"),
        Filter("joined_on", "date"),
        Filter("left_on", "date"),
        Filter("left_reason", "select"),
    )
    show_template = "teachers/show.html"
    show_fieldsets = [
        (_("Person"), {"fields": ["name", "id_number_masked", "sex", "phone"]}),
        (_("Work"), {"fields": ["school", "stage", "subject", "title", "series", "post"]}),
        (_("Period"), {"fields": ["joined_on", "left_on", "left_reason", "is_active", "account"]}),
    ]
    label_columns = {"account": _("Account"), "title": _("Professional title"), "subject": _("Subject taught")}
    add_columns = edit_columns = FORM
    extra_fields = {"id_number": _id_number}
    description_columns = {"subject": _("The subject taught, as in the teacher's title.")}
    told_by_services = frozenset({"slips"})
    history_children = (Child(Affiliation, "teacher_id", ("school_id", "from_on", "to_on")),)
    related = (
        Related("StandingView", "teacher"),
        Related("ClaimView", "teacher"),
        Related("AttendanceView", "teacher"),
        Related("EntryView", "teacher"),
        Related("CertificateView", "teacher"),
        Related("ExemptionView", "teacher"),
    )

    def note(self, item: Any) -> dict[str, Any]:
        return {"identity": identity_panel.values(item)}

    def base_criteria(self) -> list[ColumnElement[bool]]:
        """The records of one's own places: whose claim one decides on in a colleague's place is named there alone."""
        own = criterion_to_read(Teacher, current_actor().by_own_right()) if current_actor().stands_in else None
        return [] if own is None else [own]

    def col_account(self, item: Any) -> str:
        return gettext("Opened") if item.user_id is not None else gettext("Not opened yet")

    def ready_views(self) -> list[Ready]:
        """Who is there, who came this year (they owe the whole of it, SCOPE), who has left."""
        this_year = day_in_china(now_utc()).year
        return [
            Ready("staff", gettext("On the staff"), {"is_active": "1"}),
            Ready("joined", gettext("Joined this year"), {"joined_on_from": f"{this_year}-01-01"}),
            Ready("left", gettext("Left"), {"is_active": "0"}),
        ]

    def page_links(self, item: Any | None) -> list[dict[str, Any]]:
        return grant_links(item) if item is not None and register.is_kept(db.session, item) else []

    def search_also(self, text: str) -> list[ColumnElement[bool]]:
        """A whole ID number finds its teacher by the blind index; a part of one finds nobody."""
        try:
            return [Teacher.id_number_index == index_of(check_id_number(text))]
        except Refused:
            return []

    def shape(self, form: RecordForm, item: Any | None) -> None:
        if item is None:
            form.id_number.validators = [Required()]
            form.id_number.flags.required = True
            ids = current_actor().school_ids
            if len(ids) == 1 and form.school.data is None and not form.school.raw_data:
                form.school.data = db.session.scalars(select(School).where(School.id.in_(ids))).one_or_none()
        else:
            form.id_number.description = gettext(
                "Registered as %(masked)s. Leave this empty to keep it.", masked=item.id_number_masked
            )

    def may(self, action: str, item: Any) -> bool:
        # A school reads who has moved on; their record is kept by the school they moved to.
        if not register.is_kept(db.session, item):
            return False
        return bool(item.is_active) if action in ("slips", "deactivate") else True

    def open_to(self, items: Sequence[Any], names: Sequence[str]) -> dict[int, set[str]]:
        kept = register.kept_among(db.session, items)
        return {item.id: set(names) if item.id in kept and item.is_active else set() for item in items}

    def write_new(self, form: RecordForm) -> Any:
        now = now_utc()
        number = check_id_number(form.id_number.data, today=day_in_china(now))
        identity_numbers.refuse_known(db.session, number)
        stated = {name: form[name].data for name in STATED}
        person = {"name": form.name.data, "sex": form.sex.data, "school": form.school.data}
        return register.put_teacher(db.session, id_number=number, now=now, **person, **stated)

    def write_change(self, form: RecordForm, item: Any) -> None:
        now = now_utc()
        if form.id_number.data:
            identity_numbers.correct(db.session, item, form.id_number.data, now)
        # Who has left comes back by being taken on again, not by a corrected phone number.
        if not item.is_active and form.school.data is item.school:
            identity_numbers.correct_facts(
                db.session, item, check_name(form.name.data), form.sex.data, _stated(form), now
            )
            return
        facts = register.TeacherFacts("", check_name(form.name.data), form.sex.data, form.school.data, _stated(form))
        written = register.write_teacher(db.session, item, facts, item.affiliations, day_in_china(now))
        register.finish(db.session, [written], now)

    @action(
        "slips",
        _("Activation slips"),
        _(
            "Print a slip for each of them? Slips printed earlier stop working. "
            "Who has an account already chooses a new password with it."
        ),
        "print",
    )
    def slips(self, items: list[Any], posted: Posted) -> Any:
        now = now_utc()
        address = current_app.config["SETTINGS"].public_url
        last_day = (now + timedelta(days=accounts.SLIP_DAYS)).astimezone(SHANGHAI).date()
        texts = []
        for teacher in items:
            code = accounts.issue_slip(db.session, teacher, now)
            account = accounts.account_of(db.session, teacher, now_utc())
            texts.append(
                paper.SlipText(
                    name=teacher.name,
                    masked_id=teacher.id_number_masked,
                    school=str(teacher.school or ""),
                    login_name=account.username if account is not None else gettext("of your own choice"),
                    code="-".join(code[start : start + 4] for start in range(0, len(code), 4)),
                    url=f"{address}{url_for('ActivationView.activate', code=code)}",
                    expires_on=last_day,
                    language=language(),
                )
            )
        response = make_response(paper.render(texts))
        response.headers["Content-Type"] = "application/pdf"
        response.headers["Content-Disposition"] = 'attachment; filename="slips.pdf"'
        return response

    @action(
        "deactivate",
        _("Deactivate"),
        _("Their history is kept. The account, if there is one, keeps its own records legible."),
        "lock",
        kind="danger",
        needs_date=True,
        date_label=_("Last day at the school"),
        reason_codes=lambda: [
            {"code": code, "word": str(word)} for code, word in CODES["teacher", "left_reason"].items()
        ],
    )
    def deactivate(self, items: list[Any], posted: Posted) -> Any:
        for teacher in items:
            register.depart(db.session, teacher, posted.on, posted.reason_code, now_utc())  # type: ignore[arg-type]  (needs_date)
        return ngettext("Deactivated one teacher.", "Deactivated %(num)s teachers.", len(items))


def _stated(form: RecordForm) -> dict[str, Any]:
    return {name: form[name].data for name in STATED}
