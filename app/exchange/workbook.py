"""Opening a file from outside, in a limited child process; the rows wait in a temporary file, not in memory.

Here may stand limits and the file's own faults. What columns mean is ``layouts.py``'s business.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

CHILD = Path(__file__).with_name("sheet_child.py")
MAX_BYTES = 32 * 1024 * 1024
MEMORY = 512 * 1024 * 1024
SECONDS = 10
PATIENCE = 60  # of the wall clock, for a machine that does other work too

Cells = list[Any]


class FileFault(StrEnum):
    """Why a file cannot be read at all."""

    EMPTY = "file_empty"
    TOO_LARGE = "file_too_large"
    TYPE = "file_type"
    OLD_FORMAT = "file_old_format"
    ENCODING = "file_encoding"
    DAMAGED = "file_damaged"
    MACROS = "file_macros"
    HOSTILE = "file_hostile"
    BOMB = "file_bomb"
    SLOW = "file_slow"
    ROWS = "file_rows"
    COLUMNS = "file_columns"
    NO_SHEET = "file_no_sheet"
    NO_ROWS = "file_no_rows"
    HEADINGS_MISSING = "headings_missing"
    HEADING_TWICE = "heading_twice"


class FileRefused(Exception):
    """A file that cannot be read as a whole. ``facts`` are the values its sentence shows."""

    def __init__(self, code: FileFault, **facts: Any) -> None:
        super().__init__(f"{code} {facts}" if facts else str(code))
        self.code = code
        self.facts = facts


class RawTable:
    """The rows of a file as (row number, cells), the headings first. May be gone through again and again."""

    def __init__(self, spool: IO[bytes], count: int) -> None:
        self._spool = spool
        self.count = count
        weakref.finalize(self, spool.close)

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        self._spool.seek(0)
        for line in self._spool:
            number, cells = json.loads(line)
            if number == "end":
                return
            yield number, cells


def open_table(content: bytes) -> RawTable:
    """Read an xlsx workbook or a CSV file. Raises FileRefused."""
    if len(content) > MAX_BYTES:
        raise FileRefused(FileFault.TOO_LARGE, most=MAX_BYTES // 1024 // 1024)
    spool = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as the table)
    try:
        return RawTable(spool, _count(spool, _run_child(content, spool)))
    except FileRefused:
        spool.close()
        raise


def _run_child(content: bytes, spool: IO[bytes]) -> int:
    command = [sys.executable, "-I", str(CHILD), str(MEMORY), str(SECONDS)]
    try:
        child = subprocess.run(  # noqa: S603  (our own script, no shell)
            command, input=content, stdout=spool, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise FileRefused(FileFault.SLOW) from error
    return child.returncode


def _count(spool: IO[bytes], status: int) -> int:
    """How many rows the child printed. What it could not finish is a fault of the file."""
    last = _last_line(spool)
    if last and last[0] == "end":
        return int(last[1])
    if last and last[0] == "fault":
        raise FileRefused(FileFault(last[1]), **last[2])
    # Killed for its time (SIGXCPU, SIGKILL), or aborted because memory was refused.
    raise FileRefused(FileFault.SLOW if status in (-24, -9) else FileFault.BOMB)


def _last_line(spool: IO[bytes]) -> list[Any] | None:
    size = spool.seek(0, 2)
    spool.seek(max(0, size - 4096))
    lines = spool.read().splitlines()
    try:
        found = json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
    return found if isinstance(found, list) else None
