"""From a claim's facts to hours, category and year, with the steps that lead there (rules DAY, YEAR, EXAM,
KINDS…).

Hours are exact decimals in the pack's unit. Every figure comes from the pack. What a claim must show as
evidence and who decides on it are not known here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.answers import check_answers, unmet
from app.domain.errors import Code, Refused
from app.domain.policy_kinds import EACH, MOST, Author, ClaimField, ClaimKind, Formula
from app.domain.policy_terms import Policy
from app.domain.rules import Rule

ZERO = Decimal(0)
MINUTES_IN_A_DAY = 24 * 60
HOURS_IN_A_YEAR = Decimal(366 * 24)  # no one studies longer than the longest year lasts
PLACES = 6  # finer than any notice; keeps every sum exact
_YEARS = range(1990, 2101)  # a year outside is a slip of the hand, not a rule


@dataclass(frozen=True, slots=True)
class Session:
    """One stay on one day: a full day, or so many minutes."""

    on: date
    full_day: bool = False
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What a claim states. `category` is the reviewer's or the teacher's choice; None leaves it to the kind's
    rule.

    `passed` None: nothing was said, which is refused where the kind asks. `year` stands where there are no
    sessions, or picks the year in which a degree or result spanning two counts. `answers` are those to the
    fields that the kind declares, by field: an option's id, a whole number, or yes or no. None: they were not
    put, as in a question by file; then only what the formula goes by is missed.
    """

    kind: str
    passed: bool | None = None
    related: bool | None = None
    author: str | None = None
    sessions: tuple[Session, ...] = ()
    stated_hours: Decimal | None = None
    year: int | None = None
    category: str | None = None
    answers: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """How some hours came about. `rule` gives the id, `source` the clause; `capped`: the full day's hours
    or the pack's ceiling were the limit.

    For a day: `on`, and `minutes` (all of that day added) or `full_day`. For a figure a unit: `units` and
    `each`. For a fixed figure: the `case` of the kind's formula. For stated hours: none of these.
    """

    rule: Rule
    hours: Decimal
    source: str
    on: date | None = None
    minutes: int | None = None
    full_day: bool = False
    capped: bool = False
    units: int | None = None
    each: Decimal | None = None
    case: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The hours of one year in one category, more than 0, and how they came about."""

    year: int
    category: str
    hours: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Excess:
    """A day on which a teacher's face-to-face entries exceed a full day's hours (CEIL); for the reviewer."""

    on: date
    hours: Decimal
    allowed: Decimal
    refs: tuple[object, ...]


def plain(hours: Decimal) -> str:
    """Hours as text: no trailing zeros, no exponent, no minus before 0."""
    return format(hours.normalize(), "f") if hours else "0"


def check_hours(hours: Decimal, *, may_be_zero: bool = False) -> Decimal:
    """The hours, if they can be hours at all. Raises Refused(HOURS_…)."""
    if not hours.is_finite():
        raise Refused(Code.HOURS_NOT_A_NUMBER)
    if hours < 0:
        raise Refused(Code.HOURS_NEGATIVE, hours=hours)
    if hours == 0 and not may_be_zero:
        raise Refused(Code.HOURS_NOT_POSITIVE, hours=hours)
    if hours > HOURS_IN_A_YEAR:
        raise Refused(Code.HOURS_TOO_MANY, hours=hours, limit=HOURS_IN_A_YEAR)
    exponent = hours.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > PLACES:
        raise Refused(Code.HOURS_TOO_FINE, hours=hours, places=PLACES)
    return hours


def check_year(year: int) -> int:
    """The year, if it can be one that is verified. Raises Refused(YEAR_IMPOSSIBLE)."""
    if year not in _YEARS:
        raise Refused(Code.YEAR_IMPOSSIBLE, year=year)
    return year


def convert(policy: Policy, facts: ClaimFacts) -> tuple[Part, ...]:
    """The hours a claim gives under a policy: one part a year, earliest first; parts of 0 hours are left out.

    A failed assessment gives nothing (EXAM, S2 §二（三）1), nor does a condition of the kind that is not met.
    Raises Refused where the facts make no sense.
    """
    kind = policy.kind(facts.kind)
    if kind is None:
        raise Refused(Code.KIND_UNKNOWN, kind=facts.kind, policy=policy.id)
    _check_facts(policy, kind, facts)
    if facts.passed is False or unmet(kind, facts.answers) is not None:
        return ()
    category = _category(kind, facts)
    if kind.formula in (Formula.BY_CHOICE, Formula.PER_UNIT):
        step = _units(kind, facts) if kind.formula is Formula.PER_UNIT else _chosen(kind, facts, category)
        return (Part(_year(facts), category, step.hours, (step,)),)
    if facts.sessions and kind.formula is not Formula.STATED:
        return _by_days(policy, facts, category)
    if kind.formula is Formula.DAYS:
        raise Refused(Code.SESSIONS_MISSING, kind=kind.id)
    if facts.stated_hours is None:
        raise Refused(Code.HOURS_MISSING, kind=kind.id)
    step = Step(Rule.KINDS, facts.stated_hours, kind.source)
    return (Part(_year(facts), category, facts.stated_hours, (step,)),)


def _check_facts(policy: Policy, kind: ClaimKind, facts: ClaimFacts) -> None:
    """Refuses what cannot be, whether or not this kind's formula would look at it."""
    if facts.passed is None and kind.asks(ClaimField.PASSED):
        raise Refused(Code.PASSED_MISSING, kind=kind.id)
    if facts.author is not None and facts.author not in set(Author):
        raise Refused(Code.AUTHOR_UNKNOWN, author=facts.author)
    if facts.category is not None:
        if policy.category(facts.category) is None:
            raise Refused(Code.CATEGORY_UNKNOWN, category=facts.category, policy=policy.id)
        if facts.category not in kind.categories:
            raise Refused(Code.CATEGORY_NOT_ALLOWED, category=facts.category, kind=kind.id)
    check_answers(kind, facts.answers)
    if facts.stated_hours is not None:
        check_hours(facts.stated_hours)
    if facts.year is not None:
        check_year(facts.year)
    full_days: set[date] = set()
    for session in facts.sessions:
        _check_session(session)
        if session.full_day and session.on in full_days:
            raise Refused(Code.DAY_TWICE, on=session.on)
        full_days.update({session.on} if session.full_day else ())
    if facts.year is not None and facts.sessions and facts.year not in {s.on.year for s in facts.sessions}:
        raise Refused(Code.YEAR_CONTRADICTS, year=facts.year)


