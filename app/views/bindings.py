"""Which policy binds a year and a series, on screen. The figures themselves stand in the packs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, request, url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from app.domain.errors import Refused
from app.domain.policy import packs
from app.extensions import db
from app.models import PolicyBinding
from app.services import bindings
from app.services.clock import now_utc
from app.views import labels, pages
from app.views.access import holds
from app.views.addresses import here
from app.views.fields import Required, WholeField
from app.views.filters import Filter
from app.views.forms import RecordForm
from app.views.labels_codes import SERIES
from app.views.safe import SafeModelView


def _year() -> Any:
    return WholeField(_("Year"), [Required()], low=2000, high=2100)


class PolicyBindingView(SafeModelView):
    """Bindings go before what the packs bind by themselves. A year with certificates is frozen (DOMAIN §2)."""

    datamodel = SQLAInterface(PolicyBinding)
    route_base = "/bindings"
    exclude_route_methods = {"action", "action_post"}
    list_title = _("Policy bindings")
    add_title = _("Bind a policy")
    form_note = _("Yearly results of the series are computed again. How many is said before anything is saved.")
    add_template = "policies/bind_add.html"
    edit_template = "policies/bind_edit.html"
    list_columns = ["year", "series", "policy", "frozen"]
    order_columns = ["year", "series", "policy"]
    base_order = ("year", "desc")
    filters = (Filter("year", "year"), Filter("series", "select"), Filter("policy", "select"))
    show_columns = ["year", "series", "policy", "frozen"]
    add_columns = edit_columns = ["year", "series", "policy"]
    extra_fields = {"year": _year}
    label_columns = {"frozen": _("May it be changed")}
    empty_hint = _("Nothing is bound by hand. Every year goes by the policy that is in force by itself.")

    def col_frozen(self, item: PolicyBinding) -> Any:
        """Frozen or not, with the reason."""
        return frozen_pill(_frozen_by(item))

    def may(self, action: str, item: PolicyBinding) -> bool:
        """A frozen year has no button: the service would refuse."""
        return action not in ("edit", "delete") or _frozen_by(item) is None

    def shape(self, form: RecordForm, item: PolicyBinding | None) -> None:
        """A policy's page leads here with itself filled in."""
        if item is not None or request.method == "POST":
            return
        asked = request.args
        if asked.get("policy") in packs():
            form.policy.data = asked["policy"]
        if asked.get("year", "").isdecimal():
            form.year.data = int(asked["year"][:4])
        if asked.get("series") in form.series.words:
            form.series.data = asked["series"]

    def write_new(self, form: RecordForm) -> Any:
        return bindings.bind(db.session, None, form.year.data, form.series.data, form.policy.data, now_utc())

    def write_change(self, form: RecordForm, item: Any) -> None:
        bindings.bind(db.session, item, form.year.data, form.series.data, form.policy.data, now_utc())

    def remove(self, item: Any) -> None:
        bindings.unbind(db.session, item, now_utc())

    def _written(self, write: Callable[[], Any], form: RecordForm, item: Any | None, words: str) -> Any:
        """Save only what was said: first how many results are computed again, then, sent once more, the change."""
        wanted = (form.year.data, form.series.data, form.policy.data)
        told = ".".join(map(str, wanted))
        is_as_before = item is not None and wanted == (item.year, item.series, item.policy)
        own = (item.year, item.series) if item is not None else None
        is_taken = wanted[:2] != own and wanted[:2] in bindings.bound(db.session)  # the database says so
        if is_as_before or is_taken or request.args.get("told") == told:
            return super()._written(write, form, item, words)
        try:
            affected = bindings.check(db.session, item, *wanted)
        except Refused as refusal:
            form.refuse(labels.refusal_text(refusal), labels.field_of_refusal(refusal))
            return pages.form_page(self, form, item, status=422)
        said = consequence(bindings.recomputed(db.session, affected))
        return pages.form_page(self, form, item, consequence=said, form_action=here({"told": told}))

    def note(self, item: PolicyBinding) -> dict[str, Any]:
        """The way back to the default, and what it would do."""
        title = f"{item.year} {SERIES[item.series]}"
        named = {"title": title, "record_title": title, "breadcrumbs": pages.crumbs(self, title)}
        if not (holds("can_delete", self.name) and self.may("delete", item)):
            return named | {"record_actions": []}
        said = consequence(bindings.recomputed(db.session, [(item.year, item.series)]))
        action = {
            "name": "delete",
            "title": gettext("Back to the default"),
            "url": url_for(f"{self.name}.delete", pk=item.id),
            "confirmation": gettext("The year then goes by the policy that is in force by itself.") + " " + said,
            "icon": "undo",
            "kind": "danger",
        }
        return named | {"record_actions": [action]}

    def page_links(self, item: PolicyBinding | None) -> list[dict[str, Any]]:
        if item is None or not holds("can_show", "PolicyView"):
            return []
        url = url_for("PolicyView.show", policy_id=item.policy, year=item.year)
        return [{"label": gettext("Read the policy"), "url": url, "icon": "rules"}]


def consequence(counts: tuple[int, int]) -> str:
    """What a change of a binding brings with it."""
    teachers, results = counts
    return ngettext(
        "%(results)s yearly results of %(num)s teacher are computed again.",
        "%(results)s yearly results of %(num)s teachers are computed again.",
        teachers,
        results=f"{results:,}",
    )


def _frozen_by(item: PolicyBinding) -> int | None:
    return bindings.frozen_by(db.session, bindings.bound(db.session), item.year, item.series)


def frozen_pill(year: int | None) -> Any:
    """Frozen by the certificates of a year, or open: a glyph and words."""
    marks = current_app.jinja_env.get_template("parts/state.html").module
    if year is None:
        return marks.pill("ok", gettext("May be changed"), "edit")
    return marks.pill("info", gettext("Frozen: certificates of %(year)s rest on it", year=year), "lock")
