"""The question `flask hours` answers: items of claims, each converted by itself (CONTRACTS, `flask hours`).

An item that makes no sense is answered with a code; only a file that is no question at all is refused whole.
"""

from typing import Any

from app.domain.errors import Code, Refused
from app.domain.hours import ClaimFacts, Session, convert, plain
from app.domain.json_reading import BadQuestion, Value, parse
from app.domain.policy import pack

_KEYS = ("passed", "related", "author", "sessions", "stated_hours", "year", "category")


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
    return found.value if found.text() is not None else None


def _answer(item_id: str | int, item: Value) -> dict[str, Any]:
    try:
        policy = _policy_id(item)
        parts = convert(pack(policy), _facts(item))
    except Refused as refused:
        return {"id": item_id, "refused": str(refused.code)}
    written = [{"year": part.year, "category": part.category, "hours": plain(part.hours)} for part in parts]
    return {"id": item_id, "parts": written}


def _policy_id(item: Value) -> str:
    apart = Value(item.value, item.place, [])  # the faults of an item are its own, not the file's
    apart.is_object(("id", "policy", "kind"), _KEYS)
    policy = apart.at("policy").text()
    if apart.faults or policy is None:
        raise Refused(apart.faults[0].code)
    return policy


def _facts(item: Value) -> ClaimFacts:
    apart = Value(item.value, item.place, [])
    facts = ClaimFacts(
        kind=apart.at("kind").text() or "",
        passed=apart.at("passed").flag(),
        related=apart.at("related").flag(),
        author=apart.at("author").text(),
        sessions=tuple(filter(None, [_session(one) for one in apart.at("sessions").items()])),
        stated_hours=apart.at("stated_hours").hours(),
        year=apart.at("year").year(),
        category=apart.at("category").text(),
    )
    if apart.faults:
        raise Refused(apart.faults[0].code)
    return facts


def _session(value: Value) -> Session | None:
    if not value.is_object(("on",), ("full_day", "minutes")):
        return None
    on = value.at("on").day()
    full_day, minutes = value.at("full_day").flag(), value.at("minutes").whole()
    return Session(on, full_day or False, minutes) if on else None
