"""What all tables share: the metadata, a version for optimistic locking, CHECK lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_appbuilder.models.sqla import Model
from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.extensions import db  # noqa: F401  (sets the naming convention before any table)


class Versioned:
    """A row that people edit: two stale forms cannot overwrite one another (409 instead)."""

    version: Mapped[int] = mapped_column(Integer, nullable=False, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def one_of(column: str, words: Iterable[str], name: str | None = None) -> CheckConstraint:
    """CHECK that ``column`` holds one of ``words``: the database also holds the law."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


__all__ = ["Model", "Versioned", "one_of"]
