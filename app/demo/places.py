"""Invented schools and organisers. Districts and authorities are those the database knows from its first migration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.demo.days import seeded

DEMO_DISTRICT = "440105"
# How many of a hundred schools stand in each district, roughly as the city's teachers do.
DISTRICT_SHARES = {
    "440103": 8, "440104": 10, "440105": 13, "440106": 13, "440111": 15, "440112": 8,
    "440113": 13, "440114": 8, "440115": 5, "440117": 3, "440118": 7,
}  # fmt: skip
# Schools of the first rank keep the years of both notices; the others began with last year (see `people.py`).
SCHOOLS_WITH_HISTORY = 60
DEMO_SCHOOL_SIZE = 73

FIRST_WORDS = "榕棠云江珠听启明朝晖蕴星望木知春南岭凤翠"
SECOND_WORDS = "荫溪桥岸涛德新华光雅河山棉远晓园月翔林波"
KIND_WORDS = {
    "kindergarten": "幼儿园",
    "primary": "小学",
    "junior": "初级中学",
    "senior": "高级中学",
    "complete": "中学",
    "nine_year": "学校",
    "vocational": "职业技术学校",
    "special": "启智学校",
    "teaching_research": "教研室",
    "research": "教育科学研究所",
    "audiovisual": "电化教育馆",
    "youth_palace": "少年宫",
    "teacher_training": "教师进修学校",
    "college": "职业学院",
    "other": "教育服务中心",
}
STAGES_OF_KIND = {
    "kindergarten": ("kindergarten",),
    "primary": ("primary",),
    "junior": ("junior",),
    "senior": ("senior",),
    "complete": ("junior", "senior"),
    "nine_year": ("primary", "primary", "junior"),
    "vocational": ("vocational",),
    "special": ("special",),
}
ORDINARY_KINDS = (
    ("primary", 38), ("kindergarten", 24), ("junior", 12), ("nine_year", 9), ("complete", 8),
    ("senior", 4), ("vocational", 3), ("special", 1), ("other", 1),
)  # fmt: skip


@dataclass(slots=True)
class Place:
    """A school as the loader needs it. ``authority``: its code, None where the school's own review is the last."""

    id: int
    code: str
    name: str
    district: str
    authority: str | None
    kind: str
    ownership: str
    size: int
    is_active: bool = True
    has_history: bool = True


@dataclass(frozen=True, slots=True)
class OrganiserPlan:
    """Who runs activities. ``district`` is its code for a district's institute."""

    name: str
    level: str
    is_education_authority: bool
    district: str | None = None


# (kind, district, authority, ownership): the school of demo-school first, then one of every sort.
DISTRICTS_OWN, CENTRE, NONE = "district", "440100", "none"
SPECIAL: tuple[tuple[str, str, str, str], ...] = (
    ("nine_year", "440105", DISTRICTS_OWN, "public"),
    ("senior", "440104", CENTRE, "public"),
    ("primary", "440105", DISTRICTS_OWN, "public"),
    ("college", "440111", NONE, "public"),
    ("kindergarten", "440105", DISTRICTS_OWN, "private"),
    ("complete", "440106", CENTRE, "public"),
    ("junior", "440105", DISTRICTS_OWN, "private"),
    ("vocational", "440111", CENTRE, "public"),
    ("special", "440103", DISTRICTS_OWN, "public"),
    ("teaching_research", "440105", DISTRICTS_OWN, "public"),
    ("research", "440104", CENTRE, "public"),
    ("audiovisual", "440106", CENTRE, "public"),
    ("youth_palace", "440105", DISTRICTS_OWN, "public"),
    ("teacher_training", "440113", DISTRICTS_OWN, "public"),
    ("other", "440114", DISTRICTS_OWN, "private"),
)
CLOSED = ("primary", "440105", DISTRICTS_OWN, "private")

DEMO_ORGANISER = "广州云帆教师发展研究院"
CITY_ORGANISERS = (
    OrganiserPlan(DEMO_ORGANISER, "city", False),
    OrganiserPlan("岭南教师教育协同创新中心", "province", False),
    OrganiserPlan("广州市中小学教师继续教育网络学院", "city", True),
    OrganiserPlan("南粤名师培养工程项目办公室", "province", True),
    OrganiserPlan("国家基础教育师资研修基地（华南）", "national", True),
    OrganiserPlan("珠江教育科技有限公司", "other", False),
)


