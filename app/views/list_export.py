"""Exports: the rows, columns, order and words of a list as a file, at once or by a job.

``table`` is what the job asks for: it knows no view, and a list's words are known here alone.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import abort, current_app, redirect, request, send_file, url_for
from flask_babel import force_locale
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.exchange.table_file import MEDIA_TYPES, table_file
from app.extensions import db
from app.models import Job
from app.security.actor import current_actor
from app.security.roles import DELEGATED
from app.security.session import OutOfReach
from app.services import exports
from app.services.clock import SHANGHAI, now_utc
from app.services.exports import AT_ONCE, FORMATS, Table, Wanted
from app.views import labels
from app.views.columns import exported
from app.views.doing import MOST_AT_ONCE
from app.views.list_query import arguments_of, canonical
from app.views.listing import Listing

# Rows read together: few enough to hold, enough to be quick.
BATCH = 500


def take(view: Any, kept: Sequence[str]) -> Any:
    """Answer the export form: the file, or the page of the job that is making it."""
    kind = request.form.get("format", "")
    if kind not in FORMATS:
        abort(404)
    listing = Listing(view, request.args, kept=kept)
    wanted = Wanted(view.name, canonical(view, request.args), tuple(listing.columns), labels.language(), kind)
    chosen = request.form.getlist("rowid")
    if chosen:
        rows = view.rows_of(chosen[:MOST_AT_ONCE])
    else:
        ids = list(db.session.scalars(listing.ids().limit(AT_ONCE + 1)))
        if len(ids) > AT_ONCE:
            job = exports.ask(db.session, wanted, current_actor(), now_utc(), filename(view, kind))
            db.session.commit()
            return redirect(url_for("JobView.show", pk=job.id))
        rows = listing.some(ids)
    return _at_once(view, wanted, rows)


def _at_once(view: Any, wanted: Wanted, rows: Sequence[Any]) -> Response:
    values = [_row(view, row, wanted.columns) for row in rows]
    with tempfile.TemporaryDirectory(prefix="xueshi-export-") as folder:
        path = Path(folder) / f"list.{wanted.format}"
        with table_file(path, wanted.format, str(view.list_title), headings(view, wanted.columns)) as file:
            for value in values:
                file.add(value)
        data = path.read_bytes()
    exports.record(db.session, wanted, len(values))
    db.session.commit()
    return sent(data, wanted.format, filename(view, wanted.format))


def sent(data: bytes, kind: str, name: str) -> Response:
    """A finished file, to be saved."""
    return send_file(io.BytesIO(data), mimetype=MEDIA_TYPES[kind], download_name=name, as_attachment=True)


def of_job(job: Job) -> tuple[str, str]:
    """(view, format) of an export's job."""
    wanted = exports.wanted_of(job.payload)
    return wanted.view, wanted.format


def filename(view: Any, kind: str) -> str:
    """What a file is called: the list and the day."""
    return f"{view.list_title}-{now_utc().astimezone(SHANGHAI):%Y-%m-%d}.{kind}"


def headings(view: Any, columns: Sequence[str]) -> list[str]:
    """The first row, in the words of the screen."""
    return [str(view.label_of(name)) for name in columns]


def _row(view: Any, row: Any, columns: Sequence[str]) -> list[Any]:
    return [exported(view, row, name) for name in columns]


@contextmanager
def table(wanted: Wanted) -> Iterator[Table]:
    """The rows of a list outside of any request: within the present actor's reach, if they may open it still."""
    view = _view(wanted.view)
    query = wanted.query
    # Words and addresses of columns are made for a request; this one is signed in by nobody, so nothing is a link.
    with current_app.test_request_context(f"{view.route_base}/list/?{query}"), force_locale(wanted.language):
        listing = Listing(view, arguments_of(query), kept=wanted.columns)
        # Whatever the address asked for, the columns are those that were shown.
        listing.columns = [name for name in wanted.columns if name in (*view.list_columns, *view.extra_columns)]

        def batches() -> Iterator[list[list[Any]]]:
            # Keys first, so that rows which others write meanwhile move nothing to the wrong page.
            keys = list(db.session.scalars(listing.ids().limit(exports.MOST + 1)))
            for start in range(0, len(keys), BATCH):
                rows = listing.some(keys[start : start + BATCH])
                yield [_row(view, row, listing.columns) for row in rows]

        count = db.session.scalar(select(func.count()).select_from(listing.ids().order_by(None).subquery())) or 0
        yield Table(str(view.list_title), headings(view, listing.columns), count, batches)


def _view(name: str) -> Any:
    from app.views.pages import view_named

    view, actor = view_named(name), current_actor()
    if view is None or actor.user_id is None:
        raise OutOfReach(name)
    is_open = current_app.extensions["appbuilder"].sm.user_holds(actor.user_id, "can_list", name)
    if not is_open and not (actor.stands_in and ("can_list", name) in DELEGATED):
        raise OutOfReach(name)
    return view
