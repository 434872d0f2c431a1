"""Migrations: they make exactly the tables of the models, go down and up again, and begin with Guangzhou's places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, func, inspect, select, text

from app.extensions import db
from app.models import Authority, District, Model
from app.security.actor import SYSTEM, acting
from app.services.accounts import sync_roles
from app.services.clock import stopped
from tests.conftest import NOW, disconnect
from tests.factories import World, build_world

FOLDER = str(Path(__file__).parent.parent / "migrations")
# DOMAIN §8, GB/T 2260.
DISTRICTS = {
    "440103": "荔湾区", "440104": "越秀区", "440105": "海珠区", "440106": "天河区",
    "440111": "白云区", "440112": "黄埔区", "440113": "番禺区", "440114": "花都区",
    "440115": "南沙区", "440117": "从化区", "440118": "增城区",
}  # fmt: skip


@pytest.fixture
def app(migrated: Flask, database: Any) -> Iterator[Flask]:
    """The application on a freshly migrated database, outside of any context that holds a connection."""
    disconnect(migrated)
    database.refresh("empty")
    yield migrated
    disconnect(migrated)


def test_a_fresh_database_knows_the_districts_and_the_training_centre(app: Flask) -> None:
    with app.app_context(), acting(SYSTEM):
        assert dict(db.session.execute(select(District.code, District.name)).all()) == DISTRICTS
        bureaux = db.session.scalars(select(Authority).where(Authority.kind == "district")).all()
        assert {(one.code, one.district.code) for one in bureaux} == {(code, code) for code in DISTRICTS}
        (centre,) = db.session.scalars(select(Authority).where(Authority.kind == "centre"))
        assert (centre.name, centre.district_id) == ("广州市中小学教师培训中心", None)


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migrated_schema_is_that_of_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": Model.metadata})
        differences = compare_metadata(context, Model.metadata)
    assert differences == []


def test_every_index_and_check_of_the_models_is_there(app: Flask) -> None:
    """Autogenerating sees neither CHECKs nor indexes over expressions."""
    with app.app_context():
        found, definitions = inspect(db.engine), index_definitions()
        for table in Model.metadata.sorted_tables:
            if table.name.startswith("ab_"):
                continue
            for index in table.indexes:
                defined = definitions[str(index.name)]
                assert defined.startswith("CREATE UNIQUE") == index.unique, index.name
                assert (" WHERE " in defined) == (index.dialect_options["sqlite"]["where"] is not None), index.name
            wanted = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
            assert {one["name"] for one in found.get_check_constraints(table.name)} == wanted, table.name


def index_definitions() -> dict[str, str]:
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    if db.engine.dialect.name == "postgresql":
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    with db.engine.connect() as connection:
        return {name: " ".join(defined.split()) for name, defined in connection.execute(text(query))}


def counts(app: Flask) -> dict[str, int]:
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Model.metadata.sorted_tables
        }


def test_down_to_nothing_and_up_again_on_a_populated_database(app: Flask, database: Any, peopled: World) -> None:
    disconnect(app)
    database.refresh("world")
    full = counts(app)
    assert full["claim"] and full["entry"] and full["audit_entry"]
    with app.app_context():
        downgrade(directory=FOLDER, revision="base")
    disconnect(app)
    with app.app_context():
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade(directory=FOLDER)
    disconnect(app)
    with app.app_context(), acting(SYSTEM), stopped(NOW):
        sync_roles(db.session)
        build_world(db.session, NOW)
        db.session.commit()
    disconnect(app)
    assert counts(app) == full


def test_the_places_go_down_and_up_while_schools_rest_on_them(app: Flask, database: Any, peopled: World) -> None:
    disconnect(app)
    database.refresh("world")
    with app.app_context():
        downgrade(directory=FOLDER, revision="0001")
        disconnect(app)
        with db.engine.connect() as connection:
            kept = set(connection.scalars(select(District.__table__.c.code)))
        assert kept == {"440103", "440104"}
        disconnect(app)
        upgrade(directory=FOLDER)
    disconnect(app)
    test_a_fresh_database_knows_the_districts_and_the_training_centre(app)
