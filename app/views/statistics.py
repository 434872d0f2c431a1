"""统计: the schools of a year as a list with its figures, the pages of the city, an authority and a school above it,
and reminding the schools that are behind."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import ColumnElement, select
from werkzeug.wrappers import Response

from app.domain.days import day_in_china
from app.extensions import db
from app.models import Authority, SchoolTally
from app.security.actor import current_actor
from app.services import reminders
from app.services.clock import now_utc
from app.views import figures, home_review, panels
from app.views.access import asked_back, guarded
from app.views.fields import is_key
from app.views.figures import Place, percent
from app.views.filters import Filter
from app.views.home_lists import authority_league, not_passed, school_league
from app.views.list_views import Ready
from app.views.safe import SafeModelView
from app.views.trend import trend
from app.views.year import chosen_year, years

# The schools reminded by one press; more of them are another day's work of the whole city.
MOST_REMINDED = 5000


class StatisticsView(SafeModelView):
    """The progress of the schools. Figures are taken by ``services/tallies.py`` only, so there is no form."""

    datamodel = SQLAInterface(SchoolTally)
    route_base = "/statistics"
    include_route_methods = {"list", "show", "overview", "authority", "remind"}
    default_view = "overview"
    list_title = _("Progress of the schools")
    show_template = "statistics/place.html"
    list_columns = [
        "school", "school.authority", "year", "teachers", "completion", "wait_first", "wait_second", "returned",
        "return_rate",
    ]  # fmt: skip
    order_columns = [
        "school.name", "year", "teachers", "completion", "waiting", "wait_first", "wait_second", "returned",
        "return_rate",
    ]  # fmt: skip
    base_order = ("completion", "asc")
    eager = ["school.authority", "school.district"]
    search_text = ["school.name", "school.code"]
    filters = [
        Filter("year", "year"),
        Filter("school.authority", "lookup"),
        Filter("school.district", "lookup"),
        Filter("school.kind", "select"),
        Filter("school.ownership", "select"),
        Filter("school", "lookup"),
    ]
    label_columns = {
        "school.authority": _("Reviewing authority"),
        "school.kind": _("School type"),
        "teachers": _("Teachers"),
        "completion": _("Share passed"),
        "wait_first": _("To first review"),
        "wait_second": _("To second review"),
        "returned": _("Returned"),
        "return_rate": _("Return rate"),
    }
    empty_hint = _("No figures yet. A worker takes them every ten minutes.")

    def base_criteria(self) -> list[ColumnElement[bool]]:
        return [SchoolTally.teachers + SchoolTally.claims > 0]

    def col_completion(self, item: SchoolTally) -> Any:
        """The share as a bar."""
        asked = item.teachers - item.exempt
        done = percent(item.passed, asked)
        more = max(0, round(percent(item.would_pass, asked) - done, 1))
        return Markup(
            '<span class="bar-row"><svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
            '<rect class="fill" x="0" width="{}" height="6"/><rect class="more" x="{}" width="{}" height="6"/></svg>'
            '<span class="num">{}%</span></span>'
        ).format(done, done, more, done)

    def cell_completion(self, item: SchoolTally) -> str:
        return f"{percent(item.passed, item.teachers - item.exempt)}%"

    def ready_views(self) -> list[Ready]:
        """The year people work on, and the one before."""
        year = chosen_year()
        return [Ready(f"year-{one}", gettext("Year %(year)s", year=one), {"year": one}) for one in (year, year - 1)]

    def col_return_rate(self, item: SchoolTally) -> str:
        return f"{percent(item.returns, item.decisions)}%" if item.decisions else ""

    def record_sub(self, item: SchoolTally) -> str:
        return str(item.school.authority or gettext("Without second review"))

    def page_links(self, item: SchoolTally | None) -> list[dict[str, Any]]:
        if item is None:
            return [{"label": gettext("Overview"), "url": url_for("StatisticsView.overview"), "icon": "chart"}]
        return []

    # --- The pages above the list ---

    @expose("/", methods=["GET"])
    @guarded
    def overview(self) -> Any:
        """All that is within reach: the city for who sees it, one's authority, one's school."""
        return self._page(home_review.place_of(current_actor()))

    @expose("/authority/<pk>", methods=["GET"])
    @guarded
    def authority(self, pk: str) -> Any:
        """One authority's schools; 0 stands for the schools whose own review is the last."""
        if pk == "0":
            return self._page(Place(no_authority=True))
        if not is_key(pk):
            abort(404)
        if not current_actor().sees_all and int(pk) not in current_actor().authority_ids:
            abort(404)
        found = db.session.get(Authority, int(pk))
        if found is None:
            abort(404)
        return self._page(Place(authority=found.id), str(found))

    def note(self, item: SchoolTally) -> dict[str, Any]:
        values = self._values(Place(school=item.school_id), item.year)
        return {**values, "title": str(item.school), "links": _school_links(item)}

    def _page(self, place: Place, title: str = "") -> Any:
        year = chosen_year()
        values = self._values(place, year)
        crumbs = [(gettext("Statistics"), url_for("StatisticsView.overview")), (title, None)] if title else []
        url = panels.schools_url(place, year) if place.school is None else ""
        links = [{"url": url, "label": gettext("Progress of the schools"), "icon": "list"}] if url else []
        return self.render_template(
            "statistics/place.html", title=title or gettext("Statistics"), breadcrumbs=crumbs, links=links, **values
        )

    def _values(self, place: Place, year: int) -> dict[str, Any]:
        now = now_utc()
        policy = figures.policy_of(year)
        total = figures.sums(year, place)
        weeks, recent, returned = figures.weeks(year, now, place)
        stage = "first" if place.school is not None or place.no_authority else "second"
        todo = total.wait_first + (total.wait_second if stage == "second" else 0)
        whole = percent(total.passed, total.asked)
        values: dict[str, Any] = {
            "year": year,
            "sub": gettext("Year %(year)s, figures as of %(at)s", year=year, at=total.as_of)
            if total.as_of
            else gettext("The figures of this year have not been taken yet; a worker takes them every ten minutes."),
            "progress": panels.progress(year, total, policy, place),
            "clocks": panels.clocks(year, now, policy, total, figures.claims_of(year - 1, place), recent, mine=stage),
            "trend": trend(year, now, policy, weeks, todo, stage=stage, place=place),
            "reasons": panels.reasons(returned, year, place),
        }
        if place.school is not None:
            return values | {"listed": not_passed(year, place)}
        if total.schools:
            late = figures.count_behind(year, now, place)
            values["leagues"] = [school_league(year, now, place, total.schools, whole, late)]
            if total.schools > 2 * figures.LEAGUE_ROWS:
                values["leagues"].append(school_league(year, now, place, total.schools, whole, late, best=True))
            if place == figures.ALL:
                values["leagues"].insert(0, authority_league(year, now, whole))
        return values

    # --- Reminding ---

    @expose("/remind", methods=["POST"])
    @guarded
    def remind(self) -> Response:
        """Remind the schools that are behind, of one authority or of all within reach."""
        now, actor = now_utc(), current_actor()
        asked, authority = request.form.get("year", ""), request.form.get("authority", "")
        if asked not in map(str, years(now)) or (authority and not is_key(authority)):
            abort(400)
        year, due_on = int(asked), figures.first_due(int(asked))
        place = Place(authority=int(authority)) if authority else home_review.place_of(actor)
        late = figures.behind(due_on, day_in_china(now))
        rows = db.session.execute(
            select(SchoolTally.school_id, SchoolTally.wait_first)
            .where(SchoolTally.year == year, late, *place.of_school_tally())
            .order_by(SchoolTally.id)
            .limit(MOST_REMINDED)
        ).all()
        told = (
            reminders.remind(db.session, {row[0]: row[1] for row in rows}, year, due_on, actor, now) if due_on else []
        )
        db.session.commit()
        if told:
            count = len(told)
            flash(
                ngettext("%(count)s school was reminded.", "%(count)s schools were reminded.", count, count=count),
                "success",
            )
        else:
            flash(gettext("Nobody was reminded: every school that is behind was reminded today already."), "info")
        return redirect(asked_back() or url_for("HomeView.index"))


def _school_links(item: SchoolTally) -> list[dict[str, str]]:
    place = Place(school=item.school_id)
    found = [
        (panels.standings_url(place, year=item.year), gettext("Standings of the year"), "ring"),
        (panels.claims_url(place, year=item.year), gettext("Claims"), "list"),
    ]
    return [{"url": url, "label": words, "icon": icon} for url, words, icon in found if url]
