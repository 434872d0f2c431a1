"""A policy pack as the rows of a table: what it says, and the clause of every line.

Read from the frozen ``Policy`` alone: which years it is bound to is asked in ``policies.py``, two are compared in
``policy_compare.py``. A figure that has no row of its own here is shown all the same, so that nothing stays unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from app.domain.hours import plain
from app.domain.policy import ClaimKind, DayOfYear, FieldType, Figure, KindField, Policy
from app.views.labels import listed
from app.views.labels_policies import (
    FORMULAS,
    WHO,
    category_title,
    field_word,
    place_word,
    series_word,
    text_of,
    value_word,
    years_word,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: ``key`` is the same for the same thing in every pack; ``under`` is said below the value."""

    key: str
    label: str
    value: str
    source: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that belong together. ``rule``: the id of the rule they rest on."""

    key: str
    title: str
    lines: tuple[Line, ...]
    rule: str = ""


class _Figures:
    """The figures of a pack by place, with those that no row has shown yet."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.left = {figure.place: figure for figure in policy.figures}

    def source(self, place: str) -> str:
        """The clause of a place, which is thereby shown."""
        figure = self.left.pop(place, None)
        return figure.source if figure else self.policy.source_of(place)

    def line(self, place: str, key: str = "", value: str | None = None, under: str = "", label: str = "") -> list[Line]:
        """The row of a figure; none where the pack has no such figure."""
        figure = self.left.pop(place, None)
        if figure is None:
            return []
        said = value_word(self.policy, figure.value) if value is None else value
        return [Line(key or place, label or place_word(place), said, figure.source, under)]

    def rest(self, prefix: str = "") -> list[Figure]:
        """The figures below ``prefix`` that are still unseen."""
        found = [figure for place, figure in self.left.items() if place.startswith(prefix)]
        for figure in found:
            del self.left[figure.place]
        return found


def sections(policy: Policy, year: int) -> list[Section]:
    """Everything a pack says, in the order in which a reader asks; days as the dates they mean for ``year``."""
    figures = _Figures(policy)
    found = [
        Section("required", gettext("Hours required in a year"), tuple(_required(policy, figures)), "MIN"),
        Section("day", gettext("Days into hours"), tuple(_day(figures)), "DAY"),
        Section("carry", gettext("Carrying over"), tuple(_carry(policy, figures)), "CARRY"),
        Section(
            "deadlines", gettext("Last days of %(year)s", year=year), tuple(_deadlines(policy, figures, year)), "EFFECT"
        ),
        Section("reviews", gettext("Review days and reminders"), tuple(_reviews(policy, figures, year))),
        Section("subjects", gettext("Public subjects"), tuple(_subjects(policy)), "DUP-PUBLIC"),
        Section("companions", gettext("Beside the evidence"), tuple(_companions(policy)), "EVIDENCE"),
        Section("uses", gettext("What the result is for"), tuple(_uses(policy)), "SUBSIDY"),
        *(_kind(policy, figures, position, kind) for position, kind in enumerate(policy.kinds)),
        Section("document", gettext("The policy itself"), tuple(_document(policy, figures))),
    ]
    further = tuple(_generic(policy, figure) for figure in figures.rest())
    if further:
        found.append(Section("further", gettext("Further figures"), further))
    return [section for section in found if section.lines]


def _generic(policy: Policy, figure: Figure, key: str = "") -> Line:
    return Line(key or figure.place, place_word(figure.place), value_word(policy, figure.value), figure.source)


def _required(policy: Policy, figures: _Figures) -> list[Line]:
    unit = text_of(policy.unit)
    least = gettext("at least %(hours)s %(unit)s", hours=plain(policy.required_total), unit=unit)
    lines = figures.line("total.required", value=least)
    for position, category in enumerate(policy.categories):
        place, title = f"category[{position}]", category_title(category)
        value = gettext("no minimum")
        if category.required is not None:
            value = gettext("at least %(hours)s %(unit)s", hours=plain(category.required), unit=unit)
        source = figures.source(f"{place}.required") or category.source
        lines.append(Line(f"category.{category.id}.required", title, value, source))
        once = gettext("%(category)s: the same subject counts once a year", category=title)
        lines += figures.line(f"{place}.once_per_subject", f"category.{category.id}.once_per_subject", label=once)
    return lines


def _day(figures: _Figures) -> list[Line]:
    return [*figures.line("day.hours"), *figures.line("day.minutes_per_hour")]


def _carry(policy: Policy, figures: _Figures) -> list[Line]:
    lines = [*figures.line("carry.out"), *figures.line("carry.in")]
    if policy.carry_out or policy.carry_in:
        return [*lines, *figures.line("carry.category")]
    figures.rest("carry.category")  # says nothing where nothing is carried
    return lines


def _dated(figures: _Figures, place: str, key: str, label: str, day: DayOfYear, year: int) -> list[Line]:
    """A last day: the date it means in the year, and below it the day as the pack states it."""
    figure = figures.left.get(place)
    stated = value_word(figures.policy, figure.value) if figure else ""
    return figures.line(place, key, day.in_year(year).isoformat(), stated, label)


