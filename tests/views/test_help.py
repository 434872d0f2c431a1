"""The handbook: both languages alike, every picture and link there, every screen led to its place in it."""

from __future__ import annotations

import re

import pytest

from app.views import handbook
from app.views.help import PLACES, page_for
from app.views.menu import ACCOUNT_VIEWS, GROUPS, VIEWS

LANGUAGES = ("zh", "en")
FILES = [(name, language) for name in handbook.PAGES for language in LANGUAGES]


def source(name: str, language: str) -> str:
    return (handbook.DOCS / "handbook" / language / f"{name}.md").read_text("utf-8")


def test_the_files_are_the_pages():
    for language in LANGUAGES:
        held = {path.stem for path in (handbook.DOCS / "handbook" / language).glob("*.md")}
        assert held == set(handbook.PAGES)


@pytest.mark.parametrize("name", handbook.PAGES)
def test_a_page_has_the_same_sections_in_both_languages(app, name):
    with app.test_request_context():
        chinese, english = (handbook.page(name, language) for language in LANGUAGES)
    assert [one.anchor for one in chinese.sections] == [one.anchor for one in english.sections]
    assert len({one.anchor for one in english.sections}) == len(english.sections)
    for one in (*chinese.sections, *english.sections):
        # The help panel shows the first paragraph of wherever it leads.
        assert one.lead, f"{name}#{one.anchor} has no first paragraph"
    assert re.search(r"[一-龥]", chinese.title + chinese.lead) and not re.search(r"[一-龥]", english.title)


@pytest.mark.parametrize(("name", "language"), FILES)
def test_every_picture_and_link_is_there(app, name, language):
    text = source(name, language)
    for alt, target in re.findall(r"!\[(.*?)\]\((.*?)\)", text):
        assert alt, target
        assert (handbook.DOCS / "handbook" / language / target).resolve().is_file(), target
    for target in re.findall(r"(?<!!)\[.*?\]\((.*?)\)", text):
        assert target.removesuffix(".md") in handbook.PAGES, target


@pytest.mark.parametrize("name", handbook.PAGES)
def test_chinese_punctuation_is_full_width(name):
    text = re.sub(r"`[^`]*`|\]\(.*?\)", "", source(name, "zh"))
    assert re.findall(r"[一-龥][,;:!?()]|[,;:!?][一-龥]", text) == []


def test_every_screen_of_the_navigation_has_its_place(app):
    with app.test_request_context():
        for page, anchor in PLACES.values():
            for language in LANGUAGES:
                anchors = {one.anchor for one in handbook.page(page, language).sections}
                assert anchor in anchors, f"{page}#{anchor}"
    placed = {place.partition(".")[0] for place in PLACES}
    shown = {view for _title, entries in GROUPS for view, *_rest in entries}
    assert shown <= placed
    assert placed <= {view.__name__ for view in (*VIEWS, *ACCOUNT_VIEWS)} | {"HomeView"}


def test_a_screen_without_a_place_leads_to_the_beginning():
    assert (page_for("NoView.list").page, page_for(None).anchor) == ("first-steps", "")
    assert page_for("ClaimView.add").anchor == "filling-in-a-claim"
    assert page_for("ClaimView.show").anchor == "following-a-claim"


def test_the_panel_says_how_this_screen_is_used_and_which_keys_work(client_for):
    page = client_for("school").get("/claims/list/").text
    panel = page[page.index('id="keys"') :]
    assert "All lists work alike" in panel and 'href="/help/lists"' in panel
    assert "Quick search in a list" in panel and "Undo the last decision" not in panel
    assert "From here" not in panel


def test_the_handbook_is_for_who_is_signed_in(app, client_for):
    for path in ("/help/", "/help/lists", "/help/shots/login.png"):
        assert app.test_client().get(path).status_code == 302
        assert client_for("auditor").get(path).status_code == 200
    page = client_for("teacher").get("/help/reviewing").text
    assert '<section id="the-keys"' in page and "<kbd>J</kbd>" in page and 'href="#undo"' in page


@pytest.mark.parametrize(
    "path", ["/help/nothing", "/help/shots/nothing.png", "/help/shots/..%2f..%2fREADME.png", "/help/README"]
)
def test_nothing_else_is_served(client_for, path):
    assert client_for("teacher").get(path).status_code == 404


def test_searching_finds_sections_in_the_language_of_the_page(app, client_for):
    browser = client_for("teacher")
    page = browser.get("/help/?q=photocopy").text
    assert 'href="/help/claiming#photographing-evidence"' in page and "1 place found" in page
    assert "Nothing found" in browser.get("/help/?q=zzzz").text
    assert "<script>" not in browser.get("/help/?q=<script>alert(1)</script>").text.split("<main")[1]
    browser.get("/language/zh?next=/")
    assert 'href="/help/claiming#photographing-evidence"' in browser.get("/help/?q=复印件").text


def test_raw_html_and_foreign_links_do_not_come_through(app):
    reader = handbook._reader()
    with app.test_request_context():
        made = reader.render(
            "<script>x</script> [a](https://example.org) [b](//x) [c](lists.md#columns) ![d](../../../config.py)"
        )
    assert "<script>" not in made and "example.org" not in made and 'href="//x"' not in made
    assert 'href="/help/lists#columns"' in made and "<img" not in made
