"""Fixtures: a fresh database for each test on either system, a stopped clock, clients signed in by duty.

``--database sqlite`` (the default) or ``--database postgresql``. The schema is migrated once a session;
each test gets a copy of it. Nothing reaches beyond this machine.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app import create_app
from app.extensions import db, limiter
from app.security.actor import SYSTEM, acting
from app.services.accounts import sync_roles
from app.services.clock import stopped
from config import Settings
from tests.client import Browser
from tests.databases import PostgresDatabase, SqliteDatabase
from tests.factories import World, build_world

# A working morning in November: claims of the year are in time, those of the year before are not.
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption(
        "--everywhere",
        action="store_true",
        help="judge every page for every role in both languages, both widths and both themes (about an hour)",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is tested without a database is run once, not once a database."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in ("domain", "documents"):
            item.add_marker(pytest.mark.pure)


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The database of this session; ``refresh(name)`` makes it a copy of a kept one."""
    kind = PostgresDatabase if request.config.getoption("--database") == "postgresql" else SqliteDatabase
    made = kind(tmp_path_factory.mktemp("database"))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def migrated(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application a session, on a database migrated as a real one is, with its roles."""
    from flask_migrate import upgrade

    settings = make_settings(tmp_path_factory.mktemp("instance"), database.url)
    app = create_app(settings, TESTING=False, PROPAGATE_EXCEPTIONS=False)
    # Limits are for the outside; the tests of limits switch them on.
    limiter.enabled = False
    with app.app_context():
        upgrade(directory=str(Path(__file__).parent.parent / "migrations"))
        with acting(SYSTEM):
            sync_roles(db.session)
            db.session.commit()
    disconnect(app)
    database.keep("empty")
    return app


def make_settings(instance: Path, url: str) -> Settings:
    """Settings written out: no test reads the environment of who runs it."""
    return Settings(
        instance=instance,
        database_url=url,
        queue_url=f"sqlite:///{instance / 'queue.sqlite'}",
        store_url=f"file://{instance / 'store'}",
        secret_key="not a secret",
        id_number_keys=(Fernet.generate_key().decode("ascii"),),
        port=8080,
        public_url="http://127.0.0.1:8080",
        trusted_hosts=(),
        web_workers=1,
        log_format="text",
        mail_url=f"file://{instance / 'mail'}",
        mail_from="xueshi@localhost",
    )


@pytest.fixture(scope="session")
def peopled(migrated: Flask, database: Any) -> World:
    """The world, built once and kept: building it takes longer than most tests."""
    disconnect(migrated)
    database.refresh("empty")
    with stopped(NOW), migrated.app_context(), acting(SYSTEM):
        made = build_world(db.session, NOW)
        db.session.commit()
    disconnect(migrated)
    database.keep("world")
    return made


def disconnect(app: Flask) -> None:
    """Let go of every connection, so that the database under them can be replaced."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(migrated: Flask, database: Any, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a fresh copy: of the migrated database, or of the world where the test asks for it."""
    kept = "empty"
    if "world" in request.fixturenames:
        request.getfixturevalue("peopled")
        kept = "world"
    disconnect(migrated)
    database.refresh(kept)
    # Another application made in this process would have switched them on again.
    limiter.enabled = False
    yield migrated
    disconnect(migrated)


@pytest.fixture(autouse=True)
def clock() -> Iterator[datetime]:
    """It is NOW."""
    with stopped(NOW):
        yield NOW


@pytest.fixture
def session(app: Flask) -> Iterator[Any]:
    """A database session acting as SYSTEM, outside of any request."""
    with app.app_context(), acting(SYSTEM):
        yield db.session
        db.session.rollback()


@pytest.fixture
def world(app: Flask, peopled: World) -> World:
    """Two districts with a school each, people of every duty on our side, canaries on theirs."""
    return peopled


@pytest.fixture
def client_for(app: Flask, world: World) -> Callable[[str], Browser]:
    """A browser signed in as our side's holder of a duty ("everything": of all of them)."""
    return lambda duty: Browser(app, world.users[duty])


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach this machine and no other."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
