"""Long work as its owner sees it: how far it is, what came of it. Runs nothing; that is the worker's business."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from flask import abort, jsonify, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import defer

from app.extensions import db
from app.models import Job
from app.security.actor import current_actor
from app.services import import_files
from app.services.bindings import REBUILD_JOB
from app.services.clock import now_utc
from app.services.exports import EXPORT_JOB
from app.services.imports import PLAN_JOB, WRITE_JOB
from app.services.lists import LIST_JOB
from app.services.printing import PRINT_JOB
from app.services.simulations import SIMULATE_JOB
from app.services.store import store
from app.views import labels, list_export
from app.views.access import denied, guarded, holds
from app.views.fields import BIGGEST
from app.views.listing import COUNT_LIMIT
from app.views.simulation_page import question_text

PAGE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KIND_WORDS: dict[str, Any] = {
    PLAN_JOB: _("Checking a file"),
    WRITE_JOB: _("Importing a file"),
    PRINT_JOB: _("Printing certificates"),
    REBUILD_JOB: _("Recomputing standings"),
    SIMULATE_JOB: _("What if"),
    LIST_JOB: _("List of yearly results"),
    EXPORT_JOB: _("Export of a list"),
}
STATE_WORDS: dict[str, Any] = {
    "queued": _("Waiting"),
    "running": _("Running"),
    "done": _("Done"),
    "failed": _("Failed"),
}
STATE_TONES = {"queued": "info", "running": "info", "done": "ok", "failed": "bad"}
FAILURE_WORDS: dict[str, Any] = {
    "account_closed": _("The account that started this was closed."),
    "out_of_reach": _("You may no longer change these records."),
    "export_too_long": _("There are more rows than a sheet holds. Narrow the list and export it in parts."),
    "file_missing": _("The file is not there any more. Upload it again."),
}


FAILED = _("This did not work. Nothing more is done; try again, or tell the administrator.")


class JobView(BaseView):
    """One's own jobs. They go on when the page is closed."""

    route_base = "/jobs"
    default_view = "list"
    class_permission_name = "JobView"
    base_permissions = ("can_list", "can_show")
    list_title = _("Long work")

    @expose("/list/", methods=["GET"])
    @guarded
    @permission_name("list")
    def list(self) -> Any:
        """The latest first."""
        page = min(max(0, request.args.get("page", 0, type=int) or 0), COUNT_LIMIT)
        own = Job.user_id == current_actor().user_id
        count = db.session.scalar(select(func.count()).select_from(Job).where(own)) or 0
        rows = db.session.scalars(
            select(Job).where(own).options(defer(Job.outcome)).order_by(Job.id.desc()).offset(page * PAGE).limit(PAGE)
        ).all()
        return self.render_template(
            "jobs/list.html",
            title=gettext("Long work"),
            rows=[(job, progress(job)) for job in rows],
            page=page,
            page_size=PAGE,
            count=count,
        )

    @expose("/show/<int:pk>", methods=["GET"])
    @guarded
    @permission_name("show")
    def show(self, pk: int) -> Any:
        """One job; that of an import on the import's own page."""
        job = _own(pk)
        if job.kind == SIMULATE_JOB:
            return redirect(url_for("SimulationView.show", pk=job.id))
        if job.kind == PLAN_JOB:
            return redirect(url_for("ImportView.review", pk=job.id))
        if job.kind == WRITE_JOB:
            return redirect(url_for("ImportView.review", pk=job.payload["plan"]))
        made = url_for("JobView.file", pk=job.id) if job.state == "done" and "file" in (job.outcome or {}) else ""
        return self.render_template(
            "jobs/show.html",
            title=str(word(job)),
            job=job,
            progress=progress(job),
            file_url=made,
            is_workbook=bool((job.outcome or {}).get("sealed")),
            is_export=job.kind == EXPORT_JOB,
        )

    @expose("/file/<int:pk>", methods=["GET"])
    @guarded
    @permission_name("show")
    def file(self, pk: int) -> Any:
        """What a job has made, for its owner."""
        job = _own(pk)
        made = job.outcome or {}
        if "filename" not in made or "file" not in made:
            abort(404)
        if job.kind == EXPORT_JOB:
            view, kind = list_export.of_job(job)
            if not holds("can_list", view):
                return denied()
            return list_export.sent(import_files.fetch(made["file"]), kind, made["filename"])
        if made.get("sealed"):
            # A list of results with ID numbers: kept encrypted, and for as long as one may ask for such lists.
            if not holds("can_lists", "ListView"):
                return denied()
            workbook = io.BytesIO(import_files.fetch(made["file"]))
            return send_file(workbook, mimetype=XLSX, download_name=made["filename"], as_attachment=True)
        return send_file(
            store().path(made["file"]), mimetype="application/pdf", download_name=made["filename"], etag=made["file"]
        )

    @expose("/state/<int:pk>", methods=["GET"])
    @guarded
    @permission_name("show")
    def state(self, pk: int) -> Any:
        """How far a job is, for the script of its page."""
        return jsonify(progress(_own(pk)))


def _own(pk: int) -> Job:
    if pk > BIGGEST:
        abort(404)
    job = db.session.scalars(
        select(Job).where(Job.id == pk, Job.user_id == current_actor().user_id)
    ).one_or_none()
    if job is None:
        abort(404)
    return job


def word(job: Job) -> Any:
    """What a job does, in words."""
    return KIND_WORDS.get(job.kind, job.kind)


def progress(job: Job) -> dict[str, Any]:
    """A job's progress as plain values and words."""
    percent = 100 if job.state == "done" else 100 * job.done // job.total if job.total else 0
    return {
        "id": job.id,
        "kind": str(word(job)),
        "state": job.state,
        "state_word": str(STATE_WORDS[job.state]),
        "tone": STATE_TONES[job.state],
        "is_over": job.state in ("done", "failed"),
        "done": job.done,
        "total": job.total,
        "percent": percent,
        "words": _words(job, now_utc()),
        "url": url_for("JobView.state", pk=job.id),
        "asked_at": labels.fact(job.created_at),
        "filename": question_text(job.payload) if job.kind == SIMULATE_JOB else job.payload.get("filename", ""),
    }


def _words(job: Job, now: datetime) -> str:
    if job.state == "queued":
        return gettext("Waiting for its turn. You may close this page.")
    if job.state == "failed":
        code = (job.outcome or {}).get("failed", "")
        return str(FAILURE_WORDS.get(code, FAILED))
    rows = gettext("%(done)s of %(total)s rows", done=f"{job.done:,}", total=f"{job.total:,}")
    if job.state == "done" or not job.total:
        return rows
    left = _seconds_left(job, now)
    if left is None:
        return gettext("%(rows)s. It goes on when this page is closed.", rows=rows)
    about = ngettext("about %(num)s second left", "about %(num)s seconds left", left)
    return gettext("%(rows)s, %(about)s. It goes on when this page is closed.", rows=rows, about=about)


def _seconds_left(job: Job, now: datetime) -> int | None:
    if not job.done or job.started_at is None:
        return None
    return max(1, round((now - job.started_at).total_seconds() / job.done * (job.total - job.done)))
