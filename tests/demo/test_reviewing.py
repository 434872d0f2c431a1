"""What the demonstration lays before reviewers: marked claims, deadlines moved, papers with their companions."""

from __future__ import annotations

from sqlalchemy import func, select

from app.domain.evidence import missing
from app.domain.likeness import Likeness
from app.domain.policy import pack
from app.models import Claim, Evidence, Extension
from app.services import duplicates
from tests.demo.conftest import NOW


def test_claims_are_marked_exactly_where_there_is_something_to_look_at(session):
    standing = session.scalars(select(Claim).where(Claim.state.in_(duplicates.STANDING_STATES))).all()
    for claim in standing:
        assert claim.is_flagged == bool(duplicates.findings(session, claim)), claim.number
    told = {one.likeness for claim in standing if claim.is_flagged for one in duplicates.findings(session, claim)}
    assert told >= {Likeness.CERTIFICATE, Likeness.DAYS}
    waiting = {claim.state for claim in standing if claim.is_flagged and claim.year == 2026}
    assert waiting >= {"submitted", "passed_first"}
    assert not session.scalar(select(func.count()).where(Claim.state == "draft", Claim.is_flagged))


def test_extensions_are_one_teachers_a_whole_schools_and_one_that_was_ended(session):
    rows = session.scalars(select(Extension).order_by(Extension.id)).all()
    assert [(row.deadline, row.teacher_id is None, row.ended_at is None) for row in rows] == [
        ("claim", False, False),
        ("claim", False, True),
        ("first_review", True, True),
    ]
    for row in rows:
        due_on = pack("guangdong-2021").deadline(row.deadline, row.year)
        assert row.granted_at.date() <= due_on < row.until_on and "示例" in row.reason
        assert row.school_id == 1 and (row.ended_at or row.granted_at) < NOW


def test_a_certificate_in_another_language_has_its_translation_beside_it(session):
    (claim,) = session.scalars(select(Claim).where(Claim.evidence.any(Evidence.purpose == "translation"))).all()
    assert claim.facts["companions"] == ["translation"]
    assert missing(pack(claim.policy), ("translation",), {one.purpose for one in claim.evidence}) == ()
