"""Certificates: list, record, the PDF of one or of a selection. What a certificate says was frozen when issued."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask import redirect, request, send_file, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.days import day_in_china
from app.extensions import db
from app.models import Certificate, Job
from app.security.actor import current_actor
from app.services import certificates, printing
from app.services.clock import now_utc
from app.views import labels
from app.views.access import guarded
from app.views.actions import Posted, action
from app.views.claim_page import moment
from app.views.filters import Filter
from app.views.list_views import Ready
from app.views.safe import SafeModelView


def printed(done: bytes | Job, name: str) -> Response:
    """The PDF, to open in the browser; or the page of the job that is making it."""
    if isinstance(done, Job):
        return redirect(url_for("JobView.show", pk=done.id))
    return send_file(io.BytesIO(done), mimetype="application/pdf", download_name=f"{name}.pdf")


def name_of(issued: Sequence[Certificate]) -> str:
    """A file name for one certificate or a selection."""
    return issued[0].number if len(issued) == 1 else f"certificates-{len(issued)}"


class CertificateView(SafeModelView):
    """年度验证证明."""

    datamodel = SQLAInterface(Certificate)
    route_base = "/certificates"
    include_route_methods = {"list", "show", "action", "action_post", "pdf"}
    list_title = _("Certificates")
    show_template = "certificates/record.html"
    list_columns = ["number", "teacher", "school", "year", "result", "state", "issued_at"]
    extra_columns = ["school.district", "policy", "series", "ended_at", "replaced_by"]
    show_columns = ["number"]
    history_columns = ("number", "teacher", "school", "year", "result", "state", "issued_at", "ended_at", "end_reason")
    order_columns = ["number", "teacher.name", "school.name", "year", "state", "issued_at"]
    eager = ["teacher", "school.district", "replaced_by"]
    search_text = ["number", "teacher.name"]
    filters = [
        Filter("year", "year"),
        Filter("state", "select"),
        Filter("school.district", "lookup"),
        Filter("school", "lookup"),
        Filter("teacher", "lookup"),
        Filter("issued_at", "date"),
    ]
    empty_hint = _("No certificates yet. They are issued from the standings that passed.")

    def ready_views(self) -> list[Ready]:
        today = day_in_china(now_utc())
        return [
            Ready("valid", gettext("Valid"), {"state": "valid"}),
            Ready("fallen", gettext("Void or superseded"), {"state": ["void", "superseded"]}),
            Ready("new", gettext("Issued this year"), {"issued_at_from": f"{today.year}-01-01"}),
        ]

    def note(self, item: Certificate) -> dict[str, Any]:
        text = item.snapshot[labels.language()]
        return {
            "record_pill": labels.code_mark(
                "certificate", "state", item.state, labels.words_of("certificate", "state")
            ),
            "code": certificates.grouped(item.code),
            "result_word": text["result_word"],
            "total": text["total"]["recognised"],
            "issued_at": moment(item.issued_at),
            "ended_at": moment(item.ended_at) if item.ended_at else "",
        }

    @expose("/pdf/<pk>", methods=["GET"])
    @guarded
    def pdf(self, pk: str) -> Any:
        """The certificate as it was issued, in the language asked for."""
        language = request.args.get("lang", "")
        chosen = self.rows_of([pk])
        data = certificates.render(chosen, language if language in certificates.LANGUAGES else labels.language())
        return printed(data, name_of(chosen))

    def may(self, action: str, item: Certificate) -> bool:
        return action != "void" or item.state == "valid"

    @action(
        "void",
        _("Declare void"),
        _("Whoever checks its code is told from now on. A void certificate stays void; a new one can be issued."),
        "lock",
        multiple=False,
        kind="danger",
        needs_reason=True,
    )
    def void(self, items: list[Certificate], posted: Posted) -> Any:
        for certificate in items:
            certificates.void(db.session, certificate, posted.reason, now_utc())
        return gettext("Declared void.")

    @action("print", _("Print"), "", "print", kind="primary", single=False)
    def print_selection(self, items: list[Certificate], posted: Posted) -> Any:
        done = printing.print_certificates(db.session, items, labels.language(), current_actor(), now_utc())
        return printed(done, name_of(items))
