"""Reads one policy pack and refuses a bad one with the place, the line and the reason.

A pack is TOML. Every figure is a small table `{ value = …, source = "…" }`, so that none can stand without
its clause. A kind is read in `policy_fields.py`. What the figures mean stands in `policy_terms.py`; which
pack binds when, in `policy.py`.
"""

from dataclasses import replace
from hashlib import sha256

from app.domain.policy_fields import read_kind, refuse_twice
from app.domain.policy_kinds import Companion
from app.domain.policy_node import FEBRUARY_AT_ITS_SHORTEST, Node, Pack, PackFault, PackReason
from app.domain.policy_terms import (
    ANY_SERIES,
    Binds,
    Category,
    Deadline,
    Policy,
    Reminder,
    Series,
    Subject,
)
from app.domain.policy_uses import Use, Who

PROOF = "proof"  # the purpose of the evidence itself
TOTAL = "total"  # beside the categories in a standing's sums
LONGEST_PACK_ID = 40
_YEARS = range(1990, 2101)


def read_pack(text: str, name: str = "") -> Policy:
    """The policy a pack's text states. Raises PackFault with the first fault, which holds the others that
    were found; `name` is shown in it."""
    pack = Pack(text, name)
    try:
        policy = _policy(pack, Node(pack, (), pack.tree), sha256(text.encode()).hexdigest())
    except PackFault as fault:
        pack.faults.append(fault)
    if pack.faults:
        first, *others = sorted(pack.faults, key=lambda fault: fault.line)
        first.all = (first, *others)
        raise first
    return replace(policy, figures=tuple(pack.figures))


def _policy(pack: Pack, root: Node, digest: str) -> Policy:
    categories = pack.each(root.items("category"), _category)
    if not categories and not pack.faults:
        root.fault(PackReason.KEY_MISSING, "category")
    known = {category.id for category in categories}
    if pack.faults:  # what the others name cannot be judged without the categories
        raise pack.faults.pop()
    refuse_twice(root, "category", [category.id for category in categories], key="id")
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
        id=root.id(longest=LONGEST_PACK_ID),
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
        public_subjects=pack.each(root.items("public_subject"), _subject),
        deadlines=tuple((which, deadlines.day(which)) for which in Deadline if deadlines.has(which)),
        review_days=_review_days(reviews) if reviews else (),
        reminders=pack.each(root.items("reminder"), _reminder),
        kinds=pack.each(root.items("kind"), lambda node: read_kind(node, known)),
        companions=pack.each(root.items("companion"), _companion),
        uses=pack.each(root.items("use"), _use),
        figures=(),
        digest=digest,
    )
    for node in (total, day, carry, deadlines, root):
        node.done()
    if not pack.faults:  # with members left out their places would be wrong
        refuse_twice(root, "kind", [kind.id for kind in policy.kinds], key="id")
        refuse_twice(root, "public_subject", [subject.code for subject in policy.public_subjects], key="code")
        refuse_twice(root, "reminder", [reminder.id for reminder in policy.reminders], key="id")
        refuse_twice(root, "companion", [one.id for one in policy.companions], key="id")
        refuse_twice(root, "use", [one.id for one in policy.uses], key="id")
    return policy


def _use(node: Node) -> Use:
    use = Use(node.id(), node.words("title"), node.child("who").choice(Who), node.text("source"))
    node.done()
    return use


def _category(node: Node) -> Category:
    required = node.figure("required")[0].number() if node.has("required") else None
    once = node.figure("once_per_subject")[0].flag() if node.has("once_per_subject") else False
    if node.id() == TOTAL:
        node.fault(PackReason.ID_INVALID, "id")
    category = Category(node.id(), node.words("title"), required, node.text("source"), once)
    node.done()
    return category


def _subject(node: Node) -> Subject:
    subject = Subject(node.id("code", longest=LONGEST_PACK_ID), node.words("title"), node.text("source"))
    node.done()
    return subject


def _binds(node: Node) -> Binds:
    first = node.child("first")
    last = node.child("last").whole() if node.has("last") else None
    for key, year in (("first", first.whole()), ("last", last)):
        if year is not None and year not in _YEARS:
            node.fault(PackReason.YEAR_IMPOSSIBLE, key)
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


def _companion(node: Node) -> Companion:
    if node.id() == PROOF:
        node.fault(PackReason.ID_INVALID, "id")
    companion = Companion(node.id(), node.words("when"), node.words("title"), node.text("source"))
    node.done()
    return companion
