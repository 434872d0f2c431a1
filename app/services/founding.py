"""What a valid certificate rests on: it freezes the pack of its year, and falls with the standing it attests.

Standings are computed and kept in ``standings.py``, certificates issued in ``certificates.py``; both ask here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.models import Certificate, Standing
from app.models.standing import RESULTS
from app.security.actor import acting, current_actor
from app.services import notices
from app.services.standing_sources import among

ISSUED_FOR = tuple(result for result in RESULTS if result != "not_passed")


def frozen_policies(session: Session, teacher_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """{teacher: {year: pack}} of the years they hold a valid certificate for (DOMAIN §2: such a year is frozen)."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    rows = session.execute(
        select(Certificate.teacher_id, Certificate.year, Certificate.policy).where(
            among(Certificate.teacher_id, teacher_ids), Certificate.state == "valid"
        )
    )
    for teacher_id, year, policy in rows:
        found[teacher_id][year] = policy
    return found


def figures_of(standing: Any) -> dict[str, Any]:
    """What of a standing the certificate attests: if some of it falls, the certificate falls."""
    return {
        "policy": standing.policy,
        "result": standing.result,
        "school": standing.school_id,
        "recognised": dict(standing.recognised),
        "carried_in": format(standing.carried_in, "f"),
        "total": format(standing.total, "f"),
    }


def void_unfounded(session: Session, teacher_ids: Sequence[int], now: datetime) -> list[Certificate]:
    """Void the certificates of these teachers that say more than their standings now do. Returns them."""
    fallen = []
    with acting(current_actor().as_system()):
        rows = session.execute(
            select(Certificate, Standing)
            .outerjoin(
                Standing, and_(Standing.teacher_id == Certificate.teacher_id, Standing.year == Certificate.year)
            )
            .where(Certificate.teacher_id.in_(teacher_ids), Certificate.state == "valid")
            .order_by(Certificate.id)
        )
        for certificate, standing in rows:
            if standing is None or not _is_founded(certificate.snapshot["figures"], standing):
                end(certificate, "void", now, "revoked")
                fallen.append(certificate)
        session.flush()
        tell_voided(session, fallen, now)
    return fallen


def tell_voided(session: Session, fallen: Sequence[Certificate], now: datetime) -> None:
    """Tell whose certificates are void that they are."""
    with notices.gathered(session):
        for one in fallen:
            facts: dict[str, Any] = {"certificate": one.id, "number": one.number, "year": one.year}
            notices.tell_teachers(session, [one.teacher_id], "certificate_voided", now, **facts)


def end(certificate: Certificate, state: str, now: datetime, reason: str | None) -> None:
    """The only place where a certificate stops being valid."""
    certificate.state = state
    certificate.ended_at = now
    certificate.end_reason = reason


def _is_founded(figures: dict[str, Any], standing: Standing) -> bool:
    """Whether nothing attested has fallen since."""
    now = figures_of(standing)
    if now["result"] not in ISSUED_FOR or now["policy"] != figures["policy"]:
        return False
    # Who was certified as exempt and is so no longer has passed by hours at best: another paper (EXEMPT).
    if figures["result"] == "exempt" != now["result"]:
        return False
    attested = [*figures["recognised"].items(), ("carried_in", figures["carried_in"]), ("total", figures["total"])]
    held = {**now["recognised"], "carried_in": now["carried_in"], "total": now["total"]}
    return all(Decimal(held.get(name, "0")) >= Decimal(hours) for name, hours in attested)
