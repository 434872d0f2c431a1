"""The packs and the rules on screen: every figure with its word and its clause, for whoever may read them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from app.domain.policy import FOLDER, Formula, PackFault, PackReason, load, pack, packs
from app.domain.rules import Rule
from app.exchange.pack_words import REASONS
from app.extensions import db
from app.models import PolicyBinding
from app.views import policy_compare, policy_page
from app.views.labels_policies import FORMULAS, fault_texts
from app.views.labels_rules import RULES, rule_mark
from tests.client import Browser
from tests.factories import World

Client = Callable[[str], Browser]
READERS = ("city", "auditor", "authority", "school", "teacher")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def words(page: str) -> str:
    """A page's text without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("policy_id", sorted(packs()))
def test_every_figure_of_a_pack_stands_on_its_page_with_a_word_and_its_clause(
    app: Flask, policy_id: str, language: str
) -> None:
    policy = pack(policy_id)
    with app.test_request_context(), force_locale(language):
        sections = policy_page.sections(policy, 2026)
    lines = [line for section in sections for line in section.lines]
    assert "further" not in {section.key for section in sections}
    assert all(line.label and line.value and line.source for line in lines)
    # No place is shown as it is written, and no figure is left for the end.
    assert not [line for line in lines if re.search(r"\[\d+\]|^[a-z_]+\.[a-z_]+$", line.label)]
    clauses = " ".join(line.source for line in lines)
    carries = policy.carry_out or policy.carry_in
    for figure in policy.figures:
        assert figure.source in clauses or (figure.place == "carry.category" and not carries), figure
    assert len({line.key for line in lines}) == len(lines), "keys align two packs"
    for kind in policy.kinds:
        for case, hours in kind.figures:
            line = next(one for one in lines if one.key == f"kind.{kind.id}.hours.{case}")
            assert line.value == format(hours.normalize(), "f")


def test_a_figure_that_no_row_expects_is_shown_all_the_same(app: Flask) -> None:
    from dataclasses import replace

    from app.domain.policy import Figure

    policy = pack("guangdong-2021")
    more = replace(policy, figures=(*policy.figures, Figure("novelty.most", 7, "S9 §一")))
    with app.test_request_context():
        line = next(one for section in policy_page.sections(more, 2026) for one in section.lines if one.value == "7")
    assert (line.label, line.source) == ("novelty.most", "S9 §一")


def test_dates_are_those_of_the_year_asked_for(client_for: Client) -> None:
    page = words(client_for("teacher").get("/policies/show/guangzhou-2019?year=2019").text)
    for said in ("2020-01-31", "2020-02-28", "2020-03-10", "2019-12-31", "S1 §四（三）：2020 年 3 月 10 日前"):
        assert said in page
    assert "2022-01-31" in words(client_for("teacher").get("/policies/show/guangzhou-2019?year=2021").text)


@pytest.mark.parametrize("duty", READERS)
def test_whoever_has_to_do_with_hours_reads_the_rules(client_for: Client, duty: str) -> None:
    browser = client_for(duty)
    for path in ("list/", "show/guangdong-2021", "compare", "rules", "file/guangdong-2021"):
        assert browser.get(f"/policies/{path}").status_code == 200, path
    assert ("/bindings/add?policy=" in browser.get("/policies/show/guangdong-2021").text) is (duty == "city")
    # How many certificates there are is for those who keep the bindings.
    counted = ">Certificates</th>" in browser.get("/policies/show/guangdong-2021").text
    assert counted is (duty in ("city", "auditor"))


@pytest.mark.parametrize("duty", ["organiser", "system"])
def test_others_do_not_and_get_no_link_that_shuts_them_out(app: Flask, client_for: Client, duty: str) -> None:
    browser = client_for(duty)
    assert browser.get("/policies/list/").status_code == 403
    assert browser.get("/policies/rules").status_code == 403


def test_an_unknown_pack_is_not_there(client_for: Client) -> None:
    for path in ("show/nowhere", "file/nowhere", "file/..%2f..%2fconfig", "show/guangdong-2021.toml"):
        assert client_for("teacher").get(f"/policies/{path}").status_code == 404, path
    # A comparison of unknown packs is one of known packs.
    assert client_for("teacher").get("/policies/compare?a=x&b=y&year=99999999999").status_code == 200


def test_the_file_is_the_pack_itself(client_for: Client) -> None:
    answer = client_for("teacher").get("/policies/file/guangdong-2021")
    assert answer.data == (FOLDER / "guangdong-2021.toml").read_bytes()
    assert load(answer.data.decode("utf-8")).digest == pack("guangdong-2021").digest
    assert "attachment" in answer.headers["Content-Disposition"]


def test_two_packs_are_laid_side_by_side_row_by_row(app: Flask) -> None:
    a, b = pack("guangzhou-2020"), pack("guangdong-2021")
    with app.test_request_context(), force_locale("en"):
        pairs = {
            (pair.a or pair.b).key: pair
            for section in policy_compare.side_by_side(a, b, 2021)
            for pair in section.pairs
        }
        changes = policy_compare.changes(a, b, 2021)
        same = policy_compare.changes(a, a, 2021)
    total = pairs["total.required"]
    assert (total.a.value, total.b.value, total.differs) == ("at least 72 hours", "at least 90 hours", True)
    assert not pairs["category.professional.required"].differs
    assert pairs["category.elective.required"].a.value == "no minimum"
    # Only one of them has subjects, and kinds of its own: one difference a kind.
    assert pairs["public_subject.rural-revival"].b is None
    assert [key for key in pairs if key.startswith("kind.remote.")] == ["kind.remote.categories"]
    assert all(pair.differs for pair in changes) and len(changes) < len(pairs)
    assert same == []


