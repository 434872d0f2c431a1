"""Standings: the yearly results as a list, the page "why", and issuing certificates for a selection."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, exists, select

from app.domain.days import day_in_china
from app.domain.hours import plain
from app.domain.policy import pack
from app.extensions import db
from app.models import Certificate, Standing
from app.security.actor import current_actor
from app.services import certificates, printing
from app.services.clock import now_utc
from app.views import labels, labels_claims, standing_page
from app.views.access import guarded, holds
from app.views.actions import Posted, action
from app.views.certificates import printed
from app.views.claim_page import category_word
from app.views.filters import Filter
from app.views.list_views import Ready
from app.views.safe import SafeModelView


def _finding(item: Standing) -> str:
    """The answer first: what the year has come to."""
    if item.result == "exempt":
        return gettext("%(year)s: exempt", year=item.year)
    if item.result == "passed":
        return gettext("%(year)s is passed", year=item.year)
    return gettext("%(year)s is not passed yet", year=item.year)


def has_certificate() -> ColumnElement[bool]:
    """Years for which a certificate holds."""
    return exists(
        select(Certificate.id).where(
            Certificate.teacher_id == Standing.teacher_id,
            Certificate.year == Standing.year,
            Certificate.state == "valid",
        )
    )


class StandingView(SafeModelView):
    """年度验证结果. Written by ``services/standings.py`` only, so there is no form."""

    datamodel = SQLAInterface(Standing)
    route_base = "/standings"
    include_route_methods = {"list", "show", "action", "action_post", "why"}
    list_title = _("Standings")
    show_template = "standings/why.html"
    history_columns = ("policy", "school", "total", "carried_in", "carried_out", "result")
    list_columns = ["teacher", "school", "year", "categories", "carried_in", "total", "lacking", "result"]
    extra_columns = ["school.district", "policy", "carried_out", "teacher.title", "teacher.series", "computed_at"]
    order_columns = ["teacher.name", "school.name", "year", "total", "result"]
    base_order = ("year", "desc")
    eager = ["teacher", "school.district"]
    search_text = ["teacher.name", "school.name"]
    filters = [
        Filter("year", "year"),
        Filter("result", "select"),
        Filter("school.district", "lookup"),
        Filter("school", "lookup"),
        Filter("teacher", "lookup"),
        Filter("has_certificate", "bool", title=_("Certificate issued"), where=has_certificate),
    ]
    label_columns = {"categories": _("By category"), "lacking": _("Missing")}
    empty_hint = _("No standings yet. One is kept for every teacher and verified year as soon as there is a teacher.")

    def ready_views(self) -> list[Ready]:
        """By what is still to be done for the latest year that is over, and for the present one."""
        this_year = day_in_china(now_utc()).year
        if current_actor().duties <= {"teacher"}:
            return []
        last = str(this_year - 1)
        coming = {"year": this_year, "result": "not_passed"}
        return [
            Ready("missing", gettext("%(year)s, not passed", year=last), {"year": last, "result": "not_passed"}, True),
            Ready("passed", gettext("%(year)s, passed", year=last), {"year": last, "result": "passed"}),
            Ready(
                "to_print",
                gettext("%(year)s, passed without certificate", year=last),
                {"year": last, "result": ["passed", "exempt"], "has_certificate": 0},
            ),
            Ready("now", gettext("%(year)s, not passed yet", year=this_year), coming),
        ]

    def col_categories(self, item: Standing) -> str:
        policy = pack(item.policy)
        return labels.listed(f"{category_word(policy, name)} {hours}" for name, hours in item.recognised.items())

    def col_lacking(self, item: Standing) -> str:
        policy = pack(item.policy)
        short = [(name, hours) for name, hours in item.missing.items() if hours != "0"]
        return labels.listed(
            f"{gettext('Total') if name == 'total' else category_word(policy, name)} {hours}" for name, hours in short
        )

    def record_sub(self, item: Standing) -> str:
        title = pack(item.policy).title.text(labels.language())
        link = escape(title)
        if holds("can_show", "PolicyView"):
            url = url_for("PolicyView.show", policy_id=item.policy)
            link = Markup('<a href="{}">{}</a>').format(url, title)
        words = escape(gettext("%(teacher)s, %(school)s. By %(policy)s.", teacher="{0}", school="{1}", policy="{2}"))
        return words.format(item.teacher, item.school, link)

    def page_links(self, item: Standing | None) -> list[dict[str, Any]]:
        if item is None and holds("can_lists", "ListView"):
            return [{"label": gettext("Lists of results"), "url": url_for("ListView.start"), "icon": "download"}]
        return []

    def note(self, item: Standing) -> dict[str, Any]:
        return {
            **standing_page.page_values(item),
            "record_title": _finding(item),
            "record_pill": labels_claims.result_pill(item.result),
            "total": plain(item.total),
        }

    def may(self, action: str, item: Standing) -> bool:
        return action != "issue" or item.result in certificates.ISSUED_FOR

    @expose("/why/<pk>", methods=["GET"])
    @guarded
    def why(self, pk: str) -> Any:
        """The page "why" under its own name, for links on paper and in notices."""
        return self.show(pk)

    @action(
        "issue",
        _("Issue and print certificates"),
        _("Only passed and exempt years get one. A certificate that still holds is printed again as it was."),
        "print",
        kind="primary",
    )
    def issue(self, items: list[Standing], posted: Posted) -> Any:
        done = printing.print_standings(db.session, items, labels.language(), current_actor(), now_utc())
        return printed(done, f"certificates-{items[0].year}-{len(items)}")
