"""The handbook on screen, the help panel of every page, and the end of the tour.

Which page of the handbook belongs to which screen stands here; how a file becomes a page in ``handbook.py``, the keys
in ``shortcuts.py``, the steps of the tour in ``tour.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.extensions import db
from app.services import preferences
from app.services.clock import now_utc
from app.views import handbook, shortcuts
from app.views.access import guarded, holds
from app.views.labels import language

# (page, anchor) by view, or by view and method where a screen has a section of its own.
PLACES: dict[str, tuple[str, str]] = {
    "HomeView": ("first-steps", "your-home-page"),
    "NoticeView": ("first-steps", "notices"),
    "ProfileView": ("first-steps", "your-profile"),
    "PasswordView": ("first-steps", "password"),
    "SearchView": ("lists", "searching-everything"),
    "ClaimView": ("claiming", "following-a-claim"),
    "ClaimView.list": ("lists", ""),
    "ClaimView.add": ("claiming", "filling-in-a-claim"),
    "ReviewView.compare": ("reviewing", "comparing"),
    "ClaimView.edit": ("claiming", "mending-a-returned-claim"),
    "ReviewView": ("reviewing", ""),
    "BulkReviewView": ("reviewing", "approving-many-at-once"),
    "DelegationView": ("reviewing", "handing-your-queue-to-a-colleague"),
    "ReviewSetupView": ("administration", "reasons-and-samples"),
    "StandingView": ("results", ""),
    "StandingView.why": ("results", "why-a-year-stands-as-it-does"),
    "EntryView": ("results", "the-ledger-of-hours"),
    "CertificateView": ("certificates", ""),
    "ExemptionView": ("results", "exemptions-and-extensions"),
    "ExtensionView": ("results", "exemptions-and-extensions"),
    "TeacherView": ("register", "teachers"),
    "SchoolView": ("register", "schools-and-authorities"),
    "DistrictView": ("register", "schools-and-authorities"),
    "AuthorityView": ("register", "schools-and-authorities"),
    "OrganiserView": ("register", "schools-and-authorities"),
    "ActivityView": ("register", "activities-and-attendance"),
    "AttendanceView": ("register", "activities-and-attendance"),
    "ImportView": ("register", "importing-a-workbook"),
    "JobView": ("register", "long-work"),
    "ListView": ("lists", "lists-of-results-for-other-offices"),
    "StatisticsView": ("statistics", ""),
    "PolicyView": ("rules", ""),
    "PolicyView.rules": ("rules", "the-rules-in-words"),
    "PolicyBindingView": ("rules", "which-policy-binds-which-year"),
    "SimulationView": ("rules", "what-if"),
    "UserView": ("administration", "accounts"),
    "AppointmentView": ("administration", "duties"),
    "RoleView": ("administration", "duties"),
    "AuditView": ("administration", "the-trail"),
    "ActivationView": ("first-steps", "signing-in"),
    "StyleView": ("administration", "settings-and-mail"),
}
BEGINNING = ("first-steps", "")


@dataclass(frozen=True)
class Place:
    """Where in the handbook a screen is explained."""

    page: str
    anchor: str

    @property
    def url(self) -> str:
        """Its address."""
        return url_for("HelpView.show", name=self.page) + (f"#{self.anchor}" if self.anchor else "")


def page_for(endpoint: str | None) -> Place:
    """The page and section that explain the screen of an endpoint; the beginning where it has none."""
    view, _dot, _method = (endpoint or "").partition(".")
    return Place(*(PLACES.get(endpoint or "") or PLACES.get(view) or BEGINNING))


def panel() -> dict[str, Any]:
    """What the help panel of the present screen says: where it is explained, how that begins, which keys work."""
    place = page_for(request.endpoint)
    one = handbook.page(place.page, language())
    section = one.section(place.anchor)
    return {
        "title": section.title or one.title,
        "lead": section.lead or one.lead,
        "url": place.url if holds("can_help", "HelpView") else "",
        "keys": shortcuts.of(request.endpoint),
    }


def foot() -> list[dict[str, Any]]:
    """The last group of the navigation: the rules and their basis, the handbook and the keys."""
    here = (request.endpoint or "").split(".")[0]
    items = []
    if holds("can_list", "PolicyView"):
        items.append(_item(url_for("PolicyView.list"), gettext("Rules and basis"), "rules", here == "PolicyView"))
    if holds("can_help", "HelpView"):
        items.append(_item(url_for("HelpView.start"), gettext("Help and shortcuts"), "help", here == "HelpView"))
    return [{"title": "", "foot": True, "items": items}] if items else []


def _item(url: str, title: str, icon: str, active: bool) -> dict[str, Any]:
    return {"url": url, "title": title, "icon": icon, "active": active, "badge": ""}


class HelpView(BaseView):
    """帮助. ``can_help`` opens the handbook and its pictures, and lets one end or restart one's tour."""

    route_base = "/help"
    default_view = "start"
    class_permission_name = "HelpView"
    base_permissions = ("can_help",)

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("help")
    def start(self) -> Any:
        """The contents, or what was found (``q``)."""
        words = request.args.get("q", "").strip()[:100]
        return self.render_template(
            "help/contents.html",
            title=gettext("Handbook"),
            pages=[handbook.page(name, language()) for name in handbook.PAGES],
            words=words,
            found=handbook.search(words, language()),
            keys=shortcuts.every(),
        )

    @expose("/<name>", methods=["GET"])
    @guarded
    @permission_name("help")
    def show(self, name: str) -> Any:
        """One page."""
        if name not in handbook.PAGES:
            abort(404)
        place = handbook.PAGES.index(name)
        around = [handbook.page(one, language()) for one in handbook.PAGES]
        return self.render_template(
            "help/page.html",
            title=around[place].title,
            one=around[place],
            pages=around,
            before=around[place - 1] if place else None,
            after=around[place + 1] if place + 1 < len(around) else None,
        )

    @expose("/shots/<name>.png", methods=["GET"])
    @guarded
    @permission_name("help")
    def shot(self, name: str) -> Response:
        """A picture of the handbook: one that lies among them, and no other file."""
        file = handbook.picture(name)
        if file is None:
            abort(404)
        return send_file(file, mimetype="image/png", max_age=0)

    @expose("/tour", methods=["POST"])
    @guarded
    @permission_name("help")
    def tour(self) -> Any:
        """The tour was seen or skipped (``again``: is wanted once more)."""
        again = request.form.get("again") == "yes"
        if again:
            preferences.tour_again(db.session, current_user.id)
        else:
            preferences.toured(db.session, current_user.id, now_utc())
        db.session.commit()
        return redirect(url_for("HomeView.index")) if again else ("", 204)
