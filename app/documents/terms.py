"""Words of the register as certificates print them: series and professional titles, in both languages.

Frozen like ``words.py`` and for the same reason: what was issued must print the same years later.
"""

SERIES = {
    "teacher": ("中小学教师", "primary and secondary school teachers"),
    "laboratory": ("实验", "laboratory staff"),
    "library": ("图书", "library staff"),
    "engineering": ("工程", "engineering"),
    "archives": ("档案", "archives"),
    "accounting": ("会计", "accounting"),
    "health": ("卫生", "health"),
    "other": ("其他", "other"),
}
TITLES = {
    "full_senior": ("正高级教师", "full senior teacher"),
    "senior": ("高级教师", "senior teacher"),
    "first": ("一级教师", "first-grade teacher"),
    "second": ("二级教师", "second-grade teacher"),
    "third": ("三级教师", "third-grade teacher"),
    "none": ("未定级", "ungraded"),
}
RESULTS = {"passed": ("合格", "Passed"), "exempt": ("免修", "Exempt")}
TOTAL = ("合计", "Total")


def term(table: dict[str, tuple[str, str]], code: str, language: str) -> str:
    """The word of a code; the code itself where there is none."""
    words = table.get(code)
    return code if words is None else words[0 if language == "zh" else 1]
