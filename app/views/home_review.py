"""The homes of who reviews and of who oversees: school, authority, city, auditor. Figures come from the tallies, what
waits for me is counted live and only so far."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from app.domain.days import day_in_china
from app.extensions import db
from app.models import Authority, Claim, School
from app.security.actor import Actor
from app.services.clock import SHANGHAI
from app.views import figures, panels, waiting
from app.views.access import holds
from app.views.figures import Place, percent
from app.views.home_lists import authority_league, latest, not_passed, school_league
from app.views.trend import trend
from app.views.year import chosen_year

# Counted so far and no further: nobody has ten thousand claims of their own to decide.
MOST = 9_999
LONG_DAYS = 15


def facts(actor: Actor, now: datetime) -> dict[str, Any]:
    """What the template of an office's home shows."""
    year = chosen_year()
    policy = figures.policy_of(year)
    place = place_of(actor)
    stage = "first" if place.school is not None else "second"
    total = figures.sums(year, place)
    before = figures.claims_of(year - 1, place)
    weeks, recent, returned = figures.weeks(year, now, place)
    todo = total.wait_first + (total.wait_second if stage == "second" else 0)
    reviews = holds("approve", "ClaimView") and bool(actor.school_ids or actor.authority_ids or actor.stands_in)
    shown: dict[str, Any] = {
        "title": _title(actor, place),
        "sub": _sub(actor, now, reviews=reviews),
        "year": year,
        "links": _links(year, place),
        "clocks": panels.clocks(year, now, policy, total, before, recent, mine=stage),
        "clocks_sub": gettext("Year %(year)s, by %(policy)s", year=year, policy=policy.id) if policy else "",
        "trend": trend(year, now, policy, weeks, todo, stage=stage, place=place),
        "progress": panels.progress(year, total, policy, place),
        "reasons": panels.reasons(returned, year, place),
        "recent": latest(actor, now) if reviews else None,
        "as_of": gettext("Figures as of %(at)s; what waits for you is counted now.", at=total.as_of)
        if total.as_of
        else gettext("The figures of this year have not been taken yet; a worker takes them every ten minutes."),
    }
    late = figures.count_behind(year, now, place) if stage == "second" else 0
    shown["now"], shown["waiting"] = (
        _mine(actor, now, total, late, year, place) if reviews else _overseen(now, total, late, year, place)
    )
    whole = percent(total.passed, total.asked)
    if stage == "first":
        shown["listed"] = not_passed(year, place)
    elif total.schools:
        schools = school_league(year, now, place, total.schools, whole, late)
        # Who oversees authorities sees them first, and the schools below.
        shown["league"] = schools if place.authority else authority_league(year, now, whole)
        shown["leagues"] = [] if place.authority else [schools]
    return shown


def place_of(actor: Actor) -> Place:
    """Whose figures an office sees first: everything, its authority's, or its school's."""
    if actor.sees_all:
        return Place()
    if actor.authority_ids:
        return Place(authority=min(actor.authority_ids))
    return Place(school=min(actor.school_ids)) if actor.school_ids else Place()


def _title(actor: Actor, place: Place) -> str:
    if place.authority is not None:
        return gettext("Second review: %(name)s", name=db.session.get_one(Authority, place.authority).name)
    if place.school is not None:
        return gettext("First review: %(name)s", name=db.session.get_one(School, place.school).name)
    return gettext("The whole city") if actor.sees_all else gettext("Home")


def _sub(actor: Actor, now: datetime, *, reviews: bool) -> str:
    today = day_in_china(now)
    words = f"{today.isoformat()} {panels.date_words(today)}"
    if not reviews or actor.user_id is None:
        return words
    done = figures.decided_today(actor.user_id, now)
    return gettext(
        "%(day)s, %(done)s decided today, %(returned)s of them returned",
        day=words,
        done=sum(done.values()),
        returned=done.get("return", 0),
    )


def _links(year: int, place: Place) -> list[dict[str, str]]:
    url = panels.schools_url(place, year) if place.school is None else panels.standings_url(place, year=year)
    words = gettext("Progress of the schools") if place.school is None else gettext("Standings of the year")
    return [{"url": url, "label": words, "icon": "chart"}] if url else []


