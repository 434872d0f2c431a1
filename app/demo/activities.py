"""The invented activities of a year: public courses, trainings, research sessions, school-based study.

What a teacher took part in is decided in `attendance.py`; here stands only what there was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from app.demo.days import seeded, workday
from app.demo.places import Place
from app.domain.policy import Policy

PUBLIC_COURSES = (
    "数字经济与高质量发展", "人工智能应用与治理", "绿美广东生态建设", "法治素养与依法执教",
    "粤港澳大湾区科技创新", "新时代师德师风建设", "国家安全教育", "心理健康与压力调适",
)  # fmt: skip
TRAININGS = (
    "新课标背景下大单元教学设计高级研修班", "中小学班主任专业能力提升培训", "跨学科主题学习骨干教师研修班",
    "信息技术应用能力提升工程整校推进培训", "学前教育游戏化课程实施研修", "中学理科实验教学能力提升培训",
    "乡村学校骨干教师跟岗研修", "作业设计与学业质量评价专题培训", "特殊教育融合支持专题研修",
    "骨干教师研修成果展示与答辩",
)  # fmt: skip
ONLINE = (
    "义务教育课程标准网络研修", "课堂观察与教学诊断在线课程", "人工智能辅助备课在线研修", "教育科研方法网络课程",
)  # fmt: skip
ELECTIVE = (
    "岭南文化与校本课程", "教师声音保健与形体", "家校沟通的艺术", "书法与教师板书", "青少年生涯规划指导",
    "急救知识与校园安全",
)  # fmt: skip
SESSION_SUBJECTS = ("语文学科", "数学学科", "外语学科", "科学与信息科技", "体育与艺术", "学前与特殊教育")
SCHOOL_TOPICS = (
    "校本研修：同课异构与集体备课", "校本研修：学业质量监测数据分析", "校本研修：师德与班级管理",
    "校本研修：教学评一致性课例研讨",
    "校本研修：信息化教学工具应用", "校本研修：青年教师成长论坛",
)  # fmt: skip


@dataclass(slots=True)
class Offer:
    """One activity. ``days`` are the days with hours; whoever attends is registered for each."""

    id: int
    number: str
    title: str
    kind: str
    category: str
    hours: Decimal
    days: tuple[tuple[date, Decimal], ...]
    subject: str | None = None
    organiser_id: int | None = None
    school_id: int | None = None


@dataclass(slots=True)
class Year:
    """Everything that was on offer in a year outside the schools."""

    year: int
    public: list[Offer] = field(default_factory=list)
    online: list[Offer] = field(default_factory=list)
    elective: list[Offer] = field(default_factory=list)
    trainings: list[Offer] = field(default_factory=list)
    sessions: dict[str, list[Offer]] = field(default_factory=dict)


class Offers:
    """Makes activities with fresh ids and running numbers a year."""

    def __init__(self, seed: int, next_id: Callable[[], int], organisers: dict[str, int]) -> None:
        self.seed = seed
        self.numbers: dict[int, int] = {}
        self._next_id = next_id
        self._organisers = organisers

    def year(self, policy: Policy, year: int, districts: dict[str, str]) -> Year:
        """What the organisers offer in a year under its policy."""
        made = Year(year)
        city = [name for name in self._organisers if not name.endswith("研修学院")]
        network = city[2]
        daily = policy.daily_hours
        old = policy.public_subjects
        courses = [(row.code, row.title.zh) for row in old] or [
            (title, title) for title in (PUBLIC_COURSES[(year + step) % len(PUBLIC_COURSES)] for step in range(5))
        ]
        for step, (code, title) in enumerate(courses):
            hours = Decimal(6 if old else (12, 10, 8, 10, 6)[step])
            on = date(year, 3, 1) + timedelta(days=40 * step)
            made.public.append(
                self._make(year, f"公需科目：{title}", "online", "public", ((on, hours),), network, subject=code)
            )
        for step, title in enumerate(ONLINE):
            on = date(year, (4, 6, 9, 11)[step], 20)
            runner = (network, city[0], network, city[5])[step]
            made.online.append(
                self._make(year, f"{title}（{year} 年）", "online", "professional", ((on, Decimal(12)),), runner)
            )
        # Some packs have no electives; where they have, teachers look for them.
        for step in range(4 if policy.category("elective") and dict(policy.minima).get("elective") else 0):
            title = ELECTIVE[(year + step) % len(ELECTIVE)]
            on = date(year, (3, 5, 8, 10)[step], 12)
            runner = (city[0], network, city[1], city[0])[step]
            made.elective.append(
                self._make(year, f"{title}（{year} 年）", "online", "elective", ((on, Decimal(9)),), runner)
            )
        for step, title in enumerate(TRAININGS):
            begin = workday(date(year, 3 + step, 6 + step))
            days = tuple((begin + timedelta(days=offset), daily) for offset in range(3 if begin.weekday() < 3 else 1))
            if begin.weekday() >= 3:
                days = tuple((begin - timedelta(days=offset), daily) for offset in (2, 1, 0))
            runner = (city[0], city[3], city[0], city[4], city[0])[step % 5]
            made.trainings.append(self._make(year, title, "face_to_face", "professional", days, runner))
        for code, name in districts.items():
            made.sessions[code] = [
                self._make(
                    year, f"{name}{subject}教研活动（{year} 年{term}）", "research_session", "professional",
                    ((workday(date(year, month, 9 + step)), Decimal(6)),), f"{name}教师研修学院",
                )
                for term, month in (("春季", 4), ("秋季", 10))
                for step, subject in enumerate(SESSION_SUBJECTS)
            ]  # fmt: skip
        return made

    def school_based(self, place: Place, year: int) -> list[Offer]:
        """A school's own study: one programme a term, registered on its last day."""
        rng = seeded(self.seed, "school-based", place.id, year)
        topics = rng.sample(SCHOOL_TOPICS, 2)
        return [
            self._make(
                year, f"{topic}（{year} 年{term}）", "school_based", "professional",
                ((workday(date(year, month, 1 + int(rng.random() * 16))), Decimal(12)),), school_id=place.id,
            )
            for topic, term, month in zip(topics, ("春季", "秋季"), (6, 12), strict=True)
        ]  # fmt: skip

    def _make(
        self,
        year: int,
        title: str,
        kind: str,
        category: str,
        days: tuple[tuple[date, Decimal], ...],
        organiser: str | None = None,
        *,
        subject: str | None = None,
        school_id: int | None = None,
    ) -> Offer:
        self.numbers[year] = self.numbers.get(year, 0) + 1
        return Offer(
            id=self._next_id(),
            number=f"{year}-A{self.numbers[year]:05d}",
            title=title,
            kind=kind,
            category=category,
            hours=sum((hours for _, hours in days), Decimal(0)),
            days=days,
            subject=subject,
            organiser_id=None if organiser is None else self._organisers[organiser],
            school_id=school_id,
        )


def row(offer: Offer) -> dict[str, object]:
    """The activity's columns. An online course stays open for two months; a school's own began two months before."""
    first, last = offer.days[0][0], offer.days[-1][0]
    if offer.kind == "school_based":
        first = first - timedelta(days=60)
    elif offer.kind == "online":
        last = min(last + timedelta(days=60), date(last.year, 12, 31))
    return {
        "id": offer.id,
        "number": offer.number,
        "title": offer.title,
        "kind": offer.kind,
        "category": offer.category,
        "subject": offer.subject,
        "hours": offer.hours,
        "starts_on": first,
        "ends_on": last,
        "organiser_id": offer.organiser_id,
        "school_id": offer.school_id,
        "version": 1,
    }
