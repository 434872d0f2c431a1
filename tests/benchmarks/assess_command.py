"""Raw figures: ``flask assess`` as a whole process, from the start of Python to the last row written."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.assess_vs_sql_aggregate import entries
from tests.benchmarks.population import YEARS
from tests.benchmarks.timing import process, summary

KEY = "flask_assess"
SIZES = (10_000,)
RUNS = 3


def measure(_options: Any) -> dict[str, Any]:
    """Seconds and peak memory by size."""
    sizes = []
    with tempfile.TemporaryDirectory() as name:
        for teachers in SIZES:
            file = Path(name) / f"{teachers}.json"
            _write(file, teachers)
            seconds, peaks = [], []
            for _ in range(RUNS):
                took, peak, printed = process(["-m", "flask", "assess", str(file)], {"INSTANCE_PATH": name})
                if printed.count('"result"') != teachers * len(YEARS):
                    raise AssertionError("rows are missing")
                seconds.append(took)
                peaks.append(peak)
            sizes.append(
                {
                    "teachers": teachers,
                    "years": len(YEARS),
                    "file_mib": round(file.stat().st_size / 2**20, 1),
                    "seconds": summary(seconds),
                    "peak_mib": max(peaks),
                }
            )
    return {"sizes": sizes}


def _write(file: Path, teachers: int) -> None:
    people = [
        {
            "id": f"T{teacher}",
            "entries": [
                {
                    "id": f"e{one.id}", "year": one.year, "category": one.category, "subject": one.subject,
                    "hours": str(one.hours), "on": str(one.on), "platform": one.platform,
                }
                for one in some
            ],
        }
        for teacher, some in entries(teachers).items()
    ]  # fmt: skip
    file.write_text(json.dumps({"years": list(YEARS), "teachers": people}), "utf-8")
