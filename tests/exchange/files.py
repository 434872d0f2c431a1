"""Workbooks for tests, written as people's programs write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import xlsxwriter

TEACHERS = (
    "姓名",
    "身份证号",
    "性别",
    "学校标识码",
    "任教学段",
    "任教学科",
    "专业技术职称",
    "专业系列",
    "岗位类别",
    "入职日期",
    "手机号",
)
SCHOOLS = ("学校标识码", "学校名称", "区划代码", "办学性质", "学校类型", "复审单位")
ATTENDANCE = ("活动编号", "身份证号", "姓名", "日期", "学时", "考核结果")


def workbook(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """An xlsx file; texts are text cells, numbers numbers, dates dates."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}
    )
    sheet = book.add_worksheet()
    for number, line in enumerate((headings, *rows)):
        for column, value in enumerate(line):
            if value is not None:
                sheet.write(number, column, value)
    book.close()
    return held.getvalue()


def edited(headings: Sequence[str], rows: Sequence[Sequence[Any]], edit: Callable[[Any], None]) -> bytes:
    """A workbook on whose sheet ``edit`` has worked: formulas without a value, merged cells, styled empty rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (headings, *rows):
        sheet.append(list(line))
    edit(sheet)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def csv(headings: Sequence[str], rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    """A CSV file, every value quoted."""
    lines = [",".join(f'"{"" if value is None else value}"' for value in line) for line in (headings, *rows)]
    return "\r\n".join(lines).encode(encoding)


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part changed, or added where there is none."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        names = [part.filename for part in old.infolist()]
        for part in names:
            body = old.read(part)
            new.writestr(part, change(body) if part == name else body)
        if name not in names:
            new.writestr(name, change(b""))
    return held.getvalue()


def read_back(content: bytes) -> list[list[Any]]:
    """All cells of the first sheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(line) for line in sheet.iter_rows(values_only=True)]
