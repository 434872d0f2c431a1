"""Why a reviewer sends a claim back, rejects it, or cancels it: a closed list of codes, each with its clause.

The words of each code stand in `views/`; the reviewer may always add their own.
"""

from enum import StrEnum

from app.domain.workflow import Verb


class ReasonCode(StrEnum):
    """Reason codes, in the order in which a reviewer meets them."""

    ILLEGIBLE = "illegible"
    COPY = "copy"
    UNRELATED = "unrelated"
    NO_TRANSLATION = "no_translation"
    NO_DATES = "no_dates"
    WRONG_YEAR = "wrong_year"
    HOURS_DIFFER = "hours_differ"
    NAME_DIFFERS = "name_differs"
    DUPLICATE = "duplicate"
    FALSE = "false"
    OTHER = "other"


# The clause each rests on (DOMAIN §3 EVIDENCE, DUP-CLAIM, IDENTITY).
SOURCES = {
    ReasonCode.ILLEGIBLE: "S1 §五（三）3",
    ReasonCode.COPY: "S1 §五（三）3",
    ReasonCode.UNRELATED: "S1 §五（三）3",
    ReasonCode.NO_TRANSLATION: "S1 §五（三）3",
    ReasonCode.NO_DATES: "S1 §五（三）3",
    ReasonCode.WRONG_YEAR: "S2 §三（四）1",
    ReasonCode.HOURS_DIFFER: "S2 §二（三）",
    ReasonCode.NAME_DIFFERS: "S1 §五（二）1",
    ReasonCode.DUPLICATE: "S1 §五（三）3",
    ReasonCode.FALSE: "S1 §四（三）",
    ReasonCode.OTHER: "",
}

_MENDABLE = tuple(code for code in ReasonCode if code is not ReasonCode.FALSE)
_FINAL = (ReasonCode.UNRELATED, ReasonCode.WRONG_YEAR, ReasonCode.DUPLICATE, ReasonCode.FALSE, ReasonCode.OTHER)


def reasons_for(verb: Verb) -> tuple[ReasonCode, ...]:
    """The codes offered with a verb. False claims must be returned too (S1), so a return may name anything."""
    if verb is Verb.RETURN:
        return (*_MENDABLE, ReasonCode.FALSE)
    if verb in (Verb.REJECT, Verb.REVOKE):
        return _FINAL
    return ()
