"""The handbook as it lies in ``docs/handbook``: Markdown files made into pages, sections and answers to a search.

A file is a page, its second-level headings are the sections. The Chinese page has the sections of the English one in
the same order, so an address points at the same place in both: the anchor is the English heading's. Raw HTML is not
read, links stay in the handbook or in the application, pictures are those of ``docs/shots``. Which page belongs to
which screen stands in ``help.py``.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from flask import url_for
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
SHOTS = DOCS / "shots"
# In reading order.
PAGES = (
    "first-steps",
    "claiming",
    "reviewing",
    "lists",
    "results",
    "certificates",
    "register",
    "statistics",
    "rules",
    "administration",
    "glossary",
)
# How much of a section a search shows.
EXCERPT = 90
# Pictures of a phone are shown at their own size.
PHONE = 700
KEYS = re.compile(r"(?:(?:Ctrl|Shift) )?(?:[A-Z/?\[\]+\-0-9]|Enter|Esc|Space|F\d)")


@dataclass(frozen=True)
class Section:
    """What stands under one heading; the first one of a page has no heading."""

    anchor: str
    title: str
    html: Markup
    text: str
    lead: str


@dataclass(frozen=True)
class Page:
    """One file."""

    name: str
    title: str
    sections: tuple[Section, ...]

    @property
    def lead(self) -> str:
        """The first paragraph."""
        return self.sections[0].lead

    def section(self, anchor: str) -> Section:
        """The section of that anchor; the beginning where there is none."""
        return next((one for one in self.sections if one.anchor == anchor), self.sections[0])


def page(name: str, language: str) -> Page:
    """A page in a language.

    Raises:
        KeyError: where there is no such page.
    """
    if name not in PAGES or language not in ("zh", "en"):
        raise KeyError(name)
    return _made(name, language)


def search(words: str, language: str) -> list[tuple[Page, Section, str]]:
    """The sections that hold every one of ``words``, with a piece of the text around the first."""
    asked = [word.casefold() for word in words.split()]
    if not asked:
        return []
    found = []
    for name in PAGES:
        one = page(name, language)
        for section in one.sections:
            text = f"{section.title or one.title} {section.text}"
            if all(word in text.casefold() for word in asked):
                at = max(section.text.casefold().find(asked[0]), 0)
                begin = max(at - EXCERPT // 3, 0)
                piece = section.text[begin : begin + EXCERPT]
                rest = "…" if begin + EXCERPT < len(section.text) else ""
                found.append((one, section, ("…" if begin else "") + piece + rest))
    return found


def picture(name: str) -> Path | None:
    """The file of a picture of ``docs/shots``; None for any other name."""
    return SHOTS / f"{name}.png" if name in _pictures() else None


@lru_cache(maxsize=1)
def _pictures() -> frozenset[str]:
    return frozenset(path.stem for path in SHOTS.glob("*.png"))


@lru_cache(maxsize=2 * len(PAGES))
def _made(name: str, language: str) -> Page:
    tokens = _reader().parse(_source(name, language))
    parts = _split(tokens)
    english = _split(_reader().parse(_source(name, "en"))) if language != "en" else parts
    anchors = [_slug(_words(heading)) for heading, _body in english]
    sections = []
    for place, (heading, body) in enumerate(parts[1:]):
        anchor = anchors[place + 1] if place + 1 < len(anchors) else f"part-{place + 1}"
        sections.append(_section(anchor, _words(heading), body))
    title, opening = parts[0]
    return Page(name, _words(title), (_section("", "", opening), *sections))


def _source(name: str, language: str) -> str:
    return (DOCS / "handbook" / language / f"{name}.md").read_text("utf-8")


def _split(tokens: Sequence[Token]) -> list[tuple[Token | None, list[Token]]]:
    """Heading and body of each part: the title with what opens the page, then every second-level heading."""
    parts: list[tuple[Token | None, list[Token]]] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.type == "heading_open" and token.tag in ("h1", "h2"):
            parts.append((tokens[place + 1], []))
            place += 3
            continue
        parts[-1][1].append(token)
        place += 1
    return parts


def _section(anchor: str, title: str, body: list[Token]) -> Section:
    spoken = [_words(token) for token in body if token.type == "inline"]
    lead = next(
        (
            _words(after)
            for before, after in pairwise(body)
            if before.type == "paragraph_open" and before.level == 0 and _words(after)
        ),
        "",
    )
    html = Markup(_reader().renderer.render(body, _reader().options, {}))  # noqa: S704  (our own files, HTML off)
    return Section(anchor, title, html, " ".join(filter(None, spoken)), lead)


def _words(token: Token | None) -> str:
    """The text of an inline token, pictures left out."""
    if token is None:
        return ""
    parts = (" " if one.type in ("softbreak", "hardbreak") else one.content for one in _spoken(token))
    return "".join(parts).strip()


def _spoken(token: Token) -> list[Token]:
    return [
        one for one in token.children or [] if one.type in ("text", "code_inline", "softbreak", "hardbreak")
    ]


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


# --- Markdown to our markup ---


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    rules: dict[str, Any] = {
        "table_open": lambda *_: '<div class="table-responsive" tabindex="0"><table class="table">',
        "table_close": lambda *_: "</table></div>",
        "code_inline": _code,
        "image": _image,
        "link_open": _link,
        "softbreak": lambda *_: "\n",
    }
    made.renderer.rules.update(rules)
    return made


def _code(tokens: Sequence[Token], place: int, *_: Any) -> str:
    """A key is drawn as one; anything else typed is set as such."""
    words = tokens[place].content
    if KEYS.fullmatch(words):
        return "<kbd>" + "</kbd> <kbd>".join(str(escape(key)) for key in words.split()) + "</kbd>"
    return f"<code>{escape(words)}</code>"


def _image(tokens: Sequence[Token], place: int, *_: Any) -> str:
    token = tokens[place]
    name = Path(str(token.attrs.get("src", ""))).stem
    file = picture(name)
    said = escape(token.content)
    if file is None:
        return f"<em>{said}</em>"
    # The size of a PNG stands in its first chunk; with it the page does not jump while the picture comes.
    width, height = struct.unpack(">II", file.read_bytes()[16:24])
    kind = "shot phone" if width < PHONE else "shot"
    address = url_for("HelpView.shot", name=name)
    return (
        f'<a class="{kind}" href="{address}"><img src="{address}" width="{width}" height="{height}" '
        f'loading="lazy" alt="{said}"></a>'
    )


def _link(tokens: Sequence[Token], place: int, *_: Any) -> str:
    """To another page of the handbook, or to a page of the application; to nowhere else."""
    target = str(tokens[place].attrs.get("href", ""))
    other, _hash, anchor = target.partition("#")
    if other.endswith(".md") and (name := other.removesuffix(".md")) in PAGES:
        target = url_for("HelpView.show", name=name) + (f"#{anchor}" if anchor else "")
    elif not target.startswith(("#", "/")) or target.startswith("//"):
        target = "#"
    return f'<a href="{escape(target)}">'
