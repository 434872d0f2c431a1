"""Xueshi 学时: the one place where all parts meet.

``create_app`` binds database, session listeners, security, FAB and its views, and the commands.
Nothing is made at import, so that several applications can live in one process (tests do that).
"""

from __future__ import annotations

import logging
from pathlib import Path

import flask_appbuilder
from flask import Flask
from flask_appbuilder import AppBuilder

from app.extensions import csrf, db, init_database, limiter, listen_once
from config import Settings

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None, **overrides: object) -> Flask:
    """Make the application. ``overrides`` are Flask settings, for tests."""
    from app import cli, jobs
    from app.security import session as reach_session
    from app.security.headers import init_headers
    from app.security.manager import XueshiSecurityManager
    from app.services import audit
    from app.views import errors, frame, health, language, list_export, menu, verify, year

    settings = settings or Settings.from_environment()
    app = Flask(
        "app",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "app" / "static"),
        instance_path=str(settings.instance),
    )
    app.config.from_mapping(settings.flask())
    app.config.from_mapping(overrides)
    # FAB's own words first: where both catalogues say something, the later one is heard.
    catalogues = (Path(flask_appbuilder.__file__).parent / "translations", ROOT / "app" / "translations")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(map(str, catalogues))
    # FAB logs each view it adds, and a warning for each denied page.
    logging.getLogger("flask_appbuilder").setLevel(logging.ERROR)

    init_database(app)
    csrf.init_app(app)
    limiter.init_app(app)
    with app.app_context():
        listen_once(reach_session.install, audit.install)
        manager = type(
            "Manager",
            (XueshiSecurityManager,),
            {"login_view": menu.LOGIN_VIEW, "account_views": menu.ACCOUNT_VIEWS},
        )
        appbuilder = AppBuilder(
            app,
            db.session,
            indexview=menu.HOME_VIEW,
            base_template="appbuilder/baselayout.html",
            security_manager_class=manager,
        )
        for view in menu.VIEWS:
            appbuilder.add_view_no_menu(view)
    init_headers(app)
    language.init_language(app)
    app.register_blueprint(year.blueprint)
    frame.init_frame(app)
    errors.init_errors(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(verify.blueprint)
    jobs.init_jobs(app)
    # The rows of a list as the screen words them, for the job that exports many.
    app.extensions["list_table"] = list_export.table
    cli.register(app)
    return app
