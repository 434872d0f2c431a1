"""The year people work on: chosen in the top bar, kept in the session, used wherever a page says "this year".

``chosen_year()`` is what homes, ready views of lists and statistics ask. Without a choice it is the year in review:
until the last review of a year is over (the end of March, S1 §四), that year is what people work on. The choice is a
convenience of one session: no rule reads it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.domain.days import day_in_china
from app.services.clock import now_utc
from app.views.access import asked_back
from app.views.filters import FIRST_YEAR

KEY = "year"
LAST_MONTH_OF_REVIEW = 3
blueprint = Blueprint("year", __name__)


def in_review(now: datetime) -> int:
    """The year that is being worked on at ``now``: last year's until its reviews are over."""
    today = day_in_china(now)
    return today.year - 1 if today.month <= LAST_MONTH_OF_REVIEW else today.year


def years(now: datetime) -> list[int]:
    """The years one may choose, the latest first."""
    return list(range(day_in_china(now).year, FIRST_YEAR - 1, -1))


def chosen_year() -> int:
    """The year of this session, else the year in review. A year that is none is as if nothing was chosen."""
    now = now_utc()
    held = session.get(KEY)
    return held if isinstance(held, int) and held in years(now) else in_review(now)


def switch_values() -> dict[str, Any]:
    """What the top bar shows: the year, the others, where to post the choice."""
    return {"year": chosen_year(), "choices": years(now_utc()), "url": url_for("year.choose")}


@blueprint.post("/year")
def choose() -> Response:
    """Work on another year, and go back to the page one was on."""
    asked = request.form.get("year", "")
    if asked not in map(str, years(now_utc())):
        abort(400)
    session[KEY] = int(asked)
    return redirect(asked_back() or url_for("HomeView.index"))
