"""Sample papers, and eyes to read printed ones: poppler for pages and words, zbar for codes."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from app.documents.certificate import CertificateRow, CertificateText, Review


@dataclass(frozen=True)
class Word:
    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Printed:
    """A PDF as a reader sees it."""

    path: Path

    def pages(self) -> list[list[Word]]:
        """The words of each page with their boxes, in points."""
        found = subprocess.run(["pdftotext", "-bbox", self.path, "-"], capture_output=True, check=True).stdout
        root = ElementTree.fromstring(found.replace(b'xmlns="http://www.w3.org/1999/xhtml"', b""))
        return [
            [
                Word(word.text or "", *(float(word.attrib[side]) for side in ("xMin", "yMin", "xMax", "yMax")))
                for word in page.iter("word")
            ]
            for page in root.iter("page")
        ]

    def text(self) -> str:
        """All text without any white space: where a line broke is of no interest."""
        found = subprocess.run(["pdftotext", self.path, "-"], capture_output=True, check=True, text=True).stdout
        return "".join(found.split())

    def picture(self, page: int = 1) -> Image.Image:
        """A page as it comes from a printer of 150 dots to the inch."""
        target = self.path.with_suffix(f".{page}")
        subprocess.run(
            ["pdftoppm", "-r", "150", "-png", "-singlefile", "-f", str(page), "-l", str(page), self.path, target],
            check=True,
        )
        return Image.open(f"{target}.png")


@pytest.fixture
def printed(tmp_path: Path) -> Callable[[bytes], Printed]:
    def look(pdf: bytes) -> Printed:
        path = tmp_path / "paper.pdf"
        path.write_bytes(pdf)
        return Printed(path)

    return look


@pytest.fixture
def certificate() -> CertificateText:
    return CertificateText(
        number="XS-440105-2026-001287",
        code="K7QX-9M2P-4RTW",
        verify_url="https://xueshi.example/verify/K7QX-9M2P-4RTW",
        year=2026,
        name="陈嘉怡",
        masked_id="440105********0024",
        school="广州市望涌中学",
        district="海珠区",
        series="中小学教师",
        title="一级教师",
        rows=(
            CertificateRow("公需科目", Decimal(30), Decimal(30), Decimal(0)),
            CertificateRow("专业科目", Decimal(42), Decimal("46.50"), Decimal(12)),
            CertificateRow("选修科目", None, Decimal(18), Decimal(0)),
        ),
        total=CertificateRow("合计", Decimal(90), Decimal("94.5"), Decimal(12)),
        result="passed",
        result_word="合格",
        unit="学时",
        policy_id="guangdong-2021",
        policy_title="广东省 2021 年起",
        policy_source="《关于 2021 年专业技术人员继续教育有关工作的温馨提示》二（一）",
        first_review=Review("广州市望涌中学", date(2027, 1, 6)),
        second_review=Review("海珠区教育局", date(2027, 1, 19)),
        exemption=None,
        issued_on=date(2027, 3, 1),
        authority="广州市海珠区教育局",
        certificate_title="继续教育学时年度验证证明",
    )
