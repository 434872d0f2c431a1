"""The homes of who reviews nothing: an organiser's activities, an administrator's accounts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy import exists, func, select

from app.domain.days import day_in_china
from app.extensions import db
from app.models import Activity, Attendance, Organiser
from app.security.actor import Actor
from app.services import housekeeping
from app.services.clock import SHANGHAI
from app.views import labels, panels
from app.views.access import holds
from app.views.labels_codes import DUTIES
from app.views.year import chosen_year

SHOWN = 8
# Attendance of what ended longer ago is past every deadline.
LOOK_BACK = timedelta(days=365)


def nobody() -> dict[str, Any]:
    """An account without a duty."""
    return {"title": gettext("Home"), "now": None, "waiting": [], "clocks": []}


def organiser(actor: Actor, now: datetime) -> dict[str, Any]:
    """Own activities: what ended and has no attendance yet, what comes, what was registered this year."""
    today, year = day_in_china(now), chosen_year()
    own = Activity.organiser_id.in_(sorted(actor.organiser_ids))
    registered = exists().where(Attendance.activity_id == Activity.id, Attendance.voided_at.is_(None))
    due = (own, Activity.ends_on < today, Activity.ends_on >= today - LOOK_BACK, ~registered)
    to_register = db.session.scalar(select(func.count()).select_from(Activity).where(*due)) or 0
    late = db.session.scalars(select(Activity).where(*due).order_by(Activity.ends_on, Activity.id).limit(SHOWN)).all()
    coming = db.session.scalars(
        select(Activity).where(own, Activity.ends_on >= today).order_by(Activity.starts_on, Activity.id).limit(SHOWN)
    ).all()
    in_year = (own, Activity.starts_on.between(date(year, 1, 1), date(year, 12, 31)))
    held = db.session.execute(
        select(func.count(Activity.id.distinct()), func.count(Attendance.id))
        .select_from(Activity)
        .outerjoin(Attendance, (Attendance.activity_id == Activity.id) & Attendance.voided_at.is_(None))
        .where(*in_year)
    ).one()
    names = db.session.scalars(select(Organiser.name).where(Organiser.id.in_(sorted(actor.organiser_ids)))).all()
    start = datetime.combine(today, datetime.min.time(), SHANGHAI)
    today_count = db.session.scalar(
        select(func.count()).select_from(Attendance).where(Attendance.registered_at >= start)
    )
    hero = {
        "title": gettext("Attendance to register"),
        "count": to_register,
        "unit": ngettext("activity", "activities", to_register),
        "note": gettext("Ended, and nobody is registered yet") if to_register else gettext("Nothing waits for you."),
        "url": url_for("ImportView.start") if holds("can_import_attendance", "ImportView") else "",
        "label": gettext("Register attendance"),
    }
    lines = [
        {"title": gettext("Activities of %(year)s", year=year), "count": held[0], "url": url_for("ActivityView.list")},
        {
            "title": gettext("Registered for %(year)s", year=year),
            "count": held[1],
            "url": url_for("AttendanceView.list"),
            "note": gettext("%(count)s today", count=today_count) if today_count else "",
        },
    ]
    return {
        "title": gettext(", ").join(names) or gettext("Home"),
        "sub": f"{today.isoformat()} {panels.date_words(today)}",
        "now": hero,
        "waiting": lines,
        "clocks": [],
        "lists": [
            _activities(gettext("Attendance to register"), late, gettext("Everything that ended is registered.")),
            _activities(gettext("Coming activities"), coming, gettext("No activity is announced.")),
        ],
    }


def _activities(title: str, rows: Any, empty: str) -> dict[str, Any]:
    kinds = labels.words_of("activity", "kind") or {}
    return {
        "title": title,
        "heads": [gettext("Activity"), gettext("First day"), gettext("Last day")],
        "rows": [
            {
                "name": row.title,
                "under": str(kinds.get(row.kind, "")),
                "url": url_for("ActivityView.show", pk=row.id),
                "values": [row.starts_on.isoformat(), row.ends_on.isoformat()],
            }
            for row in rows
        ],
        "all_url": url_for("ActivityView.list"),
        "all_words": gettext("All activities"),
        "empty": empty,
    }


def system(now: datetime) -> dict[str, Any]:
    """Accounts and work. Claims are no business of who keeps the house."""
    known, today = housekeeping.state(db.session, now), day_in_china(now)
    users = url_for("UserView.list")
    hero = {
        "title": gettext("Accounts not used yet"),
        "count": known.unused,
        "unit": gettext("of %(count)s", count=f"{known.accounts:,}"),
        "note": gettext("Open, and nobody has signed in with them. Teachers get theirs by the slip of their school."),
        "url": users,
        "label": gettext("Accounts"),
    }
    lines = [
        {
            "title": gettext("Shut out after wrong passwords"),
            "count": known.locked,
            "tone": "bad" if known.locked else "",
            "note": gettext("They may try again after a while; a reset opens them at once."),
            "url": users,
        },
        {"title": gettext("Closed accounts"), "count": known.closed, "url": users},
        {
            "title": gettext("Work that failed this week"),
            "count": known.failed,
            "tone": "bad" if known.failed else "",
            "note": gettext("Its owners were told; the server's log says why."),
            "url": url_for("JobView.list"),
        },
        {
            "title": gettext("Work waiting or running"),
            "count": known.open_jobs,
            "note": gettext("the oldest since %(at)s", at=f"{known.oldest_job_at.astimezone(SHANGHAI):%m-%d %H:%M}")
            if known.oldest_job_at
            else "",
            "url": url_for("JobView.list"),
        },
    ]
    duties = {
        "title": gettext("Who holds which duty"),
        "heads": [gettext("Duty"), gettext("Accounts")],
        "rows": [
            {
                "name": str(word),
                "url": url_for("AppointmentView.list", duty=duty),
                "values": [f"{known.duties.get(duty, 0):,}"],
            }
            for duty, word in DUTIES.items()
        ],
        "all_url": url_for("AppointmentView.list"),
        "all_words": gettext("All appointments"),
        "empty": "",
    }
    return {
        "title": gettext("The house"),
        "sub": f"{today.isoformat()} {panels.date_words(today)}",
        "now": hero,
        "waiting": lines,
        "clocks": [],
        "lists": [duties],
    }
