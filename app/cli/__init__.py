"""Commands, one subject a file. Each acts as SYSTEM and commits once, at its end."""

from __future__ import annotations

from flask import Flask

from app.cli import roles, users


def register(app: Flask) -> None:
    """Add every command to ``flask``."""
    for command in (roles.roles, users.users):
        app.cli.add_command(command)
