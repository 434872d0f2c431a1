"""The values of a simulation's pages and of its workbook: the headline, districts, schools, teachers who would change.

Counts are those of the job's row; names are read when they are shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext, ngettext
from sqlalchemy import select

from app.domain.hours import plain
from app.domain.policy import PackFault
from app.exchange.table_workbook import Sheet
from app.extensions import db
from app.models import District, Job, School, Standing, Teacher
from app.services import simulations
from app.services.simulations import Question, Tally
from app.services.store import store
from app.views import labels, labels_claims, policy_compare
from app.views.labels_claims import category_word
from app.views.labels_codes import SERIES
from app.views.listing import COUNT_LIMIT

ROWS_A_PAGE = 50
SORTS = ("name", "people", "now", "then", "falls", "rises", "share")
MOST_IN_WORKBOOK = 20_000
CHUNK = 500


def question_words(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A question in words: for whom, and each figure as it is and as it would be."""
    try:
        question = simulations.question_of(payload)
    except PackFault:
        return {"about": str(payload["year"]), "changes": []}
    pairs = policy_compare.changes(question.base, question.changed, question.year)
    return {
        "about": gettext("%(year)s, %(series)s", year=question.year, series=str(SERIES[question.series])),
        "changes": [
            (
                pair.label,
                pair.a.value if pair.a else gettext("says nothing"),
                pair.b.value if pair.b else gettext("says nothing"),
            )
            for pair in pairs
        ],
    }


def question_text(payload: Mapping[str, Any]) -> str:
    """A question in one line, for the list of long work."""
    asked = question_words(payload)
    return gettext("; ").join([asked["about"], *(f"{label}: {a} → {b}" for label, a, b in asked["changes"])])


def _tallies(job: Job) -> dict[int, Tally]:
    schools = (job.outcome or {}).get("schools", {})
    return {int(school_id): Tally(*counts[:-1]) for school_id, counts in schools.items()}


def _share(passed: int, tally: Tally) -> str:
    """The share of those who must pass, in percent with one place."""
    must = tally.people - tally.exempt
    return f"{Decimal(passed) * 100 / must:.1f} %" if must else "–"


def _row(name: str, tally: Tally, key: int = 0, under: str = "") -> dict[str, Any]:
    counts = {field: getattr(tally, field) for field in ("people", "exempt", "now", "then", "falls", "rises")}
    must = tally.people - tally.exempt
    share = Decimal(tally.then) / must if must else Decimal(0)
    return {
        **counts,
        "name": name,
        "key": key,
        "under": under,
        "share": share,
        "share_now": _share(tally.now, tally),
        "share_then": _share(tally.then, tally),
    }


def _places(tallies: Mapping[int, Tally]) -> dict[int, tuple[str, int, str]]:
    """{school: its name, its district's key and name} of the schools counted."""
    rows = db.session.execute(
        select(School.id, School.name, District.id, District.name).join(District, School.district_id == District.id)
    )
    return {key: (name, district, district_name) for key, name, district, district_name in rows if key in tallies}


def _frame(job: Job) -> dict[str, Any]:
    return {"job": job, "asked": question_words(job.payload), "at": labels.fact(job.ended_at or job.created_at)}


def _finding(total: Tally) -> str:
    """The answer first."""
    if not total.falls and not total.rises:
        return gettext("Nobody's result would change")
    if total.then < total.now:
        return ngettext("%(count)s teacher fewer would pass", "%(count)s teachers fewer would pass", total.now - total.then, count=f"{total.now - total.then:,}")  # fmt: skip  # noqa: E501
    if total.then > total.now:
        return ngettext("%(count)s teacher more would pass", "%(count)s teachers more would pass", total.then - total.now, count=f"{total.then - total.now:,}")  # fmt: skip  # noqa: E501
    return gettext("As many would pass, but not the same teachers")


def answer_values(job: Job) -> dict[str, Any]:
    """The page of the answer: headline and districts."""
    tallies = _tallies(job)
    total = simulations.total_of(tallies.values())
    outcome = job.outcome or {}
    median = simulations.median_need(outcome.get("needs", {}))
    before, after = outcome.get("carried", ["0", "0"])
    return {
        **_frame(job),
        "title": _finding(total) if job.state == "done" else gettext("What if"),
        "total": _row(gettext("All districts"), total),
        "median": plain(median) if median is not None else "",
        "carried": (before, after) if before != after else None,
        "districts": _districts(tallies),
    }


def _districts(tallies: Mapping[int, Tally]) -> list[dict[str, Any]]:
    sums: dict[tuple[str, int], Tally] = {}
    for school_id, (_name, district, district_name) in _places(tallies).items():
        key = (district_name, district)
        sums[key] = sums.get(key, Tally()).plus(tallies[school_id])
    rows = [_row(name, tally, key) for (name, key), tally in sums.items()]
    return sorted(rows, key=lambda row: (-row["falls"], -row["rises"], row["key"]))


def _schools(tallies: Mapping[int, Tally], district: int | None) -> list[dict[str, Any]]:
    return [
        _row(name, tallies[key], key, district_name)
        for key, (name, of_district, district_name) in _places(tallies).items()
        if district in (None, of_district)
    ]