def _deadlines(policy: Policy, figures: _Figures, year: int) -> list[Line]:
    found: list[Line] = []
    for which, day in policy.deadlines:
        place = f"deadlines.{which}"
        found += _dated(figures, place, place, place_word(place), day, year)
    return found


def _reviews(policy: Policy, figures: _Figures, year: int) -> list[Line]:
    found = figures.line("review_days")
    for position, reminder in enumerate(policy.reminders):
        found += _dated(
            figures, f"reminder[{position}].on", f"reminder.{reminder.id}", text_of(reminder.title), reminder.on, year
        )
    return found


def _subjects(policy: Policy) -> list[Line]:
    return [
        Line(f"public_subject.{one.code}", gettext("Subject"), text_of(one.title), one.source)
        for one in policy.public_subjects
    ]


def _companions(policy: Policy) -> list[Line]:
    return [Line(f"companion.{one.id}", text_of(one.when), text_of(one.title), one.source) for one in policy.companions]


def _uses(policy: Policy) -> list[Line]:
    return [Line(f"use.{one.id}", text_of(one.title), str(WHO[one.who]), one.source) for one in policy.uses]


def _kind(policy: Policy, figures: _Figures, position: int, kind: ClaimKind) -> Section:
    """One kind of claim: what it may count as, how the hours come about, what the form asks, what must be shown."""
    categories = [category_title(found) for one in kind.categories if (found := policy.category(one)) is not None]
    if kind.by_relation:
        counts = gettext(
            "%(related)s where related to the subject taught, else %(unrelated)s",
            related=categories[0],
            unrelated=categories[1],
        )
    else:
        counts = gettext(" or ").join(categories)
    asked = [field_word(str(one)) for one in kind.fields] + [text_of(one.title) for one in kind.own_fields]
    by = kind.own_field(kind.by)
    hours = {one.id: text_of(one.title) for one in by.options} if by is not None else {}
    place = f"kind[{position}]"

    def key(name: str) -> str:
        return f"kind.{kind.id}.{name}"

    lines = [
        Line(key("categories"), gettext("Counts as"), counts, kind.source),
        Line(key("formula"), gettext("Hours"), str(FORMULAS.get(kind.formula, kind.formula)), kind.source),
        *(
            Line(key(f"hours.{case}"), hours.get(case) or place_word(one.place), plain(kind.figure(case)), one.source)
            for one in figures.rest(f"{place}.hours.")
            if (case := one.place.rpartition(".")[2])
        ),
        Line(
            key("fields"),
            gettext("The form asks for"),
            listed(asked) or gettext("nothing more"),
            kind.source,
        ),
        *(
            line
            for at, one in enumerate(kind.own_fields)
            for line in _own_field(kind, one, figures, f"{place}.field[{at}]")
        ),
        Line(key("evidence"), gettext("Evidence"), text_of(kind.evidence), kind.evidence_source),
        *(_generic(policy, one, key(one.place.removeprefix(f"{place}."))) for one in figures.rest(f"{place}.")),
    ]
    return Section(f"kind.{kind.id}", text_of(kind.title), tuple(lines), kind.rule)


def _own_field(kind: ClaimKind, field: KindField, figures: _Figures, place: str) -> list[Line]:
    """A field that the pack declares itself: what may be answered."""
    answers = gettext("; ").join(text_of(one.title) for one in field.options)
    if field.type is FieldType.NUMBER:
        answers = gettext("a number from 1 to %(most)s", most=field.most)
    elif field.type is FieldType.YES_NO:
        answers = gettext("yes; whoever says no gets no hours") if field.must else gettext("yes or no")
    source = figures.source(f"{place}.most") or field.source
    return [Line(f"kind.{kind.id}.field.{field.id}", text_of(field.title), answers, source, text_of(field.help))]


def _document(policy: Policy, figures: _Figures) -> list[Line]:
    lines = [
        Line("title", gettext("Title"), text_of(policy.title), policy.source),
        Line("jurisdiction", gettext("Jurisdiction"), text_of(policy.jurisdiction), policy.source),
        Line("unit", gettext("Counted in"), text_of(policy.unit), policy.source),
        Line(
            "certificate_title", gettext("Title of the certificate"), text_of(policy.certificate_title), policy.source
        ),
    ]
    if policy.note is not None:
        lines.append(Line("note", gettext("Note"), text_of(policy.note), policy.source))
    if policy.binds is not None:
        lines += figures.line("binds", value=years_word(policy), under=series_word(policy.binds.series))
    return lines


def summary(policy: Policy) -> dict[str, Any]:
    """A pack in a line: its total and its minima."""
    return {
        "id": policy.id,
        "title": text_of(policy.title),
        "jurisdiction": text_of(policy.jurisdiction),
        "unit": text_of(policy.unit),
        "total": plain(policy.required_total),
        "minima": [
            (category_title(one), plain(one.required) if one.required is not None else "") for one in policy.categories
        ],
        "years": years_word(policy),
        "series": series_word(policy.binds.series) if policy.binds is not None else "",
    }
