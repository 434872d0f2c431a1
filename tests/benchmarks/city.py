"""``python -m tests.benchmarks.city FOLDER fill N | empty | spoil | rebuild | verify``: one step on a city in a folder.

A process for each step, so that its memory is its own. ``rebuild`` and ``verify`` are the commands themselves, with the
clock stopped in the last of the three years. A measured step prints seconds, what it said, and peak memory.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.extensions import db
from app.models import Standing
from app.security.actor import SYSTEM, acting
from app.services.clock import stopped
from config import ROOT, Settings
from tests.benchmarks.population import NOW, populate

TABLE = Standing.__table__


def open_city(folder: Path) -> Flask:
    """The application on the city's database, which is a SQLite file unless the environment names another."""
    return create_app(
        Settings.from_environment(
            {"INSTANCE_PATH": str(folder), "SECRET_KEY": "-", "ID_NUMBER_KEYS": Fernet.generate_key().decode("ascii")}
        )
    )


class Watch:
    """Adds up the memory of this process and those it started, ten times a second, and keeps the most."""

    def __init__(self) -> None:
        self.most, self._done = 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """The most there was, in MiB."""
        self._done.set()
        self._thread.join()
        return self.most // 2**20

    def _look(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._done.wait(0.1):
            total = 0
            for process in (os.getpid(), *self._children()):
                with suppress(OSError):
                    total += int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * page
            self.most = max(self.most, total)

    @staticmethod
    def _children() -> list[str]:
        found: list[str] = []
        for listed in Path("/proc/self/task").glob("*/children"):
            with suppress(OSError):
                found += listed.read_text("ascii").split()
        return found


def main(folder: Path, step: str, *rest: str) -> None:
    """One step."""
    app = open_city(folder)
    if step in ("rebuild", "verify"):
        watch = Watch()
        with stopped(NOW):
            begun = time.perf_counter()
            done = app.test_cli_runner().invoke(args=["standings", step])
            seconds = time.perf_counter() - begun
        if done.exit_code:
            raise SystemExit(done.output)
        print(json.dumps({"seconds": seconds, "said": done.stdout.strip(), "peak_mib": watch.stop()}))
        return
    with app.app_context(), acting(SYSTEM):
        if step == "fill":
            upgrade(directory=str(ROOT / "migrations"))
            print(json.dumps(populate(db.session, int(rest[0]))))
        elif step == "empty":
            db.session.connection().execute(TABLE.delete())
        else:
            db.session.connection().execute(TABLE.update().values(result="exempt", total=1))
        db.session.commit()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
