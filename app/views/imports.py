"""The import screen: choose a file, see what it would do, then let it. The work itself is done by jobs.

What a row means stands in ``services/``; what its faults are called, in ``exchange/``.
"""

from __future__ import annotations

import io
from typing import Any

from flask import abort, flash, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import defer

from app.exchange.blank import blank_workbook
from app.exchange.fault_words import fault_text, file_text, heading_of
from app.exchange.layouts import LAYOUTS
from app.exchange.workbook import MAX_BYTES, FileFault, FileRefused
from app.extensions import db
from app.models import Job
from app.security.actor import current_actor
from app.services import import_files, jobs
from app.services.clock import now_utc
from app.services.import_rows import Kind
from app.services.imports import PLAN_JOB, WRITE_JOB
from app.views import labels
from app.views.access import guarded, holds
from app.views.fields import BIGGEST
from app.views.jobs import progress
from app.views.listing import COUNT_LIMIT

KIND_WORDS = {
    Kind.TEACHERS: _("Teachers"),
    Kind.SCHOOLS: _("Schools"),
    Kind.ATTENDANCE: _("Attendance"),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SORTS = ("faulty", "changed", "new")
ROWS_A_PAGE = 50
RECENT = 10


class ImportView(BaseView):
    """``can_import`` opens the screen; ``can_import_<kind>`` says what may be imported. Whose rows, reach says."""

    route_base = "/imports"
    default_view = "start"
    class_permission_name = "ImportView"
    base_permissions = ("can_import", *(f"can_import_{kind}" for kind in Kind))
    list_title = _("Import")

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("import")
    def start(self) -> Any:
        """Choose what to import and the file."""
        recent = db.session.scalars(
            select(Job)
            .where(Job.kind == PLAN_JOB, Job.user_id == current_actor().user_id)
            .options(defer(Job.outcome))
            .order_by(Job.id.desc())
            .limit(RECENT)
        )
        kinds = _kinds()
        return self.render_template(
            "imports/start.html",
            title=gettext("Import"),
            kinds=[(str(kind), KIND_WORDS[kind], _headings(kind)) for kind in kinds],
            chosen=request.args.get("kind", str(kinds[0]) if kinds else ""),
            recent=[(job, KIND_WORDS[Kind(job.payload["kind"])], labels.fact(job.created_at)) for job in recent],
            most=MAX_BYTES // 1024 // 1024,
        )

    @expose("/", methods=["POST"])
    @guarded
    @permission_name("import")
    def upload(self) -> Any:
        """Keep the file and have it judged."""
        kind = _kind(request.form.get("kind", ""))
        file = request.files.get("file")
        content = file.stream.read(MAX_BYTES + 1) if file is not None else b""
        if len(content) > MAX_BYTES:
            return self._again(kind, FileRefused(FileFault.TOO_LARGE, most=MAX_BYTES // 1024 // 1024))
        if not content or file is None:
            return self._again(kind, FileRefused(FileFault.EMPTY))
        payload = {
            "kind": str(kind),
            "file": import_files.keep(content),
            "filename": (file.filename or "")[-120:],
            "language": labels.language(),
        }
        job = jobs.enqueue(db.session, PLAN_JOB, payload, current_actor(), now_utc())
        db.session.commit()
        return redirect(url_for("ImportView.review", pk=job.id))

    def _again(self, kind: Kind, refusal: FileRefused) -> Any:
        flash(file_text(refusal), "danger")
        return redirect(url_for("ImportView.start", kind=str(kind)))

    @expose("/show/<int:pk>", methods=["GET"])
    @guarded
    @permission_name("import")
    def review(self, pk: int) -> Any:
        """What the file would do: the tally, the faulty rows, what would change."""
        job = _plan_of(pk)
        outcome = job.outcome or {}
        kind = Kind(job.payload["kind"])
        tally = outcome.get("tally", {})
        sort = request.args.get("rows", "")
        counts = {"faulty": tally.get("faulty", 0), "changed": tally.get("changed", 0), "new": tally.get("new", 0)}
        if sort not in SORTS:
            sort = next((one for one in SORTS if counts[one]), "faulty")
        page = min(max(0, request.args.get("page", 0, type=int) or 0), COUNT_LIMIT)
        rows = outcome.get("rows", {}).get(sort, [])
        written = _write_of(job)
        return self.render_template(
            "imports/review.html",
            title=gettext("Check, then import"),
            job=job,
            progress=progress(job),
            kind=kind,
            kind_word=KIND_WORDS[kind],
            tally=tally,
            counts=counts,
            total=sum(tally.values()),
            unreadable=_unreadable(outcome),
            sort=sort,
            rows=[_shown(kind, row) for row in rows[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE]],
            page=page,
            page_size=ROWS_A_PAGE,
            kept=len(rows),
            has_errors=bool(outcome.get("errors")),
            written=written,
            written_progress=progress(written) if written is not None else None,
        )

    @expose("/write/<int:pk>", methods=["POST"])
    @guarded
    @permission_name("import")
    def write(self, pk: int) -> Any:
        """Have the judged file written. Asking twice asks once."""
        plan = _plan_of(pk)
        _kind(plan.payload["kind"])
        tally = (plan.outcome or {}).get("tally")
        if plan.state != "done" or tally is None:
            abort(409)
        accept_good = request.form.get("accept_good") == "yes"
        if _write_of(plan) is None:
            if tally["faulty"] and not accept_good:
                abort(409)
            payload = {**plan.payload, "plan": plan.id, "accept_good": accept_good}
            jobs.enqueue(db.session, WRITE_JOB, payload, current_actor(), now_utc())
            db.session.commit()
        return redirect(url_for("ImportView.review", pk=pk))

    @expose("/errors/<int:pk>", methods=["GET"])
    @guarded
    @permission_name("import")
    def errors(self, pk: int) -> Any:
        """The errors workbook of a judged file."""
        plan = _plan_of(pk)
        name = (plan.outcome or {}).get("errors")
        if not name:
            abort(404)
        stem = plan.payload["filename"].rpartition(".")[0] or str(plan.payload["kind"])
        return _download(import_files.fetch(name), gettext("%(file)s errors.xlsx", file=stem))

    @expose("/blank/<kind>", methods=["GET"])
    @guarded
    @permission_name("import")
    def blank(self, kind: str) -> Any:
        """An empty workbook with the headings of a kind."""
        wanted = _kind(kind)
        return _download(blank_workbook(LAYOUTS[wanted]), f"{KIND_WORDS[wanted]}.xlsx")


def _download(content: bytes, name: str) -> Any:
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def _kinds() -> list[Kind]:
    """What the signed-in user may import."""
    return [kind for kind in Kind if holds(f"can_import_{kind}", "ImportView")]


def _kind(text: str) -> Kind:
    """A kind the user may import; 404 for what is none, 403 for what is not theirs."""
    if text not in set(Kind):
        abort(404)
    if Kind(text) not in _kinds():
        abort(403)
    return Kind(text)


def _headings(kind: Kind) -> str:
    columns = LAYOUTS[kind].columns
    required = gettext("%(headings)s (required)", headings="、".join(c.heading for c in columns if c.is_required))
    return "、".join([required, *(c.heading for c in columns if not c.is_required)])


def _plan_of(pk: int) -> Job:
    """The user's own judged file; reach narrows jobs to one's own, and the city sees no other's uploads either."""
    if pk > BIGGEST:
        abort(404)
    job = db.session.scalars(
        select(Job).where(Job.id == pk, Job.kind == PLAN_JOB, Job.user_id == current_actor().user_id)
    ).one_or_none()
    if job is None:
        abort(404)
    return job


def _write_of(plan: Job) -> Job | None:
    """The job that wrote, or is writing, a judged file."""
    for job in db.session.scalars(
        select(Job).where(Job.kind == WRITE_JOB, Job.user_id == plan.user_id, Job.id > plan.id).order_by(Job.id)
    ):
        if job.payload.get("plan") == plan.id:
            return job
    return None


def _unreadable(outcome: dict[str, Any]) -> str:
    code = outcome.get("unreadable")
    return file_text(FileRefused(FileFault(code), **outcome.get("facts", {}))) if code else ""


def _shown(kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the report in words."""
    layout = LAYOUTS[kind]
    shown: dict[str, Any] = {"row": row["row"], "label": row["label"], "under": row["under"]}
    shown["faults"] = [
        {
            "heading": heading_of(layout, fault["field"]),
            "value": fault["shown"],
            "words": fault_text(fault["code"], fault["facts"]),
        }
        for fault in row.get("faults", [])
    ]
    shown["differences"] = [
        {
            "column": labels.column_word(one["field"]),
            "before": _word(kind, one["field"], one["before"]),
            "after": _word(kind, one["field"], one["after"]),
        }
        for one in row.get("differences", [])
    ]
    code, count = row.get("consequence") or ("", 0)
    shown["consequence"] = _consequence(code, count)
    return shown


def _consequence(code: str, count: int) -> str:
    if code == "claims_stay":
        return gettext("%(count)s claims under review stay with the old school", count=count)
    if code == "identity":
        return gettext(
            "Same ID number: name, subject and title must read the same on every platform, or the year cannot be "
            "transferred (IDENTITY)"
        )
    return ""


def _word(kind: Kind, field: str, value: Any) -> str:
    if value is None or value == "":
        return gettext("empty")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    column = LAYOUTS[kind].by_field.get(field)
    if column is not None and column.vocabulary is not None:
        return column.vocabulary.word(value) or str(value)
    return str(value)
