"""The review desk: the queue, one claim after another, and the decision, posted once its moment of undo has passed.

Rules and state stand in ``services/decisions.py``; what the desk shows is put together in ``review_*.py``.
"""

from __future__ import annotations

from typing import Any

from flask import abort, jsonify, make_response, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.domain.errors import Code, Refused
from app.domain.mending import ALL
from app.domain.workflow import Verb
from app.extensions import db
from app.models import Claim
from app.security.actor import current_actor
from app.services import decisions, samples
from app.services.clock import now_utc
from app.services.decisions import Said
from app.services.refusals import No
from app.views import claim_page, labels, labels_claims, review_page, review_queue
from app.views.access import guarded, holds
from app.views.actions import Asks, Posted, read_posted
from app.views.fields import is_key


class ReviewView(BaseView):
    """审核台. ``can_review`` opens it; each verb needs its own permission on claims as well."""

    route_base = "/review"
    default_view = "desk"
    class_permission_name = "ReviewView"
    base_permissions = ("can_review",)
    list_title = _("Review desk")

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("review")
    def desk(self) -> Any:
        """The whole desk; ``?claim=`` opens one claim, else the first that waits is open."""
        now, which = now_utc(), self._which()
        queue = review_queue.page(which, "", now)
        wanted = request.args.get("claim", "")
        claim = self._claim(wanted) if wanted else None
        if claim is None and queue["rows"]:
            claim = self._claim(str(queue["rows"][0]["id"]))
        waiting = review_queue.count(which, now)
        first = db.session.get(Claim, queue["rows"][0]["id"]) if queue["rows"] and which != "returned" else None
        return self.render_template(
            "review/desk.html",
            title=self.list_title,
            queue=queue,
            queues=review_queue.QUEUES,
            heading=_heading(),
            waiting=waiting,
            most=review_queue.MOST,
            today=review_queue.today(first, waiting, now),
            one=review_page.values(claim, now) if claim is not None else None,
        )

    @expose("/queue", methods=["GET"])
    @guarded
    @permission_name("review")
    def queue(self) -> Any:
        """Further rows of the queue, after a cursor."""
        page = review_queue.page(self._which(), request.args.get("after", "")[:60], now_utc())
        return self.render_template("review/rows.html", queue=page)

    @expose("/claim/<pk>", methods=["GET"])
    @guarded
    @permission_name("review")
    def claim(self, pk: str) -> Any:
        """Middle and right of the desk for one claim: what is fetched ahead."""
        return self.render_template("review/claim.html", one=review_page.values(self._claim(pk), now_utc()))

    @expose("/compare/<pk>/<other>", methods=["GET"])
    @guarded
    @permission_name("review")
    def compare(self, pk: str, other: str) -> Any:
        """Two claims side by side."""
        claim, beside = self._claim(pk), self._claim(other)
        others = review_page.review_checks.same_activity(claim)
        return self.render_template(
            "review/compare_part.html" if request.args.get("part") else "review/compare.html",
            title=gettext("Compare"),
            sides=[review_page.facts(claim), review_page.facts(beside)],
            others=others["others"] if others is not None else [],
            shown=beside.id,
        )

    @expose("/decide/<pk>", methods=["POST"])
    @guarded
    @permission_name("review")
    def decide(self, pk: str) -> Any:
        """One decision. 422: refused, with why; 409: somebody was faster, with theirs; 401: another is signed in."""
        verb = request.form.get("verb", "")
        if verb not in set(review_page.DECIDING) or not holds(verb, "ClaimView"):
            abort(403)
        if request.form.get("as", str(current_actor().user_id)) != str(current_actor().user_id):
            # Waiting in a page of who was signed in before (a shared computer): nobody decides in another's name.
            return _answer(401, message=gettext("Somebody else is signed in now."))
        claim, seen = self._claim(pk), request.form.get("version", "")
        if not is_key(seen):
            abort(400)
        try:
            posted = read_posted(request.form, Asks(needs_reason=verb != Verb.APPROVE))
            self._say(claim, Verb(verb), posted, int(seen))
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            if refusal.code is No.STALE:
                return self._outrun(pk, verb)
            is_late = refusal.code in (Code.LATE, Code.OVERRIDE_REASON_MISSING)
            return _answer(422, message=labels.refusal_text(refusal), is_late=is_late)
        except (StaleDataError, IntegrityError):
            db.session.rollback()
            return self._outrun(pk, verb)
        return _answer(200, state=claim.state, state_word=str(labels.words_of("claim", "state")[claim.state]))

    @expose("/opened/<pk>", methods=["POST"])
    @guarded
    @permission_name("review")
    def opened(self, pk: str) -> Any:
        """The evidence was opened: of a claim kept aside, that is written down."""
        claim = self._claim(pk)
        told = samples.opened(db.session, claim, current_actor(), now_utc())
        db.session.commit()
        return _answer(200, is_kept=told)

    def _say(self, claim: Claim, verb: Verb, posted: Posted, seen: int) -> None:
        actor, now = current_actor(), now_utc()
        if verb is Verb.APPROVE:
            decisions.approve(
                db.session,
                claim,
                actor,
                now,
                hours=posted.hours,
                category=posted.category or None,
                override_reason=posted.override_reason or None,
                seen_version=seen,
            )
            return
        said = Said(reason_code=posted.reason_code, reason=posted.reason, seen_version=seen)
        if verb is Verb.RETURN:
            parts = [one for one in posted.values.getlist("open_fields")[: len(ALL)] if one in set(ALL)]
            decisions.return_claim(db.session, claim, actor, now, open_fields=parts, **said)
        else:
            decisions.reject(db.session, claim, actor, now, **said)

    def _outrun(self, pk: str, verb: str) -> Any:
        """Somebody decided before. If that was this very decision, its answer was lost on the way, and all is well."""
        claim = self._claim(pk)
        last = claim.decisions[-1] if claim.decisions else None
        if last is None:
            return _answer(409, message=labels.refusal_text(Refused(No.STALE)))
        if last.user_id == current_actor().user_id and last.verb == verb and _is_same(last):
            return _answer(200, state=claim.state, state_word=str(labels.words_of("claim", "state")[claim.state]))
        row = claim_page.decision_row(last)
        told = gettext(
            "%(who)s was faster: %(verb)s at %(at)s.", who=row["who"], verb=row["verb"], at=row["at"]
        )  # fmt: skip
        said = {key: row[key] for key in ("who", "verb", "at", "reason", "hours")}
        return _answer(409, message=told, decision=said | {"state": str(labels_claims.state_pill(claim.state))})

    def _which(self) -> str:
        which = request.args.get("queue", "")
        return which if which in review_queue.QUEUES else "mine"

    def _claim(self, pk: str) -> Claim:
        claim = review_page.find(int(pk)) if is_key(pk) else None
        # A draft or a withdrawn claim is no business of a desk.
        if claim is None or claim.state in ("draft", "withdrawn"):
            abort(404)
        return claim


def _heading() -> str:
    schools, authorities = (of(current_actor()) for of in (review_queue.schools_of, review_queue.authorities_of))
    if schools and not authorities:
        return gettext("My first reviews")
    if authorities and not schools:
        return gettext("My second reviews")
    return gettext("Waiting for me")


def _is_same(last: Any) -> bool:
    """Whether the decision that stands says what was posted just now."""
    posted = read_posted(request.form, Asks())
    if last.verb == Verb.APPROVE:
        return posted.hours in (None, last.hours) and posted.category in ("", last.category)
    return bool(posted.reason == last.reason and posted.reason_code == last.reason_code)


def _answer(status: int, **facts: Any) -> Any:
    return make_response(jsonify(facts), status)
