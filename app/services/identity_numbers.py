"""Correcting who a teacher is: a mistyped ID number, facts of somebody who has left. ``register.py`` adds teachers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import day_in_china
from app.domain.errors import Refused
from app.domain.identity import check_id_number, mask_id_number
from app.models import Teacher
from app.security.actor import acting, current_actor
from app.security.secrets import index_of, seal
from app.services import standings
from app.services.refusals import No


def refuse_known(session: Session, id_number: str, but: int | None = None) -> None:
    """Raise Refused(ID_NUMBER_TAKEN) where a teacher has this number, whoever reaches them; ``but``: not that one."""
    with acting(current_actor().as_system()):
        known = session.scalar(select(Teacher.id).where(Teacher.id_number_index == index_of(id_number)))
    if known is not None and known != but:
        raise Refused(No.ID_NUMBER_TAKEN)


def correct(session: Session, teacher: Teacher, typed: str, now: datetime) -> None:
    """Put right a mistyped ID number. Raises Refused on an impossible or taken one."""
    number = check_id_number(typed, today=day_in_china(now))
    index = index_of(number)
    if index == teacher.id_number_index:
        return
    refuse_known(session, number, but=teacher.id)
    sealed = seal(number)
    teacher.id_number_cipher = sealed.cipher
    teacher.id_number_index = sealed.index
    teacher.id_number_masked = mask_id_number(number)
    session.flush()


def correct_facts(
    session: Session, teacher: Teacher, name: str, sex: str, stated: Mapping[str, Any], now: datetime
) -> None:
    """Put right what is stated of somebody who has left; they stay left."""
    joined_on = stated.get("joined_on")
    if joined_on is not None and joined_on > day_in_china(now):
        raise Refused(No.JOINED_FUTURE)
    series = stated.get("series", teacher.series)
    for refusal in standings.unfit(session, {teacher.id: series} if series != teacher.series else {}).values():
        raise refusal
    teacher.name = name
    teacher.sex = sex
    for column, value in stated.items():
        setattr(teacher, column, value)
    session.flush()
    standings.refresh(session, teacher.id, now)
