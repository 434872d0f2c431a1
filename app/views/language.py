"""Which of the two languages a request speaks: the session's choice, else the browser's, else Chinese."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, has_request_context, redirect, request, session
from werkzeug.wrappers import Response

from app.views.access import local_path

LANGUAGES = ("zh", "en")
blueprint = Blueprint("language", __name__)


def choose_language() -> str:
    """Language code of this request; Chinese outside of one."""
    if not has_request_context():
        return "zh"
    chosen = session.get("locale")
    if chosen in LANGUAGES:
        return str(chosen)
    # The most wanted first. Whatever the script or region: who reads zh-Hant reads our Chinese sooner than English.
    for tag, quality in request.accept_languages:
        language = tag.partition("-")[0].lower()
        if quality > 0 and language in LANGUAGES:
            return language
    return "zh"


@blueprint.get("/language/<code>")
def switch(code: str) -> Response:
    """Choose a language and go back to the page one was on."""
    if code not in LANGUAGES:
        abort(404)
    session["locale"] = code
    return redirect(local_path(request.args.get("next")) or "/")


def init_language(app: Flask) -> None:
    """Make Babel ask us: FAB's own selector ignores Accept-Language and writes to every session."""
    app.extensions["babel"].locale_selector = choose_language
    app.register_blueprint(blueprint)
