"""The clock, read at the entrances only; services and rules are told the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from app.domain.days import SHANGHAI

__all__ = ["SHANGHAI", "now_utc", "stopped"]

_stopped: ContextVar[datetime | None] = ContextVar("stopped", default=None)


def now_utc() -> datetime:
    """The current instant, aware, UTC."""
    return _stopped.get() or datetime.now(UTC)


@contextmanager
def stopped(at: datetime) -> Iterator[None]:
    """Within the block it is ``at``: for tests, and for demonstration data of past years."""
    token = _stopped.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _stopped.reset(token)
