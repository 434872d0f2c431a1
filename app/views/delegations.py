"""Who reviews for whom, and until when: handing one's queue over, taking it back, the banner of every page."""

from __future__ import annotations

from typing import Any

from flask import g, url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app.domain.days import day_in_china
from app.extensions import db
from app.models import Authority, Delegation, School
from app.security.actor import current_actor
from app.services import delegations
from app.services.clock import now_utc
from app.views import labels
from app.views.access import holds
from app.views.actions import Posted, action
from app.views.fields import CodeField, RemoteSelectField, Required, is_key
from app.views.filters import Filter
from app.views.forms import RecordForm
from app.views.lookup import colleagues
from app.views.safe import SafeModelView

HOLDS = {"to_come": _("To come"), "now": _("In force"), "over": _("Past"), "ended": _("Ended early")}


class ColleagueField(RemoteSelectField):
    """A user, of those alone to whom the actor may hand a queue: no other account is named by its key."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        if is_key(text):
            asked = select(User).where(User.id == int(text), colleagues(current_actor()))
            self.data = db.session.scalars(asked).one_or_none()
        if self.data is None:
            raise ValueError(_("Choose one from the list."))


def _colleague() -> Any:
    return ColleagueField(
        _("Colleague"),
        [Required()],
        model=User,
        lookup="colleague",
        description=_("Who reviews there too, a teacher of the school, or a reviewer of one of your schools."),
    )


def own_places() -> list[tuple[str, str]]:
    """The places whose review the signed-in user may hand over."""
    actor = current_actor()
    schools = select(School).where(School.id.in_(sorted(actor.school_ids))).order_by(School.name)
    authorities = select(Authority).where(Authority.id.in_(sorted(actor.authority_ids))).order_by(Authority.name)
    found = [(f"authority-{one.id}", one.name) for one in db.session.scalars(authorities)]
    return found + [(f"school-{one.id}", one.name) for one in db.session.scalars(schools)]


def _place() -> Any:
    return CodeField(_("Review of"), [Required()], choices=own_places)


class DelegationView(SafeModelView):
    """Granted by whom it is the queue of; ended, never edited."""

    datamodel = SQLAInterface(Delegation)
    route_base = "/delegations"
    exclude_route_methods = {"edit", "delete"}
    list_title = _("Standing in")
    add_title = _("Hand over my queue")
    form_note = _(
        "The colleague decides on the claims that wait for this place, in their own name, and sees nothing else of it. "
        "You may take the queue back at any time."
    )
    list_columns = ["place", "from_user", "to_user", "from_on", "to_on", "holds", "granted_at"]
    label_columns = {
        "place": _("Review of"),
        "from_user": _("Handed over by"),
        "to_user": _("Colleague"),
        "holds": _("In force"),
    }
    order_columns = ["from_on", "to_on", "granted_at"]
    base_order = ("id", "desc")
    eager = ("from_user", "to_user", "school", "authority")
    search_text = ("from_user.first_name", "to_user.first_name", "reason")
    filters = (Filter("from_on", "date"), Filter("to_on", "date"))
    show_columns = ["place", "from_user", "to_user", "from_on", "to_on", "holds", "reason", "granted_at", "ended_at"]
    add_columns = ["place", "to_user", "from_on", "to_on", "reason"]
    extra_fields = {"place": _place, "to_user": _colleague}
    told_by_services = frozenset({"end"})
    empty_hint = _("Nobody stands in for anybody. Before you are away, hand your queue to a colleague.")

    def col_place(self, item: Delegation) -> str:
        return _place_name(item)

    def col_from_user(self, item: Delegation) -> str:
        return str(item.from_user.first_name)

    def col_to_user(self, item: Delegation) -> str:
        return str(item.to_user.first_name)

    def col_holds(self, item: Delegation) -> Any:
        on = day_in_china(now_utc())
        code = "ended" if item.ended_at else "over" if item.to_on < on else "to_come" if item.from_on > on else "now"
        return labels.code_mark("delegation", "holds", code, HOLDS)

    def may(self, action: str, item: Delegation) -> bool:
        actor = current_actor()
        is_mine = item.from_user_id == actor.user_id or "city" in actor.duties
        return is_mine and item.ended_at is None and item.to_on >= day_in_china(now_utc())

    def shape(self, form: RecordForm, item: Any | None) -> None:
        """Whoever reviews for one place is not asked which."""
        if len(own_places()) == 1:
            del form.place

    def write_new(self, form: RecordForm) -> Delegation:
        chosen = form.place.data if "place" in form else own_places()[0][0]
        kind, _dash, pk = chosen.partition("-")
        place = db.session.get_one(School if kind == "school" else Authority, int(pk))
        return delegations.grant(
            db.session,
            form.to_user.data,
            place,
            form.from_on.data,
            form.to_on.data,
            form.reason.data,
            current_actor(),
            now_utc(),
        )

    @action(
        "end",
        _("Take back"),
        _("From now on the colleague sees nothing of this queue. What they decided stays decided."),
        "x",
        kind="danger",
    )
    def end(self, items: list[Delegation], posted: Posted) -> str:
        for item in items:
            delegations.end(db.session, item, current_actor(), now_utc())
        return ngettext("Taken back.", "Took %(num)s queues back.", len(items))


def _place_name(item: Delegation) -> str:
    place = item.school or item.authority
    return place.name if place is not None else "–"


def banner() -> list[dict[str, Any]]:
    """What stands above every page while a delegation holds: for whom one reviews, and who reviews for oneself."""
    actor = current_actor()
    if actor.user_id is None or not (actor.stands_in or actor.school_ids or actor.authority_ids):
        return []
    known: list[dict[str, Any]] | None = getattr(g, "standing_in", None)
    if known is None:
        rows = delegations.in_force(db.session, actor.user_id, now_utc())
        known = g.standing_in = [_banner_row(row, actor.user_id) for row in rows]
    return known


def _banner_row(row: Delegation, user_id: int) -> dict[str, Any]:
    facts = {"place": _place_name(row), "until": row.to_on.isoformat()}
    if row.to_user_id == user_id:
        words = gettext(
            "You review for %(place)s until %(until)s, in place of %(who)s.", who=row.from_user.first_name, **facts
        )
    else:
        words = gettext(
            "%(who)s reviews for %(place)s in your place until %(until)s.", who=row.to_user.first_name, **facts
        )
    url = url_for("DelegationView.show", pk=row.id) if holds("can_show", "DelegationView") else ""
    return {"words": words, "url": url}
