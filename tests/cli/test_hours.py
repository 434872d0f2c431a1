"""`flask hours` as CONTRACTS writes it, without an application or a database."""

import json

import pytest

from app.cli.rules import hours_command

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


def test_what_a_kind_asks_beyond_the_usual_is_answered_in_answers_or_not_asked(ask):
    degree = {"policy": "guangdong-2021", "kind": "degree", "passed": True, "related": True, "year": 2021}
    exam = {"policy": "accounting-2021", "kind": "examination", "year": 2021}
    items = [
        degree | {"id": "not asked"},
        degree | {"id": "in time", "answers": {"normal_length": True}},
        degree | {"id": "too long", "answers": {"normal_length": False}},
        degree | {"id": "asked in vain", "answers": {}},
        degree | {"id": "no object", "answers": "yes"},
        degree | {"id": "no such field", "answers": {"normal_length": True, "mood": "good"}},
        exam | {"id": "two", "answers": {"subjects": 2}},
        exam | {"id": "true is no number", "answers": {"subjects": True}},
        exam | {"id": "not said"},
    ]
    answers = json.loads(ask(hours_command, {"items": items}).stdout)
    whole = [{"year": 2021, "category": "professional", "hours": "28"}]
    assert {one["id"]: one.get("parts", one.get("refused")) for one in answers} == {
        "not asked": whole,
        "in time": whole,
        "too long": [],
        "asked in vain": "answer_missing",
        "no object": "type_wrong",
        "no such field": "answer_unknown",
        "two": [{"year": 2021, "category": "professional", "hours": "180"}],
        "true is no number": "answer_out_of_range",
        "not said": "answer_missing",
    }


def test_stated_hours_are_exact(ask):
    raw = b'{"items": [{"id": 1, "policy": "guangzhou-2019", "kind": "practice", "year": 2019, "stated_hours": 12.10}]}'
    (answer,) = json.loads(ask(hours_command, raw).stdout)
    assert answer["parts"] == [{"year": 2019, "category": "professional", "hours": "12.1"}]


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
