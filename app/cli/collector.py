"""The garbage collector at rest while a command reads much: millions of values pass, and none of them hold circles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting() -> Iterator[None]:
    """Looking for circles again and again costs an eighth to a third of such a command's time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