def organisers(districts: Mapping[str, str]) -> Iterator[OrganiserPlan]:
    """All organisers: the city's and one institute a district, by the districts' names."""
    yield from CITY_ORGANISERS
    for code, name in districts.items():
        yield OrganiserPlan(f"{name}教师研修学院", "district", True, code)


def count_of_schools(teachers: int) -> int:
    """How many schools that many teachers work in: some 27 a school in a small load, 39 in a whole city."""
    return max(len(SPECIAL) + 3, round(teachers / (27.5 + 11.25 * min(1.0, teachers / 155_000))))


def schools(seed: int, teachers: int, districts: Mapping[str, str], first_id: int) -> list[Place]:
    """The schools, the demonstration account's first, with as many teachers in all as asked for.

    The last one is closed and has none: its people went elsewhere.
    """
    rng = seeded(seed, "schools")
    count = count_of_schools(teachers)
    kinds, weights = zip(*ORDINARY_KINDS, strict=True)
    codes, shares = zip(*DISTRICT_SHARES.items(), strict=True)
    sizes = _sizes(seed, teachers, count)
    found: list[Place] = []
    names: set[str] = set()
    numbers: dict[str, int] = {}
    for position in range(count + 1):
        is_closed = position == count
        if is_closed:
            kind, district, reviewer, ownership = CLOSED
        elif position < len(SPECIAL):
            kind, district, reviewer, ownership = SPECIAL[position]
        else:
            kind = rng.choices(kinds, weights)[0]
            district = rng.choices(codes, shares)[0]
            reviewer = CENTRE if kind in ("senior", "vocational") and rng.random() < 0.3 else DISTRICTS_OWN
            ownership = "private" if rng.random() < (0.55 if kind == "kindergarten" else 0.12) else "public"
        numbers[district] = numbers.get(district, 0) + 1
        name = _name(seed, position, kind, districts[district], reviewer, names)
        authority = {CENTRE: CENTRE, NONE: None}.get(reviewer, district)
        found.append(
            Place(
                id=first_id + position,
                code=f"{district}{numbers[district]:04d}",
                name=name,
                district=district,
                authority=authority,
                kind=kind,
                ownership=ownership,
                size=0 if is_closed else sizes[position],
                is_active=not is_closed,
                has_history=is_closed or position < SCHOOLS_WITH_HISTORY,
            )
        )
    return found


def organiser_row(plan: OrganiserPlan, row_id: int) -> dict[str, object]:
    """The organiser's columns."""
    return {
        "id": row_id,
        "name": plan.name,
        "level": plan.level,
        "is_education_authority": plan.is_education_authority,
        "version": 1,
    }


def school_row(place: Place, district_ids: Mapping[str, int], authority_ids: Mapping[str, int]) -> dict[str, object]:
    """The school's columns."""
    return {
        "id": place.id,
        "code": place.code,
        "name": place.name,
        "district_id": district_ids[place.district],
        "authority_id": authority_ids[place.authority] if place.authority else None,
        "ownership": place.ownership,
        "kind": place.kind,
        "is_active": place.is_active,
        "version": 1,
    }


def _sizes(seed: int, teachers: int, count: int) -> list[int]:
    """Teachers of each school: the demonstration school's own size, the rest uneven as schools are."""
    rng = seeded(seed, "sizes")
    first = min(DEMO_SCHOOL_SIZE, max(1, teachers * 2 // 5))
    shares = [0.4 + rng.random() + (rng.random() ** 6) * 3 for _ in range(count - 1)]
    rest, total, sizes, done = teachers - first, sum(shares), [first], 0.0
    for share in shares:
        before, done = done, done + share
        sizes.append(round(rest * done / total) - round(rest * before / total))
    return sizes


def _name(seed: int, position: int, kind: str, district: str, reviewer: str, taken: set[str]) -> str:
    rng = seeded(seed, "school-name", position)
    while True:
        word = rng.choice(FIRST_WORDS) + rng.choice(SECOND_WORDS)
        where = "广州市" if reviewer == CENTRE else "广州" if reviewer == NONE else f"广州市{district}"
        extra = rng.choice(("", "", "实验", "第一", "第二", "外国语", "附属")) if kind in _NUMBERED else ""
        name = f"{where}{word}{extra}{KIND_WORDS[kind]}"
        if position == 0:
            name = f"{where}榕荫学校"
        if name not in taken:
            taken.add(name)
            return name


_NUMBERED = ("kindergarten", "primary", "junior", "complete", "senior", "nine_year")
