"""Issuing, ending and printing yearly certificates (DOMAIN §6).

Only a passed or exempt standing gets one. What it says is frozen when it is issued, in both
languages; printing reads the snapshot and nothing else, so a reprint is the same byte for byte.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.documents import certificate as paper
from app.documents.terms import RESULTS, SERIES, TITLES, TOTAL, term
from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.domain.policy import Policy, pack
from app.models import Authority, Certificate, Claim, Decision, Exemption, School, Standing
from app.security.actor import Actor, acting, current_actor
from app.security.reach import criterion_to_write
from app.security.session import OutOfReach
from app.services import exemptions, founding, notices, numbers, standings
from app.services.refusals import No
from app.services.turns import take_turn

LANGUAGES = ("zh", "en")
# No 0/O and 1/I/L, since people type it from paper: 26 letters of 31 are 128.8 bits.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 26
ISSUED_FOR = founding.ISSUED_FOR
figures_of = founding.figures_of
# What two certificates of one year never share, whatever they attest.
OF_THE_PAPER = ("number", "code", "verify_url", "issued_on")


def new_code() -> str:
    """A fresh verification code."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """A code as people read it: groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def plain_code(typed: str) -> str:
    """A typed code as it is kept."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def issue(session: Session, standing: Standing, actor: Actor, now: datetime) -> Certificate:
    """Issue a certificate for a standing. One that stands and says the same is returned as it is.

    One that says something else is superseded. Raises Refused NOT_PASSED, and OutOfReach for a
    standing that is not the current actor's to certify.
    """
    _require_own(session, standing)
    # The teacher, or an older certificate, may be at another school by now; the standing is what counts.
    with acting(current_actor().as_system()):
        # Of two who issue at once, the second finds the certificate of the first.
        take_turn(session)
        return _issue(session, standing, actor, now)


def _require_own(session: Session, standing: Standing) -> None:
    criterion = criterion_to_write(Standing, current_actor())
    table = Standing.__table__
    if criterion is not None and not session.connection().scalar(
        select(func.count()).select_from(table).where(table.c.id == standing.id, criterion)
    ):
        raise OutOfReach("standing")


def _issue(session: Session, standing: Standing, actor: Actor, now: datetime) -> Certificate:
    if standing.result not in ISSUED_FOR:
        raise Refused(No.NOT_PASSED, name=standing.teacher.name, year=standing.year)
    reviews = _reviews(session, standing)
    exempted = exemptions.of_year(session, standing.teacher_id, standing.year)
    older = valid_certificate(session, standing.teacher_id, standing.year)
    if older is not None and _says_the_same(older, standing, reviews, exempted):
        return older
    if older is not None:
        founding.end(older, "superseded", now, None)
        session.flush()
    authority = standing.school.authority
    code = new_code()
    number = numbers.certificate_number(session, authority.code if authority else standing.school.code, standing.year)
    certificate = Certificate(
        number=number,
        code=code,
        teacher_id=standing.teacher_id,
        school_id=standing.school_id,
        year=standing.year,
        policy=standing.policy,
        series=standing.teacher.series,
        result=standing.result,
        snapshot={
            "figures": figures_of(standing),
            **_snapshots(standing, number, code, day_in_china(now), reviews, exempted),
        },
        state="valid",
        issued_at=now,
        issued_by_id=actor.user_id,
    )
    session.add(certificate)
    session.flush()
    facts: dict[str, Any] = {"certificate": certificate.id, "number": number, "year": standing.year}
    notices.tell_teachers(session, [standing.teacher_id], "certificate_issued", now, **facts)
    if older is not None:
        older.replaced_by_id = certificate.id
        session.flush()
    return certificate


def valid_certificate(session: Session, teacher_id: int, year: int) -> Certificate | None:
    """The valid certificate of a teacher's year, if there is one."""
    return session.scalars(
        select(Certificate).where(
            Certificate.teacher_id == teacher_id, Certificate.year == year, Certificate.state == "valid"
        )
    ).one_or_none()


def void(session: Session, certificate: Certificate, reason: str, now: datetime) -> None:
    """Declare a certificate void; its code says so from now on, and its year is no longer frozen."""
    take_turn(session)
    session.refresh(certificate, ["state"])
    if certificate.state != "valid":
        raise Refused(No.VOID_ALREADY)
    founding.end(certificate, "void", now, reason)
    session.flush()
    founding.tell_voided(session, [certificate], now)
    standings.refresh(session, certificate.teacher_id, now)


