"""Words of the workbooks and the codes they stand for, both ways (DOMAIN §8, the table of workbooks).

The first word of a code is the one written; the others are also read.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Vocabulary:
    """The words of one column: {code: (word, other words...)}."""

    words: dict[str, tuple[str, ...]]

    def __hash__(self) -> int:
        return id(self)

    def code(self, text: str) -> str | None:
        """The code a word stands for, or None."""
        return self._codes.get(normal(text))

    def word(self, code: str | None) -> str:
        """The word written for a code; empty for none."""
        return self.words[code][0] if code in self.words else ""

    def suggestion(self, text: str) -> str | None:
        """The word that somebody probably meant."""
        typed = normal(text)
        near = difflib.get_close_matches(typed, self._codes, n=1, cutoff=0.5)
        return self.word(self._codes[near[0]]) if near else None

    @property
    def listed(self) -> str:
        """All words that are written, for a message."""
        return "、".join(words[0] for words in self.words.values())

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {normal(word): code for code, words in self.words.items() for word in words}


def normal(text: str) -> str:
    """Half-width, without any space, as words are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split())


SEX = Vocabulary({"1": ("男", "1", "男性"), "2": ("女", "2", "女性"), "0": ("未知", "0"), "9": ("未说明", "9")})
STAGE = Vocabulary(
    {
        "kindergarten": ("幼儿园", "学前"),
        "primary": ("小学",),
        "junior": ("初中",),
        "senior": ("高中",),
        "vocational": ("中职",),
        "special": ("特教", "特殊教育"),
    }
)
TITLE = Vocabulary(
    {
        "full_senior": ("正高级教师", "正高级"),
        "senior": ("高级教师", "高级"),
        "first": ("一级教师", "一级"),
        "second": ("二级教师", "二级"),
        "third": ("三级教师", "三级"),
        "none": ("未定级",),
    }
)
SERIES = Vocabulary(
    {
        "teacher": ("中小学教师",),
        "laboratory": ("实验",),
        "library": ("图书",),
        "engineering": ("工程",),
        "archives": ("档案",),
        "accounting": ("会计",),
        "health": ("卫生",),
        "other": ("其他",),
    }
)
POST = Vocabulary(
    {
        "full_time": ("专任教师",),
        "laboratory": ("实验管理员",),
        "library": ("图书管理员",),
        "teaching_research": ("教研员",),
        "research": ("科研人员",),
        "audiovisual": ("电教人员",),
        "other": ("其他",),
    }
)
SCHOOL_KIND = Vocabulary(
    {
        "kindergarten": ("幼儿园",),
        "primary": ("小学",),
        "junior": ("初中",),
        "senior": ("高中",),
        "complete": ("完全中学",),
        "nine_year": ("九年一贯制",),
        "vocational": ("中职",),
        "special": ("特殊教育",),
        "teaching_research": ("教研机构",),
        "research": ("科研机构",),
        "audiovisual": ("电教机构",),
        "youth_palace": ("少年宫",),
        "teacher_training": ("教师进修学校",),
        "college": ("高校",),
        "other": ("其他",),
    }
)
OWNERSHIP = Vocabulary({"public": ("公办",), "private": ("民办",)})
# 复审单位: a stated empty cell is a word of its own here, the district.
REVIEW = Vocabulary({"district": ("", "区"), "centre": ("直属",), "none": ("无",)})
PASSED = Vocabulary({"passed": ("合格", "通过", "及格"), "failed": ("不合格", "未通过", "不通过", "不及格")})
CATEGORY = Vocabulary(
    {
        "public": ("公需科目", "公需"),
        "professional": ("专业科目", "专业"),
        "elective": ("选修科目", "选修"),
    }
)
RESULT = Vocabulary({"passed": ("通过", "合格"), "not_passed": ("未通过", "不合格"), "exempt": ("免予验证", "免除")})
