"""Activation slips: eight to a sheet, each with its own code."""

from dataclasses import replace
from datetime import date

import pytest
from pyzbar.pyzbar import ZBarSymbol, decode

from app.documents.slips import SlipText, render


@pytest.fixture
def slip() -> SlipText:
    return SlipText(
        name="陈嘉怡", masked_id="440105********0024", school="广州市海珠区望涌中学", login_name="chenjiayi",
        code="K7QX-9M2P-4RTW", url="https://xueshi.example/activate/K7QX-9M2P-4RTW", expires_on=date(2027, 3, 1),
    )  # fmt: skip


def numbered(slip: SlipText, count: int) -> list[SlipText]:
    return [
        replace(slip, name=f"教师{at:03}", code=f"CODE-{at:04}", url=f"https://xueshi.example/activate/CODE-{at:04}")
        for at in range(count)
    ]


def test_nine_slips_take_two_sheets_and_each_code_scans_to_its_own_address(slip, printed):
    slips = numbered(slip, 9)
    paper = printed(render(slips))
    pages = paper.pages()
    assert [sum(word.text.startswith("教师0") for word in page) for page in pages] == [8, 1]
    found = [
        {symbol.data.decode() for symbol in decode(paper.picture(at).convert("L"), symbols=[ZBarSymbol.QRCODE])}
        for at in (1, 2)
    ]
    assert found == [{slip.url for slip in slips[:8]}, {slips[8].url}]


def test_a_slip_lies_whole_within_its_eighth_of_the_sheet(slip, printed):
    long = replace(slip, school="广东省广州市南沙区现代职业技术教育集团附属第一实验九年一贯制外国语学校（明珠湾校区）",
                   name="买买提江·阿不都热合曼·吐尔逊尼亚孜", language="en")  # fmt: skip
    words = printed(render([slip, long] * 4)).pages()[0]
    middle, quarter = 210 / 2 * 72 / 25.4, 297 / 4 * 72 / 25.4
    for word in words:
        assert (word.left < middle) == (word.right < middle), word
        assert int(word.top // quarter) == int(word.bottom // quarter), word


def test_a_slip_says_who_where_how_and_until_when_in_both_languages(slip, printed):
    for language, words in (
        ("zh", ("账号启用单", "有效期至2027-03-01")),
        ("en", ("Accountactivationslip", "Validuntil2027-03-01")),
    ):
        text = printed(render([replace(slip, language=language)])).text()
        for value in (
            *words,
            "陈嘉怡",
            "440105********0024",
            "广州市海珠区望涌中学",
            "chenjiayi",
            "K7QX-9M2P-4RTW",
            "xueshi.example/activate",
        ):
            assert value in text, (language, value)


def test_the_same_slips_give_the_same_bytes(slip):
    assert render([slip, slip]) == render([slip, slip]) != render([slip])


def test_markup_in_a_name_is_printed_as_written(slip, printed):
    assert "<b>陈</b>" in printed(render([replace(slip, name="<b>陈</b>")])).text()


def test_an_address_that_is_no_web_page_or_an_empty_list_is_refused(slip):
    with pytest.raises(ValueError, match="url"):
        replace(slip, url="javascript:alert(1)")
    with pytest.raises(ValueError, match="no slip"):
        render([])
