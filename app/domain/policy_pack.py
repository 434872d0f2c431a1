"""Reads one policy pack and refuses a bad one with the place, the line and the reason.

A pack is TOML. Every figure is a small table `{ value = …, source = "…" }`, so that none can stand without
its clause. What the figures mean stands in `policy_terms.py`; which pack binds when, in `policy.py`.
"""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from app.domain.policy_node import FEBRUARY_AT_ITS_SHORTEST, Node, Pack, PackReason
from app.domain.policy_terms import (
    ANY_SERIES,
    Binds,
    Category,
    ClaimField,
    ClaimKind,
    Deadline,
    Formula,
    Policy,
    Reminder,
    Series,
    Subject,
    Words,
)
from app.domain.rules import Rule

_CASES = {Formula.BY_RELATION: ("related", "unrelated"), Formula.BY_AUTHOR: ("main", "other")}
_BOTH_WAYS = 2  # a category for what is related to the teacher's subject, and one for what is not


def read_pack(text: str, name: str = "") -> Policy:
    """The policy a pack's text states. Raises PackFault at the first fault; `name` is shown in it."""
    pack = Pack(text, name)
    root = Node(pack, (), pack.tree)
    categories = tuple(_category(node) for node in root.items("category"))
    _refuse_twice(root, "category", [category.id for category in categories])
    if not categories:
        root.fault(PackReason.KEY_MISSING, "category")
    known = {category.id for category in categories}
    total, day, carry = root.child("total"), root.child("day"), root.child("carry")
    carry_category = carry.figure("category")[0]
    if carry_category.string() not in known:
        carry_category.fault(PackReason.CATEGORY_UNKNOWN)
    required_total = total.figure("required")[0].number()
    minutes = day.figure("minutes_per_hour")[0]
    if minutes.whole() <= 0:
        minutes.fault(PackReason.NOT_POSITIVE)
    deadlines = root.child("deadlines")
    reviews = root.figure("review_days")[0] if root.has("review_days") else None
    policy = Policy(
        id=root.id(),
        title=root.words("title"),
        jurisdiction=root.words("jurisdiction"),
        source=root.text("source"),
        note=root.words("note") if root.has("note") else None,
        unit=root.words("unit"),
        certificate_title=root.words("certificate_title"),
        binds=_binds(root.child("binds")) if root.has("binds") else None,
        categories=categories,
        required_total=required_total,
        daily_hours=day.figure("hours")[0].positive(),
        minutes_per_hour=minutes.whole(),
        carry_out=carry.figure("out")[0].flag(),
        carry_in=carry.figure("in")[0].flag(),
        carry_category=carry_category.string(),
        public_subjects=tuple(_subject(node) for node in root.items("public_subject")),
        deadlines=tuple((which, deadlines.day(which)) for which in Deadline if deadlines.has(which)),
        review_days=_review_days(reviews) if reviews else (),
        reminders=tuple(_reminder(node) for node in root.items("reminder")),
        kinds=tuple(_kind(node, known) for node in root.items("kind")),
        figures=(),
        digest=sha256(text.encode()).hexdigest(),
    )
    for node in (total, day, carry, deadlines, root):
        node.done()
    _refuse_twice(root, "kind", [kind.id for kind in policy.kinds])
    _refuse_twice(root, "public_subject", [subject.code for subject in policy.public_subjects])
    return replace(policy, figures=tuple(pack.figures))


def _refuse_twice(root: Node, key: str, ids: list[str]) -> None:
    for position, found in enumerate(ids):
        if found in ids[:position]:
            root.fault(PackReason.ID_TWICE, key, position, "id")


def _category(node: Node) -> Category:
    required = node.figure("required")[0].number() if node.has("required") else None
    once = node.figure("once_per_subject")[0].flag() if node.has("once_per_subject") else False
    category = Category(node.id(), node.words("title"), required, node.text("source"), once)
    node.done()
    return category


def _subject(node: Node) -> Subject:
    subject = Subject(node.id("code"), node.words("title"), node.text("source"))
    node.done()
    return subject


def _binds(node: Node) -> Binds:
    first = node.child("first")
    last = node.child("last").whole() if node.has("last") else None
    if last is not None and last < first.whole():
        node.fault(PackReason.YEARS_REVERSED, "last")
    series = tuple(item.string() for item in node.items("series"))
    for position, one in enumerate(series):
        if one != ANY_SERIES and one not in set(Series):
            node.fault(PackReason.SERIES_UNKNOWN, "series", position)
    if not series:
        node.fault(PackReason.KEY_MISSING, "series")
    binds = Binds(first.whole(), last, series, node.text("source"))
    node.done()
    node.pack.note(node.place, f"{binds.first}–{binds.last or ''}", binds.source)
    return binds


def _review_days(node: Node) -> tuple[int, ...]:
    if not isinstance(node.value, list) or not node.value:
        node.fault(PackReason.TYPE_WRONG)
    for day in node.value:
        # A day every month has, so that the next review day can always be told.
        if isinstance(day, bool) or not isinstance(day, int) or not 1 <= day <= FEBRUARY_AT_ITS_SHORTEST:
            node.fault(PackReason.DAY_INVALID)
    return tuple(node.value)


def _reminder(node: Node) -> Reminder:
    reminder = Reminder(node.id(), node.words("title"), node.day("on"))
    node.done()
    return reminder


def _kind(node: Node, known: set[str]) -> ClaimKind:
    categories = tuple(item.string() for item in node.items("categories"))
    for position, category in enumerate(categories):
        if category not in known:
            node.fault(PackReason.CATEGORY_UNKNOWN, "categories", position)
    if not categories:
        node.fault(PackReason.KEY_MISSING, "categories")
    formula = node.child("formula").choice(Formula)
    by_relation = node.child("by_relation").flag() if node.has("by_relation") else False
    if by_relation and len(categories) != _BOTH_WAYS:
        node.fault(PackReason.CATEGORY_COUNT, "categories")
    fields = tuple(item.choice(ClaimField) for item in node.items("fields"))
    figures: tuple[tuple[str, Decimal], ...] = ()
    if formula in _CASES:
        hours = node.child("hours")
        figures = tuple((case, hours.figure(case)[0].positive()) for case in _CASES[formula])
        hours.done()
    needed = {
        Formula.DAYS: {ClaimField.SESSIONS},
        Formula.DAYS_OR_STATED: {ClaimField.SESSIONS, ClaimField.STATED_HOURS},
        Formula.STATED: {ClaimField.STATED_HOURS},
        Formula.BY_RELATION: {ClaimField.RELATED},
        Formula.BY_AUTHOR: {ClaimField.AUTHOR},
    }[formula] | ({ClaimField.RELATED} if by_relation else set())
    if not needed <= set(fields):  # the form would not ask for what the formula needs
        node.fault(PackReason.FIELD_MISSING, "fields")
    evidence = node.child("evidence")
    words, evidence_source = Words(evidence.text("zh"), evidence.text("en")), evidence.text("source")
    evidence.done()
    kind = ClaimKind(
        id=node.id(),
        title=node.words("title"),
        categories=categories,
        by_relation=by_relation,
        formula=formula,
        figures=figures,
        fields=fields,
        evidence=words,
        evidence_source=evidence_source,
        rule=node.child("rule").choice(Rule),
        source=node.text("source"),
    )
    node.done()
    return kind
