"""Which of the two languages a request speaks: the session's choice, else the browser's, else Chinese."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, has_request_context, redirect, request, session
from flask_appbuilder.utils.base import is_safe_redirect_url
from werkzeug.wrappers import Response

LANGUAGES = ("zh", "en")
blueprint = Blueprint("language", __name__)


def choose_language() -> str:
    """Language code of this request; Chinese outside of one."""
    if not has_request_context():
        return "zh"
    chosen = session.get("locale")
    if chosen in LANGUAGES:
        return str(chosen)
    return (request.accept_languages.best_match(("zh", "zh-CN", "zh-TW", "en")) or "zh")[:2]


@blueprint.get("/language/<code>")
def switch(code: str) -> Response:
    """Choose a language and go back to the page one was on."""
    if code not in LANGUAGES:
        abort(404)
    session["locale"] = code
    back = request.args.get("next", "/")
    return redirect(back if back.startswith("/") and is_safe_redirect_url(back) else "/")


def init_language(app: Flask) -> None:
    """Make Babel ask us: FAB's own selector ignores Accept-Language and writes to every session."""
    app.extensions["babel"].locale_selector = choose_language
    app.register_blueprint(blueprint)
