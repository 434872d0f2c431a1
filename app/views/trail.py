"""The audit trail on screen: who changed what from what to what, in words."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from markupsafe import Markup, escape

from app.models import AuditEntry, Model
from app.views import labels
from app.views.filters import Filter
from app.views.labels_codes import TABLES
from app.views.safe import SafeModelView

NAMED_IN_LIST = 3


class AuditView(SafeModelView):
    """Read only. ``flask audit verify`` checks the chain of hashes."""

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
        names = [str(labels.column_word(_relation(name))) for name in _names(item)]
        more = "…" if len(names) > NAMED_IN_LIST else ""
        return ", ".join(names[:NAMED_IN_LIST]) + more

    def col_differences(self, item: Any) -> Markup:
        """One line a column: its word, what stood there, what stands there now."""
        before, after = item.before or {}, item.after or {}
        lines = [
            Markup("<li><b>{}</b> <del>{}</del> → <ins>{}</ins></li>").format(
                labels.column_word(_relation(name)),
                _value(item.subject, name, before.get(name)),
                _value(item.subject, name, after.get(name)),
            )
            for name in _names(item)
        ]
        return Markup('<ul class="diff">{}</ul>').format(Markup("").join(lines))


def _names(item: Any) -> list[str]:
    return list(dict.fromkeys([*(item.before or {}), *(item.after or {})]))


def _relation(name: str) -> str:
    return name.removesuffix("_id")


def _value(table: str, name: str, value: Any) -> Any:
    if value is None:
        return "–"
    words = labels.words_of(table, name) if table in Model.metadata.tables else None
    if words is not None and str(value) in words:
        return str(words[str(value)])
    return escape(str(value)[:500])
