"""Certificates: list, record, the PDF of one or of a selection. What a certificate says was frozen when issued."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask import request, send_file
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import Refused
from app.models import Certificate
from app.services import certificates
from app.services.refusals import No
from app.views import labels
from app.views.access import guarded
from app.views.actions import Posted, action
from app.views.filters import Filter
from app.views.safe import SafeModelView

# A page takes some 40 ms; more than this in one request would hold a web worker too long.
MOST_PAGES = 200


def pdf_response(issued: Sequence[Certificate], *, language: str | None = None) -> Response:
    """One PDF of the certificates, to open in the browser. Raises Refused where they are too many for one request."""
    if len(issued) > MOST_PAGES:
        raise Refused(No.TOO_MANY_PAGES, most=MOST_PAGES)
    data = certificates.render(issued, language or labels.language())
    name = issued[0].number if len(issued) == 1 else f"certificates-{len(issued)}"
    return send_file(io.BytesIO(data), mimetype="application/pdf", download_name=f"{name}.pdf")


class CertificateView(SafeModelView):
    """年度验证证明."""

    datamodel = SQLAInterface(Certificate)
    route_base = "/certificates"
    include_route_methods = {"list", "show", "action", "action_post", "pdf"}
    list_title = _("Certificates")
    show_template = "certificates/record.html"
    list_columns = ["number", "teacher", "school", "year", "result", "state", "issued_at"]
    show_columns = [
        "number",
        "teacher",
        "school",
        "year",
        "result",
        "state",
        "issued_at",
        "ended_at",
        "replaced_by",
    ]
    order_columns = ["number", "teacher.name", "school.name", "year", "state", "issued_at"]
    eager = ["teacher", "school.district", "replaced_by"]
    search_text = ["number", "teacher.name"]
    filters = [
        Filter("year", "year"),
        Filter("state", "select"),
        Filter("school.district", "lookup"),
        Filter("school", "lookup"),
        Filter("teacher", "lookup"),
    ]
    empty_hint = _("No certificates yet. They are issued from the standings that passed.")

    def note(self, item: Certificate) -> dict[str, Any]:
        return {
            "record_pill": labels.code_mark(
                "certificate", "state", item.state, labels.words_of("certificate", "state")
            ),
            "code": certificates.grouped(item.code),
            "verify_url": item.snapshot["zh"]["verify_url"],
        }

    @expose("/pdf/<pk>", methods=["GET"])
    @guarded
    def pdf(self, pk: str) -> Any:
        """The certificate as it was issued, in the language asked for."""
        language = request.args.get("lang", "")
        return pdf_response(self.rows_of([pk]), language=language if language in certificates.LANGUAGES else None)

    @action("print", _("Print"), "", "print", kind="primary", single=False)
    def print_selection(self, items: list[Certificate], posted: Posted) -> Any:
        return pdf_response(items)
