"""The home page by role: what waits for me, the deadlines, how my year stands. A few bounded queries, no more."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import redirect, url_for
from flask_appbuilder import IndexView, expose
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.domain.days import day_in_china
from app.domain.deadlines import Extension, days_left, last_day, next_review_day, open_reminders
from app.domain.errors import Refused
from app.domain.hours import plain
from app.domain.policy import Deadline, Policy, pack
from app.extensions import db
from app.models import Claim, Standing, Teacher
from app.security.actor import Actor, current_actor
from app.services import extensions, standings
from app.services.clock import now_utc
from app.views import waiting
from app.views.access import holds
from app.views.labels import language

NEAR = 7


class HomeView(IndexView):
    """What waits for me, what is late, how the year stands."""

    class_permission_name = "HomeView"

    @expose("/")
    def index(self) -> str | Response:
        if not current_user.is_authenticated:
            return redirect(url_for("LoginView.login"))
        actor = current_actor()
        now = now_utc()
        today = day_in_china(now)
        # Until the last review of a year is over, that year is what people work on.
        years = (today.year - 1, today.year) if today.month <= 3 else (today.year,)
        facts: dict[str, Any] = {"title": gettext("Home"), "year": years[0], "rings": []}
        facts["now"], facts["waiting"] = _waiting(actor)
        facts["clocks"] = [clock for year in years for clock in _clocks(year, now, _extended(actor))]
        if actor.teacher_id is not None:
            facts["clocks"] += _told(actor, years, now)
            facts["clocks"].sort(key=lambda clock: clock["iso"])
            facts["rings"] = _rings(actor.teacher_id, sorted({today.year - 1, today.year}, reverse=True))
        return str(self.render_template("home/index.html", **facts))


def _waiting(actor: Actor) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The one figure that matters to a role, and what else waits."""
    if holds("approve", "ClaimView") and (actor.school_ids or actor.authority_ids):
        number = waiting.count()
        now = {
            "title": gettext("Waits for my review"),
            "count": waiting.badge() or 0,
            "unit": gettext("claims"),
            "note": "" if number else gettext("Nothing waits for you."),
            "url": waiting.url() if number else "",
            "label": gettext("Begin"),
        }
        return now, _others(actor)
    if actor.teacher_id is not None:
        mine = Claim.teacher_id == actor.teacher_id
        returned = waiting.bounded(mine, Claim.state == "returned")
        now = {
            "title": gettext("Returned to me"),
            "count": returned,
            "unit": gettext("claims"),
            "note": gettext("Mend them and submit again.") if returned else gettext("Nothing waits for you."),
            "url": url_for("ClaimView.list", state="returned") if returned else url_for("ClaimView.add"),
            "label": gettext("Open") if returned else gettext("New claim"),
        }
        lines = [
            (gettext("Drafts"), waiting.bounded(mine, Claim.state == "draft"), ["draft"]),
            (
                gettext("In review"),
                waiting.bounded(mine, Claim.state.in_(["submitted", "passed_first"])),
                ["submitted", "passed_first"],
            ),
        ]
        return now, [_line(title, number, states) for title, number, states in lines]
    return None, []


def _others(actor: Actor) -> list[dict[str, Any]]:
    lines = []
    if actor.authority_ids:
        theirs = Claim.authority_id.in_(sorted(actor.authority_ids))
        number = waiting.bounded(theirs, Claim.state == "submitted")
        lines.append(_line(gettext("Still with the schools"), number, ["submitted"]))
    if actor.school_ids:
        ours = Claim.school_id.in_(sorted(actor.school_ids))
        number = waiting.bounded(ours, Claim.state == "returned")
        lines.append(_line(gettext("Returned to teachers"), number, ["returned"]))
    return lines


def _line(title: str, number: int, states: list[str]) -> dict[str, Any]:
    shown = f"{waiting.MOST}+" if number > waiting.MOST else number
    return {"title": title, "count": shown, "url": url_for("ClaimView.list", state=states)}


