"""The keys that work, by screen. The scripts that hear them stand under ``static/js``; a test compares the two."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

Keys = tuple[tuple[str, Any], ...]

# Keys pressed one after the other are parted by a space, alternatives by a bar.
EVERYWHERE: Keys = (
    ("Ctrl K", _("Search teachers, schools, claims, certificates")),
    ("G R", _("To the review desk")),
    ("G H", _("To the home page")),
    ("G C", _("To the claims")),
    ("G T", _("To the teachers")),
    ("G S", _("To the yearly results")),
    ("?", _("Help and shortcuts")),
    ("Esc", _("Close a menu or dialog")),
)
LIST: Keys = (
    ("/", _("Quick search in a list")),
    ("J | K", _("Next and previous row")),
    ("X", _("Select the row")),
    ("Enter", _("Open the row")),
)
RECORD: Keys = (("J | K", _("Next and previous record")), ("N", _("Write a note")))
DESK: Keys = (
    ("J | K", _("Next and previous claim")),
    ("A", _("Approve")),
    ("R 1–9 Enter", _("Return, with the reason of that number")),
    ("X 1–9 Enter", _("Reject, with the reason of that number")),
    ("Z", _("Undo the last decision")),
    ("E", _("Change the hours recognised")),
    ("N", _("Write a note")),
    ("C", _("Compare with claims of the same activity")),
    ("[ | ]", _("Previous and next file")),
    ("+ | - | 0", _("Larger, smaller, fit")),
)


def of(endpoint: str | None) -> list[dict[str, Any]]:
    """The keys of the screen of an endpoint, its own first."""
    view, _dot, method = (endpoint or "").partition(".")
    own = DESK if view == "ReviewView" else {"list": LIST, "show": RECORD, "why": RECORD}.get(method, ())
    return _told((*own, *EVERYWHERE))


def every() -> list[tuple[Any, list[dict[str, Any]]]]:
    """All keys, by kind of screen."""
    return [
        (_("Everywhere"), _told(EVERYWHERE)),
        (_("In a list"), _told(LIST)),
        (_("On a record"), _told(RECORD)),
        (_("At the review desk"), _told(DESK)),
    ]


def _told(keys: Keys) -> list[dict[str, Any]]:
    return [{"keys": [one.split() for one in caps.split(" | ")], "words": words} for caps, words in keys]
