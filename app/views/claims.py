"""Claims: list, record, form, evidence, and the verbs of DOMAIN §4 as actions. The rules are in ``domain/``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import abort, current_app, flash, redirect, send_file, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.domain.hours import plain
from app.domain.mending import ALL, opens
from app.domain.policy import pack
from app.domain.workflow import Verb
from app.extensions import db
from app.models import Claim, Decision, Evidence
from app.security.actor import Actor, current_actor
from app.services import claims, decisions, workflow
from app.services.clock import now_utc
from app.services.store import Missing, store
from app.views import bulk_review, claim_clock, claim_findings, claim_page, labels_claims, labels_mending, reasons
from app.views.access import guarded
from app.views.actions import Posted, action
from app.views.claim_editing import ClaimEditing
from app.views.claim_list import ClaimList
from app.views.history import Child
from app.views.labels_claims import category_word

Decide = Callable[[Claim, Actor], None]


class ClaimView(ClaimList, ClaimEditing):
    """学时申报."""

    datamodel = SQLAInterface(Claim)
    route_base = "/claims"
    list_title = _("Claims")
    add_title = _("New claim")
    show_template = "claims/show.html"

    # --- The record ---

    history_columns = (
        *("kind", "title", "organiser_name", "certificate_number", "subject", "starts_on", "ends_on", "facts", "year"),
        *("category", "claimed_hours", "recognised_category", "recognised_hours", "state", "school", "authority"),
    )
    history_children = (Child(Evidence, "claim_id", ("filename",)), Child(Decision, "claim_id", ("reason",)))

    # ``workflow.move`` judges by the table that ``may`` reads, and says which rule forbids it.
    told_by_services = frozenset(Verb)

    def may(self, action: str, item: Claim) -> bool:
        verbs = workflow.verbs_open_to(db.session, current_actor(), item)
        if action in ("edit", "discard"):
            return Verb.SUBMIT in verbs and (action == "edit" or item.state == "draft")
        return action in verbs

    def record_sub(self, item: Claim) -> str:
        return gettext(
            "%(number)s, %(teacher)s, %(school)s, %(year)s",
            number=item.number,
            teacher=item.teacher,
            school=item.school,
            year=item.year,
        )

    def note(self, item: Claim) -> dict[str, Any]:
        values = claim_page.page_values(item, now_utc(), may_change=self.may("edit", item))
        last = values["decisions"][-1] if values["decisions"] else None
        pill = labels_claims.state_pill(item.state)
        if last is not None:
            last = {**last, "state": pill, "url": url_for("ClaimView.show", pk=item.id)}
        title = item.title or gettext("Untitled claim")
        return {**values, "decision": last, "record_title": title, "record_pill": pill}

    def action_values(self, name: str, item: Claim | None) -> dict[str, Any]:
        if item is None and name == "return":
            return {"parts": labels_mending.parts()}
        if item is None:
            # Of a selection each keeps its own hours: one figure would overwrite what differs.
            told = gettext("Each with its own hours. They count once the last review has approved.")
            return {"needs_hours": False, "confirmation": told} if name == "approve" else {}
        told = claim_clock.late(item, now_utc()) if name in ("submit", "approve") else None
        values: dict[str, Any] = {"confirmation": told["words"]} if told is not None else {}
        if name == "return":
            return {"parts": labels_mending.parts()}
        if name != "approve":
            return values
        policy = pack(item.policy)
        return values | {
            "hours": plain(item.claimed_hours if item.recognised_hours is None else item.recognised_hours),
            "category": item.recognised_category or item.category,
            "category_choices": [(one.id, category_word(policy, one.id)) for one in policy.categories],
            "is_late": self._may_set_aside(item),
        }

    @staticmethod
    def _may_set_aside(item: Claim) -> bool:
        """Whether approving comes late here, and the actor is the authority that may override that (EFFECT)."""
        clock = claim_clock.deadline(item, now_utc())
        actor = current_actor()
        authorities = actor.authority_ids | actor.review_authority_ids
        return clock is not None and clock["left"] < 0 and item.authority_id in authorities

    # --- The verbs ---

    def _each(self, items: list[Claim], decide: Decide) -> None:
        actor = current_actor()
        for claim in items:
            decide(claim, actor)

    @action("submit", _("Submit"), _("Hand this claim in to the school?"), "send", kind="primary")
    def submit(self, items: list[Claim], posted: Posted) -> str | None:
        now = now_utc()
        self._each(items, lambda claim, actor: claims.submit(db.session, claim, actor, now))
        return claim_findings.told_on_submission(items[0]) or None if len(items) == 1 else None

    @action(
        "approve",
        _("Approve"),
        _("The hours recognised count once the last review has approved."),
        "check",
        kind="primary",
        needs_hours=True,
        may_override=True,
        screen="BulkReviewView.start",
    )
    def approve(self, items: list[Claim], posted: Posted) -> Any:
        if len(items) > 1:
            # Of many a sample is kept aside; no way leads past the screen that says so.
            return bulk_review.screen([item.id for item in items])
        now = now_utc()
        self._each(
            items,
            lambda claim, actor: decisions.approve(
                db.session,
                claim,
                actor,
                now,
                hours=posted.hours if len(items) == 1 else None,
                category=(posted.category or None) if len(items) == 1 else None,
                override_reason=posted.override_reason or None,
            ),
        )
        return None

    @action(
        "return",
        _("Return"),
        _("The teacher mends it and submits again, through the school."),
        "undo",
        needs_reason=True,
        reason_codes=lambda: reasons.offered(Verb.RETURN),
    )
    def return_claims(self, items: list[Claim], posted: Posted) -> None:
        # The code opens what it is about; the reviewer may open more.
        parts = [str(one) for one in opens(posted.reason_code, self._parts_asked(posted))]
        self._with_reason(items, posted, partial(decisions.return_claim, open_fields=parts))

    @staticmethod
    def _parts_asked(posted: Posted) -> list[str]:
        return [one for one in posted.values.getlist("open_fields")[: len(ALL)] if one in set(ALL)]

    @action(
        "reject",
        _("Reject"),
        _("A rejected claim is final."),
        "x",
        kind="danger",
        needs_reason=True,
        reason_codes=lambda: reasons.offered(Verb.REJECT),
    )
    def reject(self, items: list[Claim], posted: Posted) -> None:
        self._with_reason(items, posted, decisions.reject)

    @action(
        "revoke",
        _("Revoke"),
        _("The registered hours are taken back, the standing follows, and a certificate that rests on them falls."),
        "lock",
        kind="danger",
        needs_reason=True,
        reason_codes=lambda: reasons.offered(Verb.REVOKE),
    )
    def revoke(self, items: list[Claim], posted: Posted) -> None:
        self._with_reason(items, posted, decisions.revoke)

    @action("withdraw", _("Withdraw"), _("Take this claim back? It cannot be submitted again."), "x", multiple=False)
    def withdraw(self, items: list[Claim], posted: Posted) -> None:
        now = now_utc()
        self._each(items, lambda claim, actor: claims.withdraw(db.session, claim, actor, now))

    @action("discard", _("Discard draft"), _("Throw this draft away with its files?"), "trash", multiple=False)
    def discard(self, items: list[Claim], posted: Posted) -> Any:
        for claim in items:
            claims.discard(db.session, claim, current_actor())
        db.session.commit()
        flash(gettext("The draft was discarded."), "success")
        return redirect(url_for("ClaimView.list"))

    def _with_reason(self, items: list[Claim], posted: Posted, decide: Callable[..., None]) -> None:
        now = now_utc()
        self._each(
            items,
            lambda claim, actor: decide(
                db.session, claim, actor, now, reason_code=posted.reason_code, reason=posted.reason
            ),
        )

    # --- Evidence ---

    @expose("/evidence/<pk>", methods=["GET"])
    @guarded
    def evidence(self, pk: str) -> Any:
        """One file, under the reach of its claim; its type is what its content was judged to be."""
        row = self._evidence(pk)
        try:
            path = store().path(row.sha256).resolve(strict=True)
            response: Response = send_file(
                path, mimetype=row.media_type, download_name=row.filename, conditional=True, etag=row.sha256
            )
        except (Missing, FileNotFoundError):
            current_app.logger.error("evidence %s is missing from the store", row.id)
            return self.render_template("claims/missing.html", title=row.filename, claim=row.claim), 404
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'"
        return response

    def _evidence(self, pk: str) -> Evidence:
        if not pk.isascii() or not pk.isdigit() or len(pk) > 9:
            abort(404)
        row = db.session.scalars(select(Evidence).where(Evidence.id == int(pk))).one_or_none()
        if row is None:
            abort(404)
        return row
