"""Writing a claim: the form with its drafts, its files and its live reckoning. Nothing typed or sent is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.domain.errors import Refused
from app.domain.mending import FormPart
from app.domain.policy import Policy, pack
from app.extensions import db
from app.models import Claim, Teacher
from app.security.actor import current_actor
from app.services import claims, evidence, mended, standings
from app.services.clock import now_utc
from app.services.refusals import No
from app.views import claim_autosave, claim_clock, claim_effect, claim_files, claim_findings, claim_page, labels_mending
from app.views.access import guarded
from app.views.claim_autosave import AUTOSAVE
from app.views.claim_files import Uploads
from app.views.claim_form import ClaimForm, answer_name, claim_form, read_data, read_sessions, session_rows
from app.views.claim_number import claim_sent, number_told
from app.views.claim_sheet import Sheet
from app.views.claim_stale import differences
from app.views.pages import crumbs
from app.views.safe import SafeModelView

WRITABLE = ("draft", "returned")


class ClaimEditing(SafeModelView):
    """The form pages of ``ClaimView``."""

    @expose("/add", methods=["GET", "POST"])
    @guarded
    def add(self) -> Any:
        actor, now = current_actor(), now_utc()
        teacher = _teacher_asked()
        series = teacher.series if teacher else "teacher"
        years = claims.open_years(db.session, series, now, teacher)
        if not years:
            flash(gettext("No policy binds this year for your series, so nothing can be claimed yet."), "warning")
            return redirect(url_for(f"{self.name}.list"))
        asked = request.values.get("year", "")
        year = int(asked) if asked in {str(one) for one in years} else years[-1]
        policy = standings.policy_for(db.session, year, series)
        form, key = claim_form(policy), claim_autosave.key_of(actor.user_id)
        begun = claims.begun_by(db.session, key) if request.method == "POST" else None
        if begun is not None:
            return self._again_sent(begun)
        if request.method != "POST":
            form.form_key.data = claim_autosave.new_key()
        sheet = Sheet(form, policy, year, years, teacher, None, session_rows(None))
        if request.method == "POST" and asked and asked != str(year):
            sheet.faults.append(gettext("Claims for that year are closed. This form is for %(year)s.", year=year))
        if request.method == "POST" and not self._is_mine(teacher):
            sheet.faults.append(gettext("Choose the teacher whose claim this is: one of your own school."))

        def begin(data: claims.ClaimData) -> Claim:
            assert teacher is not None
            return claims.draft(db.session, teacher, data, actor, now, key)

        try:
            return self._answer(sheet, begin)
        except IntegrityError:
            # The same form a moment earlier, on another connection: its claim is the one.
            db.session.rollback()
            begun = claims.begun_by(db.session, key)
            if begun is None:
                raise
            return self._again_sent(begun)

    def _again_sent(self, claim: Claim) -> Any:
        """The form that began this claim came again: of a retry the first result, of a draft what is typed now."""
        if claim.state != "draft":
            flash(gettext("This form was sent before; here is the claim it made."), "info")
            return redirect(url_for(f"{self.name}.show", pk=claim.id))
        return self._edit(claim, is_retry=True)

    def _is_mine(self, teacher: Teacher | None) -> bool:
        """A teacher claims for themselves; a school for the teachers who are there now."""
        actor = current_actor()
        return teacher is not None and (teacher.id == actor.teacher_id or teacher.school_id in actor.school_ids)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @guarded
    def edit(self, pk: str) -> Any:
        return self._edit(self.rows_of([pk])[0])

    def _edit(self, claim: Claim, *, is_retry: bool = False) -> Any:
        policy, parts = pack(claim.policy), mended.open_parts(claim)
        form = claim_form(policy)
        if not self.may("edit", claim):
            if request.method == "POST" and self._is_mine(claim.teacher) and claim.state not in WRITABLE:
                return self._too_late(claim, form, policy)
            abort(403)
        if request.method != "POST":
            form.fill(claim)
        form.hold(claim, parts)
        seen = str(claim.version) if is_retry else form.version.data or ""

        def mend(data: claims.ClaimData) -> Claim:
            version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
            return claims.change(db.session, claim, data, now_utc(), seen_version=version)

        rows = session_rows(claim, is_open=FormPart.DAYS in parts)
        sheet = Sheet(form, policy, claim.year, (claim.year,), claim.teacher, claim, rows, parts=parts)
        return self._answer(sheet, mend)

    def _too_late(self, claim: Claim, form: ClaimForm, policy: Policy) -> Any:
        """It was handed in or decided meanwhile: nothing is saved, and what was typed is shown to be copied."""
        form.validate()
        data = read_data(form, policy, claim.year, read_sessions(session_rows(claim))[0])
        back = url_for(f"{self.name}.show", pk=claim.id)
        return render_template("errors/409.html", back_url=back, changes=differences(claim, data)), 409

    # --- Saving ---

    def _answer(self, sheet: Sheet, write: Callable[[claims.ClaimData], Claim]) -> Any:
        """Show the form, or save the draft and, if asked to, submit it."""
        if request.method != "POST":
            return self._page(sheet)
        intent = request.form.get("intent", "")
        sheet.uploads = Uploads(sheet.policy)
        sessions, unreadable = read_sessions(sheet.rows)
        is_valid = sheet.form.validate()
        if intent.startswith(("add-day", "drop-day-", "kinds")):
            # Without a script the server adds and takes away the rows, and with one it shows the kinds of the pack of
            # another teacher's series; nothing is judged yet.
            _change_rows(sheet.rows, intent)
            sheet.form.form_errors, sheet.faults = [], list(sheet.uploads.faults)
            for one in sheet.form:
                one.errors = []
            return self._page(sheet)
        sheet.faults += [*unreadable, *sheet.uploads.faults]
        if not is_valid or sheet.faults:
            sheet.status = 422
            return claim_autosave.refused(sheet) if intent == AUTOSAVE else self._page(sheet)
        data = read_data(sheet.form, sheet.policy, sheet.year, sessions)
        pk = sheet.claim.id if sheet.claim is not None else None
        try:
            claim = write(data)
            claim_files.declare(db.session, claim)
            sheet.uploads.attach_to(db.session, claim, now_utc())
            # With the rest of the form or not at all: where a file is closed, nothing typed beside it is half kept.
            removed = _take_off(claim, intent.removeprefix("remove-")) if intent.startswith("remove-") else ""
            db.session.commit()
        except (Refused, StaleDataError) as refusal:
            db.session.rollback()
            sheet.claim = self._again(pk)
            if isinstance(refusal, StaleDataError) or refusal.code == No.STALE:
                sheet.changes = differences(sheet.claim, data) if sheet.claim is not None else []
                sheet.status = 409
            else:
                sheet.refuse(refusal)
            return claim_autosave.refused(sheet) if intent == AUTOSAVE else self._page(sheet)
        if intent == AUTOSAVE:
            return claim_autosave.kept(claim, sheet)
        if intent.startswith("remove-"):
            if removed:
                flash(gettext("Removed %(name)s.", name=removed), "success")
            return redirect(url_for(f"{self.name}.edit", pk=claim.id))
        return self._saved(sheet, claim, intent)

    def _saved(self, sheet: Sheet, claim: Claim, intent: str) -> Any:
        pk = claim.id
        if intent != "submit":
            flash(gettext("The draft is saved."), "success")
            return redirect(url_for(f"{self.name}.edit", pk=pk))
        try:
            claims.submit(db.session, claim, current_actor(), now_utc())
            db.session.commit()
        except (Refused, StaleDataError) as refusal:
            # The draft and its files are safe already; only the handing in was refused.
            db.session.rollback()
            sheet.claim, sheet.uploads = self._again(pk), None
            sheet.refuse(refusal if isinstance(refusal, Refused) else Refused(No.STALE))
            return self._page(sheet, is_kept=True)
        flash(gettext("Submitted to the school for the first review."), "success")
        if found := claim_findings.told_on_submission(claim):
            flash(found, "warning")
        return redirect(url_for(f"{self.name}.show", pk=pk))

    # --- Showing ---

    def _page(self, sheet: Sheet, *, is_kept: bool = False) -> Any:
        form, claim, policy = sheet.form, sheet.claim, sheet.policy
        if claim is not None:
            # Sent again, the form replaces what its sender has been shown now.
            form.version.data, form.version.raw_data = str(claim.version), None
        values = {
            "form": form,
            "claim": claim,
            "policy": policy,
            "year": sheet.year,
            "years": sheet.years,
            "teacher": sheet.teacher,
            "sessions": sheet.rows or [{"on": "", "part": "full", "minutes": ""}],
            "kept": sheet.uploads.tokens if sheet.uploads else [],
            "faults": sheet.faults,
            "is_kept": is_kept,
            "is_stale": sheet.changes is not None,
            "stale_changes": sheet.changes,
            **claim_files.asked_beside(policy, claim, sheet.uploads),
            "answer_name": answer_name,
            "evidence": claim_page.evidence_rows(claim, may_remove=True) if claim is not None else [],
            **claim_clock.of_form(policy, sheet.year, claim, sheet.teacher, now_utc()),
            "is_on_behalf": bool(current_actor().school_ids) and claim is None,
            "returned": claim_page.last_return(claim) if claim is not None else None,
            "parts": sheet.parts,
            "part_words": labels_mending.words_of(sheet.parts),
            "closed": claim_autosave.closed(claim, sheet.parts),
            "form_url": url_for(f"{self.name}.edit", pk=claim.id) if claim is not None else url_for(f"{self.name}.add"),
            "breadcrumbs": crumbs(self, str(claim or gettext("New claim"))),
            **_reckoned(form, policy, sheet.year, sheet.rows, sheet.teacher, claim),
        }
        title = str(claim or self.add_title)
        return self.render_template("claims/form.html", title=title, **values), sheet.status

    @expose("/reckon", methods=["POST"])
    @guarded
    def reckon(self) -> Any:
        """The result panel for what is typed so far. Changes nothing."""
        asked = request.form.get("year", "")
        if not asked.isascii() or not asked.isdigit() or len(asked) != 4:
            abort(400)
        teacher = _teacher_asked()
        try:
            policy = standings.policy_for(db.session, int(asked), teacher.series if teacher else "teacher")
        except Refused:
            abort(400)
        form = claim_form(policy)
        form.validate()
        return render_template(
            "claims/result.html", **_reckoned(form, policy, int(asked), session_rows(None), teacher, None)
        )


def _take_off(claim: Claim, pk: str) -> str:
    """Take one file off the claim; returns its name. One that is not there any more is gone already."""
    row = next((one for one in claim.evidence if str(one.id) == pk), None)
    if row is None:
        return ""
    name = row.filename
    evidence.remove(db.session, row)
    return name


def _teacher_asked() -> Teacher | None:
    """Whose claim it is: the teacher a school chose, else the one who is signed in."""
    actor = current_actor()
    chosen = ClaimForm().teacher.data if actor.school_ids else None
    return chosen or (db.session.get(Teacher, actor.teacher_id) if actor.teacher_id else None)


def _reckoned(
    form: ClaimForm,
    policy: Policy,
    year: int,
    rows: list[dict[str, str]],
    teacher: Teacher | None,
    claim: Claim | None,
) -> dict[str, Any]:
    """The result panel, and on each day row the hours it gives."""
    data = read_data(form, policy, year, read_sessions(rows)[0])
    result = claim_page.reckoned(policy, data, has_kind=form.kind.data is not None)
    gives = {step["label"]: step["hours"] for step in result.get("steps", ())}
    for row in rows:
        row["gives"] = gives.get(row["on"], "")
    part = claim_effect.part_of(policy, data) if form.kind.data is not None else None
    pk = teacher.id if teacher is not None else None
    own = claim.id if claim is not None else claim_sent()
    return {
        "result": result,
        "number_told": number_told(pk, data.certificate_number, own),
        "pack_id": policy.id,
        "effect": claim_effect.effect(policy, pk, year, part, data.subject),
        "ceiling": claim_effect.ceiling(policy, pk, part, but=own),
    }


def _change_rows(rows: list[dict[str, str]], intent: str) -> None:
    place = intent.removeprefix("drop-day-")
    if intent == "add-day":
        rows.append({"on": "", "part": "full", "minutes": ""})
    elif place.isascii() and place.isdigit() and 0 < int(place[:4]) <= len(rows):
        del rows[int(place[:4]) - 1]
