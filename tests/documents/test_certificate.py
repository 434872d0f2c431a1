"""The certificate: what it says, that it stays on one page, is a pure function and has a code that scans."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import combinations

import pytest
from pypdf import PdfReader
from pyzbar.pyzbar import ZBarSymbol, decode

from app.documents.certificate import (
    BadSnapshot,
    CertificateRow,
    Review,
    as_snapshot,
    from_snapshot,
    render,
)

LONG_SCHOOL = (
    "广东省广州市南沙区大湾区现代职业技术教育集团附属第一实验九年一贯制外国语民族特殊教育联合学校明珠湾起步区灵山岛尖"
)
LONG_BODY = "广州市南沙区教育局教师继续教育学时审核委员会办公室"


def test_a_certificate_says_all_that_domain_6_asks(certificate, printed):
    text = printed(render([certificate])).text()
    for value in (
        certificate.number, certificate.code, "二〇二六年度", "陈嘉怡", "440105********0024",
        "广州市望涌中学（海珠区）",
        "中小学教师系列", "一级教师", "公需科目30300", "专业科目4246.512", "选修科目—180", "合计9094.512",
        "验证合格", "2027-01-06", "海珠区教育局2027-01-19", "广东省2021年起（guangdong-2021）", "温馨提示》二（一）",
        "盖章处", "广州市海珠区教育局", "二〇二七年三月一日", "xueshi.example/verify", "继续教育学时年度验证证明",
    ):  # fmt: skip
        assert value in text, value


def test_a_school_that_names_its_district_does_not_name_it_twice(certificate, printed):
    text = printed(render([replace(certificate, school="广州市海珠区望涌中学")])).text()
    assert "广州市海珠区望涌中学教职工" in text


def test_an_exempt_year_says_so_and_does_not_claim_that_it_was_completed(certificate, printed):
    exempt = replace(
        certificate,
        result="exempt",
        result_word="免修",
        exemption="援疆支教，全年免修",
        first_review=None,
        second_review=None,
    )
    text = printed(render([exempt])).text()
    assert "验证结果为免修" in text and "援疆支教，全年免修" in text
    assert "完成" not in text and "初审" not in text and "复审" not in text


def test_one_review_alone_is_not_called_two(certificate, printed):
    text = printed(render([replace(certificate, second_review=None)])).text()
    assert "经审核，验证合格" in text and "复审" not in text


def test_english_says_it_in_english(certificate, printed):
    english = replace(
        certificate,
        language="en",
        unit="credits",
        result_word="Passed",
        certificate_title="Annual Verification of Hours",
    )
    pdf = render([english])
    text = printed(pdf).text()
    assert "Thisistocertifythat陈嘉怡" in text and "1March2027" in text and "Requiredcredits" in text
    for word in ("兹证明", "编号", "应修", "盖章处", "学时"):
        assert word not in text
    assert PdfReader(BytesIO(pdf)).trailer["/Root"]["/Lang"] == "en"


def test_the_code_on_the_printed_page_opens_its_public_page(certificate, printed):
    english = replace(
        certificate, language="en", code="AAAA-BBBB-CCCC", verify_url="https://x.example/verify/AAAA-BBBB-CCCC"
    )
    paper = printed(render([certificate, english]))
    for page, text in ((1, certificate), (2, english)):
        found = decode(paper.picture(page).convert("L"), symbols=[ZBarSymbol.QRCODE])
        assert [symbol.data.decode() for symbol in found] == [text.verify_url]


def test_the_same_text_gives_the_same_bytes_and_another_text_others(certificate):
    again = from_snapshot(json.loads(json.dumps(as_snapshot(certificate))))
    assert again == certificate
    assert render([certificate]) == render([again])
    assert render([certificate]) != render([replace(certificate, name="陈嘉仪")])


def test_the_file_tells_its_title_authority_language_and_day_of_issue_and_no_other_time(certificate):
    reader = PdfReader(BytesIO(render([certificate])))
    about = reader.metadata
    assert about.title == "继续教育学时年度验证证明 XS-440105-2026-001287"
    assert about.author == "广州市海珠区教育局"
    assert about.creation_date.isoformat() == about.modification_date.isoformat() == "2027-03-01T00:00:00+08:00"
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_list_is_one_page_each_in_its_order(certificate, printed):
    texts = [replace(certificate, name=name) for name in ("甲一", "乙二", "丙三", "丁四")]
    pages = printed(render(texts)).pages()
    assert len(pages) == 4
    for page, text in zip(pages, texts, strict=True):
        assert text.name in "".join(word.text for word in page)


def test_every_page_has_its_frame(certificate, printed):
    paper = printed(render([certificate, replace(certificate, language="en")]))
    for page in (1, 2):
        picture = paper.picture(page).convert("RGB")
        to_dots = 150 / 25.4
        for x, y in ((9.45, 105), (287.55, 105), (148.5, 9.45), (148.5, 200.55)):
            red, green, blue = picture.getpixel((round(x * to_dots), round(y * to_dots)))
            assert blue > red + 60 and red < 90, (page, x, y, red, green, blue)


def test_nothing_to_print_is_refused():
    with pytest.raises(ValueError, match="no certificate"):
        render([])


def lengthened(certificate, *, language, name, school, body, categories, exemption, source):
    return replace(
        certificate,
        language=language,
        name="买买提江·阿不都热合曼·吐尔逊尼亚孜"[:name],
        school=LONG_SCHOOL[:school],
        first_review=Review(LONG_SCHOOL[:school], date(2027, 1, 6)),
        second_review=Review(LONG_BODY[:body], date(2027, 1, 19)),
        authority=LONG_BODY[:body],
        rows=tuple(
            CertificateRow(
                f"专业科目（含网络研修）{at}" if at % 2 else "公需科目", Decimal(42), Decimal("46.5"), Decimal(0)
            )
            for at in range(categories)
        ),
        exemption="产假（2026-03-01 至 2026-08-31），按规定减免当年度部分学时" if exemption else None,
        policy_source="《广州市教育局关于做好 2019 年度中小学教师继续教育学时验证工作的通知》第二条第一款"[:source],
    )


LENGTHS = [
    {"language": language, "name": name, "school": school, "body": body, "categories": categories,
     "exemption": exemption, "source": source}
    for language in ("zh", "en")
    for name, school, body, categories, exemption, source in (
        (2, 8, 6, 2, False, 20), (3, 16, 12, 3, False, 44), (4, 24, 14, 4, True, 44), (6, 30, 24, 3, True, 44),
        (8, 40, 24, 4, True, 44), (12, 50, 20, 4, False, 44), (19, 60, 24, 4, True, 44), (19, 60, 24, 6, True, 44),
    )
]  # fmt: skip


def test_long_values_stay_on_their_page_and_overlap_nothing(certificate, printed):
    texts = [lengthened(certificate, **lengths) for lengths in LENGTHS]
    pages = printed(render(texts)).pages()
    assert len(pages) == len(texts)
    millimetre = 72 / 25.4
    for lengths, text, words in zip(LENGTHS, texts, pages, strict=True):
        whole = "".join(word.text for word in words)
        for value in (text.name, text.school, text.authority):
            assert value in whole, (lengths, value)
        for word in words:
            assert 12 * millimetre < word.left and word.right < 285 * millimetre, (lengths, word)
            assert 12 * millimetre < word.top and word.bottom < 198 * millimetre, (lengths, word)
            in_code = 26 * millimetre < word.left < 60 * millimetre and 155 * millimetre < word.top < 189 * millimetre
            assert not in_code, (lengths, word)
        for one, other in combinations(words, 2):
            # Boxes are as tall as the typeface's ascent and descent, taller than a tight line: middles keep apart.
            across = min(one.right, other.right) - max(one.left, other.left)
            down = min(one.bottom, other.bottom) - max(one.top, other.top)
            height = min(one.bottom - one.top, other.bottom - other.top)
            assert across < 2 or down < height * 0.55, (lengths, one, other)


def test_even_the_longest_values_stay_on_one_page(certificate, printed):
    most = "长" * 200
    worst = replace(certificate, name=most, school=most, authority=most, exemption=most, certificate_title=most)
    assert len(printed(render([worst])).pages()) == 1


@pytest.mark.parametrize(
    "name", ["<b>陈</b>&amp;", "<script>alert(1)</script>", "{{ 7 * 7 }}", '"><img src=x>', "%(x)s {name}"]
)
def test_a_name_with_markup_is_printed_as_it_is_written(certificate, printed, name):
    hostile = replace(certificate, name=name, school=name, exemption=name, authority=name)
    assert printed(render([hostile])).text().count("".join(name.split())) >= 4


@pytest.mark.parametrize("field", ["name", "masked_id", "exemption", "school"])
def test_a_full_id_number_never_reaches_a_certificate(certificate, field):
    for number in ("440105199001010024", "44010519900101002X", "44010519900101002x"):
        with pytest.raises(BadSnapshot, match=field):
            replace(certificate, **{field: f"证件 {number}"})


def test_a_full_id_number_in_a_review_body_or_a_row_is_found_too(certificate):
    with pytest.raises(BadSnapshot, match="first_review"):
        replace(certificate, first_review=Review("440105199001010024", date(2027, 1, 6)))
    with pytest.raises(BadSnapshot, match="rows"):
        replace(certificate, rows=(replace(certificate.rows[0], title="440105199001010024"),))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "fr"),
        ("result", "not_passed"),
        ("rows", ()),
        ("verify_url", "javascript:alert(1)"),
        ("name", "长" * 201),
    ],
)
def test_what_cannot_stand_on_a_certificate_is_refused(certificate, field, value):
    with pytest.raises(BadSnapshot, match=field):
        replace(certificate, **{field: value})


def test_hours_are_kept_as_decimal_strings_and_days_as_days(certificate):
    snapshot = as_snapshot(certificate)
    assert snapshot["version"] == 1
    assert snapshot["rows"][1] == {"title": "专业科目", "required": "42", "recognised": "46.5", "carried": "12"}
    assert snapshot["rows"][2]["required"] is None
    assert snapshot["first_review"] == {"body": "广州市望涌中学", "on": "2027-01-06"}
    assert snapshot["issued_on"] == "2027-03-01"


def test_a_snapshot_without_reviews_or_exemption_comes_back_whole(certificate):
    bare = replace(certificate, first_review=None, second_review=None)
    assert from_snapshot(as_snapshot(bare)) == bare


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s.update(version=2), lambda s: s.pop("version"), lambda s: s.pop("name"), lambda s: s.update(extra=1),
        lambda s: s["rows"][0].update(recognised="viele"), lambda s: s["total"].pop("carried"),
        lambda s: s.update(issued_on="2027-13-01"),
    ],
)  # fmt: skip
def test_a_spoilt_snapshot_is_refused_and_not_guessed_at(certificate, spoil):
    snapshot = as_snapshot(certificate)
    spoil(snapshot)
    with pytest.raises(BadSnapshot):
        from_snapshot(snapshot)
