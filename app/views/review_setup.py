"""How reviewing is set up by the city: the sentences of reason codes, and the share of bulk approvals kept aside."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.domain.errors import Refused
from app.domain.reasons import SOURCES
from app.extensions import db
from app.models import ReasonSentence
from app.security.actor import current_actor
from app.services import reason_sentences, samples
from app.services.refusals import No
from app.views import labels
from app.views.access import guarded
from app.views.fields import is_key
from app.views.labels_claims import REASONS
from app.views.language import LANGUAGES
from app.views.reasons import default_sentence


class ReviewSetupView(BaseView):
    """审核设置. ``can_setup`` shows and changes it: the city's alone. Every change is in the trail."""

    route_base = "/review-setup"
    default_view = "setup"
    class_permission_name = "ReviewSetupView"
    base_permissions = ("can_setup",)
    list_title = _("Set-up of reviewing")

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("setup")
    def setup(self) -> Any:
        return self._page()

    @expose("/word/<code>", methods=["POST"])
    @guarded
    @permission_name("setup")
    def word(self, code: str) -> Any:
        """Word a code in both languages, or go back to the default sentence."""
        if code not in reason_sentences.WORDED:
            abort(404)
        typed = {one: request.form.get(one, "").replace("\0", "")[:1000] for one in LANGUAGES}
        seen = request.form.get("version", "")
        try:
            if request.form.get("restore"):
                reason_sentences.restore(db.session, code, current_actor())
                said = gettext("Back to the default sentence.")
            else:
                version = int(seen) if is_key(seen) else None
                reason_sentences.word(db.session, code, **typed, actor=current_actor(), seen_version=version)
                said = gettext("Saved. Reviewers are offered this sentence from now on.")
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            status = 409 if refusal.code is No.STALE else 422
            return self._page(code=code, typed=typed, refusal=labels.refusal_text(refusal)), status
        except (IntegrityError, StaleDataError):
            db.session.rollback()
            told = labels.refusal_text(Refused(No.STALE))
            return self._page(code=code, typed=typed, refusal=told), 409
        flash(said, "success")
        return redirect(url_for("ReviewSetupView.setup") + f"#reason-{code}")

    @expose("/share", methods=["POST"])
    @guarded
    @permission_name("setup")
    def share(self) -> Any:
        """How large a share of a bulk approval is kept aside."""
        percent, least = (request.form.get(one, "").strip() for one in ("percent", "least"))
        seen = request.form.get("version", "")
        try:
            if not (is_key(percent) and is_key(least)):
                raise Refused(No.SHARE_IMPOSSIBLE)
            version = int(seen) if is_key(seen) else None
            samples.set_share(db.session, int(percent), int(least), current_actor(), seen_version=version)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            typed = {"percent": percent[:10], "least": least[:10]}
            return self._page(typed=typed, refusal=labels.refusal_text(refusal)), 422
        except StaleDataError:
            db.session.rollback()
            return self._page(refusal=labels.refusal_text(Refused(No.STALE))), 409
        flash(gettext("Saved. It holds from the next bulk approval on."), "success")
        return redirect(url_for("ReviewSetupView.setup"))

    def _page(self, *, code: str = "", typed: dict[str, str] | None = None, refusal: str = "") -> Any:
        own, share = reason_sentences.own(db.session), samples.setting(db.session)
        values = {"percent": share.sample_percent, "least": share.sample_least}
        return self.render_template(
            "review/setup.html",
            title=self.list_title,
            refusal=refusal,
            share=values if code or typed is None else typed,
            share_version=share.version,
            reasons=[_row(one, own.get(one), typed if one == code else None) for one in reason_sentences.WORDED],
            most=reason_sentences.MOST,
        )


def _row(code: Any, row: ReasonSentence | None, typed: dict[str, str] | None) -> dict[str, Any]:
    default = {one: default_sentence(code, one) for one in LANGUAGES}
    held = {one: getattr(row, one) for one in LANGUAGES} if row is not None else default
    return {
        "code": str(code),
        "word": str(REASONS[code][0]),
        "clause": SOURCES[code],
        "default": default,
        "text": typed or held,
        "is_own": row is not None,
        "version": row.version if row is not None else 0,
    }
