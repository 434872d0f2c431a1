"""``flask policies check FILE...``: whether a policy pack is sound, with the line and the reason where it is not."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import get_locale

from app.domain.policy import PackFault, load
from app.exchange.pack_words import fault_line

FAULTY = 1


@click.group()
def policies() -> None:
    """Policy packs (TOML)."""


@policies.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)
@with_appcontext
def check(files: tuple[Path, ...]) -> None:
    """Read each FILE as a policy pack. Exit 1 where one is refused, with a line for each fault."""
    is_faulty = False
    for file in files:
        try:
            policy = load(file)
        except PackFault as refusal:
            is_faulty = True
            for fault in refusal.all:
                click.echo(fault_line(str(file), fault))
        else:
            click.echo(f"{file}: ok: {policy.title.text(str(get_locale() or 'zh'))}")
    raise SystemExit(FAULTY if is_faulty else 0)
