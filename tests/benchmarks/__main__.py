"""``python -m tests.benchmarks [--teachers N] [--only KEY …]``: measure, and write ``docs/benchmarks/``.

Every module of this folder with a ``KEY`` and ``measure(options)`` takes part; one more is one more file.
"""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks import report


def measurements() -> dict[str, Any]:
    """The modules that measure, by key."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("__"))
    modules = [import_module(f"tests.benchmarks.{name}") for name in names]
    return {module.KEY: module for module in modules if hasattr(module, "KEY")}


def main() -> None:
    """Measure what was asked for and keep the rest of the last run's figures out: a report is of one run."""
    known = measurements()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--teachers", type=int, default=20_000, help="how many the standings are measured with")
    parser.add_argument("--only", nargs="+", choices=sorted(known), help="measure these, and write no report")
    options = parser.parse_args()
    on = report.machine()
    found = {}
    for key in options.only or known:
        found[key] = known[key].measure(options)
        print(json.dumps({key: found[key]}, indent=2), flush=True)
    if not options.only:
        report.write(found, on)


if __name__ == "__main__":
    main()
