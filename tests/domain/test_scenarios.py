"""Runs the stories of `scenarios/*.toml`: each cites its clause and can be read by somebody who knows no code."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from app.domain.attendance import DEADLINES, Attended, gain
from app.domain.deadlines import Extension, Override, check_in_time, is_in_time
from app.domain.errors import Refused
from app.domain.evidence import missing
from app.domain.hours import ClaimFacts, Session, convert, over_ceiling, plain
from app.domain.identity import mismatches, missing_particulars
from app.domain.likeness import Attended as Registered
from app.domain.likeness import Claimed, is_refused, likeness, likeness_to_attendance
from app.domain.lists import opens, stands_on, uses_of
from app.domain.policy import Deadline, Policy, default_pack, pack
from app.domain.rules import Rule
from app.domain.scope import Stay, school_in_year, years_in_scope
from app.domain.standing import Entry, Exemption, ExemptionEffect, Result, assess, assess_years
from app.domain.workflow import Duty

FOLDER = Path(__file__).parent / "scenarios"
KINDS_OF_CASES = {
    "claim", "teacher", "deadline", "ceiling", "scope", "identity", "particulars", "list", "evidence",
    "extension", "likeness", "attendance",
}  # fmt: skip
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
        assert set(story) - {"rule", "clause", "story"} <= KINDS_OF_CASES


def test_every_rule_of_the_domain_has_its_story():
    assert {story["rule"] for story in STORIES.values()} == {str(rule) for rule in Rule}


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
        answers=case.get("answers"),
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
        reason = check_in_time(
            policy, which, year, now, override=set_aside, has_authority=case.get("has_authority", True)
        )
        assert reason == override["reason"]
    else:
        with pytest.raises(Refused) as refusal:
            check_in_time(policy, which, year, now, override=set_aside, has_authority=case.get("has_authority", True))
        assert refusal.value.code == case.get("refused", "late")


@pytest.mark.parametrize("case", cases("extension"))
def test_extension(case):
    policy, which, year, now = pack(case["policy"]), case["deadline"], case["year"], case["now"]
    granted = [
        Extension(Deadline(one.get("deadline", which)), one.get("year", year), one["until"], one["reason"])
        for one in case["extensions"]
    ]
    assert is_in_time(policy, which, year, now, granted) is case["in_time"]
    if case["in_time"]:
        assert check_in_time(policy, which, year, now, extensions=granted) == case.get("because")
    else:
        with pytest.raises(Refused) as refusal:
            check_in_time(policy, which, year, now, extensions=granted)
        assert (refusal.value.code, refusal.value.facts["due_on"]) == ("late", case["last_day"])
        assert refusal.value.facts["source"]


def claimed(of: dict[str, object]) -> Claimed:
    days = frozenset(of.get("days", ()))
    return Claimed(
        teacher=of["teacher"],
        year=of.get("year", 2021),
        title=of.get("title", ""),
        starts_on=of.get("from") or min(days, default=None),
        ends_on=of.get("to") or max(days, default=None),
        certificate=of.get("certificate"),
        files=frozenset(of.get("files", ())),
        days=days,
    )


@pytest.mark.parametrize("case", cases("likeness"))
def test_likeness(case):
    one, same_teacher = claimed(case["claim"]), case["claim"]["teacher"] == case["earlier"]["teacher"]
    if "attended" in case["earlier"]:
        earlier = case["earlier"]
        found = likeness_to_attendance(
            one, Registered(earlier["teacher"], earlier["title"], earlier["attended"], earlier.get("dated", True))
        )
    else:
        other = claimed(case["earlier"])
        found = likeness(one, other)
        assert likeness(other, one) == found, "it does not matter which was first"
    told = "refused" if is_refused(found, same_teacher=same_teacher) else "flagged" if found else "passes"
    assert (str(found or "nothing"), told) == (case["alike_in"], case["then"])


@pytest.mark.parametrize("case", cases("attendance"))
def test_attendance(case):
    gained = gain(
        Attended(case["category"], case.get("subject"), case["on"], Decimal(case["hours"]), case["passed"])
    )
    shown = f"{gained.year} {gained.category} {gained.subject or '-'} {plain(gained.hours)}" if gained else "nothing"
    assert shown == case["enters"]
    if "registered" in case:
        which = DEADLINES[case["kind"]]
        assert is_in_time(pack(case["policy"]), which, case["on"].year, case["registered"]) is case["in_time"]


@pytest.mark.parametrize("case", cases("ceiling"))
def test_ceiling(case):
    dated = []
    for text in case["dated"]:
        on, hours, ref = text.split()
        dated.append((date.fromisoformat(on), Decimal(hours), ref))
    found = over_ceiling(pack(case["policy"]), dated)
    assert [f"{one.on} {plain(one.hours)} {' '.join(map(str, one.refs))}" for one in found] == case["over"]


def stay(text: str) -> Stay:
    school, first, last = text.split()
    return Stay(int(school), date.fromisoformat(first), None if last == "-" else date.fromisoformat(last))


@pytest.mark.parametrize("case", cases("scope"))
def test_scope(case):
    stays = [stay(text) for text in case["stays"]]
    years = years_in_scope(stays, case.get("with_hours", ()), case["verified"])
    assert [f"{year} at {school_in_year(stays, year, 0) or 'today'}" for year in years] == case["answers"]
    for text in case.get("owes", []):
        year, hours = text.split()
        assert int(year) in years
        assert plain(assess(bound({}, "teacher", int(year)), int(year), ()).missing_total) == hours


@pytest.mark.parametrize("case", cases("identity"))
def test_identity(case):
    found = mismatches(case["ours"], case["theirs"])
    assert [f"{one.field} {one.ours or '–'} {one.theirs or '–'}" for one in found] == case["differs"]
    # Whichever platform is asked, the same particulars differ.
    assert [one.field for one in mismatches(case["theirs"], case["ours"])] == [one.field for one in found]


@pytest.mark.parametrize("case", cases("particulars"))
def test_particulars(case):
    assert list(missing_particulars(case["stated"], teaches=case["post"] == "teaches")) == case["missing"]


@pytest.mark.parametrize("case", cases("list"))
def test_list(case):
    use = uses_of([pack(case["policy"])])[case["use"]]
    on = [text.split() for text in case["people"]]
    assert [f"{who} {result}" for who, ownership, result in on if stands_on(use, ownership)] == case["on"]
    assert [
        who for who, ownership, result in on if stands_on(use, ownership) and opens(Result(result))
    ] == case["opens"]


@pytest.mark.parametrize("case", cases("evidence"))
def test_evidence(case):
    assert list(missing(pack(case["policy"]), case["states"], case["files"])) == case["lacks"]
