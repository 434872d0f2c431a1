"""The store of uploaded files: bytes kept once under their SHA-256, in a folder.

A file is whole or not there: it is written beside its place, synced, then renamed. What names a
file, its owner and its type, stands in the database; nothing here decides who may read it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app


class Missing(LookupError):
    """The database knows a file that the store does not have."""


class Store:
    """A folder of files by digest, two letters a subfolder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes, *, durable: bool = True) -> str:
        """Keep ``data``; returns its SHA-256 in hex. Keeping it twice is keeping it once."""
        sha256 = hashlib.sha256(data).hexdigest()
        place = self.path(sha256)
        if place.exists():
            return sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            Path(name).replace(place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        if durable:
            # The name is kept by its folder, and the folder's by the one above.
            _sync(place.parent)
            _sync(self.folder)
        return sha256

    def path(self, sha256: str) -> Path:
        """Where a digest's file stands. Raises ValueError for anything but 64 hex digits."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256")
        return self.folder / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """The bytes of a digest. Raises Missing."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise Missing(sha256) from error


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> Store:
    """The store of the running application."""
    url = urlsplit(current_app.config["SETTINGS"].store_url)
    if url.scheme != "file":
        raise ValueError(f"STORE_URL: {url.scheme}:// is not supported, use file:///folder")
    return Store(Path(url.path))
