"""The question `flask hours` answers: items of claims, each converted by itself (CONTRACTS, `flask hours`).

An item that makes no sense is answered with a code; only a file that is no question at all is refused whole.
"""

from typing import Any

from app.domain import json_members
from app.domain.errors import Code, Refused
from app.domain.hours import ClaimFacts, Session, convert, plain
from app.domain.json_reading import BadQuestion, Value, parse
from app.domain.policy import pack

_KEYS = ("passed", "related", "author", "sessions", "stated_hours", "year", "category", "answers")


def answer_hours(raw: bytes) -> list[dict[str, Any]]:
    """One answer an item, in the order of the file: its parts, or the code for which it is refused.

    Raises BadQuestion for a file without items, and for an item without an id of its own.
    """
    root = parse(raw)
    if not root.is_object(("items",)):
        raise BadQuestion(root.faults)
    named: list[tuple[str | int, Value]] = []
    seen: set[str | int] = set()
    for item in root.at("items").items():
        item_id = _id(item)
        if item_id is None:
            continue
        if item_id in seen:
            item.at("id").fault(Code.ID_TWICE, id=item_id)
        seen.add(item_id)
        named.append((item_id, item))
    if root.faults:
        raise BadQuestion(root.faults)
    return [_answer(item_id, item) for item_id, item in named]


def _id(item: Value) -> str | int | None:
    if not isinstance(item.value, dict):
        item.fault(Code.TYPE_WRONG, expected="object")
        return None
    found = item.at("id")
    if found.value is None:
        found.fault(Code.KEY_MISSING)
        return None
    if isinstance(found.value, int) and not isinstance(found.value, bool):
        return found.value
    return found.value if found.read(json_members.text) is not None else None


def _answer(item_id: str | int, item: Value) -> dict[str, Any]:
    try:
        policy = _policy_id(item)
        parts = convert(pack(policy), _facts(item))
    except Refused as refused:
        return {"id": item_id, "refused": str(refused.code)}
    written = [{"year": part.year, "category": part.category, "hours": plain(part.hours)} for part in parts]
    return {"id": item_id, "parts": written}


def _policy_id(item: Value) -> str:
    apart = item.apart()  # the faults of an item are its own, not the file's
    apart.is_object(("id", "policy", "kind"), _KEYS)
    policy: str | None = apart.at("policy").read(json_members.text)
    if apart.faults or policy is None:
        raise Refused(apart.faults[0].code)
    return policy


def _facts(item: Value) -> ClaimFacts:
    apart = item.apart()
    facts = ClaimFacts(
        kind=apart.at("kind").read(json_members.text) or "",
        passed=apart.at("passed").read(json_members.flag),
        related=apart.at("related").read(json_members.flag),
        author=apart.at("author").read(json_members.text),
        sessions=tuple(filter(None, [_session(one) for one in apart.at("sessions").items()])),
        stated_hours=apart.at("stated_hours").read(json_members.hours),
        year=apart.at("year").read(json_members.year),
        category=apart.at("category").read(json_members.text),
        answers=_answers(apart.at("answers")),
    )
    if apart.faults:
        raise Refused(apart.faults[0].code)
    return facts


def _answers(value: Value) -> dict[str, object] | None:
    """The answers to the fields that the kind declares; None where they were not put."""
    if value.value is None or not value.is_object((), None):
        return None
    return {key: value.at(key).value for key in value.value}


def _session(value: Value) -> Session | None:
    if not value.is_object(("on",), ("full_day", "minutes")):
        return None
    on = value.at("on").read(json_members.day)
    full_day, minutes = value.at("full_day").read(json_members.flag), value.at("minutes").read(json_members.whole)
    return Session(on, full_day or False, minutes) if on else None