def _extended(actor: Actor) -> tuple[Extension, ...]:
    """A teacher's own clocks show the days to which their deadlines were extended."""
    if actor.teacher_id is None or actor.teacher_school_id is None:
        return ()
    return extensions.of_teacher(db.session, actor.teacher_school_id, actor.teacher_id)


def _told(actor: Actor, years: tuple[int, ...], now: datetime) -> list[dict[str, Any]]:
    """Days that a teacher is told of and that close nothing: the next review day, the pack's reminders (S2 §三）."""
    series = db.session.scalar(select(Teacher.series).where(Teacher.id == actor.teacher_id)) or "teacher"
    today, told = day_in_china(now), []
    for year in years:
        try:
            policy = standings.policy_for(db.session, year, series)
        except Refused:
            continue
        for one in open_reminders(policy, year, today):
            on = one.on.in_year(year)
            told.append(_clock(on, (on - today).days, one.title.text(language())))
        next_on = next_review_day(policy, today) if year == today.year else None
        if next_on is not None:
            told.append(_clock(next_on, (next_on - today).days, gettext("Next review day")))
    return told


def _clocks(year: int, now: datetime, extended: tuple[Extension, ...]) -> list[dict[str, Any]]:
    """The deadlines of a year under the policy of school teachers, by date."""
    try:
        policy = standings.policy_for(db.session, year, "teacher")
    except Refused:
        return []
    words = {
        Deadline.CLAIM: gettext("Claims of %(year)s", year=year),
        Deadline.FIRST_REVIEW: gettext("First review of %(year)s", year=year),
        Deadline.SECOND_REVIEW: gettext("Second review of %(year)s", year=year),
    }
    clocks = []
    for which, title in words.items():
        due_on, left = last_day(policy, which, year, extended), days_left(policy, which, year, now, extended)
        if due_on is None or left is None:
            continue
        clock = _clock(due_on, left, title)
        if due_on != policy.deadline(which, year):
            clock["note"] = gettext("extended")
        clocks.append(clock)
    return sorted(clocks, key=lambda clock: clock["iso"])


def _clock(due_on: date, left: int, title: str) -> dict[str, Any]:
    return {
        "on": f"{due_on:%m-%d}",
        "iso": due_on.isoformat(),
        "title": title,
        "days": left if left >= 0 else None,
        "left": "",
        "past": left < 0,
        "done": None,
        "note": "",
        "tone": "warn" if 0 <= left <= NEAR else "",
    }


def _rings(teacher_id: int, years: list[int]) -> list[dict[str, Any]]:
    """A teacher's own years: each category against what its policy requires."""
    rows = db.session.scalars(
        select(Standing)
        .where(Standing.teacher_id == teacher_id, Standing.year.in_(years))
        .order_by(Standing.year.desc())
    ).all()
    if not rows:
        series = db.session.scalar(select(Teacher.series).where(Teacher.id == teacher_id)) or "teacher"
        try:
            policy = standings.policy_for(db.session, years[0], series)
        except Refused:
            return []
        return [{"year": years[0], "categories": _categories(policy, {}, {}, Decimal(0)), "url": "", "result": ""}]
    return [
        {
            "year": row.year,
            "categories": _categories(pack(row.policy), row.recognised, row.missing, row.total),
            "url": url_for("StandingView.why", pk=row.id) if holds("can_why", "StandingView") else "",
            "result": row.result,
        }
        for row in rows
    ]


def _categories(
    policy: Policy, recognised: dict[str, str], missing: dict[str, str], total: Decimal
) -> list[dict[str, Any]]:
    rings = [
        {
            "name": category.title.text(language()),
            "counted": recognised.get(category.id, "0"),
            "required": plain(category.required),
            "missing": missing.get(category.id, plain(category.required)),
        }
        for category in policy.categories
        if category.required is not None
    ]
    rings.append(
        {
            "name": gettext("Total"),
            "counted": plain(total),
            "required": plain(policy.required_total),
            "missing": missing.get("total", plain(policy.required_total)),
        }
    )
    return rings