def test_differences_are_said_in_a_word(client_for: Client) -> None:
    browser = client_for("auditor")
    whole = browser.get("/policies/compare?a=guangzhou-2019&b=guangzhou-2020").text
    only = browser.get("/policies/compare?a=guangzhou-2019&b=guangzhou-2020&only=differences").text
    assert "differs" in words(whole) and "the same" in words(whole)
    assert "differs" in words(only) and "the same" not in words(only)
    assert "S1 §四（三）" in only
    twins = browser.get("/policies/compare?a=guangzhou-2019&b=guangzhou-2019&only=differences").text
    assert "They say the same" in twins


def test_the_list_says_who_bound_what(app: Flask, client_for: Client, world: World) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(
            PolicyBinding.__table__.insert().values(year=2025, series="library", policy="guangdong-2020-84", version=1)
        )
    page = client_for("teacher").get("/policies/list/").text
    row = next(words(one) for one in page.split("<tr>") if "guangdong-2020-84</span>" in one)
    assert "2025 Library" in row and "For other years" in row and "not by itself" in row
    shown = words(client_for("teacher").get("/policies/show/guangdong-2020-84").text)
    assert "2025 By itself: none Bound by hand: Library" in shown


# --- Rules ---


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_has_a_title_a_sentence_and_a_clause_in_both_languages(app: Flask, rule: Rule) -> None:
    told = RULES[rule]
    with app.test_request_context():
        with force_locale("en"):
            english = str(told.title), str(told.sentence)
        with force_locale("zh"):
            chinese = str(told.title), str(told.sentence)
    assert all(not CHINESE.search(one) for one in english) and english[1].endswith(".")
    assert all(CHINESE.search(one) for one in chinese) and chinese[1].endswith("。")
    assert re.fullmatch(r"(S[12] §\S+|R)(；(S[12] §\S+|R))*", told.clause)


def test_every_rule_has_its_own_words() -> None:
    assert set(RULES) == set(Rule)
    assert len({str(told.sentence) for told in RULES.values()}) == len({str(t.title) for t in RULES.values()}) == 21


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_the_rules_shows_them_all(app: Flask, client_for: Client, language: str) -> None:
    browser = client_for("teacher")
    browser.get(f"/language/{language}")
    page = browser.get("/policies/rules").text
    said = words(page)
    with app.test_request_context(), force_locale(language):
        for rule, told in RULES.items():
            assert f'id="{rule}"' in page
            assert str(told.title) in said and " ".join(str(told.sentence).split()) in said and told.clause in said


def test_the_mark_of_a_rule_leads_to_its_words_and_says_them(client_for: Client) -> None:
    page = client_for("teacher").get("/policies/show/guangdong-2021").text
    mark = next(one for one in re.findall(r"<a class=\"rule\"[^>]*>", page) if "#CARRY" in one)
    assert 'href="/policies/rules#CARRY"' in mark
    assert "title=" in mark and str(RULES[Rule.CARRY].sentence)[:40] in unescape(mark)


def test_the_mark_is_no_link_for_who_may_not_follow_it(app: Flask) -> None:
    with app.test_request_context():
        told = rule_mark("CEIL")
        assert told["url"] == "" and str(RULES[Rule.CEIL].title) in told["words"]
        assert set(rule_mark("NO-RULE").values()) == {""}


def test_a_mark_in_a_form_leaves_the_form_open(client_for: Client) -> None:
    """Files chosen and not yet sent would be lost with the page."""
    marks = re.findall(r"<a class=\"rule\"[^>]*>", client_for("teacher").get("/claims/add").text)
    assert marks and all('target="_blank" rel="noopener"' in one for one in marks)
    elsewhere = re.findall(r"<a class=\"rule\"[^>]*>", client_for("teacher").get("/policies/show/guangdong-2021").text)
    assert elsewhere and not any("target=" in one for one in elsewhere)


def test_every_mark_in_the_templates_names_a_rule() -> None:
    named = set()
    for path in (Path(__file__).parents[2] / "templates").rglob("*.html"):
        named |= set(re.findall(r"\brule\('([A-Z-]+)'", path.read_text("utf-8")))
    assert named and named <= set(Rule)


# --- Words ---


def test_every_formula_and_every_reason_has_a_word() -> None:
    assert set(FORMULAS) == set(Formula)
    assert set(REASONS) == set(PackReason)


def test_a_refused_pack_says_line_place_and_reason(app: Flask) -> None:
    text = (FOLDER / "guangdong-2021.toml").read_text("utf-8")
    bad = text.replace("required = { value = 18,", "required = { value = -18,")
    line = bad[: bad.index("value = -18")].count("\n") + 1
    with pytest.raises(PackFault) as fault, app.test_request_context(), force_locale("en"):
        load(bad)
    with app.test_request_context(), force_locale("en"):
        (said,) = fault_texts(fault.value)
    assert said == f"Line {line}, category[2].required.value: The number must not be below 0."


def test_the_menu_leads_readers_to_the_rules(client_for: Client) -> None:
    assert '"/policies/list/"' in client_for("teacher").get("/").text
    assert '"/policies/list/"' not in client_for("organiser").get("/").text
