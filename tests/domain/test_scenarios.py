"""Runs the stories of `scenarios/*.toml`: each cites its clause and can be read by somebody who knows no code."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from app.domain.deadlines import Override, check_in_time, is_in_time
from app.domain.errors import Refused
from app.domain.hours import ClaimFacts, Session, convert, over_ceiling, plain
from app.domain.policy import Policy, default_pack, pack
from app.domain.rules import Rule
from app.domain.standing import Entry, Exemption, ExemptionEffect, assess_years
from app.domain.workflow import Duty

FOLDER = Path(__file__).parent / "scenarios"
STORIES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


def cases(of: str):
    return [
        pytest.param(case, id=f"{name}: {case['tells']}")
        for name, story in STORIES.items()
        for case in story.get(of, [])
    ]


def test_every_story_names_its_rule_its_clause_and_what_it_tells():
    for name, story in STORIES.items():
        assert Rule(story["rule"]).lower() == name
        assert story["clause"].startswith(("S1", "S2", "R")) and story["story"]
        assert set(story) - {"rule", "clause", "story"} <= {"claim", "teacher", "deadline", "ceiling"}


def test_every_rule_of_the_domain_has_its_story():
    outside = {
        "DUP-CLAIM",
        "AUTO",
        "EVIDENCE",
        "IDENTITY",
        "SCOPE",
        "SUBSIDY",
    }  # these need the register or the files
    assert {story["rule"] for story in STORIES.values()} == {str(rule) for rule in Rule} - outside


def session(text: str) -> Session:
    on, amount, *_ = text.split()
    if amount == "full":
        return Session(date.fromisoformat(on), full_day=True)
    return Session(date.fromisoformat(on), minutes=int(amount))


@pytest.mark.parametrize("case", cases("claim"))
def test_claim(case):
    facts = ClaimFacts(
        kind=case["kind"],
        passed=case.get("passed"),
        related=case.get("related"),
        author=case.get("author"),
        sessions=tuple(session(text) for text in case.get("sessions", [])),
        stated_hours=Decimal(case["stated_hours"]) if "stated_hours" in case else None,
        year=case.get("year"),
        category=case.get("category"),
    )
    policy = pack(case["policy"])
    if "refused" in case:
        with pytest.raises(Refused) as refusal:
            convert(policy, facts)
        assert refusal.value.code == case["refused"]
        return
    parts = convert(policy, facts)
    assert [f"{part.year} {part.category} {plain(part.hours)}" for part in parts] == case["gives"]
    for part in parts:
        assert sum(step.hours for step in part.steps) == part.hours
        assert all(step.source for step in part.steps)


def entry(text: str) -> Entry:
    words = text.split()
    entry_id, year, category, hours, subject, on = words[:6]
    named = None if subject == "-" else subject
    platform = words[6] if len(words) > 6 else None
    return Entry(entry_id, int(year), category, named, Decimal(hours), date.fromisoformat(on), platform)


def bound(bindings: dict[str, str], series: str, year: int) -> Policy:
    return pack(bindings.get(str(year)) or default_pack(year, series))


@pytest.mark.parametrize("case", cases("teacher"))
def test_teacher(case):
    expected = case["standing"]
    exemptions = [
        Exemption(
            one["year"],
            ExemptionEffect(one["effect"]),
            Decimal(one.get("hours", "0")),
            one.get("category"),
        )
        for one in case.get("exemptions", [])
    ]
    policy_for = partial(bound, case.get("bindings", {}), case.get("series", "teacher"))
    entries = [entry(text) for text in case["entries"]]
    standings = assess_years([one["year"] for one in expected], entries, policy_for, exemptions)
    for wanted, standing in zip(expected, standings, strict=True):
        shown = {
            "year": standing.year,
            "policy": standing.policy,
            "result": str(standing.result),
            "total": plain(standing.total),
            "carried_in": plain(standing.carried_in),
            "carried_from": standing.carried_from,
            "carried_out": plain(standing.carried_out),
            "recognised": {key: plain(hours) for key, hours in standing.recognised.items()},
            "credited": {key: plain(hours) for key, hours in standing.credited.items()},
            "missing": {key: plain(hours) for key, hours in standing.missing.items()},
            "not_counted": [f"{one.entry} {one.rule}" for one in standing.not_counted],
        }
        assert {key: shown[key] for key in wanted} == wanted


@pytest.mark.parametrize("case", cases("deadline"))
def test_deadline(case):
    policy, which, year, now = pack(case["policy"]), case["deadline"], case["year"], case["now"]
    assert is_in_time(policy, which, year, now) is case["in_time"]
    override = case.get("override")
    set_aside = Override(Duty(override["duty"]), override["reason"]) if override else None
    if case["in_time"]:
        assert check_in_time(policy, which, year, now) is None
    elif override and "refused" not in case:
        due_on = check_in_time(
            policy, which, year, now, override=set_aside, has_authority=case.get("has_authority", True)
        )
        assert due_on == policy.deadline(which, year) is not None
    else:
        with pytest.raises(Refused) as refusal:
            check_in_time(policy, which, year, now, override=set_aside, has_authority=case.get("has_authority", True))
        assert refusal.value.code == case.get("refused", "late")


@pytest.mark.parametrize("case", cases("ceiling"))
def test_ceiling(case):
    dated = []
    for text in case["dated"]:
        on, hours, ref = text.split()
        dated.append((date.fromisoformat(on), Decimal(hours), ref))
    found = over_ceiling(pack(case["policy"]), dated)
    assert [f"{one.on} {plain(one.hours)} {' '.join(map(str, one.refs))}" for one in found] == case["over"]
