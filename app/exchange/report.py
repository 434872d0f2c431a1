"""What a dry run leaves to show: every fault for the errors workbook, the first rows of each sort for the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services.import_rows import Action, Fault, Planned

SHOWN_ROWS = 200


class Report:
    """Gathers judged rows. What it gives out is plain JSON and holds no whole ID number."""

    def __init__(self) -> None:
        self.faults: dict[int, list[Fault]] = {}
        self.shown: dict[str, list[dict[str, Any]]] = {"faulty": [], "changed": [], "new": []}

    def see(self, planned: Planned) -> None:
        """Take one judged row."""
        if planned.is_faulty:
            self.faults[planned.row.number] = planned.row.faults
            sort = "faulty"
        else:
            sort = str(planned.action)
        if planned.action is Action.UNCHANGED and not planned.is_faulty:
            return
        if len(self.shown[sort]) < SHOWN_ROWS:
            self.shown[sort].append(_plain(planned))

    def as_dict(self) -> dict[str, Any]:
        """The rows to show, by sort."""
        return {"rows": self.shown}


def _plain(planned: Planned) -> dict[str, Any]:
    found: dict[str, Any] = {"row": planned.row.number, "label": planned.label, "under": planned.under}
    if planned.is_faulty:
        found["faults"] = [
            {"field": fault.field, "code": str(fault.code), "shown": fault.shown, "facts": _told(fault.facts)}
            for fault in planned.row.faults
        ]
    else:
        found["differences"] = [
            {"field": one.field, "before": _word(one.before), "after": _word(one.after)}
            for one in planned.differences
        ]
        found["consequence"] = planned.consequence
    return found


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else str(value) for name, value in facts.items()}


def _word(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, str)) else str(value)