def _check_session(session: Session) -> None:
    check_year(session.on.year)
    if session.minutes is None:
        if not session.full_day:
            raise Refused(Code.SESSION_EMPTY, on=session.on)
    elif session.full_day:
        raise Refused(Code.SESSION_BOTH, on=session.on)
    elif session.minutes <= 0:
        raise Refused(Code.MINUTES_NOT_POSITIVE, on=session.on, minutes=session.minutes)
    elif session.minutes > MINUTES_IN_A_DAY:
        raise Refused(Code.MINUTES_OVER_DAY, on=session.on, minutes=session.minutes)


def _category(kind: ClaimKind, facts: ClaimFacts) -> str:
    """The chosen category; else, where the pack says so, by its relation to the subject (OUTSIDE); else the
    usual one."""
    if facts.category is not None:
        return facts.category
    if not kind.by_relation:
        return kind.categories[0]
    if facts.related is None:
        raise Refused(Code.RELATED_MISSING, kind=kind.id)
    related, unrelated = kind.categories
    return related if facts.related else unrelated


def _chosen(kind: ClaimKind, facts: ClaimFacts, category: str) -> Step:
    """A figure of the pack by case: DEGREE by the category it falls in, RESULT by the part in it."""
    case = _case(kind, facts, category)
    return Step(Rule(kind.rule), kind.figure(case), kind.figure_source(case), case=case)


