"""When two claims are for the same hours (rule DUP-CLAIM, S1 §五（三）3). Pure comparing; finding is the services'."""

import unicodedata


def certificate_key(number: str | None) -> str | None:
    """A certificate number as numbers are compared: "No. 粤2021-0003" and "no粤20210003" are one. None for none."""
    kept = "".join(mark for mark in unicodedata.normalize("NFKC", number or "").upper() if mark.isalnum())
    return kept[:60] or None
