"""Rows as they are read: columns in any order, every spelling people use, every fault of a row at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app.domain.errors import Code
from app.exchange.errors_workbook import errors_workbook
from app.exchange.fault_words import FILE_WORDS, ROW_WORDS, fault_text
from app.exchange.layouts import LAYOUTS
from app.exchange.rows import Table, read_table
from app.exchange.workbook import FileFault, FileRefused
from app.services.import_rows import ImportRow, Kind, RowFault
from tests.exchange.files import ATTENDANCE, SCHOOLS, TEACHERS, csv, edited, read_back, workbook
from tests.factories import id_number

TODAY = date(2026, 11, 20)
GOOD: dict[str, Any] = {
    "姓名": "陈怡", "身份证号": id_number(7), "性别": "女", "学校标识码": "4401031001", "任教学段": "小学",
    "任教学科": "语文", "专业技术职称": "一级教师", "专业系列": "中小学教师", "岗位类别": "专任教师",
    "入职日期": "2019-09-01", "手机号": "13800000001",
}  # fmt: skip


def table(content: bytes, kind: Kind = Kind.TEACHERS) -> Table:
    return read_table(kind, content, TODAY)


def teacher(**changed: Any) -> ImportRow:
    """The row that a teacher's line gives, with some cells changed."""
    cells = GOOD | changed
    return next(iter(table(workbook(list(cells), [list(cells.values())]))))


def faults(row: ImportRow) -> list[tuple[str, str]]:
    return [(fault.field, str(fault.code)) for fault in row.faults]


def test_a_good_row_becomes_codes_whatever_the_order_of_columns() -> None:
    backwards = list(reversed(TEACHERS))
    row = next(iter(table(workbook(backwards, [[GOOD[heading] for heading in backwards]]))))
    assert row.faults == []
    assert row.values == {
        "name": "陈怡", "id_number": id_number(7), "sex": "2", "school_code": "4401031001", "stage": "primary",
        "subject": "语文", "title": "first", "series": "teacher", "post": "full_time",
        "joined_on": date(2019, 9, 1), "phone": "13800000001",
    }  # fmt: skip


def test_optional_columns_may_be_missing_and_empty_cells_state_nothing() -> None:
    row = next(iter(table(workbook(TEACHERS[:5], [[GOOD[heading] for heading in TEACHERS[:4]]]))))
    assert (row.faults, set(row.values)) == ([], {"name", "id_number", "sex", "school_code"})


def test_unknown_columns_are_passed_over() -> None:
    assert teacher(备注="x").faults == []


@pytest.mark.parametrize(
    ("heading", "typed", "field", "value"),
    [
        ("姓名", "　陈　怡 ", "name", "陈怡"),
        ("姓名", "阿依古丽.买买提".replace(".", "•"), "name", "阿依古丽·买买提"),
        ("身份证号", "".join(chr(ord(c) + 0xFEE0) for c in id_number(7)), "id_number", id_number(7)),
        ("身份证号", f" {id_number(7).lower()} ", "id_number", id_number(7)),
        ("身份证号", f"'{id_number(7)}", "id_number", id_number(7)),
        ("学校标识码", 4401031001, "school_code", "4401031001"),
        ("学校标识码", "４４０１０３１００１", "school_code", "4401031001"),
        ("性别", 2, "sex", "2"),
        ("专业技术职称", "正高级", "title", "full_senior"),
        ("任教学段", " 小 学 ", "stage", "primary"),
        ("手机号", 13800000001, "phone", "13800000001"),
        ("入职日期", "2019/9/1", "joined_on", date(2019, 9, 1)),
        ("入职日期", "20190901", "joined_on", date(2019, 9, 1)),
        ("入职日期", 20190901, "joined_on", date(2019, 9, 1)),
        ("入职日期", "2019.9.1", "joined_on", date(2019, 9, 1)),
        ("入职日期", "2019年9月1日", "joined_on", date(2019, 9, 1)),
        ("入职日期", "２０１９－０９－０１", "joined_on", date(2019, 9, 1)),
        ("入职日期", "2019-09-01 00:00:00", "joined_on", date(2019, 9, 1)),
        ("入职日期", date(2019, 9, 1), "joined_on", date(2019, 9, 1)),
        ("入职日期", 43709, "joined_on", date(2019, 9, 1)),
        ("入职日期", "43709", "joined_on", date(2019, 9, 1)),
        ("入职日期", TODAY, "joined_on", TODAY),
    ],
)
def test_what_people_and_programs_type_is_understood(heading: str, typed: Any, field: str, value: Any) -> None:
    row = teacher(**{heading: typed})
    assert (row.faults, row.values[field]) == ([], value)


