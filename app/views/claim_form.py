"""The claim form, made from the year's pack and read into ``ClaimData``. Its files: ``claim_files.py``.

The kinds, the fields they declare, their categories and what has to stand beside the evidence come from the pack;
no kind is named here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

import wtforms
from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import validators

from app.domain.hours import plain
from app.domain.mending import FormPart
from app.domain.policy import ClaimField, ClaimKind, FieldType, KindField, Policy
from app.models import Claim, Teacher
from app.services.claims import ClaimData
from app.views.fields import HoursField, RemoteSelectField, Typed, WholeField
from app.views.forms import RecordForm
from app.views.labels import language

MOST_DAYS = 60
MINUTES_OF_A_DAY = 24 * 60
NAMED_AT_FOOT = _("The body named at the foot of the certificate.")
YES_NO = (("yes", _("Yes")), ("no", _("No")))


class Choice(wtforms.RadioField):
    """A radio of words; none chosen is None and not an error: a draft may leave it open."""

    def __init__(self, label: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(label, choices=list(choices), validate_choice=False, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] or None if valuelist else None

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data not in {value for value, _word in self.choices}:
            self.data = None
            raise validators.ValidationError(_("Choose one from the list."))


class Subject(wtforms.SelectField):
    """The public subject, by its code in the pack; empty is None."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, choices=(), validate_choice=False, coerce=lambda value: value or None, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data not in {value for value, _word in self.choices}:
            self.data = None
            raise validators.ValidationError(_("Choose one from the list."))


