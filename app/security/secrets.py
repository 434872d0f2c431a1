"""ID numbers at rest: encrypted with rotating keys, and a blind index by which one can be found.

No other module encrypts or decrypts. Keys come from the settings and never reach the database.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from flask import current_app


@dataclass(frozen=True)
class SealedIdNumber:
    """What the teacher table keeps of an ID number."""

    cipher: bytes
    index: str


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


@lru_cache(maxsize=4)
def _index_key(key: str) -> bytes:
    return hashlib.sha256(b"xueshi id number index" + key.encode("ascii")).digest()


def _keys() -> tuple[str, ...]:
    keys: tuple[str, ...] = current_app.config["SETTINGS"].id_number_keys
    return keys


def seal(id_number: str) -> SealedIdNumber:
    """Encrypt a checked, normalised ID number and make its index."""
    return SealedIdNumber(_box(_keys()).encrypt(id_number.encode("ascii")), index_of(id_number))


def index_of(id_number: str) -> str:
    """HMAC-SHA256 of the number under the oldest key, hex: equal numbers, equal index.

    The oldest, so that adding a newer key in front keeps every teacher findable.
    """
    return hmac.new(_index_key(_keys()[-1]), id_number.encode("ascii"), hashlib.sha256).hexdigest()


def unseal(cipher: bytes) -> str:
    """Decrypt. Callers must have been asked for a reason, and log it."""
    return _box(_keys()).decrypt(cipher).decode("ascii")


def digest(text: str) -> str:
    """Keyed digest of a secret that need not come back (activation codes)."""
    return hmac.new(_index_key(_keys()[-1]), b"code" + text.encode("utf-8"), hashlib.sha256).hexdigest()


def seal_bytes(content: bytes) -> bytes:
    """Encrypt a whole file that holds ID numbers (an uploaded roster)."""
    return _box(_keys()).encrypt(content)


def unseal_bytes(sealed: bytes) -> bytes:
    """The file again."""
    return _box(_keys()).decrypt(sealed)
