"""Opening files from outside: what is read is what the sheet shows, and a hostile file is refused, not suffered."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import pytest

from app.exchange.workbook import FileFault, FileRefused, open_table
from tests.exchange.files import csv, edited, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"


def read(content: bytes) -> list[tuple[int, list[Any]]]:
    return list(open_table(content))


def refused(content: bytes) -> FileFault:
    with pytest.raises(FileRefused) as refusal:
        open_table(content)
    return refusal.value.code


def test_text_numbers_and_dates_come_as_the_sheet_shows_them() -> None:
    day = datetime.date(2019, 9, 1)
    assert read(workbook(["a", "b", "c"], [["陈怡", 2.5, day]])) == [
        (1, ["a", "b", "c"]),
        (2, ["陈怡", 2.5, ["d", "2019-09-01"]]),
    ]


def test_a_table_may_be_gone_through_again_and_rows_are_counted() -> None:
    table = open_table(workbook(["a"], [["x"], ["y"]]))
    assert table.count == 3
    assert list(table) == list(table)


def test_blank_rows_are_left_out_and_the_others_keep_their_number() -> None:
    def leave_gaps(sheet: Any) -> None:
        sheet["A5"] = "late"
        sheet["A900"].number_format = "@"

    assert [number for number, _cells in read(edited(["a"], [["x"]], leave_gaps))] == [1, 2, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_each_encoding(encoding: str) -> None:
    assert read(csv(["姓名", "学校"], [["陈怡", "西关小学"]], encoding)) == [
        (1, ["姓名", "学校"]),
        (2, ["陈怡", "西关小学"]),
    ]


def test_csv_of_a_system_with_semicolons_and_line_breaks_in_cells() -> None:
    assert read(b'a;b\r\n"x\ny";2') == [(1, ["a", "b"]), (2, ["x\ny", "2"])]


def test_a_formula_counts_as_the_value_it_shows() -> None:
    content = with_part(
        workbook(["a", "b"], [["x", 7]]), SHEET, lambda xml: xml.replace(b"<v>7</v>", b"<f>2+3</f><v>5</v>")
    )
    assert read(content)[1] == (2, ["x", ["f", 5.0]])


def test_a_formula_without_a_value_and_an_error_value_are_told_apart_from_an_empty_cell() -> None:
    def put(sheet: Any) -> None:
        sheet["B2"] = "=1+1"
        sheet["C2"] = "#N/A"

    assert read(edited(["a", "b", "c", "d"], [["x", None, None, "y"]], put))[1] == (2, ["x", ["f", None], ["e"], "y"])


def test_csv_has_no_computed_values() -> None:
    assert read(b'a,b\nx,"=1+1"')[1] == (2, ["x", ["f", None]])


def test_cells_under_a_merged_one_are_marked() -> None:
    assert read(edited(["a", "b"], [["x", "1"], [None, "2"]], lambda sheet: sheet.merge_cells("A2:A3"))) == [
        (1, ["a", "b"]),
        (2, ["x", "1"]),
        (3, [["m"], "2"]),
    ]


def test_the_first_visible_sheet_is_read() -> None:
    def hide(sheet: Any) -> None:
        sheet.title = "old"
        sheet.sheet_state = "hidden"
        shown = sheet.parent.create_sheet("new")
        shown.append(["b"])
        shown["A2"] = "=1+1"

    assert read(edited(["a"], [["x"]], hide)) == [(1, ["b"]), (2, [["f", None]])]


def test_nothing_old_nor_foreign_is_taken_for_a_workbook() -> None:
    assert refused(b"") is FileFault.EMPTY
    assert refused(b" \r\n ") is FileFault.EMPTY
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) is FileFault.OLD_FORMAT
    assert refused(b"\x89PNG\r\n\x1a\n\0\0\0") is FileFault.TYPE
    assert refused("姓名,b".encode("utf-16")) is FileFault.ENCODING
    assert refused(b"\xff\xff\xff\xff") is FileFault.ENCODING
    assert refused(workbook(["a"], [["x"]])[:-200]) is FileFault.DAMAGED
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert refused(held.getvalue()) is FileFault.TYPE


def test_macros_are_refused_whatever_the_file_is_called() -> None:
    assert refused(with_part(workbook(["a"], []), "xl/vbaProject.bin", lambda _old: b"x")) is FileFault.MACROS
    types = "[Content_Types].xml"
    assert (
        refused(
            with_part(workbook(["a"], []), types, lambda xml: xml.replace(b"sheet.main", b"sheet.macroEnabled.main"))
        )
        is FileFault.MACROS
    )


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", SHEET])
def test_document_types_and_entities_are_refused_in_every_part(part: str, tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    evil = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'.encode()

    def insert(xml: bytes) -> bytes:
        head, _, rest = xml.partition(b"?>")
        return head + b"?>" + evil + rest

    assert refused(with_part(workbook(["a"], [["x"]]), part, insert)) is FileFault.HOSTILE


def test_another_encoding_cannot_hide_a_document_type() -> None:
    def recode(xml: bytes) -> bytes:
        return xml.decode().replace("UTF-8", "UTF-16").encode("utf-16")

    assert refused(with_part(workbook(["a"], [["x"]]), SHEET, recode)) is FileFault.HOSTILE


def test_a_part_that_unpacks_to_gigabytes_is_refused() -> None:
    def grow(xml: bytes) -> bytes:
        return xml + b" " * (300 * 1024 * 1024)

    content = with_part(workbook(["a"], [["x"]]), "xl/styles.xml", grow)
    assert len(content) < 1024 * 1024
    assert refused(content) is FileFault.BOMB


def test_two_cells_at_the_far_corners_do_not_become_a_sheet_of_billions() -> None:
    def stretch(xml: bytes) -> bytes:
        far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
        return xml.replace(b"</sheetData>", far)

    assert refused(with_part(workbook(["a"], [["x"]]), SHEET, stretch)) in (FileFault.BOMB, FileFault.COLUMNS)


def test_too_many_columns_and_rows_are_refused_with_the_limit() -> None:
    assert refused(workbook(["a"] * 300, [["x"]])) is FileFault.COLUMNS
    assert refused(b"a\n" + b"x\n" * 200_001) is FileFault.ROWS


def test_merging_a_million_cells_is_no_way_to_fill_the_memory() -> None:
    def merge(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')

    assert read(with_part(workbook(["a"], [["x"]]), SHEET, merge))[0] == (1, ["a"])
