"""The stage of the services' tests, built once and kept.

``held`` rolls back what a test does; ``live`` is for tests that commit. One module uses one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services.clock import stopped
from tests.conftest import NOW, disconnect
from tests.factories import World
from tests.services.stage import Stage, build


@pytest.fixture(scope="session")
def stage(migrated: Flask, database: Any, peopled: World) -> Stage:
    """Who and what is on the stage, by ids and actors."""
    disconnect(migrated)
    database.refresh("world")
    with stopped(NOW), migrated.app_context(), acting(SYSTEM):
        made = build(db.session, peopled, NOW)
        db.session.commit()
    disconnect(migrated)
    database.keep("stage")
    return made


@pytest.fixture(scope="module")
def untouched(migrated: Flask, database: Any, stage: Stage) -> Iterator[None]:
    """The stage as it was kept, for a module whose tests roll back."""
    disconnect(migrated)
    database.refresh("stage")
    yield
    disconnect(migrated)


@pytest.fixture
def held(migrated: Flask, untouched: None, clock: datetime) -> Iterator[Any]:
    """A session on the stage acting as SYSTEM; what a test does is rolled back."""
    with migrated.app_context(), acting(SYSTEM):
        yield db.session
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def live(migrated: Flask, database: Any, stage: Stage, clock: datetime) -> Iterator[Any]:
    """A session on a stage of its own, acting as SYSTEM: for what must be committed to be seen."""
    disconnect(migrated)
    database.refresh("stage")
    with migrated.app_context(), acting(SYSTEM):
        yield db.session
        db.session.rollback()
        db.session.remove()
    disconnect(migrated)
