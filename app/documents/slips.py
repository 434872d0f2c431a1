"""Activation slips: what a school prints, cuts and hands out so that each teacher opens an account of their own.

S2 四 gives every teacher an account without mailing anyone, by a password anybody can guess; a slip does it with a code
that works once. Eight slips to an A4 sheet, with lines to cut along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from app.documents.assets import PAGES, to_pdf, w3c_midnight
from app.documents.fit import shrunk
from app.documents.qr import qr_svg
from app.documents.words import SLIP

PER_SHEET = 8


@dataclass(frozen=True, slots=True)
class SlipText:
    """All that one slip says. `url` opens the account and is in the QR code; `expires_on` is the last day it works.

    Raises ValueError on an address that is not a web page's or an unknown language.
    """

    name: str
    masked_id: str
    school: str
    login_name: str
    code: str
    url: str
    expires_on: date
    language: str = "zh"

    def __post_init__(self) -> None:
        if self.language not in SLIP:
            raise ValueError("language")
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise ValueError("url")


def render(slips: Sequence[SlipText]) -> bytes:
    """One PDF of all slips in their order, eight to a sheet; the same slips give the same bytes.

    Raises ValueError on an empty list, FontsMissing without Chinese typefaces.
    """
    return to_pdf(page(slips))


def page(slips: Sequence[SlipText]) -> str:
    """The HTML the PDF is made from: every value escaped, every asset bundled."""
    if not slips:
        raise ValueError("no slip to print")
    words = SLIP[slips[0].language]
    schools = sorted({slip.school for slip in slips})
    return PAGES.get_template("slips/slips.html").render(
        html_lang=words.html_lang,
        document_title=words.many.format(count=len(slips)),
        author=schools[0] if len(schools) == 1 else "",
        created=w3c_midnight(max(slip.expires_on for slip in slips)),
        sheets=[
            [_filled(slip) for slip in slips[start : start + PER_SHEET]] for start in range(0, len(slips), PER_SHEET)
        ],
    )


def _filled(slip: SlipText) -> dict[str, Any]:
    """What the template sets of one slip."""
    words = SLIP[slip.language]
    address = urlsplit(slip.url)
    return {
        "slip": slip,
        "words": words,
        "name_size": shrunk(slip.name, whole=8, smaller=16),
        "school_size": shrunk(slip.school, whole=24, smaller=62),
        # The page that asks for the code, not the code again: it stands beside, in figures one can type.
        "steps": [step.format(address=f"{address.netloc}{address.path.rsplit('/', 1)[0]}") for step in words.steps],
        "expires": words.expires.format(day=slip.expires_on.isoformat()),
        "qr": qr_svg(slip.url, words.title),
    }
