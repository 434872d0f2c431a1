"""Uploaded workbooks, kept in the store for their job: encrypted, since they hold ID numbers."""

from __future__ import annotations

from app.security.secrets import seal_bytes, unseal_bytes
from app.services.store import store


def keep(content: bytes) -> str:
    """Keep a file; returns the name to fetch it by."""
    return store().put(seal_bytes(content))


def fetch(name: str) -> bytes:
    """The file as it was kept. Raises Missing."""
    return unseal_bytes(store().read(name))
