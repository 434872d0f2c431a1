"""Several applications in one process: each flush is checked and written down once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app import create_app
from app.models import AuditEntry, Organiser
from tests.conftest import make_settings


def test_a_second_application_does_not_double_the_trail(session: Any, tmp_path: Path) -> None:
    create_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'other.sqlite'}"))
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    session.add(Organiser(name="市教师发展中心", level="city"))
    session.flush()
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before + 1
