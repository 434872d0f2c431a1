"""The extensions, unbound, and the connection habits of each database.

Nothing here knows a table. SQLite and PostgreSQL differ only in this file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_appbuilder.models.sqla import Model
from flask_appbuilder.utils.legacy import get_sqla_class
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from sqlalchemy import event

# Set before any table is declared: Alembic can only alter constraints that have names.
Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

db = get_sqla_class()()
migrate = Migrate(directory="migrations", render_as_batch=True, compare_type=True)
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, default_limits=[])


def engine_options(url: str) -> dict[str, Any]:
    """SQLAlchemy engine options for ``url``.

    SQLite takes its write lock at the first change (BEGIN IMMEDIATE) and waits for it: a deferred
    transaction that read first would fail at once with "database is locked".
    """
    # A failed statement must never print its parameters: they hold names and ciphers.
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        options["connect_args"] = {"isolation_level": "IMMEDIATE", "timeout": 15}
    else:
        options |= {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10, "pool_timeout": 5}
        options["connect_args"] = {"connect_timeout": 2}
    return options


def init_database(app: Flask) -> None:
    """Bind the database and give every SQLite connection WAL, foreign keys and a busy timeout."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(url))
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _prepare_sqlite)
    # render_as_batch is for SQLite's missing ALTER; PostgreSQL changes in place.
    migrate.init_app(app, db, render_as_batch=url.startswith("sqlite"))


def listen_once(*installers: Callable[[Any], None]) -> None:
    """Let each put its listeners on the database session, once.

    The session is one for all applications of a process: a second one would otherwise have every
    flush checked and written down twice.
    """
    for install in installers:
        if install not in _listening:
            _listening.append(install)
            install(db.session)


_listening: list[Callable[[Any], None]] = []


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=15000")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


__all__ = ["csrf", "db", "engine_options", "init_database", "limiter", "listen_once", "migrate"]
