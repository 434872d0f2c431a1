"""The store: a file is there whole or not at all, once, under its digest and nowhere else."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from app.services.store import Missing, Store

pytestmark = pytest.mark.pure


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_file_comes_back_by_its_digest(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    name = store.put("证书".encode())
    assert name == hashlib.sha256("证书".encode()).hexdigest()
    assert store.read(name) == "证书".encode()


def test_keeping_twice_is_keeping_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.put(b"a") == store.put(b"a", durable=False)
    assert len(files(tmp_path)) == 1


def test_only_the_owner_reads(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.path(store.put(b"a")).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    store = Store(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full) if step == "fsync" else patched.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space"):
            store.put(b"a")
    assert files(tmp_path) == []
    assert store.read(store.put(b"a")) == b"a"


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "../" + "a" * 61, "a" * 63 + "\n"]
)
def test_what_is_no_digest_names_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Store(tmp_path).read(name)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        Store(tmp_path).read("0" * 64)
