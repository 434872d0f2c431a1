"""What a returned claim opens to be mended: which parts of its form a reason is about (DOMAIN §4, LOOK).

A return names one thing that is wrong. What the reviewer has seen and found right stays as it was seen, so that the
second look is at what was mended; the words of the parts stand in `views/`.
"""

from collections.abc import Iterable
from enum import StrEnum

from app.domain.reasons import ReasonCode


class FormPart(StrEnum):
    """Parts of the form of a claim, in the order in which it asks for them."""

    KIND = "kind"
    TITLE = "title"
    ORGANISER = "organiser"
    CERTIFICATE = "certificate"
    ANSWERS = "answers"  # related, author, assessed, category, public subject, and what the kind itself asks
    DAYS = "days"  # days with their duration, or the hours stated
    EVIDENCE = "evidence"  # files, what each of them is, and what has to stand beside them


ALL = tuple(FormPart)
_OPENS: dict[ReasonCode, tuple[FormPart, ...]] = {
    ReasonCode.ILLEGIBLE: (FormPart.EVIDENCE,),
    ReasonCode.COPY: (FormPart.EVIDENCE,),
    ReasonCode.UNRELATED: (FormPart.TITLE, FormPart.ORGANISER, FormPart.CERTIFICATE, FormPart.EVIDENCE),
    ReasonCode.NO_TRANSLATION: (FormPart.EVIDENCE,),
    ReasonCode.NO_DATES: (FormPart.DAYS, FormPart.EVIDENCE),
    ReasonCode.WRONG_YEAR: (FormPart.DAYS, FormPart.EVIDENCE),
    ReasonCode.HOURS_DIFFER: (FormPart.DAYS,),
    ReasonCode.NAME_DIFFERS: (FormPart.EVIDENCE,),
    ReasonCode.DUPLICATE: (FormPart.TITLE, FormPart.CERTIFICATE, FormPart.DAYS, FormPart.EVIDENCE),
    # Nothing of a false claim can be relied on, and "other" says nothing of where to mend.
    ReasonCode.FALSE: ALL,
    ReasonCode.OTHER: ALL,
}


def opened(parts: Iterable[str]) -> tuple[FormPart, ...]:
    """The parts named, with what hangs on them, in the form's order; ValueError for one that is none.

    Another kind asks for other things, so with the kind its answers and days are open too.
    """
    named = {FormPart(one) for one in parts}
    if FormPart.KIND in named:
        named |= {FormPart.ANSWERS, FormPart.DAYS}
    return tuple(one for one in ALL if one in named)


def opens(code: str, further: Iterable[str] = ()) -> tuple[FormPart, ...]:
    """What a return for ``code`` opens, and the ``further`` parts the reviewer ticks; an unknown code opens all."""
    known = code in set(ReasonCode)
    return opened([*(_OPENS[ReasonCode(code)] if known else ALL), *further])


__all__ = ["ALL", "FormPart", "opened", "opens"]
