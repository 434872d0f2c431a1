"""Alembic's entrance: one online run against the application's own engine, over FAB's and our tables.

On SQLite foreign keys are switched off while a table is rebuilt, as its manual asks.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

from app.models import Model
from app.models.types import Hours, Instant


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write plain column types into migrations, so that they do not change when our classes do."""
    if kind == "type" and isinstance(item, Hours):
        return "sa.Integer()"
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run the migrations in one transaction."""
    extension = current_app.extensions["migrate"]
    engine = extension.db.engine
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_item=render_item,
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


run()
