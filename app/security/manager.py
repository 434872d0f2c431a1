"""FAB's security manager, narrowed: our own few account screens, permissions read once a request, lockout.

FAB registers a dozen security screens and an API of its own (reset by primary key without scope,
editing users lets one make oneself an administrator); none of them is registered here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import g
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from flask_login import current_user
from sqlalchemy import select
from werkzeug.security import check_password_hash

from app.security.actor import current_actor
from app.security.roles import DELEGATED

# After this many wrong passwords in a row an account waits, so that guessing is slow but nobody
# can lock a colleague out for good.
WRONG_BEFORE_WAIT = 8
WAIT = timedelta(minutes=10)


class XueshiSecurityManager(SecurityManager):
    """Views of accounts are set by ``views/menu.py`` before the AppBuilder is made."""

    account_views: tuple[type, ...] = ()
    login_view: type

    def register_views(self) -> None:
        self.auth_view = self.login_view()
        self.appbuilder.add_view_no_menu(self.auth_view)
        for view in self.account_views:
            self.appbuilder.add_view_no_menu(view)

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the signed-in user's roles hold exactly this pair; nobody else has any."""
        if not current_user.is_authenticated or not current_user.is_active:
            return False
        return (permission_name, view_name) in self.held_pairs()

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def held_pairs(self) -> frozenset[tuple[str, str]]:
        """All (permission, view) pairs of the signed-in user, read once a request."""
        held: frozenset[tuple[str, str]] | None = getattr(g, "held_pairs", None)
        if held is None:
            held = self._pairs_of(current_user.id)
            if current_actor().stands_in:
                held |= DELEGATED
            g.held_pairs = held
        return held

    def user_holds(self, user_id: int, permission_name: str, view_name: str) -> bool:
        """The same of any account: a job asks for whoever started it, who is not signed in there."""
        return (permission_name, view_name) in self._pairs_of(user_id)

    def _pairs_of(self, user_id: int) -> frozenset[tuple[str, str]]:
        rows = self.session.execute(
            select(Permission.name, ViewMenu.name)
            .select_from(PermissionView)
            .join(Permission, PermissionView.permission_id == Permission.id)
            .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
            .join(
                assoc_permissionview_role,
                assoc_permissionview_role.c.permission_view_id == PermissionView.id,
            )
            .join(Role, Role.id == assoc_permissionview_role.c.role_id)
            .join(assoc_user_role, assoc_user_role.c.role_id == Role.id)
            .where(assoc_user_role.c.user_id == user_id)
        )
        return frozenset((permission, view) for permission, view in rows)

    def auth_user_db(self, username: str, password: str) -> Any:
        """Check a password; a waiting account is refused even the right one, in the same words."""
        user = self.find_user(username=username) or self.find_user(email=username)
        if user is not None and (user.fail_login_count or 0) >= WRONG_BEFORE_WAIT:
            if self._is_waiting(user):
                # As much work as a judged try, so that the time it takes does not tell that this one was not.
                check_password_hash(user.password, password)
                return None
            # The wait is over: it takes as many wrong tries as before to begin another.
            user.fail_login_count = 0
        return super().auth_user_db(username, password)

    @staticmethod
    def _is_waiting(user: User) -> bool:
        return bool(user.changed_on is not None and _now() - user.changed_on < WAIT)

    def update_user_auth_stat(self, user: User, success: bool = True) -> None:
        """As FAB's, but it notes when a try failed: FAB writes ``changed_on`` once, when the account is made.

        And sign-ins are not counted: ``login_count`` counts sign-outs (``services/logins.py``).
        """
        count = user.login_count
        if not success:
            user.changed_on = _now()
        super().update_user_auth_stat(user, success)
        if user.login_count != count:
            user.login_count = count
            self.session.commit()


def _now() -> datetime:
    """The instant as FAB's column keeps it: UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)
