"""What the browser is given: vendored libraries unchanged, and templates a strict CSP can carry."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "app" / "static"
VENDOR = STATIC / "vendor"
LIBRARIES = json.loads((VENDOR / "manifest.json").read_text())["libraries"]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# WeasyPrint reads these, no browser does; their own tests hold them.
PRINTED = ("certificates", "documents", "slips")
OURS = [path for path in STATIC.rglob("*") if path.suffix in (".css", ".js", ".svg") and VENDOR not in path.parents]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library["name"])
def test_a_vendored_library_is_what_its_authors_released(library: dict) -> None:
    assert library["version"] and library["licence"] and library["source"].startswith("https://")
    folder = VENDOR / library["name"]
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == library["files"]
    assert any(name.startswith("LICENSE") for name in found)


def test_every_vendored_folder_stands_in_the_manifest() -> None:
    assert {path.name for path in VENDOR.iterdir() if path.is_dir()} == {library["name"] for library in LIBRARIES}


def test_scripts_load_only_vendored_files_that_exist() -> None:
    wanted = set()
    for path in (STATIC / "js").rglob("*.js"):
        wanted |= set(re.findall(r"vendor/[\w./-]+\.(?:mjs|js|css)", path.read_text()))
    assert wanted, "the pickers name their libraries"
    assert {name for name in wanted if not (STATIC / name).is_file()} == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_keeps_to_the_content_security_policy(path: Path) -> None:
    if path.relative_to(ROOT / "templates").parts[0] in PRINTED:
        return
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"<[^>]*\sstyle\s*=", text), "inline style"
    assert not re.search(r"<style\b", text), "inline style sheet"
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", text), "inline handler"
    assert not re.search(r"javascript:", text, re.I), "javascript: link"
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag and "nonce=" in tag, f"inline script or no nonce: {tag}"
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), "another host"


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(STATIC)))
def test_our_own_files_ask_no_other_host(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", text)
    assert "data:" not in text
    assert path.suffix == ".svg" or text.count("\n") < 300


def test_only_the_tokens_state_colours() -> None:
    # Paper keeps its own inks: the certificate.
    for path in (STATIC / "css").glob("*.css"):
        if path.name not in ("tokens.css", "certificate.css"):
            assert not re.search(r"#[0-9a-f]{3,8}\b|rgba?\(", path.read_text()), path.name


def test_light_and_dark_define_the_same_tokens() -> None:
    text = (STATIC / "css" / "tokens.css").read_text()
    system = text[text.index(':root:not([data-theme="light"])') : text.index(':root[data-theme="dark"]')]
    switch = text[text.index(':root[data-theme="dark"]') : text.index("/* Touch")]
    pairs = r"(--[\w-]+):\s*([^;]+);"
    assert dict(re.findall(pairs, system)) == dict(re.findall(pairs, switch))


DRAWN = set(re.findall(r'<symbol id="i-([\w-]+)"', (STATIC / "img" / "icons.svg").read_text()))


def test_every_icon_a_view_names_is_drawn() -> None:
    from app.views.menu import ACCOUNT_VIEWS, VIEWS

    # FAB keeps an action as (name, text, confirmation, icon, multiple, single) on its method.
    methods = [getattr(view, name, None) for view in (*VIEWS, *ACCOUNT_VIEWS) for name in dir(view)]
    named = {method._action[3] for method in methods if hasattr(method, "_action")}
    assert named, "some view has an action"
    ours = {name for name in named if name and not name.startswith("fa-")}
    assert ours <= DRAWN, sorted(ours - DRAWN)


def test_every_icon_a_template_names_is_drawn() -> None:
    for path in TEMPLATES:
        named = set(re.findall(r"\bicon\('([\w-]+)'[,)]", path.read_text()))
        assert named <= DRAWN, f"{path.name}: {sorted(named - DRAWN)}"
