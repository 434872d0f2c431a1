"""Reads one claim kind of a pack: its fields, its formula and the figures of it.

What they mean stands in `policy_kinds.py`; how one value is read and refused, in `policy_node.py`.
"""

from decimal import Decimal

from app.domain.policy_kinds import (
    BUILT_IN_OPTIONS,
    EACH,
    MOST,
    ClaimField,
    ClaimKind,
    FieldType,
    Formula,
    KindField,
    Option,
)
from app.domain.policy_node import Node, PackReason
from app.domain.rules import Rule
from app.domain.words import Words

_BOTH_WAYS = 2  # a category for what is related to the teacher's subject, and one for what is not
_MOST_UNITS = 9999
_NEEDED = {
    Formula.DAYS: {ClaimField.SESSIONS},
    Formula.DAYS_OR_STATED: {ClaimField.SESSIONS, ClaimField.STATED_HOURS},
    Formula.STATED: {ClaimField.STATED_HOURS},
}


def read_kind(node: Node, known: set[str]) -> ClaimKind:
    """The kind a pack's table states; `known` are the pack's categories. Raises PackFault."""
    categories = tuple(item.string() for item in node.items("categories"))
    for position, category in enumerate(categories):
        if category not in known:
            node.fault(PackReason.CATEGORY_UNKNOWN, "categories", position)
    if not categories:
        node.fault(PackReason.KEY_MISSING, "categories")
    refuse_twice(node, "categories", list(categories))
    formula = node.child("formula").choice(Formula)
    by_relation = node.child("by_relation").flag() if node.has("by_relation") else False
    if by_relation and len(categories) != _BOTH_WAYS:
        node.fault(PackReason.CATEGORY_COUNT, "categories")
    fields = tuple(item.choice(ClaimField) for item in node.items("fields"))
    needed = _NEEDED.get(formula, set()) | ({ClaimField.RELATED} if by_relation else set())
    if not needed <= set(fields):  # the form would not ask for what the formula needs
        node.fault(PackReason.FIELD_MISSING, "fields")
    own_fields = tuple(_field(item) for item in node.items("field"))
    refuse_twice(node, "field", [one.id for one in own_fields], key="id")
    for position, one in enumerate(own_fields):
        if one.id in set(ClaimField):
            node.fault(PackReason.ID_TWICE, "field", position, "id")
    by, figures, sources = _figures(node, formula, by_relation, fields, own_fields)
    evidence = node.child("evidence")
    words, evidence_source = Words(evidence.text("zh"), evidence.text("en")), evidence.text("source")
    evidence.done()
    kind = ClaimKind(
        id=node.id(),
        title=node.words("title"),
        categories=categories,
        by_relation=by_relation,
        formula=formula,
        by=by,
        figures=figures,
        sources=sources,
        fields=fields,
        own_fields=own_fields,
        evidence=words,
        evidence_source=evidence_source,
        rule=node.child("rule").choice(Rule),
        source=node.text("source"),
    )
    node.done()
    return kind


def refuse_twice(node: Node, listed: str, ids: list[str], key: str = "") -> None:
    """Refuses the second of two members of a list that go by one id."""
    for position, found in enumerate(ids):
        if found in ids[:position]:
            node.fault(PackReason.ID_TWICE, listed, position, *([key] if key else []))


def _field(node: Node) -> KindField:
    kind = node.child("type").choice(FieldType)
    options: tuple[Option, ...] = ()
    if kind is FieldType.CHOICE:
        options = tuple(_option(item) for item in node.items("options"))
        if not options:
            node.fault(PackReason.KEY_MISSING, "options")
        refuse_twice(node, "options", [one.id for one in options], key="id")
    most = 0
    if kind is FieldType.NUMBER:
        limit = node.figure("most")[0]
        most = limit.whole()
        if most <= 0:
            limit.fault(PackReason.NOT_POSITIVE)
        if most > _MOST_UNITS:
            limit.fault(PackReason.NUMBER_TOO_LARGE)
    field = KindField(
        id=node.id(),
        title=node.words("title"),
        type=kind,
        source=node.text("source"),
        help=node.words("help") if node.has("help") else None,
        options=options,
        most=most,
        must=kind is FieldType.YES_NO and node.has("must") and node.child("must").flag(),
    )
    node.done()
    return field


def _option(node: Node) -> Option:
    option = Option(node.id(), Words(node.text("zh"), node.text("en")))
    node.done()
    return option


Figures = tuple[str, tuple[tuple[str, Decimal], ...], tuple[tuple[str, str], ...]]


def _figures(
    node: Node,
    formula: Formula,
    by_relation: bool,
    fields: tuple[ClaimField, ...],
    own_fields: tuple[KindField, ...],
) -> Figures:
    """The field the formula goes by, its figures by case, and the clause of each."""
    if formula not in (Formula.BY_CHOICE, Formula.PER_UNIT):
        return "", (), ()
    by = node.text("by")
    cases: tuple[str, ...]
    if formula is Formula.PER_UNIT:
        if not any(one.id == by and one.type is FieldType.NUMBER for one in own_fields):
            node.fault(PackReason.FIELD_MISSING, "by")
        cases = (EACH, MOST) if node.child("hours").has(MOST) else (EACH,)
    elif by in fields:
        if by not in BUILT_IN_OPTIONS or (by == ClaimField.RELATED and not by_relation):
            node.fault(PackReason.FIELD_MISSING, "by")
        cases = BUILT_IN_OPTIONS[ClaimField(by)]
    else:
        found = next((one for one in own_fields if one.id == by and one.type is FieldType.CHOICE), None)
        if found is None:
            node.fault(PackReason.FIELD_MISSING, "by")
        cases = tuple(one.id for one in found.options)
    hours = node.child("hours")
    read = [(case, *hours.figure(case)) for case in cases]
    hours.done()
    return (
        by,
        tuple((case, figure.positive()) for case, figure, _ in read),
        tuple((case, source) for case, _, source in read),
    )
