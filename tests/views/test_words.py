"""Every code has its word, every refusal its sentence, in both languages."""

from __future__ import annotations

import re

import pytest

from app.domain.errors import Code, Refused
from app.models import Model
from app.security.roles import ROLES
from app.services import audit
from app.services.refusals import No
from app.views.labels import LOOKUP_OF_TABLE, VIEW_OF_TABLE, refusal_text
from app.views.labels_codes import CODES, TABLES
from app.views.labels_refusals import SENTENCES
from app.views.lookup import LOOKUPS
from app.views.menu import ACCOUNT_VIEWS, VIEWS

# Codes that only machines read, or that are shown by other words.
NOT_SHOWN = {("job", "kind")}


@pytest.mark.parametrize("code", [*Code, *No])
def test_every_refusal_has_a_sentence(app, code):
    assert str(code) in SENTENCES
    with app.test_request_context():
        said = refusal_text(Refused(code))
    assert str(code) != said
    assert "%(" not in said


def test_no_sentence_is_left_over():
    assert set(SENTENCES) <= {str(code) for code in (*Code, *No)}


def test_every_check_list_of_the_models_has_words():
    found = 0
    for table in Model.metadata.sorted_tables:
        for constraint in table.constraints:
            text = str(getattr(constraint, "sqltext", ""))
            listed = re.fullmatch(r"(\w+) IN \((.*)\)", text)
            if listed is None or table.name.startswith("ab_"):
                continue
            codes = set(re.findall(r"'([^']*)'", listed[2]))
            if (table.name, listed[1]) in NOT_SHOWN:
                continue
            found += 1
            assert set(CODES.get((table.name, listed[1]), ())) == codes, (table.name, listed[1])
    assert found > 15


def test_every_table_has_a_word_in_the_trail():
    # Machinery and what is somebody's own is not followed by the trail (``audit.UNTRACKED``).
    unseen = {table.__tablename__ for table in audit.UNTRACKED}
    ours = {table for table in Model.metadata.tables if not table.startswith("ab_")}
    assert ours - unseen <= set(TABLES)


def test_views_named_by_tables_and_roles_exist():
    names = {view.__name__ for view in (*VIEWS, *ACCOUNT_VIEWS)} | {"HomeView"}
    assert set(VIEW_OF_TABLE.values()) <= names
    assert set(LOOKUP_OF_TABLE.values()) <= set(LOOKUPS)


def test_every_pair_of_the_roles_is_a_door_that_exists(app):
    """A pair for nothing is a typing error that leaves somebody locked out."""
    doors = set()
    for view in app.extensions["appbuilder"].baseviews:
        doors |= {(permission, view.class_permission_name) for permission in view.base_permissions or ()}
        doors |= {(name, view.class_permission_name) for name in getattr(view, "actions", None) or ()}
    registered = {view for _permission, view in doors}
    for role, pairs in ROLES.items():
        for permission, view in pairs:
            if view in registered and permission != "can_home":
                assert (permission, view) in doors, f"{role}: {permission} on {view}"


def test_every_door_is_somebodys(app):
    held = {pair for pairs in ROLES.values() for pair in pairs}
    for view in app.extensions["appbuilder"].baseviews:
        if type(view).__module__.startswith("app."):
            for permission in view.base_permissions or ():
                assert (permission, view.class_permission_name) in held, (permission, view.class_permission_name)