@pytest.mark.parametrize(
    ("heading", "typed", "field", "code"),
    [
        ("姓名", None, "name", RowFault.REQUIRED),
        ("姓名", "　", "name", RowFault.REQUIRED),
        ("姓名", 123, "name", RowFault.NOT_TEXT),
        ("姓名", "陈\u200b怡", "name", Code.NAME_CHARACTERS),
        ("姓名", "长" * 51, "name", Code.NAME_TOO_LONG),
        ("身份证号", None, "id_number", RowFault.REQUIRED),
        ("身份证号", int(id_number(7)[:17]) * 10, "id_number", RowFault.NUMBER_ROUNDED),
        ("身份证号", id_number(7)[:17], "id_number", Code.ID_LENGTH),
        ("身份证号", id_number(7)[:16] + "O" + id_number(7)[17], "id_number", Code.ID_CHARACTERS),
        ("身份证号", "440105198502300011", "id_number", Code.ID_DATE_IMPOSSIBLE),
        ("身份证号", "440105204503120011", "id_number", Code.ID_DATE_FUTURE),
        ("身份证号", id_number(7)[:17] + ("1" if id_number(7)[17] != "1" else "2"), "id_number", Code.ID_CHECK_DIGIT),
        ("性别", None, "sex", RowFault.REQUIRED),
        ("性别", "雄", "sex", RowFault.WORD_UNKNOWN),
        ("学校标识码", "440103100O", "school_code", Code.SCHOOL_CODE),
        ("学校标识码", 4401031001.5, "school_code", RowFault.NOT_TEXT),
        ("学校标识码", True, "school_code", RowFault.NOT_TEXT),
        ("专业技术职称", "中学高级", "title", RowFault.WORD_UNKNOWN),
        ("专业系列", "教师系列", "series", RowFault.WORD_UNKNOWN),
        ("任教学科", "科" * 31, "subject", RowFault.TOO_LONG),
        ("入职日期", "2027.9.1", "joined_on", RowFault.DATE_FUTURE),
        ("入职日期", "2019-02-29", "joined_on", RowFault.NOT_A_DATE),
        ("入职日期", "去年", "joined_on", RowFault.NOT_A_DATE),
        ("入职日期", 1e300, "joined_on", RowFault.NOT_A_DATE),
        ("手机号", "打我电话", "phone", RowFault.PHONE),
    ],
)
def test_what_cannot_be_is_a_fault_of_its_column(heading: str, typed: Any, field: str, code: str) -> None:
    assert faults(teacher(**{heading: typed})) == [(field, str(code))]


def test_every_fault_of_a_row_is_found_at_once() -> None:
    row = teacher(姓名=None, 专业技术职称="中学高级", 入职日期="2027.9.1")
    assert faults(row) == [("name", "required"), ("title", "word_unknown"), ("joined_on", "date_future")]


def test_a_whole_id_number_is_never_shown_with_its_fault() -> None:
    wrong = id_number(7)[:17] + ("1" if id_number(7)[17] != "1" else "2")
    assert teacher(身份证号=wrong).faults[0].shown == f"440105********{wrong[-4:]}"
    assert "1985" not in teacher(身份证号=wrong + "1").faults[0].shown


def test_formulas_are_refused_in_identity_columns_only_and_without_a_value_everywhere() -> None:
    def put(sheet: Any) -> None:
        sheet["A2"] = '="陈"&"怡"'
        sheet["F2"] = '="语"&"文"'

    row = next(iter(table(edited(TEACHERS, [[GOOD[heading] for heading in TEACHERS]], put))))
    assert faults(row) == [("name", "formula_identity"), ("subject", "formula_empty")]
    row = next(iter(table(csv(TEACHERS[:4], [["=1+1", id_number(7), "女", "4401031001"]]))))
    assert faults(row) == [("name", "formula_identity")]


def test_the_same_person_twice_in_a_file_is_a_fault_of_the_second_row() -> None:
    line = [GOOD[heading] for heading in TEACHERS]
    rows = list(table(workbook(TEACHERS, [line, line])))
    assert [faults(row) for row in rows] == [[], [("id_number", "row_twice")]]
    assert rows[1].faults[0].facts == {"row": 2}


def test_an_attendance_row_holds_hours_exactly() -> None:
    rows = [["A1", id_number(7), "陈怡", "2026-03-02", hours, "合格"] for hours in (4.1, "4.10", "0.1", 6, "１２")]
    read = [row.values.get("hours") for row in table(workbook(ATTENDANCE, rows), Kind.ATTENDANCE)]
    assert read == [Decimal("4.1"), Decimal("4.1"), Decimal("0.1"), Decimal(6), Decimal(12)]


