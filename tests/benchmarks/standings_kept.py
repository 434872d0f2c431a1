"""Raw figures: recomputing a city's standings from the ledger by ``flask standings``, as whole commands.

``nothing_differs``: verify, where all agree. ``all_missing``: a rebuild that writes every row. ``all_wrong``: one that
changes every row. Each changed row leaves its line in the trail.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.population import YEARS
from tests.benchmarks.timing import process

KEY = "standings"
STEPS = {"all_missing": ("empty", "rebuild"), "nothing_differs": ("", "verify"), "all_wrong": ("spoil", "rebuild")}


def measure(options: Any) -> dict[str, Any]:
    """Seconds, memory and standings a second of each case, one run each: a run is a whole city."""
    with tempfile.TemporaryDirectory() as name:
        rows = json.loads(_step(Path(name), "fill", str(options.teachers)))
        count = rows["teacher"] * len(YEARS)
        cases = {}
        for case, (before, step) in STEPS.items():
            if before:
                _step(Path(name), before)
            found = json.loads(_step(Path(name), step))
            told = f"standings: {count} changed" if step == "rebuild" else "standings: 0 differ"
            if not found["said"].startswith(told):
                raise AssertionError(found["said"])
            cases[case] = {
                "seconds": round(found["seconds"], 1),
                "standings_per_second": round(count / found["seconds"]),
                "peak_mib": found["peak_mib"],
            }
    return {
        "teachers": rows["teacher"],
        "years": len(YEARS),
        "standings": count,
        "entries": rows["entry"],
        "cases": cases,
    }


def _step(folder: Path, step: str, *rest: str) -> str:
    # Migrations tell what they do; what a step says is its last line.
    printed = process(["-m", "tests.benchmarks.city", str(folder), step, *rest])[2]
    return (printed.strip().splitlines() or [""])[-1]
