"""Who may open a page, and where to go afterwards: the permission decorator and checked local addresses.

No rule about rows stands here: reach is on the session (``security/session.py``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import abort, current_app, redirect, request, url_for
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_login import current_user
from werkzeug.wrappers import Response


def guarded(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in only who holds ``can_<method>`` on the view class. Others get 403, or the sign-in page.

    FAB's ``has_access`` does the same, but flashes an English sentence and logs a warning each time.
    """
    name = getattr(view, "_permission_name", view.__name__)

    @functools.wraps(view)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not holds(PERMISSION_PREFIX + name, self.class_permission_name):
            return denied()
        return view(self, *args, **kwargs)

    wrapped._permission_name = name  # type: ignore[attr-defined]  (FAB collects permissions by it)
    return wrapped


def holds(permission: str, view: str) -> bool:
    """Whether the signed-in user's roles hold exactly this pair."""
    return bool(current_app.extensions["appbuilder"].sm.has_access(permission, view))


def denied() -> Response:
    """403 for who is signed in; the sign-in page, and back again, for who is not."""
    if current_user.is_authenticated and current_user.is_active:
        abort(403)
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("LoginView.login", next=back))


def local_path(text: str | None) -> str:
    """``text`` if it is a path on this host, else an empty string: redirects never leave us."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return ""
    return "" if any(ord(letter) < 32 or letter == "\\" for letter in text) else text


def asked_back() -> str:
    """Where the request says it came from (``back``, in the form or the address), if that is one of our pages."""
    return local_path(request.form.get("back")) or local_path(request.args.get("back"))
