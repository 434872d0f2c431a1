"""Reasons as dialogs and the desk offer them: code, word, and the sentence in both languages."""

from __future__ import annotations

from flask import g
from flask_babel import force_locale

from app.domain.reasons import ReasonCode, reasons_for
from app.domain.workflow import Verb
from app.extensions import db
from app.models import ReasonSentence
from app.services import reason_sentences
from app.views import labels
from app.views.labels_claims import REASONS
from app.views.language import LANGUAGES


def default_sentence(code: ReasonCode, language: str) -> str:
    """The sentence of a code as we word it, in a language of one's choice."""
    with force_locale(language):
        return str(REASONS[code][1])


def _own() -> dict[str, ReasonSentence]:
    """The city's sentences, read once a request: a list asks for those of three verbs."""
    known: dict[str, ReasonSentence] | None = getattr(g, "reason_sentences", None)
    if known is None:
        known = g.reason_sentences = reason_sentences.own(db.session)
    return known


def offered(verb: Verb | str) -> list[dict[str, str]]:
    """The reasons that go with a verb, in the order a reviewer meets them.

    ``word``: the code in a word or two; ``sentence``: ready to send, in the language of the page; ``other``: the same
    in the other language. Both are empty for "other", which says nothing by itself.
    """
    own, language = _own(), labels.language()
    other = next(one for one in LANGUAGES if one != language)
    told = []
    for code in reasons_for(Verb(verb)):
        row = own.get(code)
        said = {one: getattr(row, one) if row is not None else default_sentence(code, one) for one in LANGUAGES}
        told.append(
            {"code": str(code), "word": str(REASONS[code][0]), "sentence": said[language], "other": said[other]}
        )
    return told
