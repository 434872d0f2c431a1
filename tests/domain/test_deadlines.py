"""Last days to the second wherever the server stands, the next review day, and what is only told."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.deadlines import (
    Extension,
    check_in_time,
    days_left,
    is_in_time,
    last_day,
    next_review_day,
    open_reminders,
)
from app.domain.errors import Refused
from app.domain.policy import Deadline, pack

POLICY = pack("guangdong-2021")
# Midnight in China at the end of 31 December 2021.
MIDNIGHT = datetime(2021, 12, 31, 16, 0, tzinfo=UTC)


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    """The server's own time zone, as the process has it."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield ZoneInfo(request.param)
    monkeypatch.undo()
    time.tzset()


def test_the_last_second_is_in_time_and_the_next_is_late(server: ZoneInfo) -> None:
    assert os.environ["TZ"] == server.key
    before = (MIDNIGHT - timedelta(seconds=1)).astimezone(server)
    at = MIDNIGHT.astimezone(server)
    assert is_in_time(POLICY, Deadline.CLAIM, 2021, before)
    assert days_left(POLICY, Deadline.CLAIM, 2021, before) == 0
    assert not is_in_time(POLICY, Deadline.CLAIM, 2021, at)
    assert days_left(POLICY, Deadline.CLAIM, 2021, at) == -1
    assert days_left(POLICY, Deadline.CLAIM, 2021, at - timedelta(days=7)) == 6


def test_an_extended_day_ends_at_midnight_in_china_too(server: ZoneInfo) -> None:
    extended = [Extension(Deadline.CLAIM, 2021, date(2022, 1, 10), "校舍受灾")]
    end = datetime(2022, 1, 10, 16, 0, tzinfo=UTC).astimezone(server)
    assert check_in_time(POLICY, "claim", 2021, end - timedelta(seconds=1), extensions=extended) == "校舍受灾"
    assert days_left(POLICY, "claim", 2021, end - timedelta(seconds=1), extended) == 0
    with pytest.raises(Refused) as late:
        check_in_time(POLICY, "claim", 2021, end, extensions=extended)
    assert late.value.facts["due_on"] == date(2022, 1, 10)


def test_an_instant_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="aware"):
        is_in_time(POLICY, Deadline.CLAIM, 2021, datetime(2021, 12, 31, 12, 0))


def test_where_the_pack_sets_no_day_nothing_is_extended() -> None:
    none = pack("guangdong-2020-84")
    granted = [Extension(Deadline.FACE_TO_FACE, 2020, date(2020, 6, 1), "停电")]
    assert last_day(none, "face_to_face", 2020, granted) is None
    assert is_in_time(none, "face_to_face", 2020, MIDNIGHT, granted)


@pytest.mark.parametrize(
    ("today", "next_on"),
    [
        (date(2021, 3, 1), date(2021, 3, 1)),
        (date(2021, 3, 2), date(2021, 3, 15)),
        (date(2021, 3, 15), date(2021, 3, 15)),
        (date(2021, 3, 16), date(2021, 4, 1)),
        (date(2021, 1, 31), date(2021, 2, 1)),
        (date(2024, 2, 29), date(2024, 3, 1)),
        (date(2021, 12, 31), date(2022, 1, 1)),
    ],
)
def test_the_next_review_day_is_the_first_or_the_fifteenth_today_included(today: date, next_on: date) -> None:
    assert next_review_day(POLICY, today) == next_on


def test_a_pack_without_review_days_names_none() -> None:
    assert next_review_day(pack("guangzhou-2019"), date(2019, 3, 2)) is None


def test_a_reminder_is_told_until_its_day_has_passed() -> None:
    assert [one.id for one in open_reminders(POLICY, 2021, date(2021, 8, 31))] == ["title_review"]
    assert open_reminders(POLICY, 2021, date(2021, 9, 1)) == ()
    assert open_reminders(pack("guangzhou-2020"), 2020, date(2020, 1, 1)) == ()
