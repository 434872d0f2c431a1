"""The register on screen: districts, reviewing authorities, organisers, schools."""

from __future__ import annotations

from typing import Any

import wtforms
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app.domain.errors import Refused
from app.domain.identity import check_district_code, check_school_code
from app.extensions import db
from app.models import Authority, District, Organiser, School
from app.services import register
from app.services.clock import now_utc
from app.services.refusals import No
from app.views.filters import Filter
from app.views.forms import RecordForm
from app.views.pages import Related
from app.views.safe import SafeModelView


class DistrictView(SafeModelView):
    """Administrative districts, GB/T 2260."""

    datamodel = SQLAInterface(District)
    route_base = "/districts"
    list_title = _("Districts")
    add_title = _("New district")
    list_columns = ["name", "code"]
    order_columns = ["name", "code"]
    base_order = ("code", "asc")
    search_text = ("name", "code")
    empty_hint = _("No districts. A new installation brings those of the city along.")
    show_columns = ["name", "code"]
    add_columns = edit_columns = ["code", "name"]
    related = (Related("SchoolView", "district"),)

    def write_new(self, form: RecordForm) -> Any:
        form.code.data = check_district_code(form.code.data)
        return super().write_new(form)

    def write_change(self, form: RecordForm, item: Any) -> None:
        form.code.data = check_district_code(form.code.data)
        super().write_change(form, item)


class AuthorityView(SafeModelView):
    """Who does second reviews: the districts' bureaus and the municipal training centre (S1 §四)."""

    datamodel = SQLAInterface(Authority)
    route_base = "/authorities"
    list_title = _("Reviewing authorities")
    add_title = _("New reviewing authority")
    list_columns = ["name", "code", "kind", "district"]
    order_columns = ["name", "code", "kind"]
    base_order = ("code", "asc")
    search_text = ("name", "code")
    filters = (Filter("kind", "select"), Filter("district", "lookup"))
    empty_hint = _("No reviewing authorities. Each district has its bureau; the training centre reviews for the rest.")
    show_columns = ["name", "code", "kind", "district"]
    add_columns = edit_columns = ["code", "name", "kind", "district"]
    related = (Related("SchoolView", "authority"),)


class OrganiserView(SafeModelView):
    """Who runs activities."""

    datamodel = SQLAInterface(Organiser)
    route_base = "/organisers"
    list_title = _("Organisers")
    add_title = _("New organiser")
    list_columns = ["name", "level", "is_education_authority"]
    order_columns = ["name", "level"]
    base_order = ("name", "asc")
    search_text = ("name",)
    filters = (Filter("level", "select"), Filter("is_education_authority", "bool"))
    empty_hint = _("No organisers yet. Whoever runs courses is entered here first; its activities follow.")
    show_columns = ["name", "level", "is_education_authority"]
    add_columns = edit_columns = ["name", "level", "is_education_authority"]
    related = (Related("ActivityView", "organiser"),)


def _no_second_review() -> Any:
    return wtforms.BooleanField(
        _("No second review"), description=_("The school's own review is the last one. State no authority then.")
    )


class SchoolView(SafeModelView):
    """Employing units. A closed one is deactivated, its history kept (SCOPE)."""

    datamodel = SQLAInterface(School)
    route_base = "/schools"
    list_title = _("Schools")
    add_title = _("New school")
    list_columns = ["name", "code", "district", "authority", "kind", "ownership", "is_active"]
    order_columns = ["name", "code", "district.name", "kind", "ownership"]
    base_order = ("code", "asc")
    search_text = ("name", "code")
    empty_hint = _("No schools here. Schools are imported from a workbook, or entered one by one.")
    filters = (
        Filter("district", "lookup"),
        Filter("authority", "lookup"),
        Filter("kind", "select"),
        Filter("ownership", "select"),
        Filter("is_active", "bool"),
    )
    show_columns = ["name", "code", "district", "authority", "kind", "ownership", "is_active"]
    add_columns = ["code", "name", "district", "authority", "no_second_review", "kind", "ownership"]
    edit_columns = ["code", "name", "district", "authority", "no_second_review", "kind", "ownership", "is_active"]
    description_columns = {
        "authority": _("Empty: the bureau of the district."),
        "is_active": _("A closed school keeps its history. Its teachers have to be moved or leave first."),
    }
    related = (
        Related("TeacherView", "school"),
        Related("ClaimView", "school"),
        Related("StandingView", "school"),
    )

    extra_fields = {"no_second_review": _no_second_review}

    def write_new(self, form: RecordForm) -> Any:
        code = check_school_code(form.code.data)
        if db.session.scalar(select(School.id).where(School.code == code)) is not None:
            raise Refused(No.CODE_TAKEN)
        return register.put_school(db.session, code, now_utc(), **_stated(form))

    def write_change(self, form: RecordForm, item: Any) -> None:
        item.code = check_school_code(form.code.data)
        was_active = item.is_active
        register.write_school(db.session, item, item.code, _stated(form))
        item.is_active = was_active
        if form.is_active.data != was_active:
            change = register.reopen_school if form.is_active.data else register.close_school
            change(db.session, item, now_utc())
        db.session.flush()


def _stated(form: RecordForm) -> dict[str, Any]:
    """What the form states. Without an authority it is the district's; that there is none has to be said."""
    stated = {name: form[name].data for name in register.STATED_OF_SCHOOL}
    if form.no_second_review.data:
        if stated["authority"] is not None:
            raise Refused(No.REVIEW_TWICE)
    elif stated["authority"] is None:
        stated["authority"] = register.authority_of_district(db.session, stated["district"])
    return stated
