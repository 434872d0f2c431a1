"""`flask hours` and `flask assess` as CONTRACTS writes them, without an application or a database."""

import json

import pytest
from click.testing import CliRunner

from app.cli.rules import assess_command, hours_command


@pytest.fixture
def ask(tmp_path):
    def put(command, question):
        file = tmp_path / "question.json"
        file.write_bytes(question if isinstance(question, bytes) else json.dumps(question).encode())
        return CliRunner().invoke(command, [str(file)])

    return put


ITEM = {
    "id": "a",
    "policy": "guangdong-2021",
    "kind": "conference",
    "passed": True,
    "related": True,
    "author": "main",
    "sessions": [{"on": "2021-03-05", "full_day": True}, {"on": "2021-03-06", "minutes": 200}],
    "stated_hours": None,
}
ENTRY = {
    "id": "e1",
    "year": 2019,
    "category": "public",
    "subject": "xjp-thought",
    "hours": "18",
    "on": "2019-05-01",
    "platform": "jijiao",
}
CREDIT = {"year": 2019, "effect": "credited", "hours": "5"}  # to which category is not said
TEACHER = {
    "id": "T1",
    "series": "teacher",
    "exemptions": [{"year": 2021, "effect": "exempt"}],
    "entries": [ENTRY],
}


def test_hours_answers_the_example_of_the_contract(ask):
    done = ask(hours_command, {"items": [ITEM]})
    assert done.exit_code == 0 and done.stderr == ""
    assert json.loads(done.stdout) == [
        {"id": "a", "parts": [{"year": 2021, "category": "professional", "hours": "12"}]}
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"policy": "guangdong-1999"}, "policy_unknown"),
        ({"kind": "holiday"}, "kind_unknown"),
        ({"kind": None}, "key_missing"),
        ({"kind": 7}, "type_wrong"),
        ({"sessions": []}, "sessions_missing"),
        ({"sessions": [{"on": "2021-02-30", "full_day": True}]}, "date_invalid"),
        ({"sessions": [{"on": "2021-3-5", "full_day": True}]}, "date_invalid"),
        ({"sessions": [{"full_day": True}]}, "key_missing"),
        ({"sessions": [{"on": "2021-03-05", "minutes": "90"}]}, "type_wrong"),
        ({"sessions": [{"on": "2021-03-05", "minutes": -90}]}, "minutes_not_positive"),
        ({"sessions": [{"on": "2021-03-05", "minutes": 10**30}]}, "type_wrong"),
        ({"sessions": "2021-03-05"}, "type_wrong"),
        ({"stated_hours": "NaN"}, "hours_not_a_number"),
        ({"stated_hours": float("nan")}, "hours_not_a_number"),
        ({"stated_hours": "-3"}, "hours_negative"),
        ({"stated_hours": 1e9}, "hours_too_many"),
        ({"passed": "yes"}, "type_wrong"),
        ({"passed": None}, "passed_missing"),
        ({"weather": "fine"}, "key_unknown"),
        ({"year": True}, "type_wrong"),
    ],
)
def test_an_item_that_makes_no_sense_is_answered_with_a_code_beside_the_others(ask, change, code):
    done = ask(hours_command, {"items": [ITEM | change | {"id": "bad"}, ITEM]})
    assert done.exit_code == 0
    bad, good = json.loads(done.stdout)
    assert bad == {"id": "bad", "refused": code}
    assert good["parts"][0]["hours"] == "12"


def test_a_failed_item_has_no_parts_and_a_result_takes_its_year(ask):
    failed = ITEM | {"passed": False}
    result = {
        "id": "r",
        "policy": "guangdong-2021",
        "kind": "result",
        "author": "other",
        "sessions": [],
        "year": 2021,
    }
    done = ask(hours_command, {"items": [failed, result]})
    assert json.loads(done.stdout) == [
        {"id": "a", "parts": []},
        {"id": "r", "parts": [{"year": 2021, "category": "professional", "hours": "14"}]},
    ]


def test_stated_hours_are_exact(ask):
    raw = b'{"items": [{"id": 1, "policy": "guangzhou-2019", "kind": "practice", "year": 2019, "stated_hours": 12.10}]}'
    (answer,) = json.loads(ask(hours_command, raw).stdout)
    assert answer["parts"] == [{"year": 2019, "category": "professional", "hours": "12.1"}]


def test_assess_answers_the_example_of_the_contract(ask):
    question = {"years": [2019, 2020, 2021], "bindings": {"2020": "guangdong-2020-84"}, "teachers": [TEACHER]}
    done = ask(assess_command, question)
    assert done.exit_code == 0 and done.stderr == ""
    rows = json.loads(done.stdout)
    assert rows[0] == {
        "teacher": "T1",
        "year": 2019,
        "policy": "guangzhou-2019",
        "recognised": {"public": "18", "professional": "0", "elective": "0"},
        "carried_in": "0",
        "total": "18",
        "missing": {"public": "0", "professional": "42", "total": "54"},
        "carried_out": "0",
        "result": "not_passed",
        "not_counted": [],
    }
    assert [(row["year"], row["policy"], row["result"]) for row in rows[1:]] == [
        (2020, "guangdong-2020-84", "not_passed"),
        (2021, "guangdong-2021", "exempt"),
    ]


