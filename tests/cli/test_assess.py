"""`flask assess` as CONTRACTS writes it, without an application or a database."""

import json

import pytest
from click.testing import CliRunner

from app.cli.rules import assess_command, hours_command

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
        ({"hours": 1e9}, "hours", "hours_too_many"),
        ({"hours": "8785"}, "hours", "hours_too_many"),
        ({"hours": 10**400}, "hours", "hours_too_many"),
        ({"hours": -0.5}, "hours", "hours_negative"),
        ({"hours": "0.0000001"}, "hours", "hours_too_fine"),
        ({"hours": []}, "hours", "type_wrong"),
        ({"year": True, "on": "2019-05-01"}, "year", "type_wrong"),
        ({"year": 2019.0}, "year", "type_wrong"),
        ({"year": 99999}, "year", "year_impossible"),
        ({"category": 7}, "category", "type_wrong"),
        ({"category": None}, "category", "key_missing"),
        ({"on": 20190501}, "on", "date_invalid"),
        ({"on": "2020-01-01"}, "on", "date_outside_year"),
        ({"id": 2}, "id", "type_wrong"),
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
        ({"years": [True], "teachers": []}, "years[0]: type_wrong"),
        ({"years": 2019, "teachers": []}, "years: type_wrong"),
        ({"years": [2019], "teachers": {}}, "teachers: type_wrong"),
        ({"years": [2019], "teachers": [7]}, "teachers[0]: type_wrong"),
        (b'{"years": [2019], "teachers": [], "bindings": {"2019": 1e400}}', "bindings.2019: type_wrong"),
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


@pytest.mark.parametrize("hours", [b"1e400", b"1E+999999999", b"-1e400", b"9" * 5000])
def test_numbers_beyond_any_measure_are_refused_at_once(ask, hours):
    entry = json.dumps(ENTRY).encode().replace(b'"18"', hours)
    done = ask(assess_command, b'{"years": [2019], "teachers": [{"id": "T1", "entries": [' + entry + b"]}]}")
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("teachers[0].entries[0].hours: hours_")


def test_every_fault_has_its_own_line(ask):
    entries = [ENTRY | {"hours": "-1", "category": "leisure"}, ENTRY | {"id": "e2", "on": "2020-01-01"}]
    done = ask(assess_command, {"years": [2019, 1], "teachers": [{"id": "T1", "entries": entries}]})
    assert [line.split(" ")[0] for line in done.stderr.splitlines()] == [
        "teachers[0].entries[0].hours:",
        "teachers[0].entries[0].category:",
        "teachers[0].entries[1].on:",
        "years[1]:",
    ]


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
