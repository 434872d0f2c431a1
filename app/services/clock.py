"""The clock, read at the entrances only; services and rules are told the time."""

from __future__ import annotations

from datetime import UTC, datetime

from app.domain.days import SHANGHAI

__all__ = ["SHANGHAI", "now_utc"]


def now_utc() -> datetime:
    """The current instant, aware, UTC."""
    return datetime.now(UTC)
