"""What is unusual in a selection of claims: reasons to look before approving them together. It decides nothing.

Few questions whatever the size: the claims come with their files loaded (``bulk.py``), medians are of the selection.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.deadlines import check_in_time, deadline_of, is_in_time
from app.domain.errors import Refused
from app.domain.evidence import PROOF
from app.domain.likeness import title_key
from app.domain.policy import pack
from app.domain.workflow import State, Verb
from app.models import Claim, Standing
from app.services import extensions

CHUNK = 500


class Mark(StrEnum):
    """Why somebody should look, the gravest first."""

    FLAGGED = "flagged"
    LATE = "late"
    FOREIGN = "foreign"
    KIND_HOURS = "kind_hours"
    ACTIVITY_HOURS = "activity_hours"
    REDUCED = "reduced"
    RETURNED = "returned"
    SEVERAL = "several"
    FIRST_ORGANISER = "first_organiser"
    PASSED = "passed"


# Left out of a bulk approval unless somebody says otherwise: a rule, a deadline or the evidence speaks against them.
SERIOUS = frozenset({Mark.FLAGGED, Mark.LATE, Mark.FOREIGN, Mark.KIND_HOURS, Mark.ACTIVITY_HOURS})

# How far above the median is far, and of how many a median says something.
FAR_OF_KIND, FEWEST_OF_KIND = Decimal(2), 5
FAR_OF_ACTIVITY, FEWEST_OF_ACTIVITY = Decimal("1.5"), 3


def find(session: Session, claims: Sequence[Claim], now: datetime) -> dict[Mark, list[Claim]]:
    """The claims of each mark, in the order of the selection; a mark that fits none is left out."""
    late = late_ones(session, claims, now)
    passed = _passed(session, claims)
    unknown = _first_organisers(session, claims)
    of_teacher = Counter(claim.teacher_id for claim in claims)
    far_kind = _far_above(claims, lambda claim: (claim.policy, claim.kind), FAR_OF_KIND, FEWEST_OF_KIND)
    far_activity = _far_above(claims, _activity, FAR_OF_ACTIVITY, FEWEST_OF_ACTIVITY)
    tests: dict[Mark, Callable[[Claim], bool]] = {
        Mark.FLAGGED: lambda claim: claim.is_flagged,
        Mark.LATE: lambda claim: claim.id in late,
        Mark.FOREIGN: is_foreign_alone,
        Mark.KIND_HOURS: lambda claim: claim.id in far_kind,
        Mark.ACTIVITY_HOURS: lambda claim: claim.id in far_activity,
        Mark.REDUCED: _is_reduced,
        Mark.RETURNED: lambda claim: claim.round > 1,
        Mark.SEVERAL: lambda claim: of_teacher[claim.teacher_id] > 1,
        Mark.FIRST_ORGANISER: lambda claim: (claim.organiser_name or "").strip() in unknown,
        Mark.PASSED: lambda claim: (claim.teacher_id, claim.year) in passed,
    }
    found = {mark: [claim for claim in claims if test(claim)] for mark, test in tests.items()}
    return {mark: held for mark, held in found.items() if held}


def hours_of(claim: Claim) -> Decimal:
    """What approving it as it stands recognises."""
    return claim.claimed_hours if claim.recognised_hours is None else claim.recognised_hours


def category_of(claim: Claim) -> str:
    """As what."""
    return claim.recognised_category or claim.category


def late_ones(session: Session, claims: Sequence[Claim], now: datetime) -> set[int]:
    """Claims whose review is past its deadline, extensions heeded (EFFECT)."""
    past = []
    for claim in claims:
        which = deadline_of(Verb.APPROVE, State(claim.state))
        if which is not None and not is_in_time(pack(claim.policy), which, claim.year, now):
            past.append((claim, which))
    if not past:
        return set()
    granted = extensions.of_schools(session, {claim.school_id for claim, _which in past})
    late = set()
    for claim, which in past:
        try:
            check_in_time(
                pack(claim.policy),
                which,
                claim.year,
                now,
                has_authority=claim.authority_id is not None,
                extensions=extensions.choose(granted, claim.school_id, claim.teacher_id),
            )
        except Refused:
            late.add(claim.id)
    return late


def is_foreign_alone(claim: Claim) -> bool:
    """A title without a single 汉字, and nothing beside the certificate: where is the translation (EVIDENCE, S1)?"""
    is_foreign = bool(claim.title) and not any("\u4e00" <= letter <= "\u9fff" for letter in claim.title)
    return is_foreign and all(one.purpose == PROOF for one in claim.evidence)


def _is_reduced(claim: Claim) -> bool:
    """The stage before recognised less, or as something else."""
    hours, category = claim.recognised_hours, claim.recognised_category
    return (hours is not None and hours < claim.claimed_hours) or category not in (None, claim.category)


def _activity(claim: Claim) -> Hashable:
    key = title_key(claim.title)
    return (key, claim.starts_on, claim.ends_on) if key else None


def _far_above(
    claims: Iterable[Claim], group_of: Callable[[Claim], Hashable], far: Decimal, fewest: int
) -> set[int]:
    groups: dict[Hashable, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[group_of(claim)].append(claim)
    found: set[int] = set()
    for group, held in groups.items():
        if group is None or len(held) < fewest:
            continue
        middle = median(hours_of(claim) for claim in held)
        found |= {claim.id for claim in held if hours_of(claim) >= middle * far and hours_of(claim) > middle}
    return found


def _passed(session: Session, claims: Sequence[Claim]) -> set[tuple[int, int]]:
    """Teachers whose year is met already, without these hours."""
    teachers, years = sorted({claim.teacher_id for claim in claims}), {claim.year for claim in claims}
    found: set[tuple[int, int]] = set()
    for start in range(0, len(teachers), CHUNK):
        rows = session.execute(
            select(Standing.teacher_id, Standing.year).where(
                Standing.teacher_id.in_(teachers[start : start + CHUNK]),
                Standing.year.in_(years),
                Standing.result == "passed",
            )
        )
        found |= {(row.teacher_id, row.year) for row in rows}
    return found


def _first_organisers(session: Session, claims: Sequence[Claim]) -> set[str]:
    """Organisers that no approved claim within reach names: nobody here has met their certificates yet."""
    named = {(claim.organiser_name or "").strip() for claim in claims} - {""}
    schools, ordered = sorted({claim.school_id for claim in claims}), sorted(named)
    known: set[str] = set()
    for start in range(0, len(schools), CHUNK):
        there = Claim.school_id.in_(schools[start : start + CHUNK])
        for first in range(0, len(ordered), CHUNK):
            some = Claim.organiser_name.in_(ordered[first : first + CHUNK])
            question = select(Claim.organiser_name).where(there, Claim.state == "approved", some).distinct()
            known |= {(name or "").strip() for name in session.scalars(question)}
    return named - known
