"""Writing a claim: the form with its drafts, its files and its live reckoning. Nothing typed or sent is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext

from app.domain.errors import Refused
from app.domain.policy import pack
from app.extensions import db
from app.models import Claim, Teacher
from app.security.actor import current_actor
from app.services import claims, standings
from app.services.clock import now_utc
from app.views import claim_page, labels
from app.views.access import guarded
from app.views.claim_form import ClaimForm, Uploads, read_data, read_sessions, session_rows
from app.views.pages import crumbs
from app.views.safe import SafeModelView


class ClaimEditing(SafeModelView):
    """The form pages of ``ClaimView``."""

    @expose("/add", methods=["GET", "POST"])
    @guarded
    def add(self) -> Any:
        actor, now = current_actor(), now_utc()
        form = ClaimForm()
        own = db.session.get(Teacher, actor.teacher_id) if actor.teacher_id else None
        teacher = form.teacher.data if actor.school_ids and form.teacher.data else own
        years = claims.open_years(db.session, teacher.series if teacher else "teacher", now)
        asked = request.values.get("year", "")
        year = int(asked) if asked in {str(one) for one in years} else years[-1]
        policy = standings.policy_for(db.session, year, teacher.series if teacher else "teacher")
        form.prepare(policy)

        def begin(data: claims.ClaimData) -> Claim:
            assert teacher is not None
            return claims.draft(db.session, teacher, data, actor, now)

        faults = []
        if request.method == "POST" and teacher is None:
            faults.append(gettext("Choose the teacher whose claim this is."))
        return self._form_page(form, None, begin, year=year, years=years, policy=policy, faults=faults)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @guarded
    def edit(self, pk: str) -> Any:
        claim = self.rows_of([pk])[0]
        if not self.may("edit", claim):
            abort(403)
        form = ClaimForm()
        policy = pack(claim.policy)
        form.prepare(policy)
        if request.method != "POST":
            form.fill(claim)
        seen = form.version.data or ""

        def mend(data: claims.ClaimData) -> Claim:
            version = int(seen) if seen.isascii() and seen.isdigit() else 0
            return claims.change(db.session, claim, data, now_utc(), seen_version=version)

        return self._form_page(form, claim, mend, year=claim.year, years=(claim.year,), policy=policy, faults=[])

    def _form_page(
        self,
        form: ClaimForm,
        claim: Claim | None,
        write: Callable[[claims.ClaimData], Claim],
        **page: Any,
    ) -> Any:
        """Show the form, or save the draft and, if asked to, submit it. Nothing sent is ever lost."""
        rows, uploads, status = session_rows(claim), None, 200
        policy, year, faults = page["policy"], page["year"], page["faults"]
        sessions, unreadable = read_sessions(rows)
        if request.method == "POST":
            uploads = Uploads()
            is_valid = form.validate()
            faults += [*unreadable, *uploads.faults]
            if is_valid and not faults:
                done = self._save(read_data(form, policy, year, sessions), write, uploads, faults)
                if done is not None:
                    return done
            status = 422
            claim = None if claim is None else self.rows_of([str(claim.id)])[0]
        values = {
            **page,
            "form": form,
            "claim": claim,
            "sessions": rows or [{"on": "", "part": "full", "minutes": ""}],
            "kept": uploads.tokens if uploads else [],
            "faults": faults,
            "result": claim_page.reckoned(policy, read_data(form, policy, year, sessions)),
            "evidence": claim_page.evidence_rows(claim, may_remove=True) if claim is not None else [],
            "deadline": claim_page.year_deadline(policy, year, now_utc()),
            "is_on_behalf": bool(current_actor().school_ids) and claim is None,
            "returned": claim_page.last_return(claim) if claim is not None else None,
            "breadcrumbs": crumbs(self, str(claim or gettext("New claim"))),
        }
        return self.render_template("claims/form.html", title=str(claim or self.add_title), **values), status

    def _save(
        self,
        data: claims.ClaimData,
        write: Callable[[claims.ClaimData], Claim],
        uploads: Uploads,
        faults: list[str],
    ) -> Any:
        now = now_utc()
        try:
            claim = write(data)
            uploads.attach_to(db.session, claim, now)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            faults.append(labels.refusal_text(refusal))
            return None
        intent = request.form.get("intent", "")
        if intent.startswith("remove-"):
            return self.remove_evidence(intent.removeprefix("remove-"))
        if intent != "submit":
            flash(gettext("The draft is saved."), "success")
            return redirect(url_for("ClaimView.edit", pk=claim.id))
        pk = claim.id
        try:
            claims.submit(db.session, claim, current_actor(), now)
            db.session.commit()
        except Refused as refusal:
            # The draft and its files are safe already; only the handing in was refused.
            db.session.rollback()
            flash(gettext("Saved as a draft, not yet submitted. %(why)s", why=labels.refusal_text(refusal)), "danger")
            return redirect(url_for("ClaimView.edit", pk=pk))
        flash(gettext("Submitted to the school for the first review."), "success")
        return redirect(url_for("ClaimView.show", pk=pk))

    @expose("/reckon", methods=["POST"])
    @guarded
    def reckon(self) -> Any:
        """The result panel for what is typed so far. Changes nothing."""
        form = ClaimForm()
        asked = request.form.get("year", "")
        if not asked.isascii() or not asked.isdigit() or len(asked) != 4:
            abort(400)
        teacher = db.session.get(Teacher, current_actor().teacher_id or 0)
        policy = standings.policy_for(db.session, int(asked), teacher.series if teacher else "teacher")
        form.prepare(policy)
        sessions, faults = read_sessions(session_rows(None))
        data = read_data(form, policy, int(asked), sessions)
        return render_template("claims/result.html", result=claim_page.reckoned(policy, data), faults=faults)
