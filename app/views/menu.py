"""Every view of the application, and the navigation by task. A view not listed here does not exist."""

from __future__ import annotations

from typing import Any

from app.views.home import HomeView
from app.views.login import LoginView

LOGIN_VIEW = LoginView
HOME_VIEW = HomeView
ACCOUNT_VIEWS: tuple[type, ...] = ()
VIEWS: tuple[type, ...] = ()


def navigation() -> list[dict[str, Any]]:
    """The side navigation: groups of items the signed-in user may open."""
    return []
