"""``flask policies check``: sound packs by their titles, bad ones by line, place and reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.domain.policy import FOLDER, PackReason
from app.exchange.pack_words import REASONS
from tests.domain.test_policy_loader import SMALL


@pytest.fixture
def run(app: Flask):
    return lambda *files: app.test_cli_runner().invoke(args=["policies", "check", *map(str, files)])


def test_the_shipped_packs_are_sound(run) -> None:
    done = run(*sorted(FOLDER.glob("*.toml")))
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 5
    assert f"{FOLDER / 'guangdong-2021.toml'}: ok: 广东省专业技术人员继续教育（2021 年起）" in done.stdout


def test_every_fault_of_a_bad_pack_is_a_line_and_good_ones_are_still_told(run, tmp_path: Path) -> None:
    good, bad, other = (tmp_path / name for name in ("small.toml", "bad.toml", "other.toml"))
    good.write_text(SMALL, encoding="utf-8")
    text = SMALL.replace("city = { value = 2.5,", "city = { value = -1,").replace('by = "events"', 'by = "moons"')
    bad.write_text(text, encoding="utf-8")
    other.write_bytes("id = '小'".encode("utf-16"))
    done = run(bad, good, other)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert [line.rpartition(": ")[0] for line in lines] == [
        f"{bad}:54: kind[0].hours.city.value",
        f"{bad}:63: kind[1].by",
        f"{good}: ok",
        lines[3].rpartition(": ")[0],
    ]
    assert lines[3].startswith(f"{other}:1: ")
    assert all(str(PackReason.NEGATIVE) != line.rpartition(": ")[2] for line in lines)


def test_a_file_that_is_not_there_is_said(run, tmp_path: Path) -> None:
    done = run(tmp_path / "none.toml")
    assert done.exit_code == 2 and "none.toml" in done.output


def test_every_reason_has_its_sentence() -> None:
    assert set(REASONS) == set(PackReason)
