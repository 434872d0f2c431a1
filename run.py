"""Serves Xueshi: migrates the database, syncs the roles, starts web and worker, stops both on Ctrl-C.

``--demo`` loads the demonstration into an empty database first (``make run`` does). A real
installation leaves it out and begins with ``flask users create-admin``.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from app import create_app
from app.extensions import db
from app.models import Teacher
from app.security.actor import SYSTEM, acting
from app.services.accounts import sync_roles
from config import Settings

ROOT = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
STOP_SECONDS = 15
ACCOUNTS = "demo-admin demo-city demo-authority demo-centre demo-school demo-organiser demo-auditor demo-teacher"


def prepare(app: Flask, *, with_demo: bool) -> bool:
    """Bring the database up to date; whether it holds the demonstration afterwards."""
    from app.views.frame import is_demo

    with app.app_context(), acting(SYSTEM):
        upgrade(str(ROOT / "migrations"))
        sync_roles(db.session)
        db.session.commit()
        is_empty = not db.session.scalar(select(func.count()).select_from(select(Teacher.id).limit(1).subquery()))
        db.session.remove()
        if with_demo and is_empty:
            print("loading the demonstration …", flush=True)
            subprocess.run([str(BIN / "flask"), "demo", "load"], cwd=ROOT, check=True)  # noqa: S603
        return is_demo()


def start(settings: Settings) -> list[subprocess.Popen[bytes]]:
    """Start web and worker, each in its own process group so that one Ctrl-C reaches us alone."""
    web = [
        str(BIN / "gunicorn"),
        "--bind",
        f"127.0.0.1:{settings.port}",
        "--workers",
        str(settings.web_workers),
        "--worker-class",
        "gthread",
        "--threads",
        "8",
        "--timeout",
        "120",
        "--graceful-timeout",
        "10",
        # A process that has rendered many PDFs gives its memory back.
        "--max-requests",
        "5000",
        "--max-requests-jitter",
        "500",
        "--log-level",
        "warning",
        "app:create_app()",
    ]
    worker = [str(BIN / "flask"), "worker"]
    return [subprocess.Popen(command, cwd=ROOT, start_new_session=True) for command in (web, worker)]  # noqa: S603


def wait_until_ready(settings: Settings, processes: list[subprocess.Popen[bytes]]) -> bool:
    """Whether the web server answers within a minute."""
    address = f"http://127.0.0.1:{settings.port}/healthz"
    for _ in range(300):
        if any(process.poll() is not None for process in processes):
            return False
        try:
            with urllib.request.urlopen(address, timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    return False


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask both to finish what they are at; insist after a while."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def main() -> int:
    """Serve until told to stop. Exit 1 if a process ends by itself."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--demo", action="store_true", help="load the demonstration into an empty database")
    options = arguments.parse_args()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = Settings.from_environment()
    has_demo = prepare(create_app(settings), with_demo=options.demo)

    def leave(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    processes = start(settings)
    try:
        if not wait_until_ready(settings, processes):
            print("the server did not start; see the lines above", file=sys.stderr)
            return 1
        print(f"\n  Xueshi 学时 → {settings.public_url}\n", flush=True)
        if has_demo:
            print(f"  demonstration accounts, password xueshi-demo:\n  {ACCOUNTS}\n", flush=True)
        else:
            print("  first account: .venv/bin/flask users create-admin\n", flush=True)
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())
