"""Invented people: names and ID numbers. The numbers are well-formed and belong to nobody in particular.

The sequence part of an ID number is taken from 900 to 999 only, so that a number of the demonstration can be told.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from app.domain.identity import make_check_digit

SURNAMES = (
    "陈李黄张梁林王何吴刘罗郑谢郭蔡曾邓叶杨周冯苏卢钟许赵潘麦邝简区甄伍关黎彭吕廖袁蒋唐温谭程朱徐余江莫萧韩沈方石范"
)
COMPOUND_SURNAMES = ("欧阳", "司徒", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟")
GIVEN = {
    "2": "静怡婷敏洁颖琳雯慧嘉欣晓丽芳燕玲珊莹倩雪娟萍婉秋月岚薇瑜琪诗韵思宁若彤芷晴佩仪凤霞素梅",
    "1": "俊杰伟强志明建华国辉文斌浩然子轩宇航家豪锦荣永康启铭振宁海涛立新学勤德正思远晓峰庆祥卓毅",
}
MINORITY_NAMES = {
    "2": ("阿依古丽·买买提", "古丽娜尔·艾力", "热依汗·吐尔逊", "卓玛·央金", "其其格·巴图", "阿孜古丽·玉素甫"),
    "1": ("艾力·买买提", "买买提江·吾买尔", "巴特尔·孟和", "扎西·顿珠", "阿迪力·库尔班", "吐尔逊·阿不都"),
}
# Outside the first Unicode plane, or rare within it: forms, fonts and masks must bear them.
RARE_NAMES = {
    "2": ("陈㛃", "梁𬍛", "黄𬱖", "林翀晗", "何㐖怡", "李旻昇", "吴垚垚", "邝䶮莹"),
    "1": ("陈䶮", "梁𬭎", "黄𬘭", "林𬬮", "何喆昶", "李𬍡", "吴翀", "邝淼燊"),
}
YOUNGEST, OLDEST = 23, 58


def full_name(rng: Random, sex: str) -> str:
    """A name: mostly one surname and two characters, sometimes otherwise, as names are."""
    kind = rng.random()
    if kind < 0.004:
        return rng.choice(RARE_NAMES[sex])
    if kind < 0.009:
        return rng.choice(MINORITY_NAMES[sex])
    surname = rng.choice(COMPOUND_SURNAMES) if kind < 0.03 else _surname(rng)
    given = GIVEN[sex]
    first = rng.choice(given)
    return surname + first + (rng.choice(given) if rng.random() < 0.84 else "")


def _surname(rng: Random) -> str:
    # Squared, so that the first of the list are as common as they are in Guangzhou.
    return SURNAMES[int(rng.random() ** 2 * len(SURNAMES))]


class IdNumbers:
    """Hands out ID numbers, each once."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def make(self, rng: Random, area: str, born_on: date, sex: str) -> str:
        """A number of that area and sex, born on that day or, where its numbers are used up, soon after."""
        while True:
            start = int(rng.random() * 50)
            for step in range(50):
                sequence = 900 + (start + step) % 50 * 2 + (1 if sex == "1" else 0)
                first17 = f"{area}{born_on:%Y%m%d}{sequence}"
                if (key := int(first17)) not in self._given:
                    self._given.add(key)
                    return first17 + make_check_digit(first17)
            born_on += timedelta(days=1)


def birthday(rng: Random, today: date) -> date:
    """The birthday of somebody of working age."""
    age = YOUNGEST + rng.random() * (OLDEST - YOUNGEST)
    return today - timedelta(days=int(age * 365.25))


def phone(rng: Random) -> str:
    """A number of a mobile range that is not given out."""
    return f"1000{int(rng.random() * 10_000_000):07d}"
