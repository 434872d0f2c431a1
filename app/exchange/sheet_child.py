"""The child process that opens a workbook from outside: bytes in on standard input, rows out as JSON lines.

Run by path, with nothing of the application imported, under limits of memory and processor time,
so that whatever a hostile file does to a parser happens here. ``workbook.py`` starts it and reads
what it prints. Each line is a list: [row number, cells] for a row, ["fault", code, facts] for a
file that is refused, ["end", rows] at the end; output without an end was cut short.

A cell is null, text, a number, a truth value, or a list: ["d", "2019-09-01"] a date, ["f", cell] a
formula and the value it shows, ["e"] an error value, ["m"] a cell covered by a merged one.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_PARTS = 2_000
MAX_UNPACKED = 256 * 1024 * 1024
MAX_CELL = 32_767  # what a cell of Excel can hold

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Place = tuple[int, int]  # row and column, from 0
MACRO_TYPES = (b"macroEnabled", b"vbaProject")
ENCODING = re.compile(rb'^<\?xml[^>]*encoding\s*=\s*["\']([A-Za-z0-9._-]+)')
SPECIAL = re.compile(rb'<(?:\w+:)?f[\s/>]|\bt\s*=\s*["\']e["\']')
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})$")


class Unreadable(Exception):
    """The file is refused as a whole: a code and what to tell about it."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def limit_self(memory: int, seconds: int) -> None:
    """Take away this process's right to more memory and processor time than given."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def rows_of(content: bytes) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a workbook or CSV file, numbered as on the sheet from 1; blank rows are left out."""
    if not content.strip():
        raise Unreadable("file_empty")
    if content.startswith(b"PK"):
        found = _rows_of_workbook(content)
    elif content.startswith(OLE_MAGIC):
        raise Unreadable("file_old_format")
    else:
        found = _rows_of_text(content)
    count = 0
    for number, cells in found:
        while cells and cells[-1] is None:
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise Unreadable("file_columns", most=MAX_COLUMNS)
        if cells:
            count += 1
            if count > MAX_ROWS + 1:
                raise Unreadable("file_rows", most=MAX_ROWS)
            yield number, cells


