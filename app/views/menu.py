"""Every view of the application, and the navigation by task. A view not listed here does not exist."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _

from app.security.actor import current_actor
from app.views import waiting
from app.views.access import holds
from app.views.accounts import AppointmentView, PasswordView, RoleView, UserView
from app.views.activation import ActivationView
from app.views.activities import ActivityView, AttendanceView, EntryView
from app.views.bindings import PolicyBindingView
from app.views.bulk_review import BulkReviewView
from app.views.certificates import CertificateView
from app.views.claims import ClaimView
from app.views.delegations import DelegationView
from app.views.exemptions import ExemptionView
from app.views.extensions import ExtensionView
from app.views.help import HelpView, foot
from app.views.home import HomeView
from app.views.imports import ImportView
from app.views.jobs import JobView
from app.views.lists import ListView
from app.views.login import LoginView
from app.views.lookup import LookupView
from app.views.notes import NoteView
from app.views.notices import NoticeView
from app.views.policies import PolicyView
from app.views.profile import ProfileView
from app.views.register import AuthorityView, DistrictView, OrganiserView, SchoolView
from app.views.review import ReviewView
from app.views.review_setup import ReviewSetupView
from app.views.saved_views import SavedViewView
from app.views.search import SearchView
from app.views.simulations import SimulationView
from app.views.standings import StandingView
from app.views.statistics import StatisticsView
from app.views.style import StyleView
from app.views.teachers import TeacherView
from app.views.trail import AuditView

LOGIN_VIEW = LoginView
HOME_VIEW = HomeView
ACCOUNT_VIEWS: tuple[type, ...] = (UserView, RoleView, AppointmentView, PasswordView, ActivationView)
VIEWS: tuple[type, ...] = (
    LookupView,
    NoticeView,
    ProfileView,
    NoteView,
    SearchView,
    SavedViewView,
    HelpView,
    ReviewView,
    ClaimView,
    StandingView,
    StatisticsView,
    CertificateView,
    ExemptionView,
    ExtensionView,
    BulkReviewView,
    DelegationView,
    ReviewSetupView,
    TeacherView,
    SchoolView,
    DistrictView,
    AuthorityView,
    OrganiserView,
    ActivityView,
    AttendanceView,
    EntryView,
    PolicyView,
    PolicyBindingView,
    SimulationView,
    AuditView,
    ImportView,
    JobView,
    ListView,
    StyleView,
)

# Groups of (view, icon, method, words); words None: the list's own title. A group without a title needs none.
GROUPS: tuple[tuple[Any, tuple[tuple[str, str, str, Any], ...]], ...] = (
    (
        "",
        (
            ("ReviewView", "desk", "review", None),
            ("ClaimView", "list", "list", None),
            ("AttendanceView", "attend", "list", None),
            ("EntryView", "book", "list", None),
        ),
    ),
    (
        _("Reviewing"),
        (
            ("DelegationView", "users", "list", None),
            ("BulkReviewView", "eye", "list", None),
            ("ReviewSetupView", "gear", "setup", None),
        ),
    ),
    (
        _("Yearly results"),
        (
            ("StandingView", "ring", "list", None),
            ("CertificateView", "award", "list", None),
            ("StatisticsView", "chart", "overview", _("Statistics")),
            ("ExemptionView", "exempt", "list", None),
            ("ExtensionView", "extend", "list", None),
        ),
    ),
    (
        _("Register"),
        (
            ("TeacherView", "users", "list", None),
            ("SchoolView", "school", "list", None),
            ("ActivityView", "calendar", "list", None),
            ("OrganiserView", "flag", "list", None),
            ("AuthorityView", "shield", "list", None),
            ("DistrictView", "pin", "list", None),
        ),
    ),
    (
        _("Exchange of data"),
        (
            ("ImportView", "upload", "import", None),
            ("ListView", "download", "lists", None),
            ("JobView", "gear", "list", None),
        ),
    ),
    (
        _("Rules"),
        (
            ("PolicyBindingView", "link", "list", None),
            ("SimulationView", "chart", "simulate", None),
        ),
    ),
    (_("My details"), (("ProfileView", "user", "profile", None),)),
    (
        _("Accounts and trail"),
        (
            ("UserView", "user", "list", None),
            ("AppointmentView", "attend", "list", None),
            ("RoleView", "lock", "list", None),
            ("AuditView", "eye", "list", None),
            ("StyleView", "sliders", "style", None),
        ),
    ),
)

# Where a view's first page is not called after its permission ("import" is no name for a function).
FIRST_PAGES = {
    "ProfileView": "show",
    "ReviewView": "desk",
    "ImportView": "start",
    "ListView": "start",
    "SimulationView": "start", "StyleView": "index",
}

# A teacher's own words for the same lists.
OWN_TITLES: dict[str, Any] = {
    "ClaimView": _("My claims"),
    "AttendanceView": _("My attendance"),
    "EntryView": _("My hours"),
    "StandingView": _("My yearly results"),
    "CertificateView": _("My certificates"),
    "ExemptionView": _("My exemptions"),
    "ExtensionView": _("My extensions"),
}


def navigation() -> list[dict[str, Any]]:
    """The side navigation: groups of items the signed-in user may open, with what waits for them."""
    groups = [
        {
            "title": "",
            "items": [_item(url_for("HomeView.index"), _("Home"), "home", request.endpoint == "HomeView.index")],
        }
    ]
    is_only_teacher = current_actor().duties == {"teacher"} and not current_actor().stands_in
    for title, entries in GROUPS:
        items = []
        for view, icon, method, words in entries:
            if not holds(f"can_{method}", view) or (is_only_teacher and view == "JobView"):
                continue
            # Others find it under their name.
            if view == "ProfileView" and not is_only_teacher:
                continue
            own = OWN_TITLES.get(view) if is_only_teacher else None
            here = (request.endpoint or "").startswith(f"{view}.")
            item = _item(url_for(f"{view}.{FIRST_PAGES.get(view, method)}"), own or words or titles()[view], icon, here)
            if view == "ReviewView":
                item["badge"] = waiting.badge()
                item["short"] = str(_("Desk"))
            items.append(item)
        if items and not title:
            groups[0]["items"] += items
        elif items:
            groups.append({"title": str(title), "items": items})
    return groups + foot()


def titles() -> dict[str, Any]:
    """The words of each view's list."""
    return {view.__name__: getattr(view, "list_title", "") for view in (*VIEWS, *ACCOUNT_VIEWS)}


def user_menu() -> list[dict[str, Any]]:
    """What stands under one's own name."""
    if not holds("can_this_form_get", "PasswordView"):
        return []
    return [
        {"url": url_for("ProfileView.show"), "title": str(_("Profile")), "icon": "user"},
        {"url": url_for("PasswordView.this_form_get"), "title": str(_("Change password")), "icon": "lock"},
    ]


def _item(url: str, title: Any, icon: str, active: bool) -> dict[str, Any]:
    return {"url": url, "title": str(title), "icon": icon, "active": active, "badge": ""}
