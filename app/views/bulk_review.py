"""Approving many claims together, on screen: what the selection holds, what is unusual, what is drawn aside; one yes.

The selection is posted from the list or the desk, and again from this screen; nothing is written before the yes. What
may be approved and what is drawn stands in ``services/bulk.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from app.domain.errors import Code, Refused
from app.extensions import db
from app.models import BulkReview, Claim
from app.security.actor import current_actor
from app.services import bulk, samples
from app.services.clock import now_utc
from app.services.unusual import SERIOUS, Mark
from app.views import bulk_page, labels
from app.views.access import asked_back, guarded, local_path
from app.views.fields import is_key
from app.views.listing import Listing
from app.views.pages import view_named
from app.views.safe import SafeModelView

# As many as any action does at once (``doing.py``): a longer transaction would hold up everybody else.
MOST_AT_ONCE = 2000


class BulkReviewView(SafeModelView):
    """批量审核. ``can_approve`` opens the screen and says yes; the list shows what was approved so, and its samples."""

    datamodel = SQLAInterface(BulkReview)
    route_base = "/review/bulk"
    exclude_route_methods = {"add", "edit", "delete", "action", "action_post"}
    list_title = _("Bulk approvals")
    list_columns = ["decided_at", "actor_name", "chosen", "kept", "share"]
    label_columns = {
        "chosen": _("Drawn from"),
        "kept": _("Kept aside"),
        "share": _("Share"),
        "actor_name": _("By"),
        "decided_at": _("Approved at"),
        "unusual": _("Unusual in the selection"),
        "seed": _("Seed"),
        "again": _("Drawn again"),
    }
    order_columns = ["decided_at", "actor_name"]
    base_order = ("id", "desc")
    show_columns = ["decided_at", "actor_name", "share", "seed", "chosen", "kept", "unusual", "again"]
    empty_hint = _("Nothing was approved in bulk. Choose several claims in the list of claims, then approve.")

    def col_chosen(self, item: BulkReview) -> str:
        return f"{len(item.chosen):,}"

    def col_kept(self, item: BulkReview) -> Any:
        return bulk_page.kept_words(item)

    def col_share(self, item: BulkReview) -> str:
        return bulk_page.share_words(item.sample_percent, item.sample_least)

    def col_unusual(self, item: BulkReview) -> str:
        return bulk_page.unusual_words(item)

    def col_again(self, item: BulkReview) -> Any:
        return bulk_page.again_words(item, samples.drawn_again(item) == item.kept)

    def record_sub(self, item: BulkReview) -> str:
        return gettext("The sample is drawn by lot, and anybody can draw it again.")

    def note(self, item: BulkReview) -> dict[str, Any]:
        title = gettext("Bulk approval of %(at)s", at=bulk_page.moment(item.decided_at))
        return {"title": title, "record_title": title}

    @expose("/", methods=["POST"])
    @guarded
    @permission_name("approve")
    def start(self) -> Any:
        """The screen, for rows of a list, all that match its filters, or this screen's own selection again."""
        ids = _chosen()
        if not ids or len(ids) > MOST_AT_ONCE:
            words = (
                gettext("At most %(most)s at once. Narrow the list first.", most=f"{MOST_AT_ONCE:,}")
                if ids
                else gettext("Choose at least one record first.")
            )
            flash(words, "danger" if ids else "warning")
            return redirect(asked_back() or url_for("ClaimView.list"))
        return screen(ids)

    @expose("/approve", methods=["POST"])
    @guarded
    @permission_name("approve")
    def approve(self) -> Any:
        """Yes to what was shown, and to nothing else: all of it, or none where something changed meanwhile."""
        ids, actor, now = _chosen()[: MOST_AT_ONCE + 1], current_actor(), now_utc()
        leave = _leave()
        reason = request.form.get("override_reason", "").replace("\0", "").strip()[:1000]
        made = bulk.plan(db.session, bulk.load(db.session, ids), actor, now, leave=leave, aside=_aside())
        if len(ids) > MOST_AT_ONCE or made.token != request.form.get("token", ""):
            return screen(ids, refusal=_changed(made, now), status=409)
        try:
            row = bulk.carry_out(db.session, made, actor, now, leave=leave, override_reason=reason or None)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            return self._refused(ids, refusal)
        except (StaleDataError, IntegrityError):
            db.session.rollback()
            made = bulk.plan(db.session, bulk.load(db.session, ids), actor, now, leave=leave, aside=_aside())
            return screen(ids, refusal=_changed(made, now), status=409)
        flash(_done(len(made.approved), len(made.kept)), "success")
        return redirect(url_for("BulkReviewView.show", pk=row.id) if made.kept else _back())

    def _refused(self, ids: list[int], refusal: Refused) -> Any:
        """One of them cannot be approved as it stands: it is put aside, and the rest asked about again."""
        words, number = labels.refusal_text(refusal), str(refusal.facts.get("number", ""))
        if not number or refusal.code in (Code.LATE, Code.OVERRIDE_REASON_MISSING):
            return screen(ids, refusal=words, status=422)
        stuck = db.session.scalars(select(Claim.id).where(Claim.number == number)).all()
        said = gettext("%(number)s was put aside, and nothing was approved yet: %(why)s", number=number, why=words)
        return screen(ids, refusal=said, aside=[*_aside(), *stuck], status=422)


