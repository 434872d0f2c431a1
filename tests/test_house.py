"""The laws of the house: arrows between floors, one home for each concern, small files, words in both languages."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"
CODE = sorted(APP.rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Paper: its words are frozen in the snapshot, in the language asked for.
PRINTED = {"certificates/certificate.html", "slips/slips.html"}
CHINESE = re.compile(r"[\u3400-\u9fff]")


def ours() -> Iterator[Path]:
    for folder, endings in (
        ("app", ("py", "js", "css", "html")), ("templates", ("html", "css")),
        ("tests", ("py",)), ("migrations", ("py",)),
    ):  # fmt: skip
        for ending in endings:
            for path in (ROOT / folder).rglob(f"*.{ending}"):
                if not {"vendor", "versions", "__pycache__"} & set(path.relative_to(ROOT).parts):
                    yield path
    yield from (ROOT / "config.py", ROOT / "run.py")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_arrows_point_down() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_file_is_two_subjects() -> None:
    long = {name_of(path): lines for path in ours() if (lines := len(path.read_text("utf-8").splitlines())) > 300}
    assert long == {}


def test_no_room_is_called_after_nothing() -> None:
    assert [
        name_of(path) for path in CODE if path.stem in {"utils", "helpers", "common", "data", "process", "misc"}
    ] == []


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        name_of(path)
        for path in CODE
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def assignments(path: Path, attribute: str) -> list[str]:
    """What is assigned an attribute of this name in a file: "claim.state", "job.state"."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        found += [ast.unparse(one) for one in targets if isinstance(one, ast.Attribute) and one.attr == attribute]
        if isinstance(node, ast.Call) and re.match(rf"setattr\(\w+, '{attribute}',", ast.unparse(node)):
            found.append(ast.unparse(node))
    return found


def test_a_claims_state_is_written_in_one_place() -> None:
    homes = {(name_of(path), one) for path in CODE for one in assignments(path, "state") if path.parent.name != "jobs"}
    assert homes == {("app/services/workflow.py", "claim.state"), ("app/services/founding.py", "certificate.state")}
    text = (APP / "services" / "workflow.py").read_text("utf-8")
    assert text.count("claim.state = ") == 1


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_services_never_end_a_transaction() -> None:
    ended = [
        f"{name_of(path)}: {called}"
        for path in (APP / "services").glob("*.py")
        for called, _node in calls(path)
        if called in {"session.commit", "session.rollback", "db.session.commit", "db.session.rollback"}
    ]
    assert ended == []


def test_views_leave_writing_rows_to_the_services() -> None:
    """But for the plain rows that the base view writes from a form."""
    written = {
        f"{name_of(path)}: {called}"
        for path in (APP / "views").glob("*.py")
        for called, _node in calls(path)
        if called in {"db.session.add", "db.session.add_all", "db.session.delete"}
    }
    assert {one for one in written if not one.startswith("app/views/safe.py")} == set()


def test_no_service_reads_the_clock() -> None:
    reads = [
        f"{name_of(path)}: {called}"
        for folder in ("services", "domain", "documents", "models")
        for path in (APP / folder).rglob("*.py")
        for called, _node in calls(path)
        if called.endswith(("datetime.now", "date.today", "time.time", "now_utc", "utcnow"))
    ]
    # The clock itself, and the trail, whose listener nobody can tell the time.
    assert set(reads) == {"app/services/clock.py: datetime.now", "app/services/audit.py: now_utc"}


def test_hours_are_never_floats() -> None:
    for folder in ("domain", "services", "models"):
        for path in (APP / folder).glob("*.py"):
            assert [called for called, _node in calls(path) if called == "float"] == [], name_of(path)


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|pytest\.(skip|xfail)|mark\.(skip|xfail)|time\.sleep\(")
    # run.py watches over two processes, and waits for nothing else.
    judged = [path for path in ours() if path.name not in ("test_house.py", "run.py")]
    found = [name_of(path) for path in judged if marks.search(path.read_text("utf-8"))]
    assert found == []


# --- Templates and words ---


def plain(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)


def test_templates_hold_no_style_script_or_handler() -> None:
    for path in TEMPLATES:
        if str(path.relative_to(ROOT / "templates")) in PRINTED:
            continue
        text = plain(path)
        assert not re.search(r"<style\b|<[^>]*\sstyle\s*=|<[a-z][^>]*\son[a-z]+\s*=|javascript:", text, re.I), path
        assert not re.search(r"<script\b(?![^>]*\bsrc=)", text), path


def test_templates_hold_no_chinese_of_their_own() -> None:
    # The mark of the house is drawn, a clause is cited as the notice numbers it, and a language is named in itself.
    drawn_or_cited = re.compile(r'<text[^>]*>[^<]*</text>|<span[^>]* lang="zh-CN">[^<]*</span>|' r"S\d §[^'\"<]*|中文")
    found = [
        name_of(path)
        for path in TEMPLATES
        if str(path.relative_to(ROOT / "templates")) not in PRINTED
        and CHINESE.search(drawn_or_cited.sub("", plain(path)))
    ]
    assert found == []


def sources() -> dict[str | tuple[str, ...], str]:
    """Every msgid of code and templates, with where it stands."""
    with (ROOT / "babel.cfg").open("r") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
    found = {}
    for folder in (ROOT / "app", ROOT / "templates"):
        mapping = [
            (pattern.removeprefix(f"{folder.name}/"), method)
            for pattern, method in methods
            if pattern.startswith(folder.name)
        ]
        chosen = {pattern.removeprefix(f"{folder.name}/"): value for pattern, value in options.items()}
        for name, line, message, _comments, _context in extract_from_dir(folder, mapping, chosen, keywords=keywords):
            found[message] = f"{folder.name}/{name}:{line}"
    return found


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|%\(\w+\)d|\{\w*\}", text))


def test_every_word_is_said_in_chinese() -> None:
    with (APP / "translations" / "zh" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = read_po(file, locale="zh")
    asked = sources()
    assert len(asked) > 300, "the extraction found too little"
    faults = []
    for message, place in asked.items():
        singular = message if isinstance(message, str) else message[0]
        known = catalog.get(singular)
        said = known.string if known is not None else ""
        text = said[0] if isinstance(said, (tuple, list)) else said
        if known is None or not text or known.fuzzy:
            faults.append(f"{place}: {singular!r} has no Chinese")
        # Chinese has one form for every number, so it must hold what the English plural holds, the number too.
        elif placeholders(text) != placeholders(message if isinstance(message, str) else message[1]):
            faults.append(f"{place}: {singular!r} → {text!r}: other placeholders")
    assert faults == []


def test_every_refusal_has_its_sentence() -> None:
    from app.domain.errors import Code
    from app.services.refusals import No
    from app.views.labels_refusals import DOMAIN
    from app.views.labels_services import SERVICES

    assert {str(code) for code in No} <= SERVICES.keys()
    files = {"json_invalid", "key_missing", "key_unknown", "key_twice", "type_wrong", "text_empty", "id_twice"}
    assert {str(code) for code in Code} - DOMAIN.keys() - files == set()
