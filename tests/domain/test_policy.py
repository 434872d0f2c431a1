"""The shipped packs say what DOMAIN §2 says, every figure with its source; a bad pack is refused with its line."""

import re
import tomllib
from datetime import date
from decimal import Decimal

import pytest

from app.domain.errors import Code, Refused
from app.domain.policy import FOLDER, default_pack, load, pack, packs

CITY = (
    "remote",
    "research_session",
    "training_class",
    "degree",
    "practice",
    "trainer",
    "conference",
    "creation",
    "other",
)
# Public subjects of the provincial platforms are claimed in Guangzhou (S1 §四（二）1（2）).
WITH_PUBLIC = (*CITY, "public_course")
PROVINCE = ("outside_training", "degree", "conference", "result", "mentor")
ACCOUNTING = (*PROVINCE, "examination", "accounting_work")

# DOMAIN §2, column by column: minima, total, daily hours, carry out, carry in, kinds.
SUMS = {
    "guangzhou-2019": ({"public": 18, "professional": 42, "elective": None}, 72, 6, True, True, WITH_PUBLIC),
    "guangzhou-2020": ({"public": 18, "professional": 42, "elective": None}, 72, 6, False, True, WITH_PUBLIC),
    "guangdong-2020-84": ({"public": 30, "professional": 42, "elective": 12}, 84, 6, False, False, CITY),
    "guangdong-2021": ({"public": 30, "professional": 42, "elective": 18}, 90, 8, False, False, PROVINCE),
    "accounting-2021": ({"public": 30, "professional": 60}, 90, 8, False, False, ACCOUNTING),
}
LIKE_2020 = {"claim": "2020-12-31", "first_review": "2021-01-31", "second_review": "2021-02-28"}
DEADLINES = {
    "guangzhou-2019": (
        2019,
        {
            "claim": "2020-01-31",
            "first_review": "2020-02-28",
            "second_review": "2020-03-10",
            "face_to_face": "2019-12-31",
            "sessions": "2020-01-31",
        },
    ),
    "guangzhou-2020": (2020, LIKE_2020 | {"face_to_face": "2020-12-31", "sessions": "2021-01-31"}),
    "guangdong-2020-84": (2020, LIKE_2020 | {"face_to_face": None, "sessions": None}),
    "guangdong-2021": (2020, LIKE_2020 | {"face_to_face": "2020-12-31", "sessions": "2021-01-31"}),
}


def test_five_packs_ship():
    assert set(packs()) == set(SUMS)


@pytest.mark.parametrize("name", SUMS)
def test_the_sums_of_a_pack(name):
    minima, total, daily, out, into, kinds = SUMS[name]
    policy = pack(name)
    assert {category.id: category.required for category in policy.categories} == minima
    assert (policy.required_total, policy.daily_hours, policy.minutes_per_hour) == (total, daily, 45)
    assert (policy.carry_out, policy.carry_in, policy.carry_category) == (out, into, "professional")
    assert tuple(kind.id for kind in policy.kinds) == kinds
    assert policy.once_per_subject == {"public"}


@pytest.mark.parametrize("name", DEADLINES)
def test_the_last_days_of_a_pack(name):
    year, days = DEADLINES[name]
    for which, on in days.items():
        assert pack(name).deadline(which, year) == (date.fromisoformat(on) if on else None), which


def test_the_fixed_hours_of_2021():
    policy = pack("guangdong-2021")
    assert dict(policy.kind("degree").figures) == {"related": 28, "unrelated": 18}
    assert dict(policy.kind("result").figures) == {"main": 28, "other": 14}
    assert policy.review_days == (1, 15)
    assert [reminder.on.in_year(2021) for reminder in policy.reminders] == [date(2021, 8, 31)]


def test_the_public_subjects_of_2019():
    assert [subject.title.zh for subject in pack("guangzhou-2019").public_subjects] == [
        "习近平新时代中国特色社会主义思想",
        "改革开放与创新发展",
        "乡村振兴战略",
        "粤港澳大湾区建设面临的机遇与挑战",
    ]


def test_accounting_counts_credits():
    assert pack("accounting-2021").unit.text("zh_Hans") == "学分"
    assert pack("guangdong-2021").unit.text("zh") == "学时"
    assert pack("guangdong-2021").unit.text("en") == "hours"


@pytest.mark.parametrize(
    ("year", "series", "name"),
    [
        (2018, "teacher", "guangzhou-2019"),
        (2019, "library", "guangzhou-2019"),
        (2020, "teacher", "guangzhou-2020"),
        (2020, "accounting", "guangzhou-2020"),
        (2021, "teacher", "guangdong-2021"),
        (2021, "accounting", "accounting-2021"),
        (2035, "teacher", "guangdong-2021"),
    ],
)
def test_what_binds_by_default(year, series, name):
    assert default_pack(year, series) == name


def test_an_unbound_year_and_an_unknown_series_are_refused():
    with pytest.raises(Refused) as refusal:
        default_pack(2017, "teacher")
    assert refusal.value.code == Code.YEAR_UNBOUND
    with pytest.raises(Refused) as refusal:
        default_pack(2021, "astronaut")
    assert refusal.value.code == Code.SERIES_UNKNOWN
    with pytest.raises(Refused) as refusal:
        pack("guangdong-1999")
    assert refusal.value.code == Code.POLICY_UNKNOWN


def figures_in(tree, place=""):
    """Every number and truth value of a pack with the table it stands in."""
    members = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in members:
        if isinstance(value, dict | list):
            yield from figures_in(value, f"{place}.{key}")
        elif isinstance(value, int | float):
            yield f"{place}.{key}", tree


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_figure_has_its_source(path):
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    found = 0
    for place, table in figures_in(tree):
        if isinstance(table, list):  # the days of `review_days`; their source is beside the list
            continue
        assert table.get("source", "").strip(), f"{path.name}: {place}"
        found += 1
    assert found > 8
    policy = pack(path.stem)
    assert all(figure.source for figure in policy.figures)
    assert all(category.source for category in policy.categories) and all(kind.source for kind in policy.kinds)
    assert policy.source_of("day.hours") and policy.source_of("total.required")


def test_the_kind_that_the_guide_shows_is_one():
    """docs/policies.md teaches by an example; whoever copies it gets a policy that loads."""
    guide = (FOLDER.parent.parent / "docs" / "policies.md").read_text(encoding="utf-8")
    shown = re.search(r"```toml\n(.*?)```", guide, re.DOTALL)
    base = (FOLDER / "guangdong-2021.toml").read_text(encoding="utf-8")
    kind = load(f"{base}\n{shown[1]}").kind("competition")
    assert dict(kind.figures) == {"city": Decimal(6), "province": Decimal(12)}
    assert [one.title.en for one in kind.own_field("level").options] == ["City", "Province"]
