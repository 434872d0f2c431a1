"""The sheet of every component, made by the very macros that the screens use, to keep them alike.

Nothing here is a record: the samples are invented, and sending a form changes nothing.
"""

from __future__ import annotations

from typing import Any

import wtforms
from flask import flash, redirect, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.domain.reasons import ReasonCode
from app.views import reasons, shortcuts
from app.views.access import guarded
from app.views.fields import CodeField, Required, Typed, TypedArea
from app.views.forms import RecordForm
from app.views.labels import category_words
from app.views.labels_claims import REASONS
from app.views.labels_codes import RESULTS, STATES

WHO = "何慧敏"
COLLEAGUE = "林国栋"


class SampleForm(RecordForm):
    """A row of each sort: help, fault, choice, tick, long text."""

    subject = Typed(
        _("Subject taught"), [wtforms.validators.Optional()], longest=30, description=_("As in the teacher's title.")
    )
    hours = Typed(_("Hours"), [Required()], longest=6)
    result = CodeField(_("Result"), [Required()], choices=lambda: [(code, str(word)) for code, word in RESULTS.items()])
    reason = TypedArea(_("Words to the teacher"), [wtforms.validators.Optional()], longest=200)
    passed = wtforms.BooleanField(_("Assessment passed"))


class StyleView(BaseView):
    """``can_style``: for those who look after the system."""

    route_base = "/style"
    default_view = "index"
    class_permission_name = "StyleView"
    base_permissions = ("can_style",)
    list_title = _("Components")

    @expose("/", methods=["GET"])
    @guarded
    @permission_name("style")
    def index(self) -> Any:
        """Every component on one sheet."""
        return self.render_template("style/index.html", title=gettext("Components"), **_samples())

    @expose("/", methods=["POST"])
    @guarded
    @permission_name("style")
    def send(self) -> Response:
        """What the samples send: nothing happens but the message."""
        flash(gettext("This is a sample, nothing was changed."), "success")
        return redirect(url_for("StyleView.index"))


def _samples() -> dict[str, Any]:
    form = SampleForm(formdata=None, data={"hours": "4.4", "passed": True})
    form.hours.errors = [gettext("Hours have at most two decimal places, and a part of 45 minutes gives none.")]
    return {
        "form": form,
        "who": WHO,
        "words": category_words(),
        "states": [(code, str(word)) for code, word in STATES.items()],
        "told": {"steps": _steps(), "more_url": "", "open": 2},
        "noted": {"notes": _notes(), "url": url_for("StyleView.send"), "longest": 200},
        "sample_action": _action(),
        "filters": _filters(),
        "decisions": _decisions(),
        "files": _files(),
        "key_groups": shortcuts.every(),
        "waiting": [
            {"title": gettext("Still with the schools"), "count": 2431, "url": "#", "note": "", "tone": ""},
            {"title": gettext("Returned to teachers"), "count": 118, "url": "#", "note": "", "tone": "warn"},
        ],
        "now_waiting": {
            "title": gettext("Waits for my review"), "count": 1284, "unit": gettext("claims"), "note": "", "url": "#",
            "label": gettext("Begin"),
        },
    }  # fmt: skip


def _steps() -> list[dict[str, Any]]:
    words = category_words()
    return [
        {
            "who": WHO, "verb": gettext("approved"), "at": "2027-01-19 10:42", "iso": "2027-01-19T02:42:00+00:00",
            "changes": [(gettext("Recognised hours"), "12", "10")],
        },
        {
            "who": COLLEAGUE, "verb": "", "at": "2026-12-22 16:05", "iso": "2026-12-22T08:05:00+00:00",
            "changes": [
                (gettext("Category"), words["elective"], words["professional"]), (gettext("Number"), None, "A-1"),
            ],
        },
    ]  # fmt: skip


def _notes() -> list[dict[str, Any]]:
    said = gettext("The original was shown at the school.")
    return [
        {"author": COLLEAGUE, "text": said, "at": "2026-12-22 16:05", "iso": "2026-12-22T08:05:00+00:00",
         "withdraw_url": url_for("StyleView.send")}
    ]  # fmt: skip


def _action() -> dict[str, Any]:
    return {
        "name": "return", "title": gettext("Return"), "icon": "undo", "kind": "danger",
        "url": url_for("StyleView.send"),
        "confirmation": gettext("The teacher mends it and submits again, through the school."),
        "needs_reason": True, "needs_hours": False, "needs_date": False, "reason_codes": reasons.offered("return"),
    }  # fmt: skip


def _filters() -> list[dict[str, Any]]:
    chosen = [{"value": code, "label": str(STATES[code])} for code in ("submitted", "passed_first")]
    choices = [(code, str(word)) for code, word in STATES.items()]
    shared = {"kind": "select", "choices": choices, "param": "state", "remove_url": url_for("StyleView.index")}
    return [
        {"name": "state", "title": gettext("State"), "values": chosen, **shared},
        {"name": "year", "title": gettext("Year"), "values": [], **shared, "param": "year"},
    ]


def _decisions() -> list[dict[str, Any]]:
    return [
        {"who": COLLEAGUE, "verb": gettext("returned"), "stage": gettext("First review"), "at": "2026-12-22 16:05",
         "iso": "", "hours": "", "changes": [], "reason": str(REASONS[ReasonCode.NO_DATES][1])},
        {"who": WHO, "verb": gettext("approved"), "stage": gettext("Second review"), "at": "2027-01-19 10:42",
         "iso": "", "hours": "10", "changes": [(gettext("Hours"), "12", "10")], "reason": ""},
    ]  # fmt: skip


def _files() -> list[dict[str, Any]]:
    return [
        {"name": "IMG_2041.jpg", "kind": "image", "size": "1.2 MB", "at": "2026-12-20 09:12", "url": "#",
         "thumb_url": "", "remove_url": url_for("StyleView.send"), "note": ""},
        {"name": "2026.pdf", "kind": "pdf", "size": "380 KB", "at": "2026-12-20 09:13", "url": "#", "thumb_url": "",
         "remove_url": "", "note": gettext("Translation")},
    ]  # fmt: skip
