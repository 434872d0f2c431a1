"""The closed vocabulary of rules (DOMAIN §3). Ids only: what a rule does stands in the module that applies
it."""

from enum import StrEnum


class Rule(StrEnum):
    """A rule's id, as it is shown beside a decision or an entry that does not count."""

    MIN = "MIN"
    YEAR = "YEAR"
    DAY = "DAY"
    CEIL = "CEIL"
    DUP_PUBLIC = "DUP-PUBLIC"
    DUP_CLAIM = "DUP-CLAIM"
    EXAM = "EXAM"
    DEGREE = "DEGREE"
    RESULT = "RESULT"
    CONFERENCE = "CONFERENCE"
    MENTOR = "MENTOR"
    OUTSIDE = "OUTSIDE"
    KINDS = "KINDS"
    AUTO = "AUTO"
    CARRY = "CARRY"
    EFFECT = "EFFECT"
    EVIDENCE = "EVIDENCE"
    IDENTITY = "IDENTITY"
    SCOPE = "SCOPE"
    EXEMPT = "EXEMPT"
    SUBSIDY = "SUBSIDY"
