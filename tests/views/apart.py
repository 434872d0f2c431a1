"""A browser for tests that also read the database themselves, within one application context."""

from __future__ import annotations

from contextvars import copy_context

from flask import g, has_app_context


class Apart:
    """A browser whose requests and the test's own session know nothing of one another: neither actor nor user."""

    def __init__(self, browser):
        self.browser = browser

    def get(self, *args, **more):
        return self._apart(self.browser.get, *args, **more)

    def post(self, *args, **more):
        return self._apart(self.browser.post, *args, **more)

    def _apart(self, ask, *args, **more):
        for name in list(g) if has_app_context() else ():
            g.pop(name)
        return copy_context().run(ask, *args, **more)