def screen(ids: Sequence[int], *, refusal: str = "", aside: Sequence[int] | None = None, status: int = 200) -> Response:
    """The screen for a selection, as it stands now. Nothing is written."""
    now, actor = now_utc(), current_actor()
    claims = bulk.load(db.session, ids)
    put_aside = _aside() if aside is None else list(aside)
    leave = _leave()
    made = bulk.plan(db.session, claims, actor, now, leave=leave, aside=put_aside)
    shown = view_named("BulkReviewView").render_template(
        "review/bulk.html",
        refusal=refusal,
        rows=",".join(str(claim.id) for claim in claims),
        aside=",".join(map(str, put_aside)),
        token=made.token,
        shown_at=now.isoformat(),
        back_url=_back(),
        override_reason=request.form.get("override_reason", "")[:1000],
        **bulk_page.values(made, leave, samples.setting(db.session)),
    )
    return make_response(shown, status)


def _chosen() -> list[int]:
    """The keys posted: this screen's own, the rows ticked, or all that match the list's filters and may be approved."""
    form = request.form
    if form.get("rows"):
        return [int(one) for one in form["rows"].split(",") if is_key(one)]
    if form.get("all_matching"):
        view = view_named("ClaimView")
        assert view is not None
        listing = Listing(view, request.args)
        possible = view.possible("approve")
        if possible is not None:
            listing.criteria.append(possible)
        return list(db.session.scalars(listing.ids().limit(MOST_AT_ONCE + 1)))
    return [int(one) for one in form.getlist("rowid") if is_key(one)]


def _leave() -> frozenset[str]:
    """The marks to leave out: those ticked on this screen, or the serious ones where it was not shown yet."""
    if "token" not in request.form:
        return frozenset(map(str, SERIOUS))
    return frozenset(map(str, Mark)) & set(request.form.getlist("leave"))


def _aside() -> list[int]:
    return [int(one) for one in request.form.get("aside", "").split(",") if is_key(one)]


def _back() -> str:
    return local_path(request.form.get("back")) or url_for("ClaimView.list")


def _changed(made: bulk.Plan, now: datetime) -> str:
    """Why what was confirmed is not what would happen: who decided what meanwhile, or simply that it has changed."""
    try:
        since = datetime.fromisoformat(request.form.get("shown_at", ""))
    except ValueError:
        since = now
    decided = bulk.decided_since(made.chosen, current_actor(), since) if since.tzinfo is not None else []
    if not decided:
        return gettext("The selection has changed, so nothing was approved yet. Look at it again, then approve.")
    first, decision = decided[0]
    return ngettext(
        "Meanwhile %(num)s of the claims was decided by others (%(number)s by %(who)s). It was left out, and nothing "
        "was approved yet: look again.",
        "Meanwhile %(num)s of the claims were decided by others (%(number)s by %(who)s). They were left out, and "
        "nothing was approved yet: look again.",
        len(decided),
        who=decision.actor_name,
        number=first.number,
    )


def _done(approved: int, kept: int) -> str:
    said = ngettext("Approved one claim.", "Approved %(num)s claims.", approved)
    if not kept:
        return said
    return said + " " + ngettext(
        "One was kept aside: open it at the review desk.",
        "%(num)s were kept aside: open each at the review desk.",
        kept,
    )