def _rows_of_text(content: bytes) -> Iterator[tuple[int, list[Any]]]:
    text = _decode(content)
    first = text.split("\n", 1)[0]
    # Excel writes semicolons or tabs where the system's list separator is one.
    separator = max(",\t;", key=first.count)
    csv.field_size_limit(MAX_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    try:
        for number, line in enumerate(lines, 1):
            yield number, [_text_cell(value) for value in line]
    except csv.Error as error:
        raise Unreadable("file_damaged") from error


def _text_cell(value: str) -> Any:
    value = value.strip()
    if value.startswith("="):
        # Excel would compute it; the file itself holds no value of it.
        return ["f", None]
    return value or None


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("file_encoding")
    if b"\x00" in content:
        raise Unreadable("file_type")
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise Unreadable("file_encoding")


def _rows_of_workbook(content: bytes) -> Iterator[tuple[int, list[Any]]]:
    import python_calamine

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _inspect(archive)
            special = _special_cells(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, KeyError, NotImplementedError) as error:
        raise Unreadable("file_damaged") from error
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        sheet = book.get_sheet_by_index(_first_sheet(book))
        last = sheet.end or (-1, -1)
        height, width = last[0] + 1, last[1] + 1
        if width > MAX_COLUMNS:
            raise Unreadable("file_columns", most=MAX_COLUMNS)
        covered = _covered(sheet.merged_cell_ranges or [], height)
        widths: dict[int, int] = {}
        for row, column in special:
            widths[row] = max(widths.get(row, 0), column + 1)
        for index, cells in enumerate(sheet.iter_rows()):
            # Formulas without a value lie outside of what calamine takes for the filled area.
            cells = [*cells, *[None] * (widths.pop(index, 0) - len(cells))]
            yield index + 1, _marked(index, cells, special, covered)
        for index in sorted(widths):
            yield index + 1, _marked(index, [None] * widths[index], special, covered)
    except python_calamine.PasswordError as error:
        raise Unreadable("file_old_format") from error
    except python_calamine.CalamineError as error:
        raise Unreadable("file_damaged") from error


def _inspect(archive: zipfile.ZipFile) -> None:
    """Judge the parts before anything unpacks them: bombs, macros, document types, odd encodings."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unreadable("file_bomb")
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable("file_type")
    if "xl/vbaproject.bin" in names:
        raise Unreadable("file_macros")
    unpacked = 0
    for part in parts:
        if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(part) as stream:
            # A header may lie about the size; reading stops at the limit whatever it says.
            body = stream.read(MAX_UNPACKED - unpacked + 1)
        unpacked += len(body)
        if unpacked > MAX_UNPACKED:
            raise Unreadable("file_bomb")
        declared = ENCODING.match(body.removeprefix(b"\xef\xbb\xbf"))
        if body[:2] in (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00") or (
            declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")
        ):
            raise Unreadable("file_hostile")
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise Unreadable("file_hostile")
        if part.filename == "[Content_Types].xml" and any(word in body for word in MACRO_TYPES):
            raise Unreadable("file_macros")


def _special_cells(archive: zipfile.ZipFile) -> dict[Place, str]:
    """Where the first visible sheet has formulas ("f") and error values ("e"): calamine shows neither."""
    path = _path_of_first_sheet(archive)
    body = archive.read(path)
    if not SPECIAL.search(body):
        return {}
    from defusedxml.ElementTree import iterparse

    found: dict[Place, str] = {}
    row = column = -1
    kind = None
    for event, element in iterparse(io.BytesIO(body), events=("start", "end"), forbid_dtd=True):
        tag = element.tag.rpartition("}")[2]
        if event == "start":
            if tag == "row":
                row, column = int(element.get("r", row + 2)) - 1, -1
            elif tag == "c":
                column, kind = column + 1, "e" if element.get("t") == "e" else None
                place = REFERENCE.match(element.get("r", ""))
                if place:
                    column, row = _column(place[1]), int(place[2]) - 1
            elif tag == "f":
                kind = kind or "f"
        elif tag == "c":
            if kind:
                found[row, column] = kind
            kind = None
        elif tag == "row":
            element.clear()
    return found


def _column(letters: str) -> int:
    return sum((ord(letter) - 64) * 26**power for power, letter in enumerate(reversed(letters))) - 1


def _path_of_first_sheet(archive: zipfile.ZipFile) -> str:
    from defusedxml.ElementTree import fromstring

    book = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    targets = {
        link.get("Id"): link.get("Target", "")
        for link in fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    }
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] != "sheet" or sheet.get("state", "visible") != "visible":
            continue
        link = next((value for key, value in sheet.items() if key.endswith("}id")), "")
        target = targets.get(link, "")
        if target:
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise Unreadable("file_no_sheet")


def _marked(row: int, cells: list[Any], special: dict[Place, str], covered: set[Place]) -> list[Any]:
    return [_cell(value, special.get((row, column)), (row, column) in covered) for column, value in enumerate(cells)]


def _first_sheet(book: Any) -> int:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    for index, sheet in enumerate(book.sheets_metadata):
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            return index
    raise Unreadable("file_no_sheet")


def _covered(ranges: list[Any], height: int) -> set[Place]:
    """The cells hidden under merged ones, without the corner that holds the value."""
    found: set[Place] = set()
    for (top, left), (bottom, right) in ranges:
        for row in range(top, min(bottom, height - 1) + 1):
            for column in range(left, min(right, MAX_COLUMNS) + 1):
                if (row, column) != (top, left):
                    found.add((row, column))
            if len(found) > MAX_ROWS * 10:
                raise Unreadable("file_bomb")
    return found


def _cell(value: Any, special: str | None, is_covered: bool) -> Any:
    if special == "e":
        return ["e"]
    if is_covered:
        return ["m"]
    cell = _plain(value)
    return ["f", cell] if special == "f" else cell


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()[:MAX_CELL] or None
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, datetime.date):  # a datetime is one, too
        return ["d", value.isoformat()[:10]]
    return str(value)


def main() -> None:
    """Read standard input, print rows; a refusal is printed as a line of its own."""
    limit_self(int(sys.argv[1]), int(sys.argv[2]))
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")

    def tell(line: list[Any]) -> None:
        out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
        out.write("\n")

    count = 0
    try:
        for row in rows_of(sys.stdin.buffer.read()):
            tell(list(row))
            count += 1
        tell(["end", count])
    except Unreadable as refusal:
        tell(["fault", refusal.code, refusal.facts])
    except MemoryError:
        tell(["fault", "file_bomb", {}])
    out.flush()


if __name__ == "__main__":
    main()
