"""Words of mending a returned claim: the parts of its form, as the reviewer ticks them and the teacher reads them."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _

from app.domain.mending import FormPart, opens
from app.domain.reasons import reasons_for
from app.domain.workflow import Verb

PARTS = {
    FormPart.KIND: _("Kind"),
    FormPart.TITLE: _("Name of the activity or result"),
    FormPart.ORGANISER: _("Organising body"),
    FormPart.CERTIFICATE: _("Certificate number"),
    FormPart.ANSWERS: _("Suits the subject, part in it, assessment"),
    FormPart.DAYS: _("Days and hours"),
    FormPart.EVIDENCE: _("Evidence"),
}


def parts() -> list[tuple[str, str]]:
    """(code, word) of every part a return may open."""
    return [(str(one), str(word)) for one, word in PARTS.items()]


def opened_by_reason() -> dict[str, list[str]]:
    """By the code of each reason the parts that a return for it opens by itself."""
    return {str(code): [str(one) for one in opens(code)] for code in reasons_for(Verb.RETURN)}


def words_of(codes: Iterable[FormPart]) -> list[str]:
    """The words of some parts."""
    return [str(PARTS[one]) for one in codes]
