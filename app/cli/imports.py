"""``flask import teachers|schools|attendance FILE``: a workbook or CSV file into the database, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import gettext

from app.domain.days import day_in_china
from app.exchange.errors_workbook import errors_workbook
from app.exchange.fault_words import fault_line, file_text
from app.exchange.rows import Table, read_table
from app.exchange.workbook import FileRefused
from app.extensions import db
from app.security.actor import SYSTEM, acting
from app.services import imports
from app.services.clock import now_utc
from app.services.import_rows import Fault, Kind, Planned
from app.services.imports import Tally

PRINTED_FAULTS = 20
FAULTY = 1
UNREADABLE = 2


@click.group("import")
def import_group() -> None:
    """Import a workbook (xlsx) or CSV file; see docs for the headings."""


def _command(kind: Kind) -> None:
    @import_group.command(str(kind))
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
    @click.option(
        "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Write the faulty rows to this xlsx file."
    )
    @click.option("--accept-good", is_flag=True, help="Import the good rows though others are faulty.")
    @with_appcontext
    def command(file: Path, dry_run: bool, errors: Path | None, accept_good: bool) -> None:
        with acting(SYSTEM):
            raise SystemExit(_import(kind, file, now_utc(), dry_run, errors, accept_good))

    command.help = f"Import {kind}. Exit 0: all rows good; 1: rows were faulty; 2: the file cannot be read."


for _kind in Kind:
    _command(_kind)


def _import(
    kind: Kind, file: Path, now: datetime, dry_run: bool, errors: Path | None, accept_good: bool
) -> int:
    try:
        table = read_table(kind, file.read_bytes(), day_in_china(now))
    except FileRefused as refusal:
        click.echo(file_text(refusal), err=True)
        return UNREADABLE
    faults: dict[int, list[Fault]] = {}
    tally, is_written = imports.run(
        db.session, kind, table, now, accept_good=accept_good, dry_run=dry_run, see=_gather(faults)
    )
    db.session.commit()
    _print(table, tally, faults, is_written, dry_run)
    if errors is not None and faults:
        errors.write_bytes(errors_workbook(table, faults))
        click.echo(gettext("The faulty rows stand in %(file)s; mend them there and import that file.", file=errors))
    return FAULTY if faults else 0


def _gather(faults: dict[int, list[Fault]]) -> Callable[[Planned], None]:
    def see(planned: Planned) -> None:
        if planned.is_faulty:
            faults[planned.row.number] = planned.row.faults

    return see


def _print(table: Table, tally: Tally, faults: dict[int, list[Fault]], is_written: bool, dry_run: bool) -> None:
    click.echo(
        gettext(
            "%(total)s rows: %(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(faulty)s faulty",
            total=tally.total,
            **tally.as_dict(),
        )
    )
    for number in list(faults)[:PRINTED_FAULTS]:
        words = "；".join(fault_line(table.layout, fault) for fault in faults[number])
        click.echo(gettext("Row %(row)s: %(words)s", row=number, words=words), err=True)
    if len(faults) > PRINTED_FAULTS:
        click.echo(gettext("and %(count)s more faulty rows", count=len(faults) - PRINTED_FAULTS), err=True)
    if is_written and faults:
        click.echo(gettext("The good rows were imported; the faulty ones were left out."))
    elif is_written:
        click.echo(gettext("Imported."))
    elif dry_run:
        click.echo(gettext("Dry run: nothing was changed."))
    elif faults:
        click.echo(gettext("Nothing was changed, because rows are faulty."))
    else:
        click.echo(gettext("Nothing was changed: everything in the file is already so."))
