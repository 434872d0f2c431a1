"""Notes on a record: the panel's values, and the routes that add one or take one's own back.

A form goes back to the page it came from (``back``); the desk asks for JSON (``Accept: application/json``) or, without
``back``, is answered with the panel alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from sqlalchemy import select

from app.domain.errors import Refused
from app.extensions import db
from app.models import Activity, Certificate, Claim, Model, Note, School, Standing, Teacher
from app.security.actor import current_actor
from app.services import notes
from app.services.clock import now_utc
from app.views import labels
from app.views.access import asked_back, guarded, holds
from app.views.columns import readable
from app.views.fields import BIGGEST
from app.views.labels import VIEW_OF_TABLE

NOTED: dict[str, type[Model]] = {
    model.__tablename__: model for model in (Claim, Teacher, School, Activity, Standing, Certificate)
}


def values(item: Any, now: datetime) -> dict[str, Any] | None:
    """The notes panel of a record; None where the reader has no part in it."""
    actor = current_actor()
    if not notes.may_read(actor, item) or not holds("can_notes", "NoteView"):
        return None
    address = {"subject": item.__tablename__, "pk": item.id}
    may_write = notes.may_write(actor, item) and holds("can_note", "NoteView")
    return {
        "notes": [row(one, now) for one in notes.of(db.session, item, actor)],
        "url": url_for("NoteView.write", **address) if may_write else "",
        "longest": notes.LONGEST,
    }


def row(note: Note, now: datetime) -> dict[str, Any]:
    """A note as it is shown, and as JSON."""
    may_withdraw = notes.may_withdraw(current_actor(), note, now)
    return {
        "id": note.id,
        "author": note.author,
        "text": note.text,
        "at": readable(note.written_at),
        "iso": note.written_at.isoformat(),
        "withdraw_url": url_for("NoteView.withdraw", note_id=note.id) if may_withdraw else "",
    }


class NoteView(BaseView):
    """``can_notes`` reads, ``can_note`` writes; which notes, is reach's and the service's business."""

    route_base = "/notes"
    default_view = "panel"
    class_permission_name = "NoteView"
    base_permissions = ("can_notes", "can_note")

    @expose("/<subject>/<int:pk>", methods=["GET"])
    @guarded
    @permission_name("notes")
    def panel(self, subject: str, pk: int) -> Any:
        """The notes of a record: JSON, or the panel."""
        return self._answer(_record(subject, pk), "")

    @expose("/<subject>/<int:pk>", methods=["POST"])
    @guarded
    @permission_name("note")
    def write(self, subject: str, pk: int) -> Any:
        """Add a note."""
        item = _record(subject, pk)
        try:
            notes.write(db.session, item, request.form.get("text", ""), current_actor(), now_utc())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            return self._refused(labels.refusal_text(refusal), item)
        return self._answer(item, gettext("Note added."))

    @expose("/withdraw/<int:note_id>", methods=["POST"])
    @guarded
    @permission_name("note")
    def withdraw(self, note_id: int) -> Any:
        """Take one's own fresh note back."""
        asked = select(Note).where(Note.id == note_id)
        note = db.session.scalars(asked).one_or_none() if note_id <= BIGGEST else None
        if note is None:
            abort(404)
        item = _record(note.subject, note.subject_id)
        try:
            notes.withdraw(db.session, note, current_actor(), now_utc())
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            return self._refused(labels.refusal_text(refusal), item)
        return self._answer(item, gettext("Note withdrawn."))

    def _refused(self, words: str, item: Any) -> Any:
        if _wants_json():
            return jsonify(error=words), 422
        flash(words, "danger")
        return redirect(f"{asked_back() or _home(item)}#notes")

    def _answer(self, item: Any, said: str) -> Any:
        found = values(item, now_utc())
        if found is None:
            abort(404)
        if _wants_json():
            return jsonify(notes=found["notes"], said=said)
        if (back := asked_back()) and request.method == "POST":
            flash(said, "success")
            return redirect(f"{back}#notes")
        return render_template("parts/notes_fragment.html", noted=found | {"is_part": True})


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _home(item: Any) -> str:
    return url_for(f"{VIEW_OF_TABLE[item.__tablename__]}.show", pk=item.id)


def _record(subject: str, pk: int) -> Any:
    """The record within reach that may carry notes for this reader, else 404."""
    model = NOTED.get(subject)
    if model is None or pk > BIGGEST or not holds("can_show", VIEW_OF_TABLE[subject]):
        abort(404)
    item = db.session.scalars(select(model).where(model.id == pk)).one_or_none()  # type: ignore[attr-defined]
    if item is None or not notes.may_read(current_actor(), item):
        abort(404)
    return item
