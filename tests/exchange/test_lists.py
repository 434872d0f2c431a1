"""The workbook of a list: the columns that CONTRACTS names, texts as texts, figures as exact figures."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl

from app.exchange.lists import ListWorkbook, headings
from app.services.lists import ResultRow

THREE = [("public", "公需科目"), ("professional", "专业科目"), ("elective", "选修科目")]


def row(**changed: object) -> ResultRow:
    facts = {
        "id_number": "44010519800101001X",
        "name": "陈怡",
        "school": "西关小学",
        "series": "teacher",
        "title": "first",
        "year": 2026,
        "hours": {"public": Decimal(30), "professional": Decimal("41.5"), "elective": Decimal(18)},
        "total": Decimal("89.5"),
        "result": "not_passed",
    }
    return ResultRow(**(facts | changed))  # type: ignore[arg-type]


def written(path: Path, *rows: ResultRow, categories: list[tuple[str, str]] = THREE) -> list[tuple[object, ...]]:
    file = path / "list.xlsx"
    with ListWorkbook(file, categories) as book:
        for one in rows:
            book.add(one)
    return list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))


def test_the_columns_are_those_of_yearly_hours_out(tmp_path: Path) -> None:
    first, second = written(tmp_path, row())
    assert first == (
        "身份证号", "姓名", "单位", "专业系列", "专业技术职称", "年度",
        "公需学时", "专业学时", "选修学时", "合计学时", "验证结果",
    )  # fmt: skip
    assert second == (
        "44010519800101001X", "陈怡", "西关小学", "中小学教师", "一级教师", 2026, 30, 41.5, 18, 89.5, "未通过"
    )  # fmt: skip


def test_other_categories_follow_under_their_own_titles(tmp_path: Path) -> None:
    more = [*THREE, ("practice", "实践学分")]
    assert headings(more)[8:] == ("选修学时", "实践学分", "合计学时", "验证结果")
    hours = {"public": Decimal(30), "professional": Decimal(60), "practice": Decimal("0.5")}
    _, second = written(tmp_path, row(hours=hours, total=Decimal("90.5"), result="exempt"), categories=more)
    # A pack that knows no elective hours leaves them empty.
    assert second[6:] == (30, 60, None, 0.5, 90.5, "免予验证")


def test_what_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    with ListWorkbook(file, THREE) as book:
        book.add(row(name='=HYPERLINK("http://x.invalid")', school="@SUM(A1)"))
    cells = openpyxl.load_workbook(file).active[2]
    assert [cells[1].data_type, cells[2].data_type] == ["s", "s"]
    assert cells[1].value.startswith("=HYPERLINK")
