"""Taking times: several runs in alternating order, medians and spreads; a command as a process with its peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
RUNS = 5


def alternating(contestants: Mapping[str, Callable[[], object]], runs: int = RUNS) -> dict[str, list[float]]:
    """Seconds of each contestant, run by run; every other run goes in the opposite order."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for run in range(runs):
        for name in list(contestants) if run % 2 == 0 else list(reversed(contestants)):
            begun = time.perf_counter()
            contestants[name]()
            seconds[name].append(time.perf_counter() - begun)
    return seconds


def summary(seconds: Sequence[float]) -> dict[str, Any]:
    """Median and spread, to four places."""
    return {
        "median": round(statistics.median(seconds), 4),
        "least": round(min(seconds), 4),
        "most": round(max(seconds), 4),
        "runs": len(seconds),
    }


def process(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[float, int, str]:
    """Run Python with these arguments; seconds, peak memory of the process in MiB, and what it printed."""
    begun = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | dict(environment or {}),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    printed = child.stdout.read()
    _pid, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise subprocess.CalledProcessError(child.returncode, arguments[:3])
    return time.perf_counter() - begun, used.ru_maxrss // 1024, printed
