"""Flask-AppBuilder's own texts that its Chinese catalogue lacks: named here so that ours says them.

Its other texts come from its catalogue, which ours overrides where both have one (``create_app``). A test goes through
all of them, whether or not a page of ours shows them today.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

TEXTS: tuple[Any, ...] = (
    _("Add"),
    _("Add Group"),
    _("Are you sure you want to delete this item?"),
    _("Contains (insensitive)"),
    _("Database Error"),
    _("Delete"),
    _("Edit"),
    _("Edit Group"),
    _("Edit User Information"),
    _("Either select a role or a group"),
    _("Groups"),
    _("In"),
    _("It's not a good policy to remove a user, just make it inactive"),
    _("List Groups"),
    _(
        "Must have at least two capital letters, one special character, two digits, three lower case letters and a "
        "minimal length of 10."
    ),
    _("Not In"),
    _("Not a valid choice"),
    _("Show"),
    _("Show Group"),
    _("Sign In with "),
    _("Start with"),
    _("Enter your OpenID Username"),
    _("OpenID"),
    _("The user's password for authentication"),
    _("User information changed"),
    _("User(s) exists in the group, cannot delete"),
    _("User(s) exists in the role, cannot delete"),
)
