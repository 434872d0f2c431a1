"""Panels of homes and statistics in words: progress, clocks with their forecast, leagues, reasons.

Values for ``parts/figures.html`` and ``parts/home.html``; what they are counted from stands in ``figures.py``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from app.domain.days import day_in_china
from app.domain.deadlines import days_left, last_day
from app.domain.hours import plain
from app.domain.pace import PACE_DAYS, Forecast, forecast
from app.domain.policy import Deadline, Policy
from app.domain.reasons import ReasonCode
from app.models import SchoolTally
from app.views import figures, labels
from app.views.access import holds
from app.views.addresses import with_query
from app.views.figures import ALL, Place, Sums, percent
from app.views.home_clocks import clock
from app.views.labels import language
from app.views.labels_claims import REASONS


def claims_url(place: Place, **filters: Any) -> str:
    """The list of claims, narrowed; empty where one may not open it."""
    if not holds("can_list", "ClaimView"):
        return ""
    return with_query(url_for("ClaimView.list"), _of(place, filters))


def standings_url(place: Place, **filters: Any) -> str:
    """The list of standings, narrowed; empty where one may not open it."""
    if not holds("can_list", "StandingView"):
        return ""
    return with_query(url_for("StandingView.list"), _of(place, filters))


def schools_url(place: Place, year: int, order: str = "completion", direction: str = "asc") -> str:
    """The list of schools with their figures, ordered."""
    if not holds("can_list", "StatisticsView"):
        return ""
    filters = {"year": year, "_oc_StatisticsView": order, "_od_StatisticsView": direction}
    if place.authority is not None:
        filters["school_authority"] = place.authority
    return with_query(url_for("StatisticsView.list"), {name: [value] for name, value in filters.items()})


def _of(place: Place, filters: dict[str, Any]) -> dict[str, list[Any]]:
    found = {name: value if isinstance(value, list) else [value] for name, value in filters.items()}
    return found | ({"school": [place.school]} if place.school is not None else {})


def progress(year: int, total: Sums, policy: Policy | None, place: Place = ALL) -> dict[str, Any] | None:
    """The year and each category: who met it, who would if all that waits passed."""
    if policy is None or not total.teachers:
        return None
    asked = total.asked

    def row(name: str, need: str, met: int, would: int, *, is_total: bool = False) -> dict[str, Any]:
        done = percent(met, asked)
        return {
            "name": name,
            "need": need,
            "done": done,
            "more": round(percent(would, asked) - done, 1),
            "total": is_total,
            "url": standings_url(place, year=year, result="not_passed") if is_total else "",
            "note": gettext(
                "%(met)s met, %(lack)s would still lack it if all that waits passed",
                met=f"{met:,}",
                lack=f"{asked - would:,}",
            ),
        }

    rows = [row(gettext("The year"), plain(policy.required_total), total.passed, total.would_pass, is_total=True)]
    for category in policy.categories:
        if category.required is not None:
            met, would = total.categories.get(category.id, (0, 0))
            rows.append(row(category.title.text(language()), plain(category.required), met, would))
    exempt = gettext(", %(count)s exempt", count=f"{total.exempt:,}") if total.exempt else ""
    sub = ngettext("%(count)s teacher", "%(count)s teachers", total.teachers, count=f"{total.teachers:,}")
    return {"title": gettext("Progress by category"), "sub": sub + exempt, "rows": rows}


def clocks(
    year: int, now: datetime, policy: Policy | None, total: Sums, before: int, recent: dict[str, int], *, mine: str
) -> list[dict[str, Any]]:
    """The three deadlines: what is done, what is left, and where the pace leads. ``mine``: the stage one works at."""
    if policy is None:
        return []
    todo = {"first": total.wait_first, "second": total.wait_first + total.wait_second}
    found = []
    for which, title, stage in (
        (Deadline.CLAIM, gettext("Claims by teachers"), ""),
        (Deadline.FIRST_REVIEW, gettext("First review by schools"), "first"),
        (Deadline.SECOND_REVIEW, gettext("Second review"), "second"),
    ):
        due_on, left = last_day(policy, which, year), days_left(policy, which, year, now)
        if due_on is None or left is None or (stage == "second" and mine == "first"):
            continue
        one = clock(due_on, left, title)
        one["tone"] = ""
        if not stage:
            one["note"] = _handed_in(total.claims, before)
        elif total.claims:
            one["done"] = percent(total.claims - todo[stage], total.claims)
            one["note"] = gettext("%(done)s%% done, %(left)s claims to go", done=one["done"], left=f"{todo[stage]:,}")
            if stage == mine or not mine:
                ahead = forecast(todo[stage], recent.get(stage, 0), due_on, day_in_china(now))
                if ahead.waiting:
                    one["note"] = _told(ahead, recent.get(stage, 0))
                    one["tone"] = "" if ahead.is_enough or left > figures.BEHIND_WITHIN else "warn"
        found.append(one)
    return found


def _handed_in(claims: int, before: int) -> str:
    told = ngettext("%(count)s claim", "%(count)s claims", claims, count=f"{claims:,}")
    if not before:
        return told
    share = round((claims - before) * 1000 / before) / 10
    if share >= 0:
        return gettext("%(claims)s, %(share)s%% more than the year before", claims=told, share=share)
    return gettext("%(claims)s, %(share)s%% fewer than the year before", claims=told, share=-share)


def _told(ahead: Forecast, lately: int) -> str:
    """Where the pace leads, and what it would have to be."""
    if not lately:
        pace = gettext("None in the last 7 days")
    elif lately < PACE_DAYS:
        pace = gettext("%(count)s in the last 7 days", count=lately)
    else:
        pace = gettext("%(count)s a day in the last 7 days", count=f"{ahead.per_day:,}")
    needed = "" if ahead.needed is None else gettext("; %(count)s a day are needed", count=f"{ahead.needed:,}")
    if ahead.finish_on is None:
        return pace + needed
    on = f"{ahead.finish_on:%m-%d}"
    if ahead.days_late:
        late = ngettext("%(count)s day late", "%(count)s days late", ahead.days_late, count=ahead.days_late)
        return gettext("%(pace)s, done by %(on)s, %(late)s", pace=pace, on=on, late=late) + needed
    return gettext("%(pace)s, done by %(on)s", pace=pace, on=on) + needed


def school_row(row: SchoolTally, is_behind: bool, whole: float) -> dict[str, Any]:
    """One line of the league."""
    asked = row.teachers - row.exempt
    done = percent(row.passed, asked)
    kinds = labels.words_of("school", "kind") or {}
    owners = labels.words_of("school", "ownership") or {}
    return {
        "name": row.school.name,
        "under": f"{owners.get(row.school.ownership, '')} {kinds.get(row.school.kind, '')}",
        "url": url_for("StatisticsView.show", pk=row.id) if holds("can_show", "StatisticsView") else "",
        "teachers": row.teachers,
        "done": done,
        "more": round(percent(row.would_pass, asked) - done, 1),
        "whole": whole,
        "wait_first": row.wait_first,
        "wait_second": row.wait_second,
        "is_behind": is_behind,
        "returns": percent(row.returns, row.decisions),
        "first_url": claims_url(Place(school=row.school_id), year=row.year, state="submitted"),
        "second_url": claims_url(Place(school=row.school_id), year=row.year, state="passed_first"),
    }


def authority_rows(year: int, now: datetime, whole: float) -> list[dict[str, Any]]:
    """The league of authorities: the same columns, each leading to its page."""
    may_open = holds("can_list", "StatisticsView")
    rows = []
    for one in figures.authorities(year, now):
        done = percent(one["passed"], one["asked"])
        authority = one["authority"]
        rows.append(
            {
                "name": authority.name if authority else gettext("Without second review"),
                "under": ngettext("%(count)s school", "%(count)s schools", one["schools"], count=f"{one['schools']:,}"),
                "url": url_for("StatisticsView.authority", pk=authority.id if authority else 0) if may_open else "",
                "teachers": one["teachers"],
                "done": done,
                "more": round(percent(one["would_pass"], one["asked"]) - done, 1),
                "whole": whole,
                "wait_first": one["wait_first"],
                "wait_second": one["wait_second"],
                "is_behind": one["behind"] > 0,
                "returns": percent(one["returns"], one["decisions"]),
                "first_url": "",
                "second_url": "",
            }
        )
    return rows


def reasons(counted: dict[str, int], year: int, place: Place) -> dict[str, Any] | None:
    """Why claims were returned, the commonest first."""
    if not counted:
        return None
    most, total = max(counted.values()), sum(counted.values())
    known = {str(code): words[0] for code, words in REASONS.items()}
    other = str(REASONS[ReasonCode.OTHER][0])
    rows = [
        {"name": str(known.get(code, other)), "count": number, "share": percent(number, most)}
        for code, number in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    ]
    return {
        "rows": rows,
        "sub": ngettext("%(count)s return this year", "%(count)s returns this year", total, count=f"{total:,}"),
        "url": claims_url(place, year=year, state="returned"),
    }


def date_words(day: date) -> str:
    """A day with the day of the week."""
    names = (
        gettext("Monday"), gettext("Tuesday"), gettext("Wednesday"), gettext("Thursday"), gettext("Friday"),
        gettext("Saturday"), gettext("Sunday"),
    )  # fmt: skip
    return names[day.weekday()]
