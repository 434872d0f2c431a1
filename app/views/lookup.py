"""Remote look-ups behind every foreign key: a few rows that match what was typed, already narrowed to one's reach.

``GET /lookup/<name>?q=…`` answers {"items": [{"id", "text", "hint"}]}, at most twenty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, jsonify, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select

from app.extensions import db
from app.models import Activity, Authority, District, Organiser, School, Teacher
from app.security.actor import Actor, current_actor
from app.security.reach import criterion_to_write
from app.services import delegations
from app.views.access import guarded, holds
from app.views.listing import LONGEST_SEARCH, eager_options

MOST = 20


@dataclass(frozen=True)
class Lookup:
    """What is searched and shown. ``view``: listing it is needed where reach does not narrow the table (accounts)."""

    model: Any
    search: tuple[str, ...]
    hint: Callable[[Any], str]
    eager: tuple[str, ...] = ()
    active: str = ""
    view: str = ""
    to_write: bool = False
    # A further criterion, asked for each time: whom a queue may be handed to depends on whose it is.
    within: Callable[[], Any] | None = None


def colleagues(actor: Actor) -> Any:
    """Whom the actor may hand the review of their places to."""
    return delegations.eligible(actor, school_ids=actor.school_ids, authority_ids=actor.authority_ids)


def _school(row: Any) -> str:
    return row.school.name if row.school is not None else ""


LOOKUPS: dict[str, Lookup] = {
    "district": Lookup(District, ("name", "code"), lambda row: row.code),
    "authority": Lookup(Authority, ("name", "code"), lambda row: row.code),
    "organiser": Lookup(Organiser, ("name",), lambda row: ""),
    "school": Lookup(School, ("name", "code"), lambda row: row.code, active="is_active"),
    "teacher": Lookup(Teacher, ("name",), _school, eager=("school",), active="is_active"),
    # Those whose record is kept within one's reach today, departed ones too: their years stay theirs (SCOPE).
    "own-teacher": Lookup(Teacher, ("name",), _school, eager=("school",), to_write=True),
    "activity": Lookup(Activity, ("title", "number"), lambda row: row.number),
    # Those one may register attendance for; others are announced to everybody.
    "own-activity": Lookup(Activity, ("title", "number"), lambda row: row.number, to_write=True),
    "colleague": Lookup(
        User,
        ("first_name", "username"),
        lambda row: row.username,
        active="active",
        view="DelegationView",
        within=lambda: colleagues(current_actor()),
    ),
    "user": Lookup(User, ("username", "first_name"), lambda row: row.username, active="active", view="UserView"),
}


class LookupView(BaseView):
    """Everybody signed in may look up; what is found is each one's own."""

    route_base = "/lookup"
    default_view = "lookup"

    @expose("/<name>", methods=["GET"])
    @guarded
    def lookup(self, name: str) -> Any:
        found = LOOKUPS.get(name)
        if found is None:
            abort(404)
        if found.view and not holds("can_list", found.view):
            abort(403)
        text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        return jsonify(items=[_item(found, row) for row in _rows(found, text)])


def _rows(lookup: Lookup, text: str) -> list[Any]:
    statement = select(lookup.model).options(*eager_options(lookup.model, list(lookup.eager)))
    if lookup.active:
        statement = statement.where(getattr(lookup.model, lookup.active).is_(True))
    criterion = criterion_to_write(lookup.model, current_actor()) if lookup.to_write else None
    if criterion is not None:
        statement = statement.where(criterion)
    if lookup.within is not None:
        statement = statement.where(lookup.within())
    if text:
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        columns = [getattr(lookup.model, name) for name in lookup.search]
        statement = statement.where(or_(*[column.ilike(f"%{escaped}%", escape="\\") for column in columns]))
    first = getattr(lookup.model, lookup.search[0])
    return list(db.session.scalars(statement.order_by(first, lookup.model.id).limit(MOST)).unique())


def _item(lookup: Lookup, row: Any) -> dict[str, Any]:
    text = getattr(row, lookup.search[0]) if lookup.model is not User else row.first_name or row.username
    return {"id": row.id, "text": text, "hint": lookup.hint(row)}
