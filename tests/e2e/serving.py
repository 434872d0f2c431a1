"""A server on a free port of this machine, in a thread of the test's own process, with the clock standing still."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services.accounts import sync_roles
from app.services.clock import stopped
from config import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
# A working morning in November: the year's claims are in time.
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


class Served:
    """The application and where it is."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app = app
        self.url = url

    @contextmanager
    def session(self) -> Iterator[Any]:
        """A database session as SYSTEM, outside of any request; committed at the end."""
        with self.app.app_context(), acting(SYSTEM), stopped(NOW):
            yield db.session
            db.session.commit()
            db.session.remove()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: what went wrong is on the page."""


class _Entrance:
    """Answers at NOW. A thread begins without the clock of the one that started it."""

    app: Flask

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with stopped(NOW):
            return self.app(environ, start_response)


@contextmanager
def serve(folder: Path, prepare: Callable[[Any], None]) -> Iterator[Served]:
    """Serve a freshly migrated SQLite database in ``folder``; ``prepare(session)`` fills it first."""
    entrance = _Entrance()
    server = make_server("127.0.0.1", 0, entrance, threaded=True, request_handler=_Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    settings = Settings.from_environment({"INSTANCE_PATH": str(folder), "PUBLIC_URL": url})
    app = create_app(settings, RATELIMIT_ENABLED=False, JOBS_IMMEDIATE=True, PROPAGATE_EXCEPTIONS=False)
    with app.app_context(), acting(SYSTEM), stopped(NOW):
        upgrade(str(ROOT / "migrations"))
        sync_roles(db.session)
        prepare(db.session)
        db.session.commit()
        db.session.remove()
    entrance.app = app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(app, url)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
