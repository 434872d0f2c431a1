"""What the domain says when it says no: a code and the facts, never prose.

The vocabulary is closed, so that every code has its sentence in `views/labels.py` and a test can
compare the two. Here may stand codes and the exception only; no rule and no words for a screen.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Code(StrEnum):
    """Every reason the domain may give for refusing."""

    # Claims and their conversion to hours
    POLICY_UNKNOWN = "policy_unknown"
    KIND_UNKNOWN = "kind_unknown"
    CATEGORY_UNKNOWN = "category_unknown"
    CATEGORY_NOT_ALLOWED = "category_not_allowed"
    PASSED_MISSING = "passed_missing"
    RELATED_MISSING = "related_missing"
    AUTHOR_MISSING = "author_missing"
    AUTHOR_UNKNOWN = "author_unknown"
    SESSIONS_MISSING = "sessions_missing"
    SESSION_EMPTY = "session_empty"
    SESSION_BOTH = "session_both"
    DAY_TWICE = "day_twice"
    MINUTES_NOT_POSITIVE = "minutes_not_positive"
    MINUTES_OVER_DAY = "minutes_over_day"
    HOURS_MISSING = "hours_missing"
    HOURS_NOT_A_NUMBER = "hours_not_a_number"
    HOURS_NOT_POSITIVE = "hours_not_positive"
    HOURS_NEGATIVE = "hours_negative"
    HOURS_TOO_MANY = "hours_too_many"
    HOURS_TOO_FINE = "hours_too_fine"
    YEAR_MISSING = "year_missing"
    YEAR_IMPOSSIBLE = "year_impossible"
    YEAR_CONTRADICTS = "year_contradicts"
    YEAR_UNBOUND = "year_unbound"
    YEAR_OTHER = "year_other"
    SERIES_UNKNOWN = "series_unknown"
    ANSWER_MISSING = "answer_missing"
    ANSWER_UNKNOWN = "answer_unknown"
    ANSWER_OUT_OF_RANGE = "answer_out_of_range"

    # Workflow (DOMAIN §4) and deadlines (EFFECT)
    STATE_FORBIDS = "state_forbids"
    DUTY_FORBIDS = "duty_forbids"
    OWN_CLAIM = "own_claim"
    NOT_OWN_CLAIM = "not_own_claim"
    BOTH_STAGES = "both_stages"
    REASON_MISSING = "reason_missing"
    LATE = "late"
    OVERRIDE_FORBIDDEN = "override_forbidden"
    OVERRIDE_REASON_MISSING = "override_reason_missing"

    # Identity
    ID_LENGTH = "id_length"
    ID_CHARACTERS = "id_characters"
    ID_DATE_IMPOSSIBLE = "id_date_impossible"
    ID_DATE_FUTURE = "id_date_future"
    ID_CHECK_DIGIT = "id_check_digit"
    NAME_EMPTY = "name_empty"
    NAME_TOO_LONG = "name_too_long"
    NAME_CHARACTERS = "name_characters"
    SCHOOL_CODE = "school_code"
    DISTRICT_CODE = "district_code"

    # Questions put as a file (`flask hours`, `flask assess`)
    JSON_INVALID = "json_invalid"
    KEY_MISSING = "key_missing"
    KEY_UNKNOWN = "key_unknown"
    KEY_TWICE = "key_twice"
    TYPE_WRONG = "type_wrong"
    TEXT_EMPTY = "text_empty"
    DATE_INVALID = "date_invalid"
    DATE_OUTSIDE_YEAR = "date_outside_year"
    ID_TWICE = "id_twice"
    SUBJECT_MISSING = "subject_missing"
    EFFECT_UNKNOWN = "effect_unknown"


class Refused(Exception):
    """A rule forbids what was asked. `code` is a `Code` of the domain, or one of the services' own closed
    vocabulary; `facts` are the values that the sentence for it may show."""

    def __init__(self, code: StrEnum, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Mapping[str, object] = MappingProxyType(facts)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else str(self.code)