def test_assess_names_what_does_not_count(ask):
    entries = [ENTRY, ENTRY | {"id": "e9", "hours": "6.50"}]
    done = ask(assess_command, {"years": [2019], "teachers": [{"id": "T1", "series": "teacher", "entries": entries}]})
    (row,) = json.loads(done.stdout)
    assert row["not_counted"] == [{"entry": "e9", "rule": "DUP-PUBLIC"}]


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"category": "leisure"}, "category", "category_unknown"),
        ({"hours": "-1"}, "hours", "hours_negative"),
        ({"hours": "NaN"}, "hours", "hours_not_a_number"),
        ({"hours": float("nan")}, "hours", "hours_not_a_number"),
        ({"hours": float("inf")}, "hours", "hours_not_a_number"),
        ({"hours": 10**9}, "hours", "hours_too_many"),
        ({"hours": "1e3"}, "hours", "hours_not_a_number"),
        ({"hours": True}, "hours", "type_wrong"),
        ({"hours": None}, "hours", "key_missing"),
        ({"on": "2018-12-31"}, "on", "date_outside_year"),
        ({"on": "2019-02-29"}, "on", "date_invalid"),
        ({"on": None}, "on", "key_missing"),
        ({"year": 2017, "on": "2017-05-01"}, "year", "year_unbound"),
        ({"year": "2019"}, "year", "type_wrong"),
        ({"subject": None}, "subject", "subject_missing"),
        ({"id": ""}, "id", "text_empty"),
        ({"colour": "red"}, "colour", "key_unknown"),
        ({"a\nb": 1}, '["a\\nb"]', "key_unknown"),
    ],
)
def test_a_bad_entry_is_refused_with_its_place_and_nothing_is_answered(ask, change, place, code):
    good = {"id": "T0", "series": "teacher", "entries": [ENTRY]}
    bad = {"id": "T1", "series": "teacher", "entries": [ENTRY, ENTRY | {"id": "e2"} | change]}
    done = ask(assess_command, {"years": [2019], "teachers": [good, bad]})
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    below = place if place.startswith("[") else f".{place}"
    assert line.startswith(f"teachers[1].entries[1]{below}: {code}")


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (b"", "line 1 column 1: json_invalid"),
        (b"{\n  ,", "line 2 column 3: json_invalid"),
        (b"\xff\xfe", "file: json_invalid"),
        (b"[" * 100_000, "file: json_invalid"),
        (b"[]", "file: type_wrong"),
        ({"years": [2019]}, "teachers: key_missing"),
        ({"years": [], "teachers": []}, "years: year_missing"),
        ({"years": [2017], "teachers": []}, "years[0]: year_unbound"),
        ({"years": [2019, 2019], "teachers": []}, "years[1]: id_twice"),
        ({"years": [None], "teachers": []}, "years[0]: year_missing"),
        ({"years": [2019], "teachers": [], "bindings": {"2019": "nowhere"}}, "bindings.2019: policy_unknown"),
        ({"years": [2019], "teachers": [], "bindings": {"soon": "guangzhou-2019"}}, "bindings.soon: year_impossible"),
        ({"years": [2019], "teachers": [TEACHER, TEACHER]}, "teachers[1].id: id_twice"),
        ({"years": [2019], "teachers": [TEACHER | {"series": "astronaut"}]}, "teachers[0].series: series_unknown"),
        (
            {"years": [2019], "teachers": [TEACHER | {"entries": [ENTRY, ENTRY]}]},
            "teachers[0].entries[1].id: id_twice",
        ),
        (
            {"years": [2019], "teachers": [TEACHER | {"exemptions": [{"year": 2019, "effect": "luck"}]}]},
            "teachers[0].exemptions[0].effect: effect_unknown",
        ),
        (
            {"years": [2019], "teachers": [TEACHER | {"exemptions": [CREDIT]}]},
            "teachers[0].exemptions[0].category: key_missing",
        ),
        (b'{"years": [2019], "years": [2020], "teachers": []}', "years: key_twice"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(ask, question, line):
    done = ask(assess_command, question)
    assert (done.exit_code, done.stdout) == (2, "")
    assert [found.split(" (")[0] for found in done.stderr.splitlines()] == [line]


def test_every_fault_has_its_own_line(ask):
    entries = [ENTRY | {"hours": "-1", "category": "leisure"}, ENTRY | {"id": "e2", "on": "2020-01-01"}]
    done = ask(assess_command, {"years": [2019, 1], "teachers": [{"id": "T1", "entries": entries}]})
    assert [line.split(" ")[0] for line in done.stderr.splitlines()] == [
        "teachers[0].entries[0].hours:",
        "teachers[0].entries[0].category:",
        "teachers[0].entries[1].on:",
        "years[1]:",
    ]


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ({"things": []}, "items: key_missing"),
        ({"items": [{}]}, "items[0].id: key_missing"),
        ({"items": [ITEM, ITEM]}, "items[1].id: id_twice"),
        ({"items": ["a"]}, "items[0]: type_wrong"),
    ],
)
def test_a_bad_file_of_items_is_refused(ask, question, line):
    done = ask(hours_command, question)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0].split(" (")[0] == line


def test_a_file_that_is_not_there(tmp_path):
    for command in (hours_command, assess_command):
        done = CliRunner().invoke(command, [str(tmp_path / "none.json")])
        assert (done.exit_code, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1


def test_no_teachers_are_no_rows(ask):
    assert json.loads(ask(assess_command, {"years": [2019], "teachers": []}).stdout) == []


def test_a_mark_before_the_text_is_read_over(ask):
    done = ask(assess_command, b"\xef\xbb\xbf" + json.dumps({"years": [2019], "teachers": [TEACHER]}).encode())
    assert done.exit_code == 0
