"""A browser for tests: a signed-in client that knows its token."""

from __future__ import annotations

from typing import Any

from flask import Flask, session
from flask_appbuilder.security.sqla.models import User
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services import logins


class Browser:
    """``post`` sends the token along, ``bare_post`` does not."""

    def __init__(self, app: Flask, user_id: int | None) -> None:
        self.app = app
        self.user_id = user_id
        self.client = app.test_client()
        with app.test_request_context():
            self.token = generate_csrf()
            raw = session["csrf_token"]
        stamp = None
        if user_id is not None:
            with app.app_context(), acting(SYSTEM):
                user = db.session.get(User, user_id)
                assert user is not None
                stamp = logins.stamp(user)
        with self.client.session_transaction() as held:
            held["csrf_token"] = raw
            held["locale"] = "en"
            if user_id is not None:
                held["_user_id"] = str(user_id)
                held["_fresh"] = True
                held[logins.STAMP] = stamp

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, **kwargs)

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        return self.client.post(path, data={**(data or {}), "csrf_token": self.token}, **kwargs)

    def bare_post(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        return self.client.post(path, data=data or {})