def school_values(job: Job, asked: Any) -> dict[str, Any]:
    """A page of schools, in the order asked for."""
    district = asked.get("district", None, type=int)
    rows = _schools(_tallies(job), district)
    sort = asked.get("sort") if asked.get("sort") in SORTS else "falls"
    is_ascending = asked.get("order", "asc" if sort == "name" else "desc") == "asc"
    rows.sort(key=lambda row: (row["name"], row["key"]))
    rows.sort(key=lambda row: row[sort], reverse=not is_ascending)
    page = min(max(0, asked.get("page", 0, type=int) or 0), COUNT_LIMIT)
    names = {row["under"] for row in rows}
    return {
        **_frame(job),
        "title": gettext("By school"),
        "place": names.pop() if district is not None and len(names) == 1 else gettext("All districts"),
        "district": district,
        "rows": rows[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE],
        "count": len(rows),
        "page": page,
        "page_size": ROWS_A_PAGE,
        "sort": sort,
        "is_ascending": is_ascending,
    }


def _named(job: Job, school_id: int) -> list[list[Any]]:
    """[standing, need, missing] of a school's teachers who would change."""
    counts = (job.outcome or {})["schools"][str(school_id)]
    if counts[-1] is None:
        return []
    part = json.loads(store().read((job.outcome or {})["parts"][counts[-1]]))
    return list(part[str(school_id)])


def teacher_values(job: Job, school_id: int) -> dict[str, Any] | None:
    """The teachers of one school who would change; None for a school that was not counted."""
    tallies = _tallies(job)
    if school_id not in tallies:
        return None
    school = db.session.get(School, school_id)
    named = _named(job, school_id)
    tally = tallies[school_id]
    return {
        **_frame(job),
        "title": str(school),
        "school": school,
        "row": _row(str(school), tally),
        "rows": list(_teachers(simulations.question_of(job.payload), named)),
        "left_out": tally.falls + tally.rises - len(named),
    }


def _teachers(question: Question, named: list[list[Any]]) -> Iterator[dict[str, Any]]:
    """Who they are and what they would lack, as far as they are still there."""
    for start in range(0, len(named), CHUNK):
        some = {row[0]: row for row in named[start : start + CHUNK]}
        found = db.session.execute(
            select(Standing.id, Teacher.name, School.name)
            .join(Teacher, Standing.teacher_id == Teacher.id)
            .join(School, Standing.school_id == School.id)
            .where(Standing.id.in_(some))
            .order_by(Standing.id)
        )
        for key, name, school in found:
            _key, need, missing = some[key]
            then = "passed" if need == "0" else "not_passed"
            lacking = [
                f"{gettext('Total') if code == 'total' else category_word(question.changed, code)} {hours}"
                for code, hours in missing.items()
            ]
            yield {
                "pk": key,
                "name": name,
                "school": school,
                "need": need,
                "lacking": labels.listed(lacking),
                "now": labels_claims.result_pill("not_passed" if then == "passed" else "passed"),
                "then": labels_claims.result_pill(then),
                "words": str(labels.words_of("standing", "result")[then]),
            }


def sheets(job: Job) -> Iterator[Sheet]:
    """The workbook: the question and the headline, districts, schools, and the teachers who would change."""
    values = answer_values(job)
    asked, total = values["asked"], values["total"]
    head = [
        (gettext("What if"), asked["about"]),
        *((label, f"{before} → {after}") for label, before, after in asked["changes"]),
        (gettext("Worked out"), values["at"]),
        *((word, total[key]) for key, word in _columns()),
        (gettext("Median of the hours missing to those who newly fail"), values["median"] or "–"),
    ]
    yield Sheet(gettext("What if"), [gettext("What"), gettext("Value")], head)
    columns = _columns()
    headings = [word for _key, word in columns]
    districts = ([row["name"], *(row[key] for key, _word in columns)] for row in values["districts"])
    yield Sheet(gettext("Districts"), [gettext("District"), *headings], districts)
    schools = sorted(_schools(_tallies(job), None), key=lambda row: (row["under"], row["name"], row["key"]))
    of_schools = ([row["name"], row["under"], *(row[key] for key, _word in columns)] for row in schools)
    yield Sheet(gettext("Schools"), [gettext("School"), gettext("District"), *headings], of_schools)
    names = [gettext("Name"), gettext("School"), gettext("Would be"), gettext("Missing"), gettext("Hours needed")]
    yield Sheet(gettext("Teachers who would change"), names, _changed(job, [row["key"] for row in schools]))


def _columns() -> list[tuple[str, str]]:
    return [
        ("people", gettext("Teachers")),
        ("exempt", gettext("Exempt")),
        ("now", gettext("Passed now")),
        ("then", gettext("Would pass")),
        ("falls", gettext("Newly failing")),
        ("rises", gettext("Newly passing")),
        ("share_now", gettext("Share now")),
        ("share_then", gettext("Share then")),
    ]


def _changed(job: Job, school_ids: list[int]) -> Iterator[list[Any]]:
    question, left = simulations.question_of(job.payload), MOST_IN_WORKBOOK
    for school_id in school_ids:
        named = _named(job, school_id)[:left]
        left -= len(named)
        for row in _teachers(question, named):
            yield [row["name"], row["school"], row["words"], row["lacking"], Decimal(row["need"])]
