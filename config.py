"""Settings of one installation, typed, each read from the environment with an embedded default.

Nothing else in the code reads the environment. A secret that is not set is made once and kept
under ``instance/`` with mode 600, so that a fresh machine starts without being asked anything.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent


def _kept_secret(folder: Path, name: str, fresh: str) -> str:
    """Read ``folder/name``; write ``fresh`` there first if the file is missing (mode 600)."""
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(fresh)
    return fresh


def _database_url(text: str) -> str:
    """Name the driver that is shipped; people write plain ``postgresql://``."""
    for prefix in ("postgresql://", "postgres://"):
        if text.startswith(prefix):
            return "postgresql+psycopg://" + text.removeprefix(prefix)
    return text


def _mail_url(text: str, sender: str) -> str:
    """A folder or a mail server. Raises ValueError for anything else, and for a password sent in the clear."""
    parts = urlsplit(text)
    if parts.scheme == "file" and parts.path:
        return text
    # Never the text itself in an error: it holds the password.
    if parts.scheme != "smtp" or not parts.hostname:
        raise ValueError("MAIL_URL: file:///folder or smtp://user:password@host:port?tls=starttls|ssl")
    if parts.query not in ("", "tls=starttls", "tls=ssl"):
        raise ValueError("MAIL_URL: tls is starttls or ssl")
    if parts.password and not parts.query and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError("MAIL_URL: a password needs ?tls=starttls or ?tls=ssl")
    if not sender:
        raise ValueError("MAIL_FROM: a mail server needs the sender's address")
    return text


def _mail_from(text: str) -> str:
    """The address that mail comes from. Raises ValueError for one that is none."""
    if not re.fullmatch(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+", text):
        raise ValueError("MAIL_FROM: an address such as xueshi@example.org, and nothing beside it")
    return text


@dataclass(frozen=True)
class Settings:
    """One installation's settings. ``id_number_keys``: newest first; all of them decrypt."""

    instance: Path
    database_url: str
    queue_url: str
    store_url: str
    secret_key: str = field(repr=False)
    id_number_keys: tuple[str, ...] = field(repr=False)
    port: int
    public_url: str
    trusted_hosts: tuple[str, ...]
    web_workers: int
    log_format: str
    mail_url: str = field(repr=False)
    mail_from: str

    @classmethod
    def from_environment(cls, env: dict[str, str] | None = None) -> Settings:
        """Read the settings; see CONTRACTS for the names. Raises ValueError on a malformed one."""
        env = dict(os.environ) if env is None else env
        instance = Path(env.get("INSTANCE_PATH") or ROOT / "instance").resolve()
        port = int(env.get("PORT") or 8080)
        keys = env.get("ID_NUMBER_KEYS") or _kept_secret(
            instance, "id_number_keys", Fernet.generate_key().decode("ascii")
        )
        hosts = tuple(host.strip() for host in env.get("TRUSTED_HOSTS", "").split(",") if host.strip())
        return cls(
            instance=instance,
            database_url=_database_url(env.get("DATABASE_URL") or f"sqlite:///{instance / 'xueshi.sqlite'}"),
            queue_url=env.get("QUEUE_URL") or f"sqlite:///{instance / 'queue.sqlite'}",
            store_url=env.get("STORE_URL") or f"file://{instance / 'store'}",
            secret_key=env.get("SECRET_KEY") or _kept_secret(instance, "secret_key", secrets.token_hex(32)),
            id_number_keys=tuple(key.strip() for key in keys.split(",") if key.strip()),
            port=port,
            public_url=(env.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
            trusted_hosts=hosts,
            web_workers=int(env.get("WEB_WORKERS") or 2),
            log_format=env.get("LOG_FORMAT") or "text",
            mail_url=_mail_url(env.get("MAIL_URL") or f"file://{instance / 'mail'}", env.get("MAIL_FROM", "")),
            mail_from=_mail_from(env.get("MAIL_FROM") or "xueshi@localhost"),
        )

    @property
    def is_secure(self) -> bool:
        """Whether people reach us by https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    def flask(self) -> dict[str, object]:
        """The same settings under the names Flask and its extensions expect."""
        return {
            "SETTINGS": self,
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "TRUSTED_HOSTS": list(self.trusted_hosts) or None,
            # Twenty-megabyte evidence, three files at once, and the form around them.
            "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.is_secure,
            "PERMANENT_SESSION_LIFETIME": 8 * 3600,
            "WTF_CSRF_TIME_LIMIT": None,
            "FAB_CREATE_DB": False,
            "FAB_UPDATE_PERMS": False,
            "FAB_ADD_SECURITY_API": False,
            "FAB_SAFE_REDIRECT_HOSTS": list(self.trusted_hosts),
            # FAB switches limits off unless told otherwise. Kept per process: an account's own wait is in the database.
            "RATELIMIT_ENABLED": True,
            "RATELIMIT_STORAGE_URI": "memory://",
            "AUTH_TYPE": 1,
            "AUTH_USER_REGISTRATION": False,
            "APP_NAME": "学时",
            "BABEL_DEFAULT_LOCALE": "zh",
            "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
            "LANGUAGES": {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}},
        }
