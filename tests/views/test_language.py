"""Which language a page speaks, how one switches without losing one's place, and that FAB speaks it too."""

from __future__ import annotations

from pathlib import Path

import flask_appbuilder
import pytest
from babel.messages.extract import extract_from_dir
from flask_babel import force_locale, gettext

from app.views.labels import listed

FAB = Path(flask_appbuilder.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


@pytest.mark.parametrize(
    ("asked", "heard"),
    [
        ("", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.2", "en"),
        # Who reads traditional characters reads simplified ones sooner than English.
        ("zh-TW,en;q=0.5", "zh-CN"),
        ("zh-HK", "zh-CN"),
        ("zh-Hant-HK,en;q=0.9", "zh-CN"),
        ("fr-FR,fr;q=0.9", "zh-CN"),
        ("fr-FR,fr;q=0.9,en;q=0.3", "en"),
        ("en;q=0.2,zh;q=0.7", "zh-CN"),
        ("zh;q=0,en;q=0.1", "en"),
        ("rubbish;;q=x", "zh-CN"),
    ],
)
def test_the_first_visit_heeds_the_browser(app, asked, heard):
    answer = app.test_client().get("/login/", headers={"Accept-Language": asked} if asked else {})
    assert f'<html lang="{heard}"' in answer.text


def test_a_choice_stands_above_the_browser_and_lasts(app):
    client = app.test_client()
    client.get("/language/en?next=/login/", headers={"Accept-Language": "zh-CN"})
    assert '<html lang="en"' in client.get("/login/", headers={"Accept-Language": "zh-CN"}).text


def test_switching_keeps_the_page_and_its_filters(client_for):
    browser = client_for("school")
    path = "/claims/list/?state=submitted&state=returned&year=2026"
    page = browser.get(path).text
    link = next(part.split('"')[0] for part in page.split('href="') if part.startswith("/language/zh"))
    answer = browser.get(link.replace("&amp;", "&"))
    assert answer.status_code == 302 and answer.location == path
    assert '<html lang="zh-CN"' in browser.get(answer.location).text


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:x"])
def test_switching_leads_to_no_other_host(app, elsewhere):
    answer = app.test_client().get("/language/en", query_string={"next": elsewhere})
    assert answer.location == "/"


def test_a_third_language_is_none(app):
    assert app.test_client().get("/language/fr").status_code == 404


def test_everything_that_fab_can_say_is_said_in_chinese(app):
    """Its catalogue lacks 25 texts and holds fuzzy ones; ours (labels_fab.py) fills them."""
    asked = {
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _comments, _context in extract_from_dir(FAB, METHODS, {}, keywords=KEYWORDS)
    }
    assert len(asked) > 140
    with app.test_request_context(), force_locale("zh"):
        unsaid = {text for text in asked if gettext(text) == text}
    assert unsaid == set()


def test_ours_is_heard_where_both_say_it(app):
    with app.test_request_context(), force_locale("zh"):
        assert gettext("Name") == "姓名"  # FAB: 名称


def test_a_list_of_words_has_the_comma_of_its_language(app):
    with app.test_request_context():
        with force_locale("zh"):
            assert listed(["公需科目", "专业科目", "选修科目"]) == "公需科目、专业科目、选修科目"
        with force_locale("en"):
            assert listed(["public", "professional"]) == "public, professional"
            assert listed([]) == ""
