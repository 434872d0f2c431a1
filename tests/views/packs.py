"""A policy pack that no code has ever heard of, in force for as long as a test lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.domain import policy
from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services import bindings

CRAFT = """\
id = "craft-2026"
title = { zh = "工艺教师继续教育", en = "Craft teachers" }
jurisdiction = { zh = "某市", en = "Somewhere" }
source = "N"
unit = { zh = "工时", en = "craft hours" }
certificate_title = { zh = "证明", en = "Certificate" }
[total]
required = { value = 20, source = "N" }
[[category]]
id = "professional"
title = { zh = "专业科目", en = "Professional" }
source = "N"
[[category]]
id = "workshop"
title = { zh = "工坊科目", en = "Workshop" }
source = "N"
required = { value = 10, source = "N" }
[day]
hours = { value = 8, source = "N" }
minutes_per_hour = { value = 45, source = "N" }
[carry]
out = { value = false, source = "N" }
in = { value = false, source = "N" }
category = { value = "professional", source = "N" }
[deadlines]
claim = { value = "same-year 12-31", source = "N" }
first_review = { value = "next-year 01-31", source = "N" }
second_review = { value = "next-year 02-28", source = "N" }
[[companion]]
id = "drawing"
when = { zh = "作品无法拍照", en = "The piece cannot be photographed" }
title = { zh = "盖章的图样", en = "A sealed drawing of it" }
source = "N 之三"
[[kind]]
id = "exhibition"
title = { zh = "作品参展", en = "Exhibited pieces" }
source = "N"
rule = "KINDS"
categories = ["workshop", "professional"]
formula = "per_unit"
by = "pieces"
fields = ["category"]
evidence = { zh = "参展证书", en = "The certificate of the exhibition", source = "N" }
[[kind.field]]
id = "pieces"
title = { zh = "参展件数", en = "Pieces shown" }
help = { zh = "每件只计一次", en = "Each piece once" }
type = "number"
most = { value = 40, source = "N" }
source = "N"
[[kind.field]]
id = "hall"
title = { zh = "展馆级别", en = "Rank of the hall" }
type = "choice"
source = "N"
options = [
  { id = "town", zh = "镇级展馆", en = "A town hall" },
  { id = "palace", zh = "省级展馆", en = "A provincial palace" },
]
[[kind.field]]
id = "own_work"
title = { zh = "是否本人独立完成？", en = "Made by your own hand?" }
type = "yes_no"
must = true
source = "N 之二"
[kind.hours]
each = { value = 1.5, source = "N 之一" }
most = { value = 12, source = "N 之四" }
[[kind]]
id = "prize"
title = { zh = "作品获奖", en = "Prize for a piece" }
source = "N"
rule = "KINDS"
categories = ["workshop"]
formula = "by_choice"
by = "rank"
evidence = { zh = "获奖证书", en = "The prize certificate", source = "N" }
[[kind.field]]
id = "rank"
title = { zh = "奖项等次", en = "Rank of the prize" }
type = "choice"
source = "N"
options = [ { id = "gold", zh = "金奖", en = "Gold" }, { id = "silver", zh = "银奖", en = "Silver" } ]
[kind.hours]
gold = { value = 9, source = "N" }
silver = { value = 4.5, source = "N" }
"""


@contextmanager
def _shipped_with(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Iterator[None]:
    for path in policy.FOLDER.glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "craft-2026.toml").write_text(text, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(policy, "FOLDER", folder)
        _forget()
        yield
    _forget()


def _forget() -> None:
    policy.packs.cache_clear()
    policy.default_pack.cache_clear()


@pytest.fixture
def craft(app: Flask, world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Any) -> Iterator[None]:
    """The pack of the craft teachers lies beside the shipped ones and binds every teacher in 2026."""
    with _shipped_with(tmp_path, monkeypatch, CRAFT):
        with app.app_context(), acting(SYSTEM):
            bindings.bind(db.session, None, 2026, "teacher", "craft-2026", clock)
            db.session.commit()
        yield
