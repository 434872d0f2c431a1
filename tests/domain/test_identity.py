"""ID numbers, names and codes: what is right passes in its normal form, what is wrong is told precisely."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.ric import calc_check_digit

from app.domain.errors import Code, Refused
from app.domain.identity import (
    Sex,
    area_is_known,
    birth_on,
    check_district_code,
    check_id_number,
    check_name,
    check_school_code,
    make_check_digit,
    mask_id_number,
    mask_name,
    sex_of,
)


def number(area="440105", born="19800101", sequence="002") -> str:
    return (first := area + born + sequence) + make_check_digit(first)


ENDS_IN_X = next(found for at in range(1000) if (found := number(sequence=f"{at:03}")).endswith("X"))


@given(st.from_regex(r"[1-9][0-9]{16}", fullmatch=True))
def test_the_check_digit_is_that_of_the_standard(first17):
    assert make_check_digit(first17) == calc_check_digit(first17 + "0")  # it drops the last itself


@given(
    st.from_regex(r"44010[3-6](19[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True),
    st.data(),
)
def test_any_one_wrong_digit_is_found(first17, data):
    right = first17 + make_check_digit(first17)
    assert check_id_number(right) == right
    place = data.draw(st.integers(0, 16))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != right[place]))
    with pytest.raises(Refused):
        check_id_number(right[:place] + wrong + right[place + 1 :])


def test_small_x_full_width_and_spaces_are_made_normal():
    full_width = ENDS_IN_X.translate({ord("0") + at: ord("０") + at for at in range(10)})
    for typed in (ENDS_IN_X.lower(), f"  {ENDS_IN_X}\u3000", full_width, f"'{ENDS_IN_X}"):
        assert check_id_number(typed) == ENDS_IN_X


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", Code.ID_LENGTH),
        ("440105800101002", Code.ID_LENGTH),  # the fifteen digits of before 1999
        (number() + "0", Code.ID_LENGTH),
        ("44010519800101O021", Code.ID_CHARACTERS),
        ("X" + number()[1:], Code.ID_CHARACTERS),
        (number(born="19800230"), Code.ID_DATE_IMPOSSIBLE),
        (number(born="19801301"), Code.ID_DATE_IMPOSSIBLE),
        (number(born="18800101"), Code.ID_DATE_IMPOSSIBLE),
        (number(born="00000101"), Code.ID_DATE_IMPOSSIBLE),
        (number(born="20300101"), Code.ID_DATE_FUTURE),
        (number()[:-1] + ("1" if number()[-1] != "1" else "2"), Code.ID_CHECK_DIGIT),
    ],
)
def test_a_wrong_id_number_is_refused_precisely_and_never_repeated(typed, code):
    with pytest.raises(Refused) as refusal:
        check_id_number(typed, today=date(2024, 1, 1))
    assert refusal.value.code == code
    assert not typed or typed not in str(refusal.value)


def test_without_a_day_of_today_nothing_is_in_the_future():
    assert check_id_number(number(born="20300101")) == number(born="20300101")


def test_a_leap_day_is_a_day():
    assert birth_on(check_id_number(number(born="20000229"))) == date(2000, 2, 29)


def test_sex_and_area():
    assert sex_of(number(sequence="001")) is Sex.MALE and sex_of(number(sequence="002")) is Sex.FEMALE
    assert area_is_known(number()) and not area_is_known(number(area="990105"))
    assert check_id_number(number(area="990105"))  # unknown areas are a warning, not a refusal


def test_masks():
    assert mask_id_number("440105198001010024") == "440105********0024"
    assert mask_id_number("123") == "***"
    assert [mask_name(name) for name in ("陈静怡", "欧阳晓莹", "李四", "王", "")] == [
        "陈*怡",
        "欧**莹",
        "李*",
        "*",
        "",
    ]
    assert mask_name("Anna Li") == "A*****i"
    assert mask_name("𠮷田󠄀") == "𠮷*"  # a variation selector is part of its character


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  陈静怡\u3000", "陈静怡"),
        ("陈\u3000怡", "陈怡"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("𠮷野", "𠮷野"),
        ("\U00031350明", "\U00031350明"),
        ("Anna  Maria Li", "Anna Maria Li"),
        ("Zoe\u0308 O'Neill", "Zoë O'Neill"),
    ],
)
def test_names_in_their_normal_form(typed, name):
    assert check_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", Code.NAME_EMPTY),
        (" \u3000", Code.NAME_EMPTY),
        ("陈\x00怡", Code.NAME_CHARACTERS),
        ("陈\n怡", Code.NAME_CHARACTERS),
        ("陈\u202e怡", Code.NAME_CHARACTERS),
        ("陈\u200b怡", Code.NAME_CHARACTERS),
        ("陈\ud800", Code.NAME_CHARACTERS),
        ("陈" * 51, Code.NAME_TOO_LONG),
    ],
)
def test_names_that_are_none(typed, code):
    with pytest.raises(Refused) as refusal:
        check_name(typed)
    assert refusal.value.code == code


def test_fifty_characters_are_a_name():
    assert check_name("陈" * 50) == "陈" * 50


def test_codes():
    assert check_school_code(" ２144010001 ") == "2144010001"
    assert check_district_code("440105") == "440105"
    for wrong in ("", "123456789", "12345678901", "12345A7890", "١٢٣٤٥٦٧٨٩٠"):
        with pytest.raises(Refused) as refusal:
            check_school_code(wrong)
        assert refusal.value.code == Code.SCHOOL_CODE
    for wrong in ("040105", "4401", "44010x"):
        with pytest.raises(Refused) as refusal:
            check_district_code(wrong)
        assert refusal.value.code == Code.DISTRICT_CODE
