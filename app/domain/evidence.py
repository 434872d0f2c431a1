"""What evidence a claim still lacks (rule EVIDENCE): the proof itself, and what has to stand beside it.

What a file holds only a person can see: that it is an original, related, of the claim's year. Here is what can
be told from what the claimant states and what each file is said to be. A claim's days are judged in `hours.py`.
"""

from collections.abc import Collection

from app.domain.policy_pack import PROOF
from app.domain.policy_terms import Policy


def purposes(policy: Policy) -> tuple[str, ...]:
    """What a file may be: the proof, or one of the companions the pack asks for."""
    return (PROOF, *(one.id for one in policy.companions))


def missing(policy: Policy, stated: Collection[str], held: Collection[str]) -> tuple[str, ...]:
    """The purposes for which a file is still wanted, in the pack's order; the proof first.

    `stated`: the companions whose condition the claimant states (a certificate that is not in Chinese). `held`:
    the purposes of the files at hand. S1 §五（三）3; S2 §三（四）2.
    """
    asked = (PROOF, *(one.id for one in policy.companions if one.id in stated))
    return tuple(purpose for purpose in asked if purpose not in held)


__all__ = ["PROOF", "missing", "purposes"]