def render(certificates: Iterable[Certificate], language: str) -> bytes:
    """One PDF of the certificates in their order, a page each."""
    return paper.render([paper.from_snapshot(row.snapshot[language]) for row in certificates])


Reviews = tuple[paper.Review | None, paper.Review | None]


def _snapshots(
    standing: Standing, number: str, code: str, issued_on: date, reviews: Reviews, exempted: Sequence[Exemption]
) -> dict[str, Any]:
    return {
        language: paper.as_snapshot(text_of(standing, number, code, issued_on, reviews, language, exempted))
        for language in LANGUAGES
    }


def _says_the_same(
    older: Certificate, standing: Standing, reviews: Reviews, exempted: Sequence[Exemption]
) -> bool:
    """Whether a new certificate would print what this one prints: a corrected name is another certificate."""
    new = {"figures": figures_of(standing)} | _snapshots(
        standing, older.number, older.code, day_in_china(older.issued_at), reviews, exempted
    )
    return {key: _attested(value) for key, value in older.snapshot.items()} == {
        key: _attested(value) for key, value in new.items()
    }


def _attested(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in OF_THE_PAPER}


def text_of(
    standing: Standing,
    number: str,
    code: str,
    issued_on: date,
    reviews: Reviews,
    language: str,
    exempted: Sequence[Exemption] = (),
) -> paper.CertificateText:
    """What the certificate says in one language, frozen from here on. ``exempted``: the year's exemptions in force."""
    teacher, school = standing.teacher, standing.school
    policy = pack(standing.policy)
    rows, total = _rows(policy, standing, language)
    body = school.authority or school
    return paper.CertificateText(
        number=number,
        code=grouped(code),
        verify_url=f"{current_app.config['SETTINGS'].public_url}/verify/{code}",
        year=standing.year,
        name=teacher.name,
        masked_id=teacher.id_number_masked,
        school=school.name,
        district=school.district.name,
        series=term(SERIES, teacher.series, language),
        title=term(TITLES, teacher.title, language),
        rows=rows,
        total=total,
        result=standing.result,
        result_word=term(RESULTS, standing.result, language),
        unit=policy.unit.text(language),
        policy_id=policy.id,
        policy_title=policy.title.text(language),
        policy_source=policy.source,
        first_review=reviews[0],
        second_review=reviews[1],
        exemption=exemptions.printed(exempted, policy, language),
        issued_on=issued_on,
        authority=body.name,
        certificate_title=policy.certificate_title.text(language),
        language=language,
    )


def _rows(
    policy: Policy, standing: Standing, language: str
) -> tuple[tuple[paper.CertificateRow, ...], paper.CertificateRow]:
    """A row a category, hours carried in being part of what is recognised in theirs."""
    rows = []
    for category in policy.categories:
        carried = standing.carried_in if category.id == policy.carry_category else Decimal(0)
        recognised = Decimal(standing.recognised.get(category.id, "0")) + carried
        rows.append(paper.CertificateRow(category.title.text(language), category.required, recognised, carried))
    total = paper.CertificateRow(
        TOTAL[0 if language == "zh" else 1], policy.required_total, standing.total, standing.carried_in
    )
    return tuple(rows), total


def _reviews(session: Session, standing: Standing) -> Reviews:
    """Who reviewed the year's claims last, and when; None where nothing was claimed.

    A claim keeps the school and the authority it was decided at, whatever became of either since.
    """
    rows = session.execute(
        select(Decision.stage, Decision.decided_at, School.name, Authority.name)
        .join(Claim, Claim.id == Decision.claim_id)
        .join(School, School.id == Claim.school_id)
        .outerjoin(Authority, Authority.id == Claim.authority_id)
        .where(
            Claim.teacher_id == standing.teacher_id,
            Claim.year == standing.year,
            Claim.state == "approved",
            Decision.verb == "approve",
        )
        .order_by(Decision.decided_at, Decision.id)
    )
    latest: dict[str, paper.Review] = {}
    for stage, decided_at, school, authority in rows:
        body = authority if stage == "second" else school
        if body:
            latest[stage] = paper.Review(body, day_in_china(decided_at))
    return latest.get("first"), latest.get("second")
