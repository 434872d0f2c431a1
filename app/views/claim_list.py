"""The list of claims: its columns, the views that come ready for each duty, its totals, what may be done on a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import current_app
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import selectinload

from app.domain.days import day_in_china
from app.domain.hours import plain
from app.domain.policy import pack
from app.extensions import db
from app.models import Claim, Decision
from app.security.actor import current_actor
from app.services import duplicates, workflow
from app.services.clock import now_utc
from app.views import labels_claims, waiting
from app.views.filters import Filter
from app.views.labels import listed
from app.views.labels_claims import category_word, kind_word
from app.views.list_screen import ListScreen
from app.views.list_views import Ready
from app.views.listing import Listing

# Claims that wait for somebody's decision, and those that have waited so long that it should not be longer.
OPEN_STATES = ("submitted", "passed_first")
LONG_DAYS = 15
LATE_DAYS = 25
# One's own decisions, asked about claims that are within reach already: the Core table, since reach on decisions
# would be judged anew for each claim of a district.
decision_t = Decision.__table__
# What each verb can be done on; whose turn it is, and who may not, is narrowed below and judged by the workflow.
REVIEWS = ("approve", "return", "reject")


def returned_by_me() -> ColumnElement[bool]:
    """Claims that I have returned, in any round."""
    return exists(
        select(decision_t.c.id).where(
            decision_t.c.claim_id == Claim.id,
            decision_t.c.user_id == current_actor().user_id,
            decision_t.c.verb == "return",
        )
    )


class ClaimList(ListScreen):
    """Mixed into ``ClaimView``."""

    list_columns = ["number", "teacher", "school", "title", "category", "hours", "state", "flags", "waiting"]
    extra_columns = [
        "submitted_at",
        "year",
        "kind",
        "starts_on",
        "ends_on",
        "certificate_number",
        "organiser_name",
        "first_reviewer",
        "authority",
        "claimed_hours",
        "changed_at",
    ]
    order_columns = [
        "number", "teacher.name", "school.name", "title", "state", "submitted_at", "year", "starts_on", "changed_at"
    ]  # fmt: skip
    sorted_by = {"waiting": "submitted_at"}
    eager = ["teacher", "school", "authority"]
    search_text = ["number", "title", "teacher.name", "certificate_number"]
    filters = [
        Filter("year", "year"),
        Filter("state", "select"),
        Filter("category", "select", choices=labels_claims.category_choices),
        Filter("school", "lookup"),
        Filter("teacher", "lookup"),
        Filter("submitted_at", "date", title=_("Handed in on")),
        Filter("is_flagged", "bool", title=_("With marks")),
        Filter("returned_by_me", "bool", title=_("Returned by me"), where=returned_by_me),
    ]
    label_columns = {"flags": _("Marks"), "waiting": _("Waited"), "first_reviewer": _("First reviewer")}
    empty_hint = _("No claims here. Teachers begin one with “New claim”; reviewers see them when submitted.")

    def col_title(self, item: Claim) -> Any:
        return item.title or gettext("Untitled claim")

    def col_category(self, item: Claim) -> str:
        return category_word(pack(item.policy), item.recognised_category or item.category)

    def col_kind(self, item: Claim) -> str:
        return kind_word(pack(item.policy), item.kind)

    def col_hours(self, item: Claim) -> Any:
        """What was recognised, beside what was claimed where the two differ."""
        if item.recognised_hours is None or item.recognised_hours == item.claimed_hours:
            return plain(item.claimed_hours)
        claimed = gettext("claimed %(hours)s", hours=plain(item.claimed_hours))
        return Markup('{} <span class="muted nowrap">({})</span>').format(plain(item.recognised_hours), claimed)

    def cell_hours(self, item: Claim) -> Decimal:
        return item.claimed_hours if item.recognised_hours is None else item.recognised_hours

    def col_flags(self, item: Claim) -> Any:
        """A quiet mark where something was found that the reviewer should look at; the claimant sees none."""
        if not item.is_flagged or item.state not in duplicates.STANDING_STATES:
            return ""
        if current_actor().teacher_id == item.teacher_id:
            return ""
        return current_app.jinja_env.get_template("parts/state.html").module.flag(gettext("to look at"))

    def col_waiting(self, item: Claim) -> Any:
        """How long it has waited since it was handed in; with whom it is, where nobody is waited for."""
        if item.state in ("draft", "returned"):
            return Markup('<span class="muted">{}</span>').format(
                gettext("not handed in") if item.state == "draft" else gettext("with the teacher")
            )
        if item.state not in OPEN_STATES or item.submitted_at is None:
            return Markup('<span class="muted">{}</span>').format(gettext("settled"))
        days = self.cell_waiting(item)
        words = ngettext("%(num)s day", "%(num)s days", int(days or 0))
        return Markup('<span class="text-bad">{}</span>').format(words) if days and days >= LATE_DAYS else words

    def cell_waiting(self, item: Claim) -> int | None:
        if item.state not in OPEN_STATES or item.submitted_at is None:
            return None
        return (day_in_china(now_utc()) - day_in_china(item.submitted_at)).days

    def col_first_reviewer(self, item: Claim) -> str:
        """Who passed it on in its present round."""
        last = [one for one in item.decisions if one.stage == "first" and one.round == item.round]
        return last[-1].actor_name if last else ""

    def list_options(self, columns: Sequence[str]) -> list[Any]:
        return [selectinload(Claim.decisions)] if "first_reviewer" in columns else []

    def usual_columns(self) -> list[str]:
        """Of one's own claims it is no news whose they are."""
        if current_actor().duties == {"teacher"}:
            return ["number", "title", "starts_on", "category", "hours", "state", "waiting"]
        return super().usual_columns()

    # --- The views that come ready ---

    def ready_views(self) -> list[Ready]:
        actor = current_actor()
        states = self._my_states()
        if states:
            if len(states) == 2:
                mine = gettext("Waiting for my review")
            elif states == ["submitted"]:
                mine = gettext("Waiting for my first review")
            else:
                mine = gettext("Waiting for my second review")
            return [
                Ready("mine", mine, {"state": states}, is_counted=True),
                Ready("long", gettext("15 days or more"), self._long(states), is_counted=True, tone="bad"),
                self._marked(states),
                Ready("returned", gettext("Returned by me"), {"returned_by_me": 1, "state": "returned"}, True),
            ]
        if actor.sees_all:
            waits = list(OPEN_STATES)
            return [
                Ready("waiting", gettext("Under review"), {"state": waits}),
                Ready("long", gettext("15 days or more"), self._long(waits), is_counted=True, tone="bad"),
                self._marked(waits),
                Ready("revoked", gettext("Revoked"), {"state": "revoked"}),
            ]
        if actor.teacher_id is None:
            return []
        return [
            Ready("returned", gettext("To be mended"), {"state": "returned"}, is_counted=True, tone="warn"),
            Ready("draft", gettext("Drafts"), {"state": "draft"}, is_counted=True),
            Ready("waiting", gettext("Under review"), {"state": list(OPEN_STATES)}, is_counted=True),
            Ready("approved", gettext("Approved"), {"state": "approved"}),
        ]

    @staticmethod
    def _my_states() -> list[str]:
        actor = current_actor()
        states = ["submitted"] if actor.school_ids or actor.review_school_ids else []
        return states + (["passed_first"] if actor.authority_ids or actor.review_authority_ids else [])

    @staticmethod
    def _marked(states: list[str]) -> Ready:
        return Ready("marked", gettext("With marks"), {"state": states, "is_flagged": 1}, is_counted=True, tone="warn")

    @staticmethod
    def _long(states: list[str]) -> dict[str, Any]:
        until = day_in_china(now_utc()) - timedelta(days=LONG_DAYS)
        return {"state": states, "submitted_at_to": until, "_oc_ClaimView": "submitted_at"}

    # --- Its foot, and its selection ---

    def totals(self, listing: Listing) -> str:
        """Hours by category of all that match, recognised ones where there are some."""
        hours = func.coalesce(Claim.recognised_hours, Claim.claimed_hours)
        category = func.coalesce(Claim.recognised_category, Claim.category)
        asked = listing.joins.put_on(select(category, func.sum(hours)).select_from(Claim)).where(*listing.criteria)
        found = {name: Decimal(str(total)) for name, total in db.session.execute(asked.group_by(category))}
        words = [
            gettext("%(category)s %(hours)s", category=word, hours=_figure(found[name]))
            for name, word in labels_claims.category_choices()
            if name in found
        ]
        total = gettext("%(hours)s hours together", hours=_figure(sum(found.values(), Decimal(0))))
        return gettext("%(parts)s; %(total)s", parts=listed(words), total=total) if found else ""

    def possible(self, action: str) -> ColumnElement[bool] | None:
        """Whose turn it is, as SQL: it narrows what is read, and the workflow judges each claim of it."""
        actor = current_actor()
        if action in REVIEWS:
            decided = exists(
                select(decision_t.c.id).where(
                    decision_t.c.claim_id == Claim.id,
                    decision_t.c.user_id == actor.user_id,
                    decision_t.c.stage == case((Claim.state == "submitted", "second"), else_="first"),
                )
            )
            parts = [waiting.to_review(actor), ~decided]
            if actor.teacher_id is not None:
                parts.append(Claim.teacher_id != actor.teacher_id)
            return and_(*parts)
        if action == "revoke":
            return Claim.state == "approved"
        return Claim.state.in_(("draft", "returned")) if action == "submit" else None

    def open_to(self, items: Sequence[Any], names: Sequence[str]) -> dict[int, set[str]]:
        verbs = workflow.verbs_open_to_each(db.session, current_actor(), items)
        return {key: {str(verb) for verb in found} & set(names) for key, found in verbs.items()}


def _figure(hours: Decimal) -> str:
    whole, _point, part = plain(hours).partition(".")
    return f"{int(whole):,}" + (f".{part}" if part else "")
