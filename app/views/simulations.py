"""What if: the question as a form, the answer as pages. The work is a job's; nothing but that job is written.

What is asked and counted stands in ``services/simulations.py``, the values of the answer in ``simulation_page.py``.
"""

from __future__ import annotations

from typing import Any

import wtforms
from flask import abort, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import func, select
from sqlalchemy.orm import defer

from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.domain.hours import plain
from app.domain.policy import FOLDER, PackFault, Policy, default_pack, packs
from app.domain.policy_node import MOST_BYTES
from app.exchange.table_workbook import XLSX, table_workbook
from app.extensions import db
from app.models import Job, Standing
from app.security.actor import current_actor
from app.services import bindings, simulations
from app.services.clock import now_utc
from app.services.simulations import SIMULATE_JOB
from app.views import labels, simulation_page
from app.views.access import guarded
from app.views.fields import BIGGEST, HoursField, Required
from app.views.jobs import progress
from app.views.labels_codes import SERIES
from app.views.labels_policies import category_title, fault_texts, text_of

RECENT = 10


class SimulationView(BaseView):
    """A city administrator's question; whose answer is its asker's own, as every job is."""

    route_base = "/simulations"
    default_view = "start"
    class_permission_name = "SimulationView"
    base_permissions = ("can_simulate",)
    list_title = _("What if")

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("simulate")
    def start(self) -> Any:
        """Choose year, series and starting policy, and change its figures."""
        base = _start_from(request.args)
        return self._page(base, _figures_of(base["policy"])(data=_present(base["policy"])))

    @expose("/", methods=["POST"])
    @guarded
    @permission_name("simulate")
    def ask(self) -> Any:
        """Put the question down as a job; or show again what was typed, with every fault."""
        base = _start_from(request.form)
        payload = {"year": base["year"], "series": base["series"], "base": base["policy"].id}
        form = _figures_of(base["policy"])(data=_present(base["policy"]))
        text = request.form.get("text", "")[: MOST_BYTES + 1]
        if request.form.get("by") == "text":
            asked = payload | {"text": text.replace("\r\n", "\n")}
            form = _figures_of(base["policy"])(formdata=None, data=_present(base["policy"]))
        elif form.validate():
            asked = payload | {"changes": _changes(base["policy"], form)}
        else:
            return self._page(base, form), 422
        try:
            job = simulations.ask(db.session, asked, current_actor(), now_utc())
            db.session.commit()
        except PackFault as fault:
            db.session.rollback()
            return self._page(base, form, text, fault_texts(fault)), 422
        except Refused as refusal:
            db.session.rollback()
            return self._page(base, form, text, [labels.refusal_text(refusal)]), 422
        return redirect(url_for("SimulationView.show", pk=job.id))

    def _page(self, base: dict[str, Any], form: Any, text: str = "", faults: list[str] | None = None) -> Any:
        recent = db.session.scalars(
            select(Job)
            .where(Job.kind == SIMULATE_JOB, Job.user_id == current_actor().user_id)
            .options(defer(Job.outcome))
            .order_by(Job.id.desc())
            .limit(RECENT)
        )
        policy: Policy = base["policy"]
        return self.render_template(
            "simulations/start.html",
            title=gettext("What if"),
            base=base,
            form=form,
            fields=[one for one in form if one.name != "csrf_token"],
            by_text=request.form.get("by") == "text",
            text=text or (FOLDER / f"{policy.id}.toml").read_text("utf-8"),
            faults=faults or [],
            daily=plain(policy.daily_hours),
            unit=text_of(policy.unit),
            known=[(one.id, text_of(one.title)) for one in packs().values()],
            all_series=list(SERIES.items()),
            recent=[(job, simulation_page.question_words(job.payload), progress(job)) for job in recent],
        )

    @expose("/show/<int:pk>", methods=["GET"])
    @guarded
    @permission_name("simulate")
    def show(self, pk: int) -> Any:
        """The answer: how many would pass, and by district. While it is worked on, how far it is."""
        job = _own(pk)
        return self.render_template(
            "simulations/show.html", **simulation_page.answer_values(job), progress=progress(job)
        )

    @expose("/schools/<int:pk>", methods=["GET"])
    @guarded
    @permission_name("simulate")
    def schools(self, pk: int) -> Any:
        """The schools of a district, or all, in pages."""
        job = _answered(pk)
        return self.render_template("simulations/schools.html", **simulation_page.school_values(job, request.args))

    @expose("/school/<int:pk>/<int:school_id>", methods=["GET"])
    @guarded
    @permission_name("simulate")
    def school(self, pk: int, school_id: int) -> Any:
        """Who of a school would change."""
        job = _answered(pk)
        values = simulation_page.teacher_values(job, school_id)
        if values is None:
            abort(404)
        return self.render_template("simulations/school.html", **values)

    @expose("/file/<int:pk>", methods=["GET"])
    @guarded
    @permission_name("simulate")
    def file(self, pk: int) -> Any:
        """The whole answer as a workbook."""
        job = _answered(pk)
        content = table_workbook(simulation_page.sheets(job))
        name = gettext("What if %(number)s.xlsx", number=job.id)
        return send_file(content, mimetype=XLSX, as_attachment=True, download_name=name)


