"""On which line of a pack a key stands. `tomllib` keeps no places, and whoever mends a pack needs one.

A place is a tuple of keys and list positions, such as `("kind", 2, "hours", "main")`. This is no TOML parser:
it reads headers, the keys that begin a line and the members of a list that stand on lines of their own, which
is how packs are written, and falls back to the nearest enclosing place for anything inside a line.
"""

import re

Place = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"]+)\s*\]\]?\s*(?:#.*)?$")
_MEMBER = re.compile(r"^\s*[^\s\]#]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\-\"]+)\s*=")


class Lines:
    """The lines of the places of one pack."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {}
        counts: dict[Place, int] = {}
        table: Place = ()
        members: Place | None = None  # the list whose members the lines hold
        position = 0
        quotes = ""  # what ends the text of several lines one is in
        for number, line in enumerate(text.splitlines(), start=1):
            if quotes:
                quotes = "" if quotes in line else quotes
                continue
            quotes = next((mark for mark in ('"""', "'''") if line.count(mark) == 1), "")
            if members is not None:
                if _MEMBER.match(line):
                    self._lines.setdefault((*members, position), number)
                    position += 1
                members = None if line.lstrip().startswith("]") else members
            elif header := _HEADER.match(line):
                table = self._table(header[2], counts, is_list=header[1] == "[[")
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                self._lines.setdefault(table + _names(key[1]), number)
                if line[key.end() :].partition("#")[0].strip() == "[":
                    members, position = table + _names(key[1]), 0

    @staticmethod
    def _table(dotted: str, counts: dict[Place, int], *, is_list: bool) -> Place:
        place: Place = ()
        names = _names(dotted)
        for name in names[:-1]:
            place += (name,)
            if place in counts:  # a header below a list of tables means the list's last one
                place += (counts[place] - 1,)
        place += names[-1:]
        if is_list:
            counts[place] = counts.get(place, 0) + 1
            place += (counts[place] - 1,)
        return place

    def line(self, place: Place) -> int:
        """The line of the place, or of the nearest place around it; 1 where there is none."""
        while place:
            if place in self._lines:
                return self._lines[place]
            place = place[:-1]
        return 1


def _names(dotted: str) -> Place:
    return tuple(name.strip('"') for name in dotted.split("."))


def written(place: Place) -> str:
    """A place as people read it: `kind[2].hours.main`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
