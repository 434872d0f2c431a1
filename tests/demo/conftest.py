"""A loaded demonstration: a database of its own in a temporary folder, migrated, small, as of a fixed moment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from app import create_app
from app.demo.load import Size, load
from app.extensions import db
from app.models import Model
from app.security.actor import SYSTEM, acting
from app.services.accounts import sync_roles
from app.services.store import store
from config import Settings

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TEACHERS = 120
# Made with the installation's own keys, at random, or at the wall clock's time; all else follows from the seed.
NOT_FROM_THE_SEED = {"id_number_cipher", "id_number_index", "password", "created_on", "changed_on"}

# The trail has the wall clock's time; the seed of the samples is drawn for each installation.
MACHINERY = ("audit_entry", "review_setting")


@dataclass(frozen=True)
class Loaded:
    app: Flask
    now: datetime


def load_into(folder: Path, now: datetime = NOW, size: Size = Size(TEACHERS)) -> Loaded:  # noqa: B008
    """Migrate a new database in ``folder`` and load the demonstration into it."""
    app = create_app(Settings.from_environment({"INSTANCE_PATH": str(folder)}))
    with app.app_context(), acting(SYSTEM):
        upgrade(directory=str(Path(__file__).parents[2] / "migrations"))
        sync_roles(db.session)
        load(db.session, store(), now, size)
        db.session.commit()
        db.session.remove()
    return Loaded(app, now)


def digests(loaded: Loaded) -> dict[str, str]:
    """SHA-256 of each table's rows in order, without what cannot follow from the seed."""
    found = {}
    with loaded.app.app_context():
        for table in Model.metadata.sorted_tables:
            if table.name in MACHINERY or table.name.startswith(("ab_permission", "ab_view", "ab_role")):
                continue
            columns = [column for column in table.columns if column.name not in NOT_FROM_THE_SEED]
            order = list(table.primary_key.columns)
            total = hashlib.sha256()
            with db.engine.connect() as connection:
                for row in connection.execute(select(*columns).order_by(*order)):
                    total.update(repr(tuple(row)).encode())
            found[table.name] = total.hexdigest()
    return found


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return load_into(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def session(loaded: Loaded) -> Iterator[object]:
    """A session that sees everything; what a test writes is rolled back."""
    with loaded.app.app_context(), acting(SYSTEM):
        yield db.session
        db.session.rollback()
        db.session.remove()
