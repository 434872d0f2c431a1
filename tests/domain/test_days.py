"""The day in China at an instant."""

from datetime import UTC, date, datetime

import pytest

from app.domain.days import day_in_china
from app.domain.deadlines import days_left
from app.domain.policy import packs


def test_midnight_in_china_is_four_in_the_afternoon_in_utc():
    assert day_in_china(datetime(2020, 1, 31, 15, 59, 59, tzinfo=UTC)) == date(2020, 1, 31)
    assert day_in_china(datetime(2020, 1, 31, 16, 0, 0, tzinfo=UTC)) == date(2020, 2, 1)


def test_a_naive_instant_is_a_mistake():
    with pytest.raises(ValueError, match="aware"):
        day_in_china(datetime(2020, 1, 31))


def test_days_left_count_down_to_the_last_day_itself():
    policy = packs()["guangzhou-2019"]
    noon = {day: datetime(2020, 1, day, 4, tzinfo=UTC) for day in (30, 31)}
    assert days_left(policy, "claim", 2019, noon[30]) == 1
    assert days_left(policy, "claim", 2019, noon[31]) == 0
    assert days_left(policy, "claim", 2019, datetime(2020, 2, 2, 4, tzinfo=UTC)) == -2
    assert days_left(packs()["guangdong-2020-84"], "sessions", 2020, noon[31]) is None
