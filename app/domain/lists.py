"""Which lists the yearly results are handed out for, and who stands on them (rule SUBSIDY).

The results gate subsidies for teachers of private schools (S1 §五（一）), title reviews (S2 §三（一）) and the
registration of teachers (S1 §五（二）1). What a year's results may be used for is said by its pack (`[[use]]`).
"""

from collections.abc import Iterable

from app.domain.policy_terms import Policy
from app.domain.policy_uses import Use, Who
from app.domain.standing import Result


def uses_of(policies: Iterable[Policy]) -> dict[str, Use]:
    """The uses of several packs by their ids, the first pack's words going before."""
    found: dict[str, Use] = {}
    for policy in policies:
        for use in policy.uses:
            found.setdefault(use.id, use)
    return found


def stands_on(use: Use, ownership: str) -> bool:
    """Whether somebody of a school of this ownership (`public`, `private`) stands on the list.

    Everybody it is for does, whatever their result: who has not passed is told by it too, and is not paid or
    reviewed for want of it.
    """
    return use.who is Who.ALL or ownership == str(use.who)


def opens(result: Result) -> bool:
    """Whether a result opens what the list is for: passed, or exempt from the year (EXEMPT, R)."""
    return result is not Result.NOT_PASSED
