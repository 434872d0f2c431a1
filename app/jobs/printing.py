"""The job that issues and prints a selection of certificates: many small documents, put together at the end.

Each chunk is issued, printed, kept in the store and committed with the job's progress, so a killed
worker goes on after the last chunk. Issuing twice is issuing once, and printing is a pure function.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pypdf import PdfReader, PdfWriter
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.jobs.work import checkpoint, job
from app.models import Certificate, Job, School, Standing
from app.security.actor import current_actor
from app.services import certificates, notices
from app.services.printing import PRINT_JOB
from app.services.store import store

# Laying out one document takes memory for all of its pages at once.
CHUNK = 40


@job(PRINT_JOB)
def print_selection(session: Session, row: Job, now: datetime) -> dict[str, Any]:
    """Print the standings or certificates of the payload, in their order; the outcome names the PDF."""
    ids = row.payload["ids"]
    row.total = len(ids)
    parts: list[str] = list((row.outcome or {}).get("parts", []))
    checkpoint(session, row, row.done)
    for start in range(row.done, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        of_chunk = _certificates(session, row.payload["of"], chunk, now)
        parts.append(store().put(certificates.render(of_chunk, row.payload["language"])))
        checkpoint(session, row, start + len(chunk), {"parts": parts})
    return {"file": store().put(_together(parts)), "filename": f"certificates-{row.id}.pdf", "pages": len(ids)}


def _certificates(session: Session, of: str, ids: Sequence[int], now: datetime) -> list[Certificate]:
    if of == "certificate":
        found = {one.id: one for one in session.scalars(select(Certificate).where(Certificate.id.in_(ids)))}
        return [found[key] for key in ids if key in found]
    query = (
        select(Standing)
        .where(Standing.id.in_(ids))
        .options(joinedload(Standing.teacher), joinedload(Standing.school).joinedload(School.district))
    )
    standings = {one.id: one for one in session.scalars(query)}
    actor = current_actor()
    with notices.gathered(session):
        return [certificates.issue(session, standings[key], actor, now) for key in ids if key in standings]


def _together(parts: Sequence[str]) -> bytes:
    """One document of all parts."""
    if len(parts) == 1:
        return store().read(parts[0])
    writer = PdfWriter()
    for part in parts:
        for page in PdfReader(io.BytesIO(store().read(part))).pages:
            writer.add_page(page)
    # Every part embeds its own subset of the faces; what is the same in two of them is kept once.
    writer.compress_identical_objects()
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
