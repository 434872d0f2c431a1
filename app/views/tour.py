"""The tour at the first sign-in: five steps a role, each beside what it speaks of on the home page.

A step names where it points by selectors of the page's frame, the first one that is seen wins; where none is, the card
stands by itself. It is shown until it was seen or skipped (``Preference.toured_at``), and again when asked for.
"""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from flask_login import current_user

from app.extensions import db
from app.security.actor import current_actor
from app.services import preferences
from app.views.labels import DUTY_ORDER

Step = tuple[Any, Any, tuple[str, ...]]

def _to(place: str) -> tuple[str, ...]:
    """The links to a place: in the side navigation, on phones in the tab bar."""
    return (f".sidebar a[href^='/{place}']", f".tabbar a[href^='/{place}']")


HOME = (".page-header", "main h1")
HELP = ("[data-dialog='keys']", ".sidebar .foot a[href^='/help']")
WELCOME: Step = (
    _("Welcome to Xueshi"),
    _("This page tells what waits for you and by when. The brand at the top left brings you back here."),
    HOME,
)
ENOUGH: Step = (
    _("Help is one key away"),
    _(
        "Press ? on any page: how it is used, the keys that work there, and the handbook. "
        "The tour can be taken again from the handbook."
    ),
    HELP,
)
DESK: Step = (
    _("The review desk"),
    _(
        "What waits for you, most urgent first, with the evidence beside the rules. "
        "A approves, R returns, X rejects, Z takes back."
    ),
    (*_to("review"), *_to("claims")),
)
LISTS: Step = (
    _("Lists"),
    _("Search, filter, choose columns, keep a view of your own, and export exactly what is shown."),
    (".sidebar a[href^='/claims/list']", ".tabbar a[href^='/claims/list']", ".sidebar a[href*='/list/']"),
)
RULES: Step = (
    _("Rules and basis"),
    _("Every figure names its rule and clause. Here all of them stand in words."),
    (".sidebar a[href^='/policies']",),
)

STEPS: dict[str, tuple[Step, ...]] = {
    "teacher": (
        WELCOME,
        (
            _("Claim hours"),
            _(
                "Choose what you did, enter the dates, photograph the certificate. "
                "The hours are worked out as you type."
            ),
            _to("claims"),
        ),
        (
            _("How your year stands"),
            _("What counted, what did not and why, what is missing, and by when."),
            (*_to("standings"), ".rings"),
        ),
        (
            _("Your certificate"),
            _("Once the year is passed and the certificate issued, print it here."),
            _to("certificates"),
        ),
        ENOUGH,
    ),
    "school": (
        WELCOME,
        DESK,
        (
            _("Your teachers"),
            _("Keep the roster, print activation slips, and import a workbook where there are many."),
            _to("teachers"),
        ),
        (
            _("Yearly results"),
            _("Who has passed, who lacks what, and the certificates."),
            _to("standings"),
        ),
        ENOUGH,
    ),
    "authority": (WELCOME, DESK, LISTS, RULES, ENOUGH),
    "city": (
        WELCOME,
        (
            _("Which policy binds which year"),
            _("Packs of rules are bound to years and series here. What if answers what a changed rule would do."),
            (".sidebar a[href^='/bindings']", ".sidebar a[href^='/policies']"),
        ),
        (
            _("The register"),
            _("Districts, schools and teachers, by hand or from a workbook."),
            (".sidebar a[href^='/schools']", ".sidebar a[href^='/teachers']"),
        ),
        LISTS,
        ENOUGH,
    ),
    "other": (
        WELCOME,
        (
            _("The navigation"),
            _("Only what is yours to do stands here, by task. On a phone it opens by More."),
            (".sidebar .nav", "[data-open-nav]"),
        ),
        (
            _("Lists"),
            _("Search, filter, choose columns, keep a view of your own, and export exactly what is shown."),
            (".sidebar a[href*='/list/']", ".tabbar a[href*='/list/']"),
        ),
        (
            _("Your own name"),
            _("Your password, the language and the light or dark look are here. Sign out when you have finished."),
            (".user-menu",),
        ),
        ENOUGH,
    ),
}


def steps() -> list[dict[str, Any]]:
    """The steps to show on this page: none but on the home page, and none once they were seen."""
    if request.endpoint != "HomeView.index" or not current_user.is_authenticated:
        return []
    known = preferences.of_user(db.session, current_user.id)
    if known is not None and known.toured_at is not None:
        return []
    duties = current_actor().duties
    role = next((duty for duty in DUTY_ORDER if duty in duties), "other")
    return [
        {"title": str(title), "text": str(text), "at": list(at)}
        for title, text, at in STEPS.get(role, STEPS["other"])
    ]
