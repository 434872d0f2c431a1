"""Printing a selection of certificates: at once where it is a few pages, as a job where it is many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.domain.errors import Refused
from app.models import Certificate, Job, Standing
from app.security.actor import Actor
from app.services import certificates, jobs
from app.services.refusals import No

PRINT_JOB = "print"
# A page takes some 70 ms; beyond this a person should not wait for an answer, nor a web worker be held.
AT_ONCE = 20


def print_standings(
    session: Session, standings: Sequence[Standing], language: Literal["zh", "en"], actor: Actor, now: datetime
) -> bytes | Job:
    """Issue what is missing and print all: the PDF, or the job that makes it. Raises Refused(NOT_PASSED)."""
    for standing in standings:
        if standing.result not in certificates.ISSUED_FOR:
            raise Refused(No.NOT_PASSED, name=standing.teacher.name, year=standing.year)
    if len(standings) > AT_ONCE:
        payload = {"of": "standing", "ids": [one.id for one in standings], "language": language}
        return jobs.enqueue(session, PRINT_JOB, payload, actor, now)
    return certificates.render([certificates.issue(session, one, actor, now) for one in standings], language)


def print_certificates(
    session: Session, chosen: Sequence[Certificate], language: Literal["zh", "en"], actor: Actor, now: datetime
) -> bytes | Job:
    """Print certificates as they were issued: the PDF, or the job that makes it."""
    if len(chosen) > AT_ONCE:
        payload = {"of": "certificate", "ids": [one.id for one in chosen], "language": language}
        return jobs.enqueue(session, PRINT_JOB, payload, actor, now)
    return certificates.render(chosen, language)
