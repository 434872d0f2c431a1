"""Each reason opens the parts it is about; nothing else of a returned claim changes."""

import pytest

from app.domain.mending import ALL, FormPart, opened, opens
from app.domain.reasons import ReasonCode


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_opens_something_that_can_be_mended(code):
    assert opens(code)


@pytest.mark.parametrize("code", ["illegible", "copy", "no_translation", "name_differs"])
def test_what_is_wrong_with_a_file_opens_the_files_alone(code):
    assert opens(code) == (FormPart.EVIDENCE,)


def test_hours_that_differ_open_the_days_and_not_the_evidence():
    assert opens("hours_differ") == (FormPart.DAYS,)


@pytest.mark.parametrize("code", ["other", "false", "a code of another day"])
def test_where_the_reason_names_no_place_all_is_open(code):
    assert opens(code) == ALL


def test_the_reviewer_opens_more_in_the_order_of_the_form():
    assert opens("copy", ["days", "title"]) == (FormPart.TITLE, FormPart.DAYS, FormPart.EVIDENCE)


def test_another_kind_asks_for_other_answers_and_days():
    assert opened(["kind"]) == (FormPart.KIND, FormPart.ANSWERS, FormPart.DAYS)


def test_a_part_that_is_none_is_refused():
    with pytest.raises(ValueError, match="salary"):
        opened(["salary"])
