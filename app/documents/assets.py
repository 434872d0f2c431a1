"""HTML to PDF, fed from bundled files only.

WeasyPrint's own fetcher reads `file:` and any host, so a name with markup could attach a file of the server to a
certificate. Here an address is either in a closed table of files shipped under `templates/`, or the whole rendering
stops: a paper without its style sheet must not be issued either.
"""

import gc
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.documents.fonts import check_fonts

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
BASE_URL = "https://bundled.invalid/"
_ADMITTED = {
    BASE_URL + f"{folder}/{name}": TEMPLATES / folder / name
    for folder, name in (
        ("certificates", "certificate.css"),
        ("slips", "slips.css"),
    )
}

# Pango's font map is not made for several threads; a web process renders one paper at a time.
_ONE_AT_A_TIME = threading.Lock()


class AssetRefused(RuntimeError):
    """The page asked for an address that is not bundled. The message holds the address."""


class BundledAssets(URLFetcher):
    """Answers for the files of `_ADMITTED`, by exact address; refuses everything else, `data:` included."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        path = _ADMITTED.get(url)
        if path is None:
            raise ValueError(f"not bundled: {url[:200]}")
        about = EmailMessage()
        about["Content-Type"] = "text/css; charset=utf-8"
        return URLFetcherResponse(url, path.read_bytes(), about)


PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def to_pdf(html: str, finish: Callable[[Any, Any], None] | None = None) -> bytes:
    """A PDF of a page of ours. The same HTML gives the same bytes on the same machine.

    `finish` may draw on the finished PDF, as WeasyPrint's finisher does. Raises AssetRefused where the
    page asks for an address that is not bundled, FontsMissing without Chinese typefaces.
    """
    check_fonts()
    with _ONE_AT_A_TIME, _collected():
        try:
            return HTML(string=html, base_url=BASE_URL, url_fetcher=BundledAssets()).write_pdf(
                finisher=finish,
                font_config=FontConfiguration(),
                pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
                # Tagged, so that a screen reader follows the table of hours.
                pdf_tags=True,
            )
        except FatalURLFetchingError as fault:
            raise AssetRefused(str(fault)) from fault.__cause__


@contextmanager
def _collected() -> Iterator[None]:
    """Pauses the collector while a page is laid out, then collects what that made, and only that.

    A laid out document is one great tangle that holds copies of whole font collections (90 MB). The collector walks it
    again and again while it grows (a quarter of the time) and may leave it lying for long once it is done.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if was_enabled:
            gc.enable()


def w3c_midnight(day: date) -> str:
    """A day as the instant a PDF's metadata wants, fixed by the day alone."""
    return f"{day.isoformat()}T00:00:00+08:00"
