"""``docs/benchmarks/``: what was measured, as ``latest.json`` for machines and ``README.md`` for people."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from importlib.metadata import version
from typing import Any

from tests.benchmarks.timing import ROOT

FOLDER = ROOT / "docs" / "benchmarks"
PACKAGES = ("Flask", "Flask-AppBuilder", "SQLAlchemy")


RULES = """\
`app.domain.standing.assess_years` on one core, and one statement on SQLite over an indexed table in memory that gives
the same rows: sums by category with a public subject counted once (a window), total, what is missing, carry-over
through three years (chained), result. Every figure of every row is compared and agrees. Timed are the rules alone and
the statement alone: the lines are in memory on both sides, as `Entry` values there and as a table here; reading them
from a database file is in neither. The rules also tell which lines do not count and why; the statement does not."""
CITY = """\
in the order of their days, on SQLite, one run a case. One process compares beside the one that writes; memory is the
peak of both added up. Every changed row leaves its line in the trail."""


def machine() -> dict[str, Any]:
    """What kind of machine and which versions; nothing that names it."""
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in PACKAGES},
    }


def write(found: dict[str, Any], on: dict[str, Any]) -> None:
    """Write both files. ``found``: by key of what was measured."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    keys = {key: one["times_faster"] for key, one in found.items() if "times_faster" in one}
    whole = {**keys, "machine": on, "measured": found}
    (FOLDER / "latest.json").write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", "utf-8")
    (FOLDER / "README.md").write_text("\n".join(_lines(keys, found, on)) + "\n", "utf-8")


def _lines(keys: dict[str, float], found: dict[str, Any], on: dict[str, Any]) -> list[str]:
    load = on["load_before"]
    text = [
        "# Measurements",
        "",
        "Written by `make bench`, in one run on one machine; `latest.json` holds the same figures. Wall time.",
        f"{on['cores']} cores ({on['processor']}), Python {on['python']}, SQLite {on['sqlite']}, "
        + ", ".join(f"{name} {on[name]}" for name in PACKAGES)
        + f". Load of the machine before: {load}"
        + (" – it was busy with other work, so seconds are longer than they need be." if load > 1 else "."),
        "",
        "| key | times faster (worst of the sizes) |",
        "|---|---|",
        *(f"| `{key}` | {times} |" for key, times in keys.items()),
        "",
    ]
    for key, one in found.items():
        text += _of[key](one) if key in _of else []
    return text


def _assess(found: dict[str, Any]) -> list[str]:
    rows = [
        f"| {one['teachers']} × {one['years']} | {one['entries']} | {_span(one['engine_seconds'])} | "
        f"{_span(one['sql_seconds'])} | {one['times_faster']} | {one['standings_per_second']} |"
        for one in found["sizes"]
    ]
    slower = [one for one in found["sizes"] if one["times_faster"] < 1]
    return [
        "## The rules against one SQL statement",
        "",
        *RULES.splitlines(),
        "",
        "| teachers × years | lines | rules, s (least–most) | SQL, s (least–most) | times faster | standings/s |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        *(["On the sizes where the figure is under 1, SQL is the faster one.", ""] if slower else []),
    ]


def _standings(found: dict[str, Any]) -> list[str]:
    names = {
        "nothing_differs": "`verify`, all agree",
        "all_missing": "`rebuild` into an empty table",
        "all_wrong": "`rebuild` of rows that are all wrong",
    }
    return [
        "## Keeping a city's standings",
        "",
        f"`flask standings` over {found['teachers']} teachers × {found['years']} years = {found['standings']} "
        f"standings, {found['entries']} ledger lines",
        *CITY.splitlines(),
        "",
        "| case | s | standings/s | peak MiB |",
        "|---|---|---|---|",
        *(
            f"| {names[case]} | {one['seconds']} | {one['standings_per_second']} | {one['peak_mib']} |"
            for case, one in found["cases"].items()
        ),
        "",
        "For a whole city: `.venv/bin/python -m tests.benchmarks --teachers 155000` (half an hour, 4 GB of disk).",
        "",
    ]


def _command(found: dict[str, Any]) -> list[str]:
    return [
        "## `flask assess`",
        "",
        "The whole process: starting Python and Flask, reading and checking the file, assessing, writing.",
        "",
        "| teachers × years | file, MiB | s (least–most) | peak MiB |",
        "|---|---|---|---|",
        *(
            f"| {one['teachers']} × {one['years']} | {one['file_mib']} | {_span(one['seconds'])} | {one['peak_mib']} |"
            for one in found["sizes"]
        ),
        "",
    ]


def _span(seconds: dict[str, Any]) -> str:
    return f"{seconds['median']:.3g} ({seconds['least']:.3g}–{seconds['most']:.3g})"


_of = {"assess_vs_sql_aggregate": _assess, "flask_assess": _command, "standings": _standings}
