"""What machines ask: whether the process lives (/healthz) and can work (/readyz); an icon. No facts inside."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from app.extensions import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """The database answers too, and has its tables."""
    try:
        db.session.execute(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        db.session.rollback()
        return Response("database\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/favicon.ico")
def icon() -> Answer:
    """Browsers ask here where a page cannot name its icon: a PDF shown in place."""
    return redirect(url_for("static", filename="img/seal.svg"), 301)