@pytest.mark.parametrize(
    ("hours", "code"),
    [("-1", Code.HOURS_NEGATIVE), ("NaN", Code.HOURS_NOT_A_NUMBER), ("六", Code.HOURS_NOT_A_NUMBER),
     ("1.005", Code.HOURS_TOO_FINE), ("1e9", Code.HOURS_TOO_MANY), ("Infinity", Code.HOURS_NOT_A_NUMBER)],
)  # fmt: skip
def test_hours_that_are_none(hours: str, code: str) -> None:
    content = workbook(ATTENDANCE, [["A1", id_number(7), "陈怡", "2026-03-02", hours, "合格"]])
    assert faults(next(iter(table(content, Kind.ATTENDANCE)))) == [("hours", str(code))]


@pytest.mark.parametrize(("word", "code"), [(None, "district"), ("直属", "centre"), ("无", "none")])
def test_the_reviewing_authority_of_a_school_by_its_word(word: str | None, code: str) -> None:
    content = workbook(SCHOOLS, [["4401031001", "西关小学（北校区）", "440103", "公办", "小学", word]])
    row = next(iter(table(content, Kind.SCHOOLS)))
    assert (row.faults, row.values["review"], row.values["name"]) == ([], code, "西关小学（北校区）")


def test_headings_missing_or_twice_and_a_file_without_rows_are_told() -> None:
    def code(content: bytes) -> tuple[FileFault, dict[str, Any]]:
        with pytest.raises(FileRefused) as refusal:
            table(content)
        return refusal.value.code, refusal.value.facts

    assert code(workbook(["姓名", "性别"], [["陈怡", "女"]])) == (
        FileFault.HEADINGS_MISSING, {"headings": "身份证号、学校标识码"},
    )  # fmt: skip
    assert code(workbook([*TEACHERS, " 姓名 "], [["x"]])) == (FileFault.HEADING_TWICE, {"heading": "姓名"})
    assert code(workbook(TEACHERS, []))[0] is FileFault.NO_ROWS
    assert code(edited([], [[], list(TEACHERS)], lambda sheet: None))[0] is FileFault.HEADINGS_MISSING


def test_the_errors_workbook_says_row_and_all_faults_and_can_be_mended_and_read(app: Flask) -> None:
    bad = GOOD | {"专业技术职称": "中学高级", "入职日期": "2027.9.1", "备注": "=cmd|' /C calc'!A0"}
    other = {**GOOD, "身份证号": id_number(8), "备注": ""}
    content = table(workbook(list(bad), [list(other.values()), list(bad.values())]))
    found = {row.number: row.faults for row in content if row.faults}
    with app.test_request_context(headers={"Accept-Language": "en"}):
        lines = read_back(errors_workbook(content, found))
    assert lines[0] == [*bad, "行号", "错误"]
    assert len(lines) == 2
    line = dict(zip(lines[0], lines[1], strict=True))
    assert line["行号"] == 3
    assert line["备注"] == "=cmd|' /C calc'!A0"
    assert "专业技术职称" in line["错误"] and "高级教师" in line["错误"] and "入职日期" in line["错误"]
    line |= {"专业技术职称": "高级教师", "入职日期": "2017.9.1"}
    mended = next(iter(table(workbook(list(line), [list(line.values())]))))
    assert (mended.faults, mended.values["title"], mended.values["id_number"]) == ([], "senior", id_number(7))


def test_what_looks_like_a_formula_is_text_in_the_errors_workbook(app: Flask) -> None:
    import io

    import openpyxl

    bad = GOOD | {"任教学科": "=1+1", "性别": "雄"}
    content = table(workbook(list(bad), [list(bad.values())]))
    with app.test_request_context():
        held = errors_workbook(content, {row.number: row.faults for row in content})
    sheet = openpyxl.load_workbook(io.BytesIO(held)).worksheets[0]
    assert not [cell.coordinate for line in sheet for cell in line if cell.data_type == "f"]


def test_there_is_a_sentence_for_every_fault(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert set(FILE_WORDS) == {str(code) for code in FileFault}
        assert {str(code) for code in RowFault} <= set(ROW_WORDS)
        assert fault_text("word_unknown", {"suggestion": "高级教师", "words": "x"}).endswith("高级教师")


@pytest.mark.parametrize("kind", list(Kind))
def test_headings_are_those_agreed(kind: Kind) -> None:
    agreed = {Kind.TEACHERS: TEACHERS, Kind.SCHOOLS: SCHOOLS, Kind.ATTENDANCE: ATTENDANCE}
    assert tuple(column.heading for column in LAYOUTS[kind].columns) == agreed[kind]
