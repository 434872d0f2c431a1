"""The short lists of homes and statistics: leagues, teachers who have not passed, my latest decisions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.domain.days import day_in_china
from app.domain.hours import plain
from app.domain.policy import pack
from app.extensions import db
from app.models import Claim, Decision, Standing
from app.security.actor import Actor
from app.services.clock import SHANGHAI
from app.views import figures, labels_claims, panels
from app.views.access import holds
from app.views.figures import Place
from app.views.labels import category_words
from app.views.labels_claims import REASONS
from app.views.whose import name_of

RECENT = 4
TEACHERS = 8
LATELY = timedelta(days=30)


def school_league(
    year: int, now: datetime, place: Place, schools: int, whole: float, late: int, *, best: bool = False
) -> dict[str, Any]:
    """The schools that have come least far (or furthest), with the mark of the whole; and how to remind who is late."""
    due_on = figures.first_due(year)
    rows = [panels.school_row(row, is_late, whole) for row, is_late in figures.league(year, now, place, best=best)]
    found: dict[str, Any] = {
        "title": gettext("Schools furthest ahead") if best else gettext("Progress of the schools"),
        "sub": gettext("The line marks the whole: %(whole)s%%", whole=whole)
        if best
        else gettext("The least complete first; the line marks the whole: %(whole)s%%", whole=whole),
        "first": gettext("School"),
        "rows": rows,
        "all_url": panels.schools_url(place, year, direction="desc" if best else "asc"),
        "all_words": ngettext("All %(count)s school", "All %(count)s schools", schools, count=f"{schools:,}"),
    }
    if late and due_on is not None and not best:
        found["footer"] = gettext(
            ": at the pace of the last 7 days the first reviews are not done by %(on)s.", on=f"{due_on:%m-%d}"
        )
        if holds("can_remind", "StatisticsView"):
            words = ngettext("Remind this %(count)s school", "Remind these %(count)s schools", late, count=late)
            found["remind"] = {
                "url": url_for("StatisticsView.remind"),
                "words": words,
                "year": year,
                "authority": place.authority,
            }
    return found


def authority_league(year: int, now: datetime, whole: float) -> dict[str, Any]:
    """The authorities of the city, the least complete first."""
    rows = panels.authority_rows(year, now, whole)
    return {
        "title": gettext("Progress of the reviewing authorities"),
        "sub": gettext("The least complete first; the line marks the whole: %(whole)s%%", whole=whole),
        "first": gettext("Reviewing authority"),
        "rows": rows,
    }


def not_passed(year: int, place: Place) -> dict[str, Any]:
    """The teachers of a school who lack most, each leading to why."""
    where = (Standing.year == year, Standing.result == "not_passed", Standing.school_id == place.school)
    rows = db.session.scalars(
        select(Standing)
        .where(*where)
        .options(joinedload(Standing.teacher))
        .order_by(Standing.total, Standing.id)
        .limit(TEACHERS)
    ).all()
    may_open = holds("can_why", "StandingView")
    count = db.session.scalar(select(func.count()).select_from(Standing).where(*where)) or 0
    words = category_words()
    return {
        "title": gettext("Teachers who have not passed"),
        "sub": gettext("Least hours first"),
        "heads": [gettext("Teacher"), gettext("Total"), gettext("Missing")],
        "rows": [
            {
                "name": row.teacher.name,
                "under": gettext(", ").join(
                    f"{words.get(name, name)} {hours}"
                    for name, hours in row.missing.items()
                    if hours != "0" and name != "total"
                ),
                "url": url_for("StandingView.why", pk=row.id) if may_open else "",
                "values": [plain(row.total), row.missing.get("total", "")],
            }
            for row in rows
        ],
        "all_url": panels.standings_url(place, year=year, result="not_passed"),
        "all_words": ngettext("All %(count)s", "All %(count)s", count, count=f"{count:,}"),
        "empty": gettext("Everybody has passed the year."),
    }


def latest(actor: Actor, now: datetime) -> dict[str, Any] | None:
    """What I decided last, newest first."""
    rows = db.session.scalars(
        select(Decision)
        .where(
            Decision.user_id == actor.user_id,
            Decision.stage.in_(("first", "second")),
            Decision.decided_at >= now - LATELY,
        )
        .options(joinedload(Decision.claim).joinedload(Claim.teacher))
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(RECENT)
    ).all()
    if not rows:
        return None
    words, today = {str(code): said[0] for code, said in REASONS.items()}, day_in_china(now)
    shown = []
    for row in rows:
        policy = pack(row.claim.policy)
        said = (
            gettext(
                "%(category)s %(hours)s",
                category=labels_claims.category_word(policy, row.category),
                hours=plain(row.hours),
            )
            if row.hours is not None and row.category
            else str(words.get(row.reason_code or "", row.reason or ""))
        )
        at = row.decided_at.astimezone(SHANGHAI)
        shown.append(
            {
                "url": url_for("ClaimView.show", pk=row.claim_id),
                "words": gettext("%(who)s, %(what)s", who=name_of(row.claim), what=said),
                "state": row.to_state,
                "state_words": str(labels_claims.STATES[row.to_state]),
                "at": f"{at:%H:%M}" if at.date() == today else f"{at:%m-%d}",
                "iso": at.isoformat(),
            }
        )
    return {"rows": shown, "url": url_for("ClaimView.list")}
