"""A notice as the screen shows it: the words of ``exchange/notice_words.py`` codes turned into words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from app.exchange.notice_words import known, path_of, sentence_of, title_of
from app.models import Notice
from app.services.notices import Kind
from app.views import labels
from app.views.labels_claims import reason_word
from app.views.labels_codes import DEADLINES


def shown(notice: Notice) -> dict[str, Any]:
    """Template values of one notice."""
    words = known(notice.kind)
    return {
        "id": notice.id,
        "title": title_of(notice.kind),
        "text": sentence_of(notice.kind, notice.facts),
        "beside": _beside(notice),
        "icon": words.icon if words else "info",
        "tone": words.tone if words else "info",
        "when": labels.fact(notice.created_at),
        "is_new": notice.read_at is None,
    }


def target(notice: Notice) -> str:
    """The page it leads to."""
    return path_of(notice.kind, notice.facts)


def _beside(notice: Notice) -> str:
    """What only the screen says: reasons by their words, which deadline, what a teacher asks to be mended."""
    facts = notice.facts
    if facts.get("reason_code"):
        return gettext("Reason: %(reason)s", reason=reason_word(facts["reason_code"]))
    if notice.kind == Kind.EXTENSION_GRANTED and facts.get("deadline") in DEADLINES:
        return str(DEADLINES[facts["deadline"]])
    return str(facts.get("text", "")) if notice.kind == Kind.CORRECTION_ASKED else ""