def _mine(
    actor: Actor, now: datetime, total: figures.Sums, late: int, year: int, place: Place
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What waits for my decision, counted once over a bounded number of rows."""
    rows = (
        select(Claim.school_id, Claim.teacher_id, Claim.submitted_at, Claim.is_flagged)
        .where(waiting.to_review(actor))
        .limit(MOST + 1)
        .subquery()
    )
    long_ago = now - timedelta(days=LONG_DAYS)
    row = db.session.execute(
        select(
            func.count(),
            func.count(rows.c.school_id.distinct()),
            func.count(rows.c.teacher_id.distinct()),
            func.min(rows.c.submitted_at),
            func.count().filter(rows.c.submitted_at <= long_ago),
            func.count().filter(rows.c.is_flagged),
        )
    ).one()
    number, schools, teachers, oldest, long, flagged = row
    review = waiting.url()
    note = gettext("Nothing waits for you.")
    if number:
        note = gettext(
            "Of %(schools)s and %(teachers)s. The oldest was handed in on %(on)s",
            schools=ngettext("%(count)s school", "%(count)s schools", schools, count=f"{schools:,}"),
            teachers=ngettext("%(count)s teacher", "%(count)s teachers", teachers, count=f"{teachers:,}"),
            on=oldest.astimezone(SHANGHAI).date().isoformat(),
        )
    hero = {
        "title": gettext("Waits for my review"),
        "count": f"{MOST:,}+" if number > MOST else number,
        "unit": ngettext("claim", "claims", number),
        "note": note,
        "url": review if number else "",
        "label": gettext("Begin review"),
    }
    lines = [
        {
            "title": gettext("Waiting 15 days or more"),
            "count": long,
            "tone": "bad" if long else "",
            "note": gettext("%(count)s days the longest", count=(now - oldest).days) if long else "",
            "url": f"{review}?queue=long" if "/review" in review else review,
        },
        {
            "title": gettext("With marks, to be judged"),
            "count": flagged,
            "note": gettext("Alike or overlapping claims, or more than a day holds"),
            "url": f"{review}?queue=marked" if "/review" in review else review,
        },
    ]
    return hero, lines + _elsewhere(total, late, year, place)


def _overseen(
    now: datetime, total: figures.Sums, late: int, year: int, place: Place
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Who oversees decides nothing: the figure is what the year still has to bring."""
    whole = percent(total.passed, total.asked)
    hero = {
        "title": gettext("Passed the year"),
        "count": f"{whole}%",
        "unit": gettext(
            "of %(count)s",
            count=ngettext("%(count)s teacher", "%(count)s teachers", total.asked, count=f"{total.asked:,}"),
        ),
        "note": gettext("%(count)s have not passed yet", count=f"{total.asked - total.passed:,}"),
        "url": panels.standings_url(place, year=year, result="not_passed"),
        "label": gettext("Who has not passed"),
    }
    lines = [
        {
            "title": gettext("Waiting for the second review"),
            "count": total.wait_second,
            "note": "",
            "url": panels.claims_url(place, year=year, state="passed_first"),
        }
    ]
    return hero, _elsewhere(total, late, year, place)[:1] + lines + _elsewhere(total, late, year, place)[1:]


def _elsewhere(total: figures.Sums, late: int, year: int, place: Place) -> list[dict[str, Any]]:
    """What waits with others."""
    returned = {
        "title": gettext("Returned to teachers"),
        "count": total.returned,
        "note": gettext("To be mended and handed in again"),
        "url": panels.claims_url(place, year=year, state="returned"),
    }
    if place.school is not None:
        beyond = {
            "title": gettext("With the reviewing authority"),
            "count": total.wait_second,
            "note": "",
            "url": panels.claims_url(place, year=year, state="passed_first"),
        }
        return [returned, beyond]
    schools = {
        "title": gettext("Still with the schools"),
        "count": total.wait_first,
        "note": ngettext("%(count)s school is behind", "%(count)s schools are behind", late, count=late)
        if late
        else "",
        "url": panels.claims_url(place, year=year, state="submitted"),
    }
    return [schools, returned]
