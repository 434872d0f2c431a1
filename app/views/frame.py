"""What every page has around it: who acts, the navigation by task, the languages, the banner of the demonstration."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, session, url_for
from flask_babel import get_locale
from flask_login import current_user, logout_user
from sqlalchemy import select

from app.domain.days import day_in_china
from app.domain.hours import plain
from app.extensions import db
from app.models import NumberSeries
from app.security.actor import NOBODY, actor_of, current_actor, set_actor
from app.services import logins
from app.services.clock import now_utc
from app.views import help, tour, year
from app.views.access import holds
from app.views.addresses import here
from app.views.delegations import banner
from app.views.labels import language, listed, role_word
from app.views.labels_rules import rule_mark
from app.views.menu import navigation, user_menu
from app.views.notices import bell

# A row that only the loader of the demonstration writes.
DEMO_KEY = "demonstration"
# Whose pages speak of a year.
YEARLY = frozenset({"teacher", "school", "authority", "city", "auditor"})


def init_frame(app: Flask) -> None:
    """Set the actor of every request, and give every template its frame."""
    app.jinja_env.filters["hours"] = plain
    app.jinja_env.globals["here"] = here
    app.jinja_env.globals["rule_mark"] = rule_mark
    app.jinja_env.globals["help_panel"] = help.panel
    app.jinja_env.globals["tour_steps"] = tour.steps
    app.jinja_env.globals["spoken"] = language
    app.jinja_env.filters["listed"] = listed

    @app.before_request
    def act() -> None:
        set_actor(NOBODY)
        if request.endpoint == "static" or request.path.startswith("/static/"):
            return
        if current_user.is_authenticated:
            # A reset password or a sign-out ends every session that was begun before, copied ones too.
            if not current_user.is_active or session.get(logins.STAMP) != logins.stamp(current_user):
                logout_user()
                session.clear()
                return
            today = day_in_china(now_utc())
            set_actor(actor_of(db.session, current_user.id, current_user.first_name, today))

    @app.teardown_request
    def nobody(_error: BaseException | None) -> None:
        set_actor(NOBODY)

    @app.context_processor
    def frame() -> dict[str, Any]:
        signed_in = current_user.is_authenticated
        language = str(get_locale() or "zh")[:2]
        return {
            "nav": navigation() if signed_in else [],
            "user_menu": user_menu() if signed_in else [],
            "search_url": url_for("SearchView.index") if signed_in and holds("can_search", "SearchView") else "",
            "year_switch": year.switch_values() if current_actor().duties & YEARLY else None,
            "bell": bell() if signed_in else {},
            "standing_in": banner() if signed_in else [],
            "actor": current_actor(),
            "actor_name": current_user.first_name if signed_in else "",
            "actor_role": role_word(current_actor()),
            "is_demo": is_demo(),
            "current_lang": language,
            "languages": [
                (code, word, url_for("language.switch", code=code, next=request.full_path))
                for code, word in (("zh", "中文"), ("en", "English"))
            ],
        }


def is_demo() -> bool:
    """Whether this database holds the demonstration; asked once a request."""
    known: bool | None = getattr(g, "is_demo", None)
    if known is None and not getattr(g, "without_database", False):
        row = db.session.scalar(select(NumberSeries.last).where(NumberSeries.key == DEMO_KEY))
        known = g.is_demo = row is not None
    return bool(known)
