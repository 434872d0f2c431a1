"""``flask import``: exit codes, what is printed, the errors workbook mended and imported again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.models import School, Teacher
from app.security.actor import SYSTEM, acting
from tests.exchange.files import SCHOOLS, TEACHERS, csv, read_back, workbook
from tests.factories import id_number


@pytest.fixture
def command(app: Flask, tmp_path: Path) -> Any:
    """Run ``flask import KIND`` on some bytes; the result of the runner."""

    def run(kind: str, content: bytes, *options: str, name: str = "file.xlsx") -> Any:
        file = tmp_path / name
        file.write_bytes(content)
        return app.test_cli_runner().invoke(args=["import", kind, str(file), *options])

    return run


SCHOOL = ["4401030001", "甲小学", "440103", "公办", "小学", None]


def teacher(sequence: int, **changed: Any) -> list[Any]:
    line = dict.fromkeys(TEACHERS)
    line |= {"姓名": "陈怡", "身份证号": id_number(sequence), "性别": "女", "学校标识码": "4401030001"} | changed
    return list(line.values())


def names(app: Flask, model: Any) -> list[str]:
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(select(model.name).order_by(model.id)))


def test_good_files_exit_0_and_the_second_time_change_nothing_and_say_so(app: Flask, command: Any) -> None:
    assert command("schools", workbook(SCHOOLS, [SCHOOL])).exit_code == 0
    content = csv(TEACHERS, [teacher(1), teacher(2)], "gb18030")
    first = command("teachers", content, name="file.csv")
    assert (first.exit_code, names(app, Teacher)) == (0, ["陈怡", "陈怡"])
    again = command("teachers", content, name="file.csv")
    assert again.exit_code == 0
    assert again.stdout != first.stdout
    assert "2" in again.stdout.splitlines()[0]
    assert names(app, Teacher) == ["陈怡", "陈怡"]


def test_a_faulty_row_exits_1_and_changes_nothing(app: Flask, command: Any, tmp_path: Path) -> None:
    command("schools", workbook(SCHOOLS, [SCHOOL]))
    out = tmp_path / "errors.xlsx"
    content = workbook(
        TEACHERS, [teacher(1), teacher(2, 专业技术职称="中学高级", 性别=None), teacher(3, 入职日期="2027-01-01")]
    )
    result = command("teachers", content, "--errors", str(out))
    assert (result.exit_code, names(app, Teacher)) == (1, [])
    lines = read_back(out.read_bytes())
    assert [line[-2] for line in lines] == ["行号", 3, 4]
    assert "专业技术职称" in lines[1][-1] and "性别" in lines[1][-1]
    assert id_number(2) not in result.output


def test_a_dry_run_changes_nothing_and_still_tells_by_its_exit_code(app: Flask, command: Any) -> None:
    assert command("schools", workbook(SCHOOLS, [SCHOOL]), "--dry-run").exit_code == 0
    assert names(app, School) == []
    bad = [*SCHOOL[:2], "440199", *SCHOOL[3:]]
    assert command("schools", workbook(SCHOOLS, [SCHOOL, bad]), "--dry-run", "--accept-good").exit_code == 1
    assert names(app, School) == []


def test_the_good_rows_come_in_where_asked_and_the_mended_rest_afterwards(
    app: Flask, command: Any, tmp_path: Path
) -> None:
    command("schools", workbook(SCHOOLS, [SCHOOL]))
    out = tmp_path / "errors.xlsx"
    content = workbook(TEACHERS, [teacher(1), teacher(2, 姓名="何敏", 专业技术职称="中学高级")])
    assert command("teachers", content, "--accept-good", "--errors", str(out)).exit_code == 1
    assert names(app, Teacher) == ["陈怡"]
    headings, line = read_back(out.read_bytes())
    line[headings.index("专业技术职称")] = "高级教师"
    assert command("teachers", workbook(headings, [line])).exit_code == 0
    assert names(app, Teacher) == ["陈怡", "何敏"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"a,b\n1,2", workbook(TEACHERS, [])])
def test_a_file_that_cannot_be_read_exits_2_with_a_sentence(command: Any, content: bytes) -> None:
    result = command("teachers", content)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.strip()) > 5 and "Traceback" not in result.stderr


def test_attendance_of_an_unknown_activity_is_a_fault(command: Any) -> None:
    content = csv(
        ("活动编号", "身份证号", "姓名", "日期", "学时", "考核结果"),
        [["X", id_number(1), "陈怡", "2026-03-02", "6", "合格"]],
    )
    result = command("attendance", content, name="a.csv")
    assert result.exit_code == 1
