"""Demonstration evidence: valid by content, the same for the same seed, different for every paper."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from app.demo.evidence_files import (
    EvidenceFields,
    certificate_pdf,
    certificate_photo,
    certificate_png,
    small_certificate,
)

FIELDS = EvidenceFields(
    name="陈嘉怡", title="信息技术与学科教学深度融合专题研修", organiser="岭海教师发展研究中心", hours="24",
    dates="2021 年 3 月 5 日至 3 月 8 日", number="LH-2021-00001",
)  # fmt: skip
MAKERS = [certificate_pdf, certificate_photo, certificate_png, small_certificate]


@pytest.mark.parametrize("make", MAKERS)
def test_the_same_paper_is_the_same_file_whatever_was_made_before(make):
    first = make(FIELDS, 5)
    make(replace(FIELDS, name="黄志强"), 6)
    assert make(FIELDS, 5) == first


@pytest.mark.parametrize("make", MAKERS)
def test_another_seed_or_another_text_is_another_file(make):
    papers = [make(FIELDS, seed) for seed in range(4)]
    papers += [make(replace(FIELDS, number=f"LH-2021-{at:05}"), 0) for at in range(2, 5)]
    papers += [make(replace(FIELDS, name="黄志强"), 0)]
    assert len(set(papers)) == len(papers)


def test_a_photo_is_a_jpeg_of_a_plausible_size_with_paper_and_desk_on_it():
    photo = certificate_photo(FIELDS, 3)
    assert 60_000 < len(photo) < 260_000
    with Image.open(BytesIO(photo), formats=["JPEG"]) as picture:
        picture.load()
        middle, corner = (
            picture.convert("L").getpixel((picture.width // 2, picture.height // 3)),
            picture.getpixel((4, 4)),
        )
        assert middle > 120 and sum(corner) / 3 < middle
        reds = sum(1 for r, g, b in picture.resize((200, 150)).get_flattened_data() if r > g + 60 and r > b + 60)
        assert reds > 40  # the stamp


def test_a_scan_is_a_png():
    with Image.open(BytesIO(certificate_png(FIELDS, 3)), formats=["PNG"]) as picture:
        picture.load()
        assert picture.size == (1240, 877)


@pytest.mark.parametrize("make", [certificate_pdf, small_certificate])
def test_a_pdf_has_one_page_and_nothing_that_acts(make):
    pdf = make(FIELDS, 3)
    reader = PdfReader(BytesIO(pdf), strict=True)
    assert len(reader.pages) == 1
    assert "/OpenAction" not in reader.trailer["/Root"] and b"/JavaScript" not in pdf


def test_a_small_certificate_is_small_and_can_be_read():
    pdf = small_certificate(FIELDS, 3)
    assert len(pdf) <= 3072
    text = PdfReader(BytesIO(pdf)).pages[0].extract_text()
    for value in ("陈嘉怡", "24", "岭海教师发展研究中心", "LH-2021-00001"):
        assert value in text, value


def test_a_small_certificate_takes_names_beyond_the_basic_plane_and_brackets():
    for name in ("𠮷田", "a)(b", "\\", "名" * 60):
        assert len(PdfReader(BytesIO(small_certificate(replace(FIELDS, name=name), 1)), strict=True).pages) == 1
