"""Who somebody is, as text: ID numbers (GB 11643), names, school and district codes, and their masks; and
whether two platforms mean the same person (IDENTITY).

Normalises what people type and workbooks hold, and refuses what cannot be. Encrypting and searching an ID
number is the business of `security/secrets.py`; who is told of a mismatch, of the services.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.domain.errors import Code, Refused

# GB/T 2260: the first two digits name a province; 81 to 83 are residence permits of Hong Kong, Macao and
# Taiwan.
_PROVINCES = frozenset(
    str(code)
    for code in (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
        83,
    )
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_ID_LENGTH = 18
_FIRST_YEAR = 1900
_NAME_LENGTH = 50
_DOTS = str.maketrans(
    dict.fromkeys("•‧∙・･⋅．", "·")
)  # the many dots that keyboards give for the one of GB 18030
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff])\s+(?=[\u3400-\u9fff\U00020000-\U0003ffff])")
_SELECTORS = (
    "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # variation selectors pick a shape of the character before them
)
_LETTER = re.compile(f"[^{_SELECTORS}][{_SELECTORS}]*")
_HAN_PLANES = range(0x20000, 0x40000)


IDENTITY_SOURCE = "S1 §五（二）1"


class Particular(StrEnum):
    """What must agree across platforms, or the year cannot be transferred (IDENTITY, S1 §五（二）1:
    姓名、身份证号、任教学科、专业技术职称)."""

    NAME = "name"
    ID_NUMBER = "id_number"
    SUBJECT = "subject"
    TITLE = "title"


class Mismatch(NamedTuple):
    """A particular in which two platforms differ, as each of them writes it."""

    field: Particular
    ours: str
    theirs: str


class Sex(StrEnum):
    """GB/T 2261.1."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    UNSTATED = "9"


def make_check_digit(first17: str) -> str:
    """The 18th character for the first seventeen digits: GB 11643, weights mod 11, X for ten."""
    return _CHECK_DIGITS[
        sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11
    ]


def check_id_number(text: str, *, today: date | None = None) -> str:
    """The ID number in its normal form: 18 characters, half-width, X in capitals.

    The check digit and the date must be right; the area is not checked (`area_is_known` warns), since codes
    of areas that no longer exist stay valid. `today`, where given, rules out births in the future. Raises
    Refused: ID_LENGTH, ID_CHARACTERS, ID_DATE_IMPOSSIBLE, ID_DATE_FUTURE, ID_CHECK_DIGIT. The number is never
    among the facts.
    """
    number = unicodedata.normalize("NFKC", text).strip().lstrip("'").upper()
    if len(number) != _ID_LENGTH:
        raise Refused(Code.ID_LENGTH, length=len(number))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise Refused(Code.ID_CHARACTERS)
    try:
        born_on = birth_on(number)
    except ValueError:
        raise Refused(Code.ID_DATE_IMPOSSIBLE) from None
    if born_on.year < _FIRST_YEAR:
        raise Refused(Code.ID_DATE_IMPOSSIBLE)
    if today is not None and born_on > today:
        raise Refused(Code.ID_DATE_FUTURE)
    if make_check_digit(number[:17]) != number[17]:
        raise Refused(Code.ID_CHECK_DIGIT)
    return number


def birth_on(number: str) -> date:
    """The day of birth in a normal ID number. Raises ValueError for a day that never was."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex_of(number: str) -> Sex:
    """The sex in a normal ID number: its seventeenth digit is odd for men."""
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def area_is_known(number: str) -> bool:
    """Whether the first two digits name a province. A reason to look again, not to refuse."""
    return number[:2] in _PROVINCES


def mask_id_number(number: str) -> str:
    """The first six and last four characters with stars between: 440105********0024."""
    return f"{number[:6]}{'*' * 8}{number[-4:]}" if len(number) == _ID_LENGTH else "*" * len(number)


def mask_name(name: str) -> str:
    """The first and last character with stars between (陈*怡, 欧**莹); of two only the first (陈*), of one
    none."""
    letters: list[str] = _LETTER.findall(name)
    if len(letters) <= 2:
        return "".join(letters[:1] if len(letters) == 2 else []) + "*" * min(1, len(letters))
    return letters[0] + "*" * (len(letters) - 2) + letters[-1]


def check_name(text: str) -> str:
    """The name in its normal form: trimmed, one kind of middle dot, no padding between Han characters
    (陈　怡 → 陈怡).

    Rare Han characters and Latin names are names like any other. Raises Refused: NAME_EMPTY, NAME_TOO_LONG,
    NAME_CHARACTERS (control, invisible and unassigned characters).
    """
    name = unicodedata.normalize("NFC", text).translate(_DOTS)
    if any(_is_forbidden(character) for character in name.strip()):
        raise Refused(Code.NAME_CHARACTERS)
    name = _HAN_GAP.sub("", " ".join(name.split()))
    if not name:
        raise Refused(Code.NAME_EMPTY)
    if len(name) > _NAME_LENGTH:
        raise Refused(Code.NAME_TOO_LONG, length=len(name), limit=_NAME_LENGTH)
    return name


def _is_forbidden(character: str) -> bool:
    if ord(character) in _HAN_PLANES:  # the newest Han characters are unknown to Python's own tables
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def mismatches(ours: Mapping[str, str | None], theirs: Mapping[str, str | None]) -> tuple[Mismatch, ...]:
    """The particulars in which two platforms differ (IDENTITY), in the order of the notice.

    Both go by `Particular`. What a platform does not state at all (no key, or None) is not compared; stated as
    empty it differs from anything else. Written otherwise is not different: full-width, spaces, the many middle
    dots, x for X (R).
    """
    found = []
    for field in Particular:
        one, other = ours.get(field), theirs.get(field)
        if one is not None and other is not None and _as_compared(field, one) != _as_compared(field, other):
            found.append(Mismatch(field, one, other))
    return tuple(found)


def _as_compared(field: Particular, text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text.translate(_DOTS)).translate(_DOTS).split())
    return plain.upper().lstrip("'") if field is Particular.ID_NUMBER else plain.casefold()


def missing_particulars(stated: Mapping[str, str | None], *, teaches: bool = True) -> tuple[Particular, ...]:
    """The particulars without which the year cannot be transferred (IDENTITY).

    `teaches`: whether the post is a teacher's; a librarian has no subject to state (R).
    """
    return tuple(
        field
        for field in Particular
        if not (stated.get(field) or "").strip() and (teaches or field is not Particular.SUBJECT)
    )


def check_school_code(text: str) -> str:
    """学校标识码: ten digits. Raises Refused(SCHOOL_CODE)."""
    return _digits(text, 10, Code.SCHOOL_CODE)


def check_district_code(text: str) -> str:
    """区划代码 (GB/T 2260): six digits, the first not 0. Raises Refused(DISTRICT_CODE)."""
    code = _digits(text, 6, Code.DISTRICT_CODE)
    if code[0] == "0":
        raise Refused(Code.DISTRICT_CODE, text=code)
    return code


def _digits(text: str, length: int, refusal: Code) -> str:
    code = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(f"[0-9]{{{length}}}", code):
        raise Refused(refusal, text=code[: length * 2])
    return code
