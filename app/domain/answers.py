"""What a claimant answers to the fields that a kind declares: whether it can be an answer, and what it bars.

The fields stand in the pack; what the answers give in hours, in `hours.py`.
"""

from collections.abc import Mapping

from app.domain.errors import Code, Refused
from app.domain.policy_kinds import ClaimKind, FieldType, KindField

Answers = Mapping[str, object]


def unmet(kind: ClaimKind, answers: Answers | None) -> KindField | None:
    """The first condition of the kind that was answered with no (DEGREE: within the normal length)."""
    given = answers or {}
    return next((field for field in kind.own_fields if field.must and given.get(field.id) is False), None)


def check_answers(kind: ClaimKind, answers: Answers | None) -> None:
    """Refuses unless each declared field is answered with what it can hold, and no other field is. None: the
    fields were not put. Raises Refused(ANSWER_…) with `field` and, in words, `asked`."""
    if answers is None:
        return
    for field_id in answers:
        if kind.own_field(field_id) is None:
            raise Refused(Code.ANSWER_UNKNOWN, field=field_id, asked=field_id)
    for field in kind.own_fields:
        _check_answer(field, answers.get(field.id))


def _check_answer(field: KindField, answer: object) -> None:
    told = {"field": field.id, "asked": field.title}
    if answer is None:
        raise Refused(Code.ANSWER_MISSING, **told)
    if field.type is FieldType.NUMBER:
        # A truth value is an int to Python and none to anybody else.
        if isinstance(answer, bool) or not isinstance(answer, int) or not 1 <= answer <= field.most:
            raise Refused(Code.ANSWER_OUT_OF_RANGE, **told, most=field.most)
    elif field.type is FieldType.CHOICE:
        if field.option(answer) is None:
            raise Refused(Code.ANSWER_UNKNOWN, **told)
    elif not isinstance(answer, bool):
        raise Refused(Code.ANSWER_UNKNOWN, **told)
