"""The layouts of the workbooks, as data: each column's heading, field, whether it is required, and how it is read.

A column more is a line more. What a row means for the register is decided in ``services/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from app.exchange import cells, vocabulary
from app.exchange.vocabulary import Vocabulary
from app.services.import_rows import Kind

ROW_HEADING = "行号"
FAULTS_HEADING = "错误"


@dataclass(frozen=True)
class Column:
    """One column. ``is_identity``: what names a person or school, where a formula is refused."""

    heading: str
    field: str
    parse: cells.Parser
    is_required: bool = False
    is_identity: bool = False
    is_secret: bool = False
    # An empty cell states this; None: it states nothing and changes nothing.
    if_empty: str | None = None
    vocabulary: Vocabulary | None = None


def _word(
    heading: str, field: str, listed: Vocabulary, *, required: bool = False, if_empty: str | None = None
) -> Column:
    return Column(
        heading, field, cells.words(listed), is_required=required, if_empty=if_empty, vocabulary=listed
    )


@dataclass(frozen=True)
class Layout:
    """A file's columns, and the fields that make two rows the same row."""

    kind: Kind
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @cached_property
    def by_heading(self) -> dict[str, Column]:
        """Columns by their heading as compared."""
        return {vocabulary.normal(column.heading): column for column in self.columns}

    @cached_property
    def by_field(self) -> dict[str, Column]:
        """Columns by their field."""
        return {column.field: column for column in self.columns}


NAME = Column("姓名", "name", cells.name, is_required=True, is_identity=True)
ID_NUMBER = Column("身份证号", "id_number", cells.id_number, is_required=True, is_identity=True, is_secret=True)
SCHOOL_CODE = Column("学校标识码", "school_code", cells.school_code, is_required=True, is_identity=True)

TEACHERS = Layout(
    Kind.TEACHERS,
    (
        NAME,
        ID_NUMBER,
        _word("性别", "sex", vocabulary.SEX, required=True),
        SCHOOL_CODE,
        _word("任教学段", "stage", vocabulary.STAGE),
        Column("任教学科", "subject", cells.line(30)),
        _word("专业技术职称", "title", vocabulary.TITLE),
        _word("专业系列", "series", vocabulary.SERIES),
        _word("岗位类别", "post", vocabulary.POST),
        Column("入职日期", "joined_on", cells.day_past),
        Column("手机号", "phone", cells.phone),
    ),
    key=("id_number",),
)
SCHOOLS = Layout(
    Kind.SCHOOLS,
    (
        SCHOOL_CODE,
        Column("学校名称", "name", cells.title(100), is_required=True),
        Column("区划代码", "district_code", cells.district_code, is_required=True),
        _word("办学性质", "ownership", vocabulary.OWNERSHIP),
        _word("学校类型", "kind", vocabulary.SCHOOL_KIND),
        _word("复审单位", "review", vocabulary.REVIEW, if_empty="district"),
    ),
    key=("school_code",),
)
ATTENDANCE = Layout(
    Kind.ATTENDANCE,
    (
        Column("活动编号", "activity_number", cells.title(30), is_required=True),
        ID_NUMBER,
        NAME,
        Column("日期", "attended_on", cells.day_past, is_required=True),
        Column("学时", "hours", cells.hours, is_required=True),
        _word("考核结果", "passed", vocabulary.PASSED, required=True),
    ),
    key=("activity_number", "id_number", "attended_on"),
)
LAYOUTS = {layout.kind: layout for layout in (TEACHERS, SCHOOLS, ATTENDANCE)}
