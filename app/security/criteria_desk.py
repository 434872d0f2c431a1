"""The criteria of what people keep at their desks: saved views, notes, notices, delegation, samples, tallies.

As ``criteria.py``, whose criteria of the records themselves these rest on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from app.models import AuthorityTally, Certificate, Delegation, Model, Note, SavedView, Standing
from app.security.actor import Actor
from app.security.criteria import (
    Criterion,
    activity,
    activity_t,
    claim,
    claim_t,
    either,
    in_schools,
    of_person,
    school,
    school_t,
    select,
    teacher,
    teacher_t,
)

OFFICES = frozenset({"school", "authority"})
certificate_t = Certificate.__table__
standing_t = Standing.__table__


def own(column: Any) -> Callable[[Actor], Criterion]:
    """Rows that belong to one user and to nobody else."""

    def criterion(actor: Actor) -> Criterion:
        return column == actor.user_id if actor.user_id is not None else false()

    return criterion


def saved_view(actor: Actor) -> Criterion:
    """One's own, and those shared with a duty one holds, at that place where one is named."""
    if actor.user_id is None:
        return false()
    here = or_(SavedView.school_id.is_(None), SavedView.school_id.in_(sorted(actor.school_ids)))
    there = or_(SavedView.authority_id.is_(None), SavedView.authority_id.in_(sorted(actor.authority_ids)))
    shared = and_(SavedView.duty.in_(sorted(actor.duties)), here, there)
    return or_(SavedView.owner_id == actor.user_id, shared)


def note(actor: Actor) -> Criterion:
    """Notes on records within one's reach as an office. Whom a record is about never reads what is noted on it."""
    if not actor.duties & OFFICES and not actor.stands_in:
        return false()
    handed = replace(actor, teacher_id=None, teacher_school_id=None, organiser_ids=frozenset())
    # In a colleague's place one reads what is noted on claims, on nothing else.
    office = handed.by_own_right()
    person = actor.teacher_id
    parts = []
    for subject, table, reached, about in (
        ("claim", claim_t, claim(handed), claim_t.c.teacher_id),
        ("teacher", teacher_t, teacher(office), teacher_t.c.id),
        ("school", school_t, school(office), None),
        ("activity", activity_t, activity(office), None),
        ("standing", standing_t, of_person(Standing.teacher_id, Standing.school_id)(office), standing_t.c.teacher_id),
        (
            "certificate",
            certificate_t,
            of_person(Certificate.teacher_id, Certificate.school_id)(office),
            certificate_t.c.teacher_id,
        ),
    ):
        within = select(table.c.id).where(reached)
        if person is not None and about is not None:
            within = within.where(about != person)
        parts.append(and_(Note.subject == subject, Note.subject_id.in_(within)))
    return or_(*parts)


def note_written(actor: Actor) -> Criterion:
    """One's own words, on records one may read notes on."""
    reached = note(actor)
    return and_(Note.user_id == actor.user_id, reached) if reached is not None else Note.user_id == actor.user_id


def delegation(actor: Actor) -> Criterion:
    """From me, to me, and of the places I review for: colleagues know who stands in for whom."""
    if actor.user_id is None:
        return false()
    parts: list[ColumnElement[bool]] = [
        Delegation.from_user_id == actor.user_id,
        Delegation.to_user_id == actor.user_id,
    ]
    if actor.school_ids:
        parts.append(Delegation.school_id.in_(sorted(actor.school_ids)))
    if actor.authority_ids:
        parts.append(Delegation.authority_id.in_(sorted(actor.authority_ids)))
    return or_(*parts)


def school_tally(model: type[Model]) -> Callable[[Actor], Criterion]:
    """The figures of the schools one reviews, directly or as their authority."""
    return lambda actor: either(in_schools(actor, model.school_id))


def authority_tally(actor: Actor) -> Criterion:
    if not actor.authority_ids:
        return false()
    return AuthorityTally.authority_id.in_(sorted(actor.authority_ids))
