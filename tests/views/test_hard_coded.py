"""No word is said past the translator: not in a template, not in an attribute of one, not in a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"
SCRIPTS = sorted((ROOT / "app" / "static" / "js").glob("**/*.js"))
# Paper: its words are frozen in a snapshot, in the language asked for.
PRINTED = {"certificates/certificate.html", "slips/slips.html"}
PAGES = sorted(
    name for path in TEMPLATES.rglob("*.html") if (name := str(path.relative_to(TEMPLATES))) not in PRINTED
)
SPOKEN = ("alt", "aria-label", "aria-description", "aria-roledescription", "placeholder", "title", "label", "summary")
LETTERS = re.compile(r"[A-Za-z\u3400-\u9fff]+")
# Said alike in both languages: the brand, languages named in themselves, units, formats, rule marks, key caps.
ALIKE = {
    "学时", "学", "时", "中文", "English", "PDF", "JPEG", "PNG", "TOML", "CSV", "xlsx", "csv", "KB", "MB", "SHA",
    "DAY", "EVIDENCE", "IDENTITY", "DUP", "CLAIM", "EFFECT", "CEIL", "YEAR", "SUBSIDY",
    "Ctrl", "Enter", "Esc", "J", "K", "A", "R", "X", "Z", "E", "N", "C", "G",
}  # fmt: skip
# What an expression stands for while the markup around it is read.
HOLE = "\ufffc"
SAID = {"_", "gettext", "ngettext", "lazy_gettext", "pgettext"}


def parsed(name: str) -> nodes.Template:
    made = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    return made.parse((TEMPLATES / name).read_text("utf-8"))


def outputs(node: nodes.Node) -> Iterator[nodes.Node]:
    """What a template prints, in order; each branch of a condition. A block named after a class prints one; a macro
    that answers a question (is_short, asks) prints nothing that is seen."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Block) and child.name.endswith("_class"):
            continue
        if isinstance(child, nodes.Macro) and child.name.startswith(("is_", "asks")):
            continue
        if isinstance(child, nodes.Output):
            yield from child.nodes
        yield from outputs(child)


def markup(tree: nodes.Template) -> str:
    """The template's own text in order, every expression a hole."""
    text = ""
    for one in outputs(tree):
        # A tag may be chosen by an expression.
        text += one.data if isinstance(one, nodes.TemplateData) else "i" if text.endswith(("<", "</")) else HOLE
    return text


class Reader(HTMLParser):
    """Collects what people see or hear of a piece of markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.heard: list[str] = []
        self.unheard = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "code"):
            self.unheard += 1
        held = dict(attrs)
        self.heard += [value for name in SPOKEN if (value := held.get(name))]
        if tag == "input" and held.get("type") in ("submit", "button", "reset"):
            self.heard.append(held.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "code"):
            self.unheard = max(self.unheard - 1, 0)

    def handle_data(self, data: str) -> None:
        if not self.unheard:
            self.heard.append(data)


def words_in(text: str) -> set[str]:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return {word for heard in reader.heard for word in LETTERS.findall(heard)} - ALIKE


def shown_constants(node: nodes.Node) -> Iterator[str]:
    """Strings an expression would print as they stand: ``{{ 'Yes' if x else 'No' }}``, ``{{ x or 'None' }}``."""
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from shown_constants(node.expr1)
        if node.expr2 is not None:
            yield from shown_constants(node.expr2)
    elif isinstance(node, (nodes.Or, nodes.And)):
        yield from shown_constants(node.right)
    elif isinstance(node, (nodes.Concat,)):
        for one in node.nodes:
            yield from shown_constants(one)
    elif isinstance(node, nodes.Filter) and node.name == "default" and node.args:
        yield from shown_constants(node.args[0])


def sentences(tree: nodes.Template) -> set[str]:
    """Constants of expressions that read like words for people, wherever they stand."""
    asked = {
        id(one)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in SAID
        for one in call.find_all(nodes.Const)
    }
    told = re.compile(r"[\u3400-\u9fff]|[A-Z][a-z]+ [a-z]+")
    return {
        one.value
        for one in tree.find_all(nodes.Const)
        if isinstance(one.value, str) and id(one) not in asked and told.search(one.value) and one.value not in ALIKE
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_template_says_nothing_past_the_translator(name):
    tree = parsed(name)
    found = words_in(markup(tree)) | sentences(tree)
    # An expression between tags prints where it stands; within a tag it may be a class or an address.
    text = ""
    for one in outputs(tree):
        if isinstance(one, nodes.TemplateData):
            text += one.data
        elif text.rfind("<") <= text.rfind(">") or re.search(rf'\s({"|".join(SPOKEN)})="[^"]*$', text):
            found |= words_in(" ".join(shown_constants(one)))
            text += HOLE
    assert found == set()


@pytest.mark.parametrize(
    ("markup_of", "said"),
    [
        ("<p>Hello there</p>", {"Hello", "there"}),
        ('<input placeholder="Name">', {"Name"}),
        ("<p>你好</p>", {"你好"}),
        ('<a class="b" href="/x">{{ _("Open") }}</a><code>flask run</code>&nbsp;', set()),
    ],
)
def test_the_reader_would_notice(markup_of, said):
    tree = Environment(autoescape=True).parse(markup_of)
    assert words_in(markup(tree)) == said


STRING = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`""")
SHOWN_IN_SCRIPT = re.compile(
    r"""(?:(?:textContent|innerText|title|placeholder|ariaLabel|alt)\s*[=:]|\b(?:alert|confirm|append|prepend)\(|"""
    r"""['"](?:aria-label|title|placeholder|alt)['"],)\s*(?:'([^']*)'|"([^"]*)"|`([^`]*)`)"""
)


def without_comments(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"(?m)(^|[\s;{}(),])//.*$", r"\1", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_of_its_own(path):
    """Scripts take their words from ``data-words`` of the body (``words.js``) or of what they work on."""
    text = without_comments(path.read_text("utf-8"))
    found = set()
    for match in STRING.finditer(text):
        held = next(group for group in match.groups() if group is not None)
        plain = re.sub(r"\$\{[^}]*\}", " ", held)
        if re.search(r"[\u3400-\u9fff]", plain) or re.match(r"\s*[A-Z][a-z]+ [a-z]+", plain):
            found.add(held)
    for match in SHOWN_IN_SCRIPT.finditer(text):
        held = re.sub(r"\$\{[^}]*\}", " ", next(group for group in match.groups() if group is not None))
        if set(LETTERS.findall(held)) - ALIKE:
            found.add(held)
    assert found == set()


def test_every_word_that_scripts_ask_for_is_given():
    given = set(re.findall(r"'(\w+)': ", (TEMPLATES / "appbuilder" / "init.html").read_text("utf-8")))
    asked = {
        key for path in SCRIPTS for key in re.findall(r"\bword\('(\w+)'\)", path.read_text("utf-8"))
    }
    assert asked - given == set()
    assert len(asked) > 8