def _own(pk: int) -> Job:
    job = None
    if pk <= BIGGEST:
        job = db.session.scalars(
            select(Job).where(Job.id == pk, Job.kind == SIMULATE_JOB, Job.user_id == current_actor().user_id)
        ).one_or_none()
    if job is None:
        abort(404)
    return job


def _answered(pk: int) -> Job:
    job = _own(pk)
    if job.state != "done":
        abort(404)
    return job


def _start_from(given: Any) -> dict[str, Any]:
    """Year, series and starting pack that were asked for; else the last year with results, and the pack bound to it."""
    latest = db.session.scalar(select(func.max(Standing.year))) or day_in_china(now_utc()).year
    year = given.get("year", latest, type=int) or latest
    year = year if 2000 <= year <= 2100 else latest
    series = given.get("series", "teacher")
    series = series if series in SERIES else "teacher"
    asked = given.get("base", "")
    if asked not in packs():
        asked = _bound(year, series)
    return {"year": year, "series": series, "policy": packs()[asked]}


def _bound(year: int, series: str) -> str:
    chosen = bindings.bound(db.session).get((year, series))
    try:
        return chosen or default_pack(year, series)
    except Refused:
        return next(reversed(packs()))


def _figures_of(policy: Policy) -> type[FlaskForm]:
    """The form of the figures that may be changed, a minimum for each category of the pack."""
    members: dict[str, Any] = {"total": HoursField(gettext("Total at least"), [Required()])}
    for category in policy.categories:
        label = gettext("%(category)s at least", category=category_title(category))
        members[f"minimum_{category.id}"] = HoursField(label, [wtforms.validators.Optional()])
    members["carry_in"] = wtforms.BooleanField(gettext("Surplus of the year before is taken in"))
    members["carry_out"] = wtforms.BooleanField(gettext("Surplus is carried into the next year"))
    return type("FiguresForm", (FlaskForm,), members)


def _present(policy: Policy) -> dict[str, Any]:
    minima = {f"minimum_{one.id}": one.required for one in policy.categories}
    return {"total": policy.required_total, "carry_in": policy.carry_in, "carry_out": policy.carry_out, **minima}


def _changes(policy: Policy, form: Any) -> dict[str, Any]:
    """The form as the payload states it: hours as texts."""
    minimum = {one.id: form[f"minimum_{one.id}"].data for one in policy.categories}
    return {
        "total": plain(form.total.data),
        "minimum": {name: None if hours is None else plain(hours) for name, hours in minimum.items()},
        "carry_in": form.carry_in.data,
        "carry_out": form.carry_out.data,
    }