def _case(kind: ClaimKind, facts: ClaimFacts, category: str) -> str:
    """Which of the kind's figures it is: by what the claimant answered, or by the category it falls in."""
    if kind.by == ClaimField.RELATED:
        # The reviewer who puts a degree under electives says that it is not related: the figure follows.
        return "related" if category == kind.categories[0] else "unrelated"
    if kind.by == ClaimField.AUTHOR:
        if facts.author is None:
            raise Refused(Code.AUTHOR_MISSING, kind=kind.id)
        return facts.author
    return str(_answer(kind, facts))


def _units(kind: ClaimKind, facts: ClaimFacts) -> Step:
    """So many units at a figure each, up to the ceiling where the pack sets one."""
    units, each = int(str(_answer(kind, facts))), kind.figure(EACH)
    ceiling = dict(kind.figures).get(MOST)
    is_capped = ceiling is not None and units * each > ceiling
    hours = ceiling if ceiling is not None and is_capped else units * each
    source = kind.figure_source(MOST if is_capped else EACH)
    return Step(Rule(kind.rule), hours, source, capped=is_capped, units=units, each=each)


def _answer(kind: ClaimKind, facts: ClaimFacts) -> object:
    """The answer to the field that the formula goes by."""
    if facts.answers is None:
        field = kind.own_field(kind.by)
        raise Refused(Code.ANSWER_MISSING, field=kind.by, asked=field.title if field else kind.by)
    return facts.answers[kind.by]  # checked before


def _year(facts: ClaimFacts) -> int:
    """The one year of hours without days of their own: the year stated, else that in which the matter ended."""
    if facts.year is not None:
        return facts.year
    if facts.sessions:
        return max(session.on for session in facts.sessions).year
    raise Refused(Code.YEAR_MISSING)


def _by_days(policy: Policy, facts: ClaimFacts, category: str) -> tuple[Part, ...]:
    """DAY for each calendar day, then YEAR: a stay over New Year is split by day (S1 §四（一），R)."""
    minutes: dict[date, int] = {}
    full: set[date] = set()
    for session in facts.sessions:
        minutes[session.on] = minutes.get(session.on, 0) + (session.minutes or 0)
        if session.full_day:
            full.add(session.on)
    years: dict[int, list[Step]] = {}
    for on in sorted(minutes):
        years.setdefault(on.year, []).append(_day(policy, on, minutes[on], on in full))
    parts = (
        Part(year, category, sum((step.hours for step in steps), ZERO), tuple(steps))
        for year, steps in years.items()
    )
    return tuple(part for part in parts if part.hours)


def _day(policy: Policy, on: date, minutes: int, is_full: bool) -> Step:
    """The hours of one day: its minutes are added before dividing, and a full day's hours are the ceiling."""
    if is_full:
        return Step(
            Rule.DAY,
            policy.daily_hours,
            policy.source_of("day.hours"),
            on,
            minutes or None,
            True,
            minutes > 0,
        )
    if minutes > MINUTES_IN_A_DAY:
        raise Refused(Code.MINUTES_OVER_DAY, on=on, minutes=minutes)
    earned = Decimal(minutes // policy.minutes_per_hour)
    capped = earned > policy.daily_hours
    hours = policy.daily_hours if capped else earned
    return Step(Rule.DAY, hours, policy.source_of("day.minutes_per_hour"), on, minutes, False, capped)


def over_ceiling(policy: Policy, dated: Iterable[tuple[date, Decimal, object]]) -> tuple[Excess, ...]:
    """The days on which dated entries (day, hours, reference) add up to more than a full day (CEIL, R).

    Nothing is cut: the reviewer sees the excess and decides.
    """
    days: dict[date, list[tuple[Decimal, object]]] = {}
    for on, hours, ref in dated:
        days.setdefault(on, []).append((hours, ref))
    sums = ((on, sum((hours for hours, _ in found), ZERO), found) for on, found in sorted(days.items()))
    return tuple(
        Excess(on, total, policy.daily_hours, tuple(ref for _, ref in found))
        for on, total, found in sums
        if total > policy.daily_hours
    )
