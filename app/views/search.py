"""Search over everything one reaches: teachers, schools, claims, certificates, activities, accounts, and the pages.

At most five of a kind, each kind asked in a bounded way: an exact key or the start of a number by its index, a part of
a name where the table is small or reach has narrowed it. A part of a title is never looked for in every claim of the
city: that is what the list of claims and its filters are for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from app.domain.errors import Refused
from app.domain.identity import check_id_number
from app.domain.likeness import certificate_key
from app.extensions import db
from app.models import Activity, Certificate, Claim, School, Teacher
from app.security.actor import current_actor
from app.security.secrets import index_of
from app.views import labels_claims
from app.views.access import guarded, holds
from app.views.addresses import with_query
from app.views.listing import LONGEST_SEARCH
from app.views.pages import view_named
from app.views.year import chosen_year

MOST = 5
# Of a number, so much must be typed that at most a thousand can follow.
OPEN_DIGITS = 3
CLAIM_MASK = "0000-000000"
CERTIFICATE_MASK = "XS-000000-0000-000000"
WAITING = ("submitted", "passed_first", "returned")


@dataclass(frozen=True)
class Hit:
    """One thing found: its name, what tells it from others, its page."""

    title: str
    hint: str
    url: str
    icon: str


def number_range(text: str, mask: str) -> tuple[str, str] | None:
    """The first and last number that begin with ``text``, after ``mask`` (0 for a digit); None where that is too many.

    Both ends have the mask's form, so that they sort alike under every collation.
    """
    typed = text.upper()
    if len(typed) > len(mask) or mask[len(typed) :].count("0") > OPEN_DIGITS:
        return None
    for letter, place in zip(typed, mask, strict=False):
        if not ((letter.isascii() and letter.isdigit()) if place == "0" else letter == place):
            return None
    rest = mask[len(typed) :]
    return typed + rest, typed + rest.replace("0", "9")


def _within(column: Any, found: tuple[str, str] | None) -> list[ColumnElement[bool]]:
    return [column.between(*found)] if found is not None else []


def _rows(model: Any, criteria: list[ColumnElement[bool]], *options: Any) -> list[Any]:
    """At most MOST rows that meet one of the criteria, each asked by itself so that each keeps its index."""
    found: dict[int, Any] = {}
    for criterion in criteria:
        keys = db.session.scalars(select(model.id).where(criterion).limit(MOST)).all()
        new = [key for key in keys if key not in found]
        if new:
            rows = db.session.scalars(select(model).where(model.id.in_(new)).options(*options).order_by(model.id))
            found |= {row.id: row for row in rows}
        if len(found) >= MOST:
            break
    return list(found.values())[:MOST]


def _teachers(text: str) -> Iterable[Hit]:
    criteria: list[ColumnElement[bool]] = []
    try:
        criteria.append(Teacher.id_number_index == index_of(check_id_number(text)))
    except Refused:
        criteria.append(Teacher.name.contains(text, autoescape=True))
    # What the list of teachers leaves out is not found here either.
    narrower = view_named("TeacherView").base_criteria()
    criteria = [and_(one, *narrower) for one in criteria]
    for row in _rows(Teacher, criteria, joinedload(Teacher.school)):
        yield Hit(row.name, str(row.school or ""), url_for("TeacherView.show", pk=row.id), "users")


def _schools(text: str) -> Iterable[Hit]:
    named = or_(School.name.icontains(text, autoescape=True), School.code.startswith(text, autoescape=True))
    for row in _rows(School, [named], joinedload(School.district)):
        yield Hit(row.name, f"{row.district} {row.code}", url_for("SchoolView.show", pk=row.id), "school")


def _claims(text: str) -> Iterable[Hit]:
    actor = current_actor()
    criteria = _within(Claim.number, number_range(text, CLAIM_MASK))
    if text.isascii() and text.isdigit() and len(text) <= 6:
        year = chosen_year()
        criteria.append(Claim.number.in_([f"{one}-{int(text):06d}" for one in (year, year - 1, year + 1)]))
    if key := certificate_key(text):
        criteria.append(Claim.certificate_key == key)
    if not actor.sees_all:
        titled = Claim.title.icontains(text, autoescape=True)
        criteria.append(titled & Claim.state.in_(WAITING) if actor.authority_ids else titled)
    for row in _rows(Claim, criteria, joinedload(Claim.teacher)):
        state = labels_claims.STATES[row.state]
        hint = gettext(", ").join([row.number, str(row.teacher or ""), str(state)])
        yield Hit(row.title or gettext("Untitled claim"), hint, url_for("ClaimView.show", pk=row.id), "list")


def _certificates(text: str) -> Iterable[Hit]:
    typed = text if text.upper().startswith("XS") else f"XS-{text}"
    criteria = _within(Certificate.number, number_range(typed, CERTIFICATE_MASK))
    for row in _rows(Certificate, [*criteria, Certificate.number == text], joinedload(Certificate.teacher)):
        hint = gettext(", ").join([str(row.teacher or ""), str(row.year)])
        yield Hit(row.number, hint, url_for("CertificateView.show", pk=row.id), "award")


def _activities(text: str) -> Iterable[Hit]:
    named = or_(Activity.title.icontains(text, autoescape=True), Activity.number.startswith(text, autoescape=True))
    for row in _rows(Activity, [named]):
        yield Hit(row.title, row.number, url_for("ActivityView.show", pk=row.id), "calendar")


def _accounts(text: str) -> Iterable[Hit]:
    named = or_(User.username.icontains(text, autoescape=True), User.first_name.icontains(text, autoescape=True))
    for row in _rows(User, [named]):
        yield Hit(row.first_name or row.username, row.username, url_for("UserView.show", pk=row.id), "user")


# (words, the view one must be allowed to list and open, how it is searched)
KINDS: tuple[tuple[Any, str, Callable[[str], Iterable[Hit]]], ...] = (
    (_("Teachers"), "TeacherView", _teachers),
    (_("Schools"), "SchoolView", _schools),
    (_("Claims"), "ClaimView", _claims),
    (_("Certificates"), "CertificateView", _certificates),
    (_("Activities"), "ActivityView", _activities),
    (_("Accounts"), "UserView", _accounts),
)


def found(text: str) -> list[dict[str, Any]]:
    """Groups of what was found, empty ones left out: {title, hits, more_url}. Pages are the template's: it has them."""
    groups = []
    for title, view, search in KINDS if text else ():
        if not (holds("can_list", view) and holds("can_show", view)):
            continue
        if hits := list(search(text)):
            more = with_query(url_for(f"{view}.list"), {"q": [text]}) if len(hits) == MOST else ""
            groups.append({"title": str(title), "hits": hits, "more_url": more})
    return groups


class SearchView(BaseView):
    """``can_search``; what is found is each one's own."""

    route_base = "/search"
    default_view = "index"
    class_permission_name = "SearchView"
    base_permissions = ("can_search",)

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("search")
    def index(self) -> Any:
        """The page of results, or with ``part`` the list alone for the palette."""
        text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        groups = found(text)
        if request.args.get("part"):
            return render_template("search/part.html", groups=groups, text=text)
        return self.render_template("search/index.html", title=gettext("Search"), groups=groups, text=text)
