"""Codes turned into words: states, verbs, duties, refusals. The domain returns codes; only this file has sentences."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.errors import Refused
from app.security.actor import Actor

ROLE_WORDS = {
    "teacher": _("Teacher"),
    "school": _("School reviewer"),
    "authority": _("Authority reviewer"),
    "organiser": _("Organiser"),
    "city": _("City administrator"),
    "auditor": _("Auditor"),
    "system": _("System administrator"),
}

# Which duty names a person who holds several.
DUTY_ORDER = ("system", "city", "authority", "school", "organiser", "auditor", "teacher")


def role_word(actor: Actor) -> str:
    """The word for what an actor is, by their weightiest duty; empty for nobody."""
    for duty in DUTY_ORDER:
        if duty in actor.duties:
            return str(ROLE_WORDS[duty])
    return ""


def refusal_text(refusal: Refused) -> str:
    """The sentence of a refusal in the request's language, with its facts."""
    return gettext("Refused: %(code)s", code=str(refusal.code))
