"""Which policy binds a year and a series, on screen. The figures themselves stand in the packs."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _

from app.extensions import db
from app.models import PolicyBinding
from app.services import bindings
from app.services.clock import now_utc
from app.views.fields import Required, WholeField
from app.views.filters import Filter
from app.views.forms import RecordForm
from app.views.safe import SafeModelView


def _year() -> Any:
    return WholeField(_("Year"), [Required()], low=2000, high=2100)


class PolicyBindingView(SafeModelView):
    """Bindings go before what the packs bind by themselves. A year with certificates is frozen (DOMAIN §2)."""

    datamodel = SQLAInterface(PolicyBinding)
    route_base = "/bindings"
    exclude_route_methods = {"delete", "action", "action_post"}
    list_title = _("Policy bindings")
    add_title = _("Bind a policy")
    form_note = _("Yearly results of that year and series are computed again when you save.")
    list_columns = ["year", "series", "policy"]
    order_columns = ["year", "series", "policy"]
    base_order = ("year", "desc")
    filters = (Filter("year", "year"), Filter("series", "select"), Filter("policy", "select"))
    show_columns = ["year", "series", "policy"]
    add_columns = edit_columns = ["year", "series", "policy"]
    extra_fields = {"year": _year}

    def write_new(self, form: RecordForm) -> Any:
        return bindings.bind(db.session, None, form.year.data, form.series.data, form.policy.data, now_utc())

    def write_change(self, form: RecordForm, item: Any) -> None:
        bindings.bind(db.session, item, form.year.data, form.series.data, form.policy.data, now_utc())