class ClaimForm(RecordForm):
    """All fields that any kind may ask for; the page shows those of the chosen kind."""

    form_key = wtforms.HiddenField()
    teacher = RemoteSelectField(_("Teacher"), [validators.Optional()], model=Teacher, lookup="teacher")
    kind = Choice(_("Kind"), ())
    title = Typed(_("Name of the activity or result"), longest=120)
    organiser_name = Typed(_("Organising body"), longest=100, description=NAMED_AT_FOOT)
    certificate_number = Typed(_("Certificate number"), longest=60)
    subject = Subject(_("Public subject"))
    related = Choice(_("Does it suit the subject taught?"), YES_NO)
    author = Choice(_("Your part in it"), (("main", _("Main author")), ("other", _("Other author"))))
    passed = Choice(_("Assessed as passed?"), YES_NO, default="yes")
    stated_hours = HoursField(_("Hours stated by the evidence"), [validators.Optional()])
    category = Choice(_("Category"), ())
    files = wtforms.MultipleFileField(_("Evidence"))
    policy: Policy

    def prepare(self, policy: Policy) -> None:
        """Fill in the choices of the year's pack. A draft may lack what a submission needs; only its kind it has."""
        self.policy = policy
        asked = ("teacher", "title", "subject", "related", "author", "passed", "stated_hours", "category")
        for name in (*asked, *(name for name, _kind, _field in declared(policy))):
            self[name].flags.required = True
        self.kind.choices = [(kind.id, kind.title.text(language())) for kind in policy.kinds]
        takes = {one for kind in policy.kinds if kind.asks(ClaimField.CATEGORY) for one in kind.categories}
        self.category.choices = [(one.id, one.title.text(language())) for one in policy.categories if one.id in takes]
        self.subject.choices = [("", "")] + [
            (subject.code, subject.title.text(language())) for subject in policy.public_subjects
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """What was typed for another kind stays, but is not judged: its field is not shown."""
        super().validate(extra_validators)
        for name, kind, _field in declared(self.policy):
            if kind.id != self.kind.data:
                self[name].errors = []
        return not self.errors

    def validate_kind(self, field: Any) -> None:
        """A claim is of a kind from the first: what else it holds depends on it."""
        if field.data is None:
            raise validators.ValidationError(_("Choose the kind first."))

    def hold(self, claim: Claim, parts: Collection[FormPart]) -> None:
        """Show the parts that the return left closed as the claim has them, whatever was sent for them."""
        if closed := {name for name in self._fields if _part_of(name) not in (None, *parts)}:
            sent = {name: (one.data, one.raw_data) for name, one in self._fields.items() if name not in closed}
            self.fill(claim)
            for name, (data, raw_data) in sent.items():
                self[name].data, self[name].raw_data = data, raw_data
            for name in closed:
                self[name].raw_data = None

    def fill(self, claim: Claim) -> None:
        """Show a claim as it stands."""
        facts = claim.facts
        self.kind.data = claim.kind
        for name in ("title", "organiser_name", "certificate_number", "subject"):
            self[name].data = getattr(claim, name)
        self.related.data = _word_of(facts.get("related"))
        self.passed.data = _word_of(facts.get("passed"))
        self.author.data = facts.get("author")
        self.stated_hours.data = facts.get("stated_hours")
        self.category.data = facts.get("category")
        answers = facts.get("answers") or {}
        for name, kind, field in declared(self.policy):
            if kind.id == claim.kind:
                answer = answers.get(field.id)
                self[name].data = _word_of(answer) if field.type is FieldType.YES_NO else answer
        for one in self.policy.companions:
            self[states_name(one.id)].data = one.id in (facts.get("companions") or ())
        self.version.data = str(claim.version)


_PARTS = {
    "kind": FormPart.KIND,
    "title": FormPart.TITLE,
    "organiser_name": FormPart.ORGANISER,
    "certificate_number": FormPart.CERTIFICATE,
    "stated_hours": FormPart.DAYS,
    "files": FormPart.EVIDENCE,
}


def _part_of(name: str) -> FormPart | None:
    """The part of the form that a field belongs to; None for what every form carries along."""
    if name in ("version", "csrf_token", "form_key", "teacher"):
        return None
    if name.startswith(("states-", "files-")):
        return FormPart.EVIDENCE
    return _PARTS.get(name, FormPart.ANSWERS)


def answer_name(kind: ClaimKind, field_id: str) -> str:
    """The name of a declared field in the form: kinds may use the same id for different things."""
    return f"answer-{kind.id}-{field_id}"


def states_name(companion_id: str) -> str:
    """The name of the box by which a claimant states that a companion is needed."""
    return f"states-{companion_id}"


def files_name(companion_id: str) -> str:
    """The name of the file input for a companion."""
    return f"files-{companion_id}"


def declared(policy: Policy) -> Iterator[tuple[str, ClaimKind, KindField]]:
    """(name in the form, kind, field) of every field that the pack's kinds declare."""
    for kind in policy.kinds:
        for field in kind.own_fields:
            yield answer_name(kind, field.id), kind, field


def claim_form(policy: Policy) -> ClaimForm:
    """The form of a pack: the fields every kind may ask for, and those its kinds declare."""
    members: dict[str, Any] = {name: _declared_field(field) for name, _kind, field in declared(policy)}
    for one in policy.companions:
        members[states_name(one.id)] = wtforms.BooleanField(one.when.text(language()))
        members[files_name(one.id)] = wtforms.MultipleFileField(one.title.text(language()), description=one.source)
    form: ClaimForm = type("ClaimFormOfPack", (ClaimForm,), members)()
    form.prepare(policy)
    return form


def _declared_field(field: KindField) -> Any:
    label, told = field.title.text(language()), field.help.text(language()) if field.help else ""
    if field.type is FieldType.CHOICE:
        return Choice(label, [(one.id, one.title.text(language())) for one in field.options], description=told)
    if field.type is FieldType.YES_NO:
        return Choice(label, YES_NO, description=told)
    return WholeField(label, [validators.Optional()], low=1, high=field.most, description=told)


def _word_of(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def session_rows(claim: Claim | None, *, is_open: bool = True) -> list[dict[str, str]]:
    """The day rows of the form: as typed after a post, else as kept."""
    if request.method == "POST" and is_open:
        columns = [request.form.getlist(name) for name in ("session_on", "session_part", "session_minutes")]
        longest = min(max(map(len, columns)), MOST_DAYS + 1)
        on, part, minutes = ([*column, *[""] * longest][:longest] for column in columns)
        return [
            {"on": a.strip()[:20], "part": b if b in ("full", "minutes") else "full", "minutes": c.strip()[:20]}
            for a, b, c in zip(on, part, minutes, strict=True)
        ]
    return [
        {
            "on": row["on"],
            "part": "full" if row.get("full_day") else "minutes",
            "minutes": str(row.get("minutes") or ""),
        }
        for row in (claim.facts.get("sessions") or () if claim is not None else ())
    ]


def read_sessions(rows: list[dict[str, str]]) -> tuple[list[dict[str, Any]], list[str]]:
    """The sessions of the rows, and a sentence for each row that cannot be read; the row is marked with it."""
    sessions: list[dict[str, Any]] = []
    faults = []
    if len(rows) > MOST_DAYS:
        faults.append(gettext("At most %(most)s days in one claim. Make a second claim of the rest.", most=MOST_DAYS))
    for number, row in enumerate(rows, 1):
        if not row["on"] and not row["minutes"]:
            continue
        session, fault = _session(row)
        if session is None:
            row["fault"] = fault
            faults.append(gettext("Day %(number)s: %(fault)s", number=number, fault=fault))
        else:
            sessions.append(session)
    return sessions, faults


def _session(row: dict[str, str]) -> tuple[dict[str, Any] | None, str]:
    try:
        on = date.fromisoformat(row["on"]) if len(row["on"]) == 10 else None
    except ValueError:
        on = None
    if on is None or not 1900 <= on.year <= 2200:
        return None, gettext("Write the day as 2021-03-05.")
    if row["part"] == "full":
        return {"on": on.isoformat(), "full_day": True}, ""
    minutes = row["minutes"]
    if not (minutes.isascii() and minutes.isdigit()):
        return None, gettext("Write the minutes as a whole number.")
    if len(minutes) > 6 or not 0 < int(minutes) <= MINUTES_OF_A_DAY:
        return None, gettext("A day has 1 to %(most)s minutes.", most=MINUTES_OF_A_DAY)
    return {"on": on.isoformat(), "minutes": int(minutes)}, ""


def read_data(form: ClaimForm, policy: Policy, year: int, sessions: list[dict[str, Any]]) -> ClaimData:
    """What was typed, as the claim keeps it: only the fields that the chosen kind asks for."""
    kind = policy.kind(form.kind.data or "") or policy.kinds[0]
    facts: dict[str, Any] = {}
    if kind.asks(ClaimField.SESSIONS) and sessions:
        facts["sessions"] = sessions
    if kind.asks(ClaimField.PASSED) and form.passed.data:
        facts["passed"] = form.passed.data == "yes"
    if kind.asks(ClaimField.RELATED) and form.related.data:
        facts["related"] = form.related.data == "yes"
    if kind.asks(ClaimField.AUTHOR) and form.author.data:
        facts["author"] = form.author.data
    if kind.asks(ClaimField.STATED_HOURS) and form.stated_hours.data is not None:
        facts["stated_hours"] = plain(form.stated_hours.data)
    if kind.asks(ClaimField.CATEGORY) and form.category.data:
        facts["category"] = form.category.data
    if kind.own_fields:
        typed = {one.id: form[answer_name(kind, one.id)].data for one in kind.own_fields}
        facts["answers"] = {
            one.id: typed[one.id] == "yes" if one.type is FieldType.YES_NO else typed[one.id]
            for one in kind.own_fields
            if typed[one.id] is not None
        }
    if stated := [one.id for one in policy.companions if form[states_name(one.id)].data]:
        facts["companions"] = stated
    takes_subject = any(one.once_per_subject for one in policy.categories if one.id in kind.categories)
    known = {subject.code for subject in policy.public_subjects}
    return ClaimData(
        year=year,
        kind=kind.id,
        title=form.title.data or "",
        organiser_name=form.organiser_name.data,
        certificate_number=form.certificate_number.data,
        subject=form.subject.data if takes_subject and form.subject.data in known else None,
        facts=facts,
    )
