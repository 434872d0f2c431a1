"""Papers of the round: the school's roster workbook, photographed evidence, and the QR code read off a certificate."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import xlsxwriter
from PIL import Image
from pyzbar.pyzbar import decode

from app.demo.evidence_files import certificate_photo
from app.demo.paper import EvidenceFields
from tests.factories import id_number

SCHOOL_CODE = "4401031001"
TEACHER = "梁咏诗"
TITLE = "小学数学单元整体教学研讨会"


def roster() -> bytes:
    """The workbook a school sends: headings of the contract, two teachers."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet("教师")
    rows = [
        ["姓名", "身份证号", "性别", "学校标识码", "任教学段", "任教学科", "专业技术职称", "入职日期", "手机号"],
        [TEACHER, id_number(52), "女", SCHOOL_CODE, "小学", "数学", "一级教师", "2019-09-01", "13800000052"],
        ["何志明", id_number(53), "男", SCHOOL_CODE, "小学", "语文", "二级教师", "2018-09-01", "13800000053"],
    ]
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return held.getvalue()


def scan() -> bytes:
    """A photo of the certificate on a desk."""
    return certificate_photo(
        EvidenceFields(
            name=TEACHER,
            title=TITLE,
            organiser="岭海数学教育学会",
            hours="12",
            dates="2026年5月14日至15日",
            number="LHSX-2026-0417",
        ),
        seed=7,
    )


def proof_of_hours() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (600, 400), (250, 246, 234)).save(held, "PNG")
    return held.getvalue()


def code_on(paper: bytes, folder: Path) -> str:
    """The address in the QR code of the certificate, read off the page as a phone reads it."""
    (folder / "paper.pdf").write_bytes(paper)
    subprocess.run(["pdftoppm", "-r", "150", "-png", "paper.pdf", "page"], cwd=folder, check=True)
    (page,) = sorted(folder.glob("page*.png"))
    with Image.open(page) as picture:
        (found,) = [one for one in decode(picture) if one.type == "QRCODE"]
    return found.data.decode("utf-8")
