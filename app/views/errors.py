"""What people see when something is refused or fails: a page in their language that says what to do.

Never a trace, never SQL. Scripts that ask for JSON get the same as JSON.
"""

from __future__ import annotations

import contextlib
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import lazy_gettext as _
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.domain.errors import Refused
from app.extensions import db
from app.security.session import OutOfReach
from app.views.labels import refusal_text

PAGES = (400, 403, 404, 405, 409, 413, 429, 500, 503)

WORDS: dict[int, Any] = {
    400: _("The request could not be understood."),
    403: _("You may not open this."),
    404: _("This does not exist, or is not yours to see."),
    405: _("This address does not answer to that method."),
    409: _("The record was changed by somebody else meanwhile."),
    413: _("What was sent is too large."),
    429: _("Too many requests. Wait a minute."),
    500: _("Something went wrong on our side."),
    503: _("The database does not answer. Try again in a moment."),
}


def page(status: int, **facts: Any) -> Response:
    """The error page of a status, or its JSON where that is asked for. ``detail``: a sentence for this very case."""
    if request.accept_mimetypes.best == "application/json" or request.path.startswith("/api/"):
        body = {"status": status, "message": str(facts.get("detail") or WORDS[status])}
        return make_response(jsonify(body), status)
    return make_response(render_template(f"errors/{status}.html", **facts), status)


def page_without_database(status: int) -> Response:
    """An error page that asks the database nothing: it may be what failed, and the frame would fail again."""
    with contextlib.suppress(SQLAlchemyError):
        db.session.rollback()
    g.without_database = True
    g._login_user = AnonymousUserMixin()
    return page(status)


def init_errors(app: Flask) -> None:
    """Register a handler for every way in which a request can end badly."""

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        status = error.code if error.code in PAGES else (400 if error.code < 500 else 500)
        return page(status)

    @app.errorhandler(CSRFError)
    def on_csrf(error: CSRFError) -> Response:
        return page(400, is_csrf=True)

    @app.errorhandler(Refused)
    def on_refused(error: Refused) -> Response:
        db.session.rollback()
        return page(409, detail=refusal_text(error))

    @app.errorhandler(OutOfReach)
    def on_out_of_reach(error: OutOfReach) -> Response:
        db.session.rollback()
        return page(404)

    @app.errorhandler(StaleDataError)
    def on_stale(error: StaleDataError) -> Response:
        db.session.rollback()
        return page(409)

    @app.errorhandler(IntegrityError)
    def on_integrity(error: IntegrityError) -> Response:
        db.session.rollback()
        return page(409)

    @app.errorhandler(DataError)
    def on_data(error: DataError) -> Response:
        db.session.rollback()
        return page(400)

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def on_operational(error: Exception) -> Response:
        app.logger.error("database unavailable: %s", type(error).__name__)
        return page_without_database(503)

    @app.errorhandler(Exception)
    def on_anything(error: Exception) -> Response:
        app.logger.exception("unhandled")
        return page_without_database(500)
