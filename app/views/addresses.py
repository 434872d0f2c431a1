"""The present address with other arguments. Arguments never go through ``url_for``.

There ``endpoint`` or ``_external`` typed into a query string would be taken for its own parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from flask import request


def with_query(path: str, arguments: Mapping[str, Sequence[Any]]) -> str:
    """``path``, which is quoted already, with arguments, each any number of times."""
    query = urlencode([(name, value) for name, values in arguments.items() for value in values])
    return f"{path}?{query}" if query else path


def arguments() -> dict[str, list[Any]]:
    """The request's arguments as they stand, repeated ones too."""
    return dict(request.args.lists())


def here(changes: Mapping[str, Any]) -> str:
    """The present address with some arguments changed; None takes one away. A template calls it too."""
    changed = {name: [] if value is None else [value] for name, value in changes.items()}
    return with_query(quote(request.root_path.rstrip("/") + request.path), arguments() | changed)
