"""Which policies there are and which one binds a year and a series by default.

The values are defined in `policy_terms.py` and `policy_kinds.py` and re-exported here; a pack is read in
`policy_pack.py`. Bindings that an administrator made stand in the database and go before these defaults; that
is the services' business.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from app.domain.errors import Code, Refused
from app.domain.policy_kinds import Author, ClaimField, ClaimKind, Companion, FieldType, Formula, KindField, Option
from app.domain.policy_node import PackFault, PackReason, decoded
from app.domain.policy_pack import read_pack
from app.domain.policy_terms import (
    ANY_SERIES,
    Category,
    DayOfYear,
    Deadline,
    Figure,
    Policy,
    Reminder,
    Series,
    Subject,
)
from app.domain.words import Words

__all__ = [
    "ANY_SERIES", "Author", "Category", "ClaimField", "ClaimKind", "Companion", "DayOfYear", "Deadline",
    "FieldType", "Figure", "Formula", "KindField", "Option", "PackFault", "PackReason", "Policy", "Reminder",
    "Series", "Subject", "Words",
    "default_pack", "load", "pack", "packs", "read_folder",
]  # fmt: skip

FOLDER = Path(__file__).resolve().parent.parent / "policies"


def load(text_or_path: str | Path) -> Policy:
    """The policy of a pack, from its text (`str`) or its file (`Path`). Raises PackFault with place, line,
    reason."""
    if isinstance(text_or_path, Path):
        return read_pack(decoded(text_or_path.read_bytes(), text_or_path.name), text_or_path.name)
    return read_pack(text_or_path)


def read_folder(folder: Path) -> Mapping[str, Policy]:
    """Every pack of a folder by its id, in the order of the ids.

    Raises PackFault for a bad pack, for a file not named after its pack, and where two packs would bind the
    same year and series.
    """
    found: dict[str, Policy] = {}
    for path in sorted(folder.glob("*.toml")):
        policy = load(path)
        if policy.id != path.stem:
            raise PackFault("id", 1, PackReason.NAME_DIFFERS, path.name)
        for other in found.values():
            if _overlap(policy, other):
                raise PackFault("binds", 1, PackReason.BINDINGS_OVERLAP, path.name)
        found[policy.id] = policy
    return MappingProxyType(found)


def _overlap(one: Policy, other: Policy) -> bool:
    if one.binds is None or other.binds is None or not set(one.binds.series) & set(other.binds.series):
        return False
    return one.binds.covers(other.binds.first) or other.binds.covers(one.binds.first)


@cache
def packs() -> Mapping[str, Policy]:
    """The packs that ship in `app/policies/`, by id; read once a process."""
    return read_folder(FOLDER)


def pack(policy_id: str) -> Policy:
    """The shipped pack of that id. Raises Refused(POLICY_UNKNOWN)."""
    if policy_id not in packs():
        raise Refused(Code.POLICY_UNKNOWN, policy=policy_id)
    return packs()[policy_id]


@cache
def default_pack(year: int, series: str) -> str:
    """The id of the pack that binds a year and a series unless an administrator bound another.

    A pack made for the series goes before one for any series (S2 §二（一）: 从其规定). Raises
    Refused(YEAR_UNBOUND) where no pack covers the year, Refused(SERIES_UNKNOWN) for a series that is none.
    """
    if series not in set(Series):
        raise Refused(Code.SERIES_UNKNOWN, series=series)
    for wanted in (series, ANY_SERIES):
        for policy in packs().values():
            if policy.binds and wanted in policy.binds.series and policy.binds.covers(year):
                return policy.id
    raise Refused(Code.YEAR_UNBOUND, year=year, series=series)
