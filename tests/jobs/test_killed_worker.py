"""A worker killed in the middle of an import, run as it is run: the next one finishes, nothing is doubled."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exchange.files import TEACHERS, workbook
from tests.factories import id_number

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    """An installation of its own, as an administrator has it, with a school."""
    env = {**os.environ, "INSTANCE_PATH": str(tmp_path / "instance"), "FLASK_APP": "app", "PYTHONUNBUFFERED": "1"}
    for name in ("DATABASE_URL", "QUEUE_URL", "STORE_URL"):
        env.pop(name, None)
    flask("db", "upgrade", env=env)
    script(env, 'from tests.factories import make_school; make_school(db.session, "4401030001", "甲", "440103", now)')
    return env


def flask(*arguments: str, env: dict[str, str]) -> str:
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout


def script(env: dict[str, str], body: str) -> str:
    """Run a line within the installation, as SYSTEM, and commit."""
    frame = (
        "from app import create_app\nfrom app.extensions import db\nfrom app.security.actor import SYSTEM, acting\n"
        "from app.services.clock import now_utc\nnow = now_utc()\n"
        f"with create_app().app_context(), acting(SYSTEM):\n    {body}\n    db.session.commit()\n"
    )
    command = [sys.executable, "-c", frame]
    return subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout


def test_a_killed_worker_leaves_a_job_that_the_next_one_finishes(installation: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(workbook(TEACHERS[:4], [["陈怡", number, "女", "4401030001"] for number in many_numbers(2000)]))
    script(
        installation,
        "from app.services import import_files, jobs; "
        f"sha = import_files.keep(open({str(file)!r}, 'rb').read()); "
        "jobs.enqueue(db.session, 'import_write', {'kind': 'teachers', 'file': sha, 'filename': 'x'}, SYSTEM, now)",
    )
    database = Path(installation["INSTANCE_PATH"]) / "xueshi.sqlite"
    worker = start_worker(installation)
    seen: list[str] = []
    for state, done, teachers in watch(database, worker):
        assert done == teachers, "a chunk and its progress are one"
        seen.append(state)
        if done:
            worker.kill()
            break
    worker.communicate()
    assert seen[-1] == "running", "the first worker was to die in the middle"
    worker = start_worker(installation)
    for state, done, teachers in watch(database, worker):
        assert done == teachers
        if state == "done":
            worker.send_signal(signal.SIGTERM)
            break
    assert "worker: stopped" in worker.communicate(timeout=60)[0]
    assert (worker.returncode, state, done, teachers) == (0, "done", 2000, 2000)


def start_worker(env: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flask", "worker"]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def watch(database: Path, worker: subprocess.Popen[str]) -> Iterator[tuple[str, int, int]]:
    """State and progress of the only job and the number of teachers, of one moment each, while the worker lives."""
    question = "SELECT state, done, (SELECT count(*) FROM teacher) FROM job"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        while worker.poll() is None:
            yield connection.execute(question).fetchone()
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.wait(timeout=0.02)


def many_numbers(count: int) -> list[str]:
    return [id_number(n % 1000, f"19{60 + n // 1000}0312") for n in range(count)]
