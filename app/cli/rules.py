"""`flask hours FILE` and `flask assess FILE`: the rules of the domain, asked by file (CONTRACTS).

Neither needs a database, and the commands hold no rule: they read, ask the domain, and write the answer.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from app.cli import collector
from app.domain.assess_question import answer_assess, read_assess
from app.domain.hours_question import answer_hours
from app.domain.json_reading import BadQuestion

_BAD_FILE = 2


@click.command("hours")
@click.argument("file", type=click.Path(path_type=Path))
def hours_command(file: Path) -> None:
    """Convert the items of FILE (JSON) into hours, one answer an item."""
    raw = _read(file)
    try:
        _write(answer_hours(raw))
    except BadQuestion as bad:
        _refuse(bad.faults)


@click.command("assess")
@click.argument("file", type=click.Path(path_type=Path))
def assess_command(file: Path) -> None:
    """Assess the teachers of FILE (JSON) year by year, one row a teacher and year."""
    with collector.resting():
        try:
            question = read_assess(_read(file))
        except BadQuestion as bad:
            _refuse(bad.faults)
        _write(answer_assess(question))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _refuse([f"{file}: {error.strerror}"])


def _refuse(faults: Iterable[object]) -> NoReturn:
    for fault in faults:
        click.echo(str(fault), err=True)
    sys.exit(_BAD_FILE)


def _write(rows: Iterable[dict[str, Any]]) -> None:
    """One JSON list, a row a line, written as it comes: the file may hold a whole district."""
    lines = (json.dumps(row) for row in rows)
    first = next(lines, None)
    if first is None:
        click.echo("[]")
        return
    click.echo(f"[{first}", nl=False)
    for line in lines:
        click.echo(f",\n{line}", nl=False)
    click.echo("]")
