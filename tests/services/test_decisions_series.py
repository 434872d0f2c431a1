"""Deciding on a claim whose teacher has become of another series since: its hours need a place there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.errors import Code, Refused
from app.models import Teacher
from app.services.claims import ClaimData
from tests.services.stage import DEGREE, Stage, draft, say, standing_of


def test_hours_are_not_approved_into_a_series_that_has_no_place_for_them(
    held: Any, stage: Stage, clock: datetime
) -> None:
    """Claimed as a school teacher, an elective has none once the claimant is of the accounting series."""
    teacher = held.get_one(Teacher, stage.world.ours.teacher)
    apart = ClaimData(year=2026, kind="degree", title="在职硕士", facts=DEGREE | {"related": False})
    claim = draft(held, teacher, stage.actors["teacher"], clock, apart)
    assert claim.category == "elective"
    say(held, claim, "submit", stage.actors["teacher"], clock)
    say(held, claim, "approve", stage.actors["school"], clock)
    teacher.series = "accounting"
    held.flush()
    with pytest.raises(Refused) as refused:
        say(held, claim, "approve", stage.actors["authority"], clock)
    assert refused.value.code == Code.CATEGORY_UNKNOWN
    assert (claim.state, refused.value.facts["policy"]) == ("passed_first", "accounting-2021")
    # The reviewer says as what they count, and the year adds up under the new series.
    say(held, claim, "approve", stage.actors["authority"], clock, hours=Decimal(18), category="professional")
    assert standing_of(held, teacher.id).policy == "accounting-2021"
