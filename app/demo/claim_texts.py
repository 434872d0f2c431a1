"""What claims are about: invented titles, organisers and facts for every kind of the packs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from app.demo.days import a_day
from app.domain.policy import ClaimField, ClaimKind, FieldType, Formula, KindField, Policy
from app.services.claims import ClaimData

_BODIES = (
    "岭南教育学会", "南粤教师专业发展促进会", "华南课程与教学研究会", "珠三角教育装备协会", "广府文化教育基金会",
    "启智青少年心理研究中心", "粤港澳大湾区教育交流协会", "云帆教育科技培训中心",
)  # fmt: skip
_UNIVERSITIES = ("南粤师范大学继续教育学院", "岭南开放大学", "珠江理工大学教育学院")
_UNITS = ("广州云溪科技馆", "粤海生态农业示范园", "南粤印刷博物馆", "羊城智能制造有限公司")
_THEMES = (
    "大单元教学", "跨学科主题学习", "项目式学习", "课堂评价", "作业设计", "阅读教学", "实验教学", "融合教育",
    "家校共育", "班级管理", "人工智能教育", "心理健康教育", "劳动教育", "美育浸润", "课后服务", "教学评一体化",
)  # fmt: skip
_PERIODICALS = ("《岭南教学研究》", "《广府教育》", "《南粤基础教育》", "《课程与课堂》")

# kind: (titles with {theme}, who runs it, share among claims)
Texts = tuple[Sequence[str], Sequence[str], int]
TEXTS: dict[str, Texts] = {
    "outside_training": (("{theme}专题培训班", "{theme}种子教师研修营", "教师{theme}能力提升培训"), _BODIES, 34),
    "conference": (("{theme}学术研讨会", "第{ordinal}届{theme}论坛", "{theme}专题学术讲座"), _BODIES, 26),
    "result": (
        ("论文：{theme}的课堂实践研究", "课题结题：{theme}校本化实施研究", "专著：{theme}案例集"), _PERIODICALS, 18
    ),
    "mentor": (
        ("师范生教育实习指导教师（{theme}）", "{theme}名师工作室主持人", "{theme}高层次人才培养项目"), _BODIES, 10
    ),
    "degree": (("教育硕士（{theme}方向）年度课程", "专升本（{theme}方向）年度课程"), _UNIVERSITIES, 8),
    "examination": (("会计专业技术资格考试", "注册会计师考试"), ("广州市财政局",), 6),
    "accounting_work": (("论文：学校财务内部控制研究", "课题结题：教育经费绩效评价"), _PERIODICALS, 6),
    "remote": (("{theme}远程培训", "{theme}网络研修"), _BODIES, 18),
    "research_session": (("区级{theme}教研活动", "片区{theme}联合教研"), _BODIES, 18),
    "training_class": (("{theme}骨干教师培训班", "省级{theme}研修班"), _BODIES, 18),
    "practice": (("{theme}社会实践活动",), _UNITS, 6),
    "trainer": (("{theme}培训课程授课教师", "{theme}名师工作室成员"), _BODIES, 9),
    "creation": (("{theme}课题研究", "{theme}课程资源建设"), _PERIODICALS, 10),
    "public_course": (
        ("公需科目：{subject}",), ("广东省专业技术人员继续教育管理系统", "广东省教师继续教育管理信息平台"), 10
    ),
}  # fmt: skip
# What a kind is about that has no texts of its own.
ANYTHING: Texts = (("{theme}继续教育活动",), _BODIES, 4)
_ORDINALS = "二三四五六七八九"
_PREFIXES = ("YF", "LN", "NY", "GF", "XS", "ZJ")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is laid down for a claim of the story: the rest is drawn."""

    kind: str
    title: str
    state: str
    days: int = 2
    on: tuple[int, int] | None = None
    certificate_number: str | None = None
    paper_of: str | None = None  # whose name stands on the paper, where several hand in the same one
    companion: str | None = None  # what the pack asks for beside the evidence, where the paper needs it
    has_agenda: bool = False  # a programme of several pages beside the picture


def choose_kind(rng: Random, policy: Policy) -> ClaimKind:
    """A kind of the pack, the common ones more often."""
    return rng.choices(policy.kinds, [TEXTS.get(kind.id, ANYTHING)[2] for kind in policy.kinds])[0]


def claim_data(
    rng: Random, policy: Policy, kind: ClaimKind, year: int, last: date, serial: int, wanted: Wanted | None = None
) -> ClaimData:
    """A claim's fields; what it is about lies between January 10 and ``last``, all within the year."""
    titles, bodies, _ = TEXTS.get(kind.id, ANYTHING)
    # A public course names its subject, since each counts once a year (DUP-PUBLIC).
    subject = rng.choice(policy.public_subjects) if kind.categories[0] in policy.once_per_subject else None
    title = rng.choice(titles).format(
        theme=rng.choice(_THEMES), ordinal=rng.choice(_ORDINALS), subject=subject.title.zh if subject else ""
    )
    count = wanted.days if wanted else 1 + int(rng.random() ** 2 * 4)
    begin = a_day(rng, date(year, 1, 10), max(date(year, 1, 10), last - timedelta(days=count)))
    if wanted:
        title = wanted.title
        if wanted.on is not None:
            begin = min(date(year, *wanted.on), max(date(year, 1, 10), last - timedelta(days=count)))
    facts, starts_on, ends_on = _facts(rng, policy, kind, begin, count)
    number = f"{rng.choice(_PREFIXES)}{year}{serial:07d}" if rng.random() < 0.85 else None
    if wanted and wanted.certificate_number:
        number = wanted.certificate_number
    return ClaimData(
        year=year,
        kind=kind.id,
        title=title,
        organiser_name=rng.choice(bodies),
        certificate_number=number,
        subject=subject.code if subject else None,
        starts_on=starts_on,
        ends_on=ends_on,
        facts=facts,
    )


def _facts(rng: Random, policy: Policy, kind: ClaimKind, begin: date, count: int) -> tuple[dict[str, Any], date, date]:
    facts: dict[str, Any] = {}
    if kind.asks(ClaimField.PASSED):
        facts["passed"] = True
    if kind.asks(ClaimField.RELATED):
        facts["related"] = rng.random() < 0.72
    if kind.asks(ClaimField.AUTHOR):
        facts["author"] = "main" if rng.random() < 0.6 else "other"
    if kind.own_fields:
        facts["answers"] = {field.id: _answer(rng, field) for field in kind.own_fields}
    by_days = kind.formula is Formula.DAYS or (kind.formula is Formula.DAYS_OR_STATED and rng.random() < 0.65)
    if by_days:
        facts["sessions"] = [_session(rng, begin + timedelta(days=step)) for step in range(count)]
        return facts, begin, begin + timedelta(days=count - 1)
    if kind.asks(ClaimField.STATED_HOURS):
        facts["stated_hours"] = str(rng.choice((6, 8, 10, 12, 16, 18, 24)))
    if kind.id == "degree":
        begin = min(begin, date(begin.year, 3, 1))
        return facts, begin, max(begin, min(begin + timedelta(days=120), date(begin.year, 12, 20)))
    return facts, begin, begin


def _answer(rng: Random, field: KindField) -> object:
    if field.type is FieldType.CHOICE:
        return rng.choice(field.options).id
    return True if field.type is FieldType.YES_NO else 1


def _session(rng: Random, on: date) -> dict[str, Any]:
    if rng.random() < 0.72:
        return {"on": on.isoformat(), "full_day": True}
    return {"on": on.isoformat(), "minutes": rng.choice((90, 120, 135, 150, 180, 225, 240))}
