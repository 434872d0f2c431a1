"""The audit trail on screen: who changed what from what to what, in words."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from app.models import AuditEntry
from app.views import history
from app.views.filters import Filter
from app.views.labels_codes import TABLES
from app.views.safe import SafeModelView

NAMED_IN_LIST = 3


class AuditView(SafeModelView):
    """Read only. ``flask audit verify`` checks the chain of hashes."""

    has_history = False
    datamodel = SQLAInterface(AuditEntry)
    route_base = "/audit"
    exclude_route_methods = {"add", "edit", "delete", "action", "action_post"}
    list_title = _("Audit trail")
    list_columns = ["at", "actor_name", "change", "subject", "subject_id", "fields"]
    label_columns = {"subject": _("What"), "fields": _("What changed")}
    order_columns = ["at"]
    base_order = ("id", "desc")
    search_text = ("actor_name", "subject_id")
    filters = (
        Filter("subject", "select", choices=lambda: [(code, str(word)) for code, word in TABLES.items()]),
        Filter("change", "select"),
        Filter("at", "date"),
    )
    show_columns = ["at", "actor_name", "change", "subject", "subject_id", "differences", "hash"]

    def col_subject(self, item: Any) -> str:
        return str(TABLES.get(item.subject, item.subject))

    def col_fields(self, item: Any) -> str:
        names = [history.field_word(name) for name in history.columns_of(item)]
        more = "…" if len(names) > NAMED_IN_LIST else ""
        return ", ".join(names[:NAMED_IN_LIST]) + more

    def col_differences(self, item: Any) -> Markup:
        """One line a column: its word, what stood there, what stands there now."""
        marks: Any = current_app.jinja_env.get_template("parts/notes.html").module
        lines = Markup("").join(Markup("<li>{}</li>").format(marks.change(one)) for one in history.trail_changes(item))
        return Markup('<ul class="diff">{}</ul>').format(lines)
