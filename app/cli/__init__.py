"""Commands, one subject a file. Each acts as SYSTEM and commits once, at its end."""

from __future__ import annotations

from flask import Flask

from app.cli import audit, certificates, demo, imports, policies, roles, rules, standings, tallies, users, worker

COMMANDS = (
    audit.audit,
    certificates.certificates,
    demo.demo,
    imports.import_group,
    policies.policies,
    roles.roles,
    rules.assess_command,
    rules.hours_command,
    standings.standings,
    tallies.tallies,
    users.users,
    worker.worker,
)


def register(app: Flask) -> None:
    """Add every command to ``flask``."""
    for command in COMMANDS:
        app.cli.add_command(command)
