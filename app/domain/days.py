"""Calendar days as the notices mean them: days in China. No clock: the instant is always handed in."""

from datetime import date, datetime, timedelta, timezone

# China has kept UTC+8 without summer time since 1992, and no rule here reaches further back. A fixed offset
# needs no zone database, which a bare Debian does not have.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def day_in_china(now: datetime) -> date:
    """The calendar day in Asia/Shanghai at the aware instant `now`. Raises ValueError for a naive one."""
    if now.tzinfo is None:
        raise ValueError("an instant must be aware")
    return now.astimezone(SHANGHAI).date()
