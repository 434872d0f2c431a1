"""Databases for tests: migrated once, copied for each test. PostgreSQL is a private cluster on a socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg


class SqliteDatabase:
    """A file, copied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "live.sqlite"
        self.url = f"sqlite:///{self.file}"

    def keep(self, name: str) -> None:
        """Keep the live database as it is under a name; nobody may be connected."""
        shutil.copyfile(self.file, self.folder / f"{name}.sqlite")

    def refresh(self, name: str) -> None:
        """Make the live database a copy of a kept one."""
        for end in ("-wal", "-shm"):
            Path(f"{self.file}{end}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / f"{name}.sqlite", self.file)

    def stop(self) -> None:
        return None


class PostgresDatabase:
    """A cluster of our own in a temporary folder, reached by its socket alone."""

    def __init__(self, folder: Path) -> None:
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        # A socket's path has at most 107 bytes; pytest's own folders are longer, and closed to other users.
        self.folder = Path(tempfile.mkdtemp(prefix="xs-pg-", dir="/tmp"))
        self.user = self._owner()
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run(
            "initdb",
            "-D",
            f"{self.folder}/data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        )
        settings = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=60"
        options = f"-k {self.folder} {settings}"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", options, "start")
        self.url = f"postgresql+psycopg://postgres@/live?host={self.folder}"
        self._admin("CREATE DATABASE live")

    def keep(self, name: str) -> None:
        """Keep the live database as it is under a name; nobody may be connected."""
        self._admin(f"ALTER DATABASE live RENAME TO kept_{name}")

    def refresh(self, name: str) -> None:
        """Make the live database a copy of a kept one."""
        self._admin("DROP DATABASE IF EXISTS live WITH (FORCE)")
        self._admin(f"CREATE DATABASE live TEMPLATE kept_{name} STRATEGY FILE_COPY")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _admin(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    @staticmethod
    def _owner() -> str:
        """PostgreSQL refuses to run as root."""
        if os.getuid() != 0:
            return ""
        known = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in known else "nobody"

    def _run(self, program: str, *arguments: str) -> None:
        as_user = ["setpriv", f"--reuid={self.user}", f"--regid={self._group()}", "--clear-groups"] if self.user else []
        subprocess.run(
            [*as_user, str(self.bin / program), *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _group(self) -> int:
        return pwd.getpwnam(self.user).pw_gid
