"""The yearly certificate: a frozen text and its PDF, one A4 page each (DOMAIN §6).

A certificate's text is plain values, kept as a snapshot when it is issued; printing reads nothing else. This is our own
document: it must not resemble the provincial certificate, which its own system issues.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from app.documents.assets import PAGES, to_pdf, w3c_midnight
from app.documents.backdrop import draw_backdrop
from app.documents.fit import Density, ems, shrunk
from app.documents.qr import qr_svg
from app.documents.words import CERTIFICATE, CertificateWords, plain_hours

SNAPSHOT_VERSION = 1
RESULTS = ("passed", "exempt")
LONGEST = 200

# An ID number written out, with or without its check digit; a certificate carries the masked form only.
_FULL_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx]?(?!\d)")


def holds_id_number(text: str) -> bool:
    """Whether a text shows an ID number written out, which no certificate may."""
    return _FULL_ID_NUMBER.search(text) is not None


class BadSnapshot(ValueError):
    """A stored snapshot that cannot be printed; the message names the field."""


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """Hours of one category, or of the total. `required` is None where the policy asks nothing of a category."""

    title: str
    required: Decimal | None
    recognised: Decimal
    carried: Decimal


@dataclass(frozen=True, slots=True)
class Review:
    """Who reviewed, and on what day (Asia/Shanghai)."""

    body: str
    on: date


@dataclass(frozen=True, slots=True)
class CertificateText:
    """All that one certificate says, in the words of its language.

    `result` is "passed" or "exempt" and chooses the sentence; `result_word` is what it is called. `unit` is 学时, or
    what the policy counts in. `district` may be empty. `authority` is named beside the seal. Raises BadSnapshot where
    a value cannot stand on a certificate: no rows, an unknown language or result, a full ID number, a text beyond 200
    characters.
    """

    number: str
    code: str
    verify_url: str
    year: int
    name: str
    masked_id: str
    school: str
    district: str
    series: str
    title: str
    rows: tuple[CertificateRow, ...]
    total: CertificateRow
    result: str
    result_word: str
    unit: str
    policy_id: str
    policy_title: str
    policy_source: str
    first_review: Review | None
    second_review: Review | None
    exemption: str | None
    issued_on: date
    authority: str
    certificate_title: str
    language: str = "zh"

    def __post_init__(self) -> None:
        if self.language not in CERTIFICATE:
            raise BadSnapshot("language")
        if self.result not in RESULTS:
            raise BadSnapshot("result")
        if not self.rows or len(self.rows) > 8:
            raise BadSnapshot("rows")
        if urlsplit(self.verify_url).scheme not in ("http", "https"):
            raise BadSnapshot("verify_url")
        for field, value in _texts(self):
            if len(value) > LONGEST:
                raise BadSnapshot(f"{field}: over {LONGEST} characters")
            if field != "verify_url" and holds_id_number(value):
                raise BadSnapshot(f"{field}: a full ID number")

    @property
    def reviews(self) -> tuple[Review, ...]:
        return tuple(review for review in (self.first_review, self.second_review) if review is not None)


def as_snapshot(text: CertificateText) -> dict[str, Any]:
    """The text as JSON values: hours as decimal strings, days as YYYY-MM-DD, with the version of this layout."""
    return {"version": SNAPSHOT_VERSION, **_plain(asdict(text))}


def from_snapshot(snapshot: dict[str, Any]) -> CertificateText:
    """The text a snapshot was taken of. Raises BadSnapshot on another version or a missing or unknown field."""
    values = dict(snapshot)
    if values.pop("version", None) != SNAPSHOT_VERSION:
        raise BadSnapshot("version")
    try:
        values["rows"] = tuple(_row(row) for row in values["rows"])
        values["total"] = _row(values["total"])
        for field in ("first_review", "second_review"):
            review = values[field]
            values[field] = review and Review(body=review["body"], on=date.fromisoformat(review["on"]))
        values["issued_on"] = date.fromisoformat(values["issued_on"])
        return CertificateText(**values)
    except BadSnapshot:
        raise
    except (KeyError, TypeError, ValueError, ArithmeticError) as fault:
        raise BadSnapshot(str(fault)) from fault


def render(texts: Sequence[CertificateText]) -> bytes:
    """One PDF of all texts in their order, an A4 landscape page each; the same texts give the same bytes.

    One certificate suits a web request; a long list belongs to the worker. Raises ValueError on an empty list,
    FontsMissing without Chinese typefaces.
    """
    return to_pdf(page(texts), draw_backdrop)


def page(texts: Sequence[CertificateText]) -> str:
    """The HTML the PDF is made from: every value escaped, every asset bundled."""
    if not texts:
        raise ValueError("no certificate to print")
    first = texts[0]
    words = CERTIFICATE[first.language]
    authors = sorted({text.authority for text in texts})
    return PAGES.get_template("certificates/certificate.html").render(
        html_lang=words.html_lang,
        document_title=f"{first.certificate_title} {first.number}"
        if len(texts) == 1
        else words.many.format(title=first.certificate_title, count=len(texts)),
        author=authors[0] if len(authors) == 1 else "",
        created=w3c_midnight(max(text.issued_on for text in texts)),
        certificates=[_filled(text) for text in texts],
    )


def _filled(text: CertificateText) -> dict[str, Any]:
    """What the template sets: words with their gaps filled, values as they are printed."""
    words = CERTIFICATE[text.language]
    statement = _statement(text, words)
    facts = _facts(text, words)
    address = urlsplit(text.verify_url)
    return {
        "text": text,
        "words": words,
        "density": Density.of(
            statement=statement.striptags(),
            facts=[value.striptags() for _, value in facts],
            heads=[row.title for row in text.rows],
            language=text.language,
        ),
        "title_size": shrunk(text.certificate_title, whole=15, smaller=28)
        if text.language == "zh"
        else shrunk(text.certificate_title, whole=27, smaller=33),
        "authority_size": shrunk(text.authority, whole=21, smaller=52),
        "year_line": words.year_line.format(year=words.year(text.year)),
        "statement": statement,
        "required": words.required.format(unit=text.unit),
        "recognised": words.recognised.format(unit=text.unit),
        "rows": [_printed(row) for row in text.rows],
        "total": _printed(text.total),
        "facts": facts,
        "verify": words.verify.format(address=f"{address.netloc}{address.path.rsplit('/', 1)[0]}"),
        "voided": words.voided.format(unit=text.unit),
        "issued": words.day(text.issued_on),
        "qr": qr_svg(text.verify_url, f"{words.code} {text.code}"),
    }


def _statement(text: CertificateText, words: CertificateWords) -> Markup:
    """The sentence that certifies, its values set apart from its words."""
    # 广州市海珠区望涌中学 names its district already.
    school = text.school
    if text.district and text.district not in text.school:
        school = words.of_district.format(school=text.school, district=text.district)
    sentence = words.passed if text.result == "passed" else words.exempt
    # The words are ours, from the frozen table; Markup escapes every value that fills a gap.
    return Markup(sentence).format(  # noqa: S704
        name=Markup('<b class="name">{}</b>').format(text.name),
        masked_id=_value(text.masked_id),
        school=_value(school),
        series=_value(text.series),
        title=_value(text.title),
        year=Markup('<span class="figure">{}</span>').format(text.year),
        unit=text.unit,
        reviewed=words.reviewed[len(text.reviews)],
        result=Markup("<b>{}</b>").format(text.result_word),
    )


def _value(value: str) -> Markup:
    """A filled-in value; a short one stays on one line."""
    tag = '<i class="whole">{}</i>' if ems(value) <= 16 else "<i>{}</i>"
    return Markup(tag).format(value)  # noqa: S704 - one of two tags above; the value is escaped


def _facts(text: CertificateText, words: CertificateWords) -> list[tuple[str, Markup]]:
    """What the result rests on, in the order it is read."""
    rows: list[tuple[str, Markup]] = [(words.result, Markup("<b>{}</b>").format(text.result_word))]
    if text.exemption:
        rows.append((words.exemption, escape(text.exemption)))
    for label, review in ((words.first_review, text.first_review), (words.second_review, text.second_review)):
        if review:
            rows.append((label, Markup("{} <span>{}</span>").format(review.body, review.on.isoformat())))
    policy = words.policy_name.format(title=text.policy_title, id=text.policy_id)
    return [*rows, (words.policy, escape(policy)), (words.source, escape(text.policy_source))]


def _printed(row: CertificateRow) -> tuple[str, str, str, str]:
    return row.title, plain_hours(row.required), plain_hours(row.recognised), plain_hours(row.carried)


def _texts(value: Any, field: str = "") -> list[tuple[str, str]]:
    """Every text in a frozen value with its path, those of rows and reviews included."""
    if isinstance(value, str):
        return [(field, value)]
    if isinstance(value, tuple):
        return [found for at, item in enumerate(value) for found in _texts(item, f"{field}[{at}]")]
    names = getattr(type(value), "__dataclass_fields__", {})
    return [found for name in names for found in _texts(getattr(value, name), f"{field}.{name}" if field else name)]


def _row(row: dict[str, Any]) -> CertificateRow:
    required = row["required"]
    return CertificateRow(
        title=row["title"],
        required=None if required is None else Decimal(required),
        recognised=Decimal(row["recognised"]),
        carried=Decimal(row["carried"]),
    )


def _plain(value: Any) -> Any:
    """JSON values of a dataclass's values."""
    if isinstance(value, Decimal):
        return plain_hours(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
