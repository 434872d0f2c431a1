"""The claim form: what a kind of the year's pack asks for, read into ``ClaimData``; files kept over a refusal.

The kinds, their fields and their categories come from the pack; no kind is named here.
"""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import wtforms
from flask import current_app, request
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from app.domain.errors import Refused
from app.domain.hours import plain
from app.domain.policy import ClaimField, Policy
from app.models import Claim, Teacher
from app.security.actor import current_actor
from app.services import evidence
from app.services.claims import ClaimData
from app.services.store import store
from app.views import labels
from app.views.fields import HoursField, RemoteSelectField, Typed
from app.views.forms import RecordForm

MOST_DAYS = 60
YES_NO = (("yes", _("Yes")), ("no", _("No")))
UNNAMED = _("Untitled claim")


def language() -> str:
    """The request's language code."""
    return str(get_locale() or "zh")[:2]


class Choice(wtforms.RadioField):
    """A radio of words; an empty choice is None and not an error: a draft may leave it open."""

    def __init__(self, label: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(label, choices=list(choices), validate_choice=False, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        known = {value for value, _word in self.choices}
        self.data = valuelist[0] if valuelist and valuelist[0] in known else None


class ClaimForm(RecordForm):
    """All fields that any kind may ask for; the page shows those of the chosen kind."""

    teacher = RemoteSelectField(_("Teacher"), [wtforms.validators.Optional()], model=Teacher, lookup="teacher")
    kind = Choice(_("Kind"), ())
    title = Typed(_("Name of the activity or result"), longest=120)
    organiser_name = Typed(_("Organising body"), longest=100, description=_("The body named at the foot of the certificate."))
    certificate_number = Typed(_("Certificate number"), longest=60)
    subject = wtforms.SelectField(_("Public subject"), choices=(), validate_choice=False)
    related = Choice(_("Does it suit the subject taught?"), YES_NO)
    author = Choice(_("Your part in it"), (("main", _("Main author")), ("other", _("Other author"))))
    passed = Choice(_("Assessed as passed?"), YES_NO, default="yes")
    stated_hours = HoursField(_("Hours stated by the evidence"), [wtforms.validators.Optional()])
    files = wtforms.MultipleFileField(_("Evidence"))

    def prepare(self, policy: Policy) -> None:
        """Fill in the choices of the year's pack. A draft may lack what a submission needs, so nothing is enforced."""
        for name in ("teacher", "title", "subject", "related", "author", "passed", "stated_hours"):
            self[name].flags.required = True
        self.kind.choices = [(kind.id, kind.title.text(language())) for kind in policy.kinds]
        if request.method == "POST":
            self.kind.process_formdata(request.form.getlist("kind"))
        self.subject.choices = [("", "")] + [
            (subject.code, subject.title.text(language())) for subject in policy.public_subjects
        ]

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
        self.version.data = str(claim.version)


def _word_of(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def session_rows(claim: Claim | None) -> list[dict[str, str]]:
    """The day rows of the form: as typed after a post, else as kept."""
    if request.method == "POST":
        columns = [request.form.getlist(name)[:MOST_DAYS] for name in ("session_on", "session_part", "session_minutes")]
        longest = max(map(len, columns))
        on, part, minutes = ([*column, *[""] * (longest - len(column))] for column in columns)
        return [
            {"on": a.strip()[:20], "part": b if b in ("full", "minutes") else "full", "minutes": c.strip()[:6]}
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
    """The sessions of the rows, and a sentence for each row that cannot be read."""
    sessions: list[dict[str, Any]] = []
    faults = []
    for number, row in enumerate(rows, 1):
        if not row["on"] and not row["minutes"]:
            continue
        try:
            on = date.fromisoformat(row["on"]).isoformat()
        except ValueError:
            faults.append(gettext("Day %(number)s: write the date as 2026-03-05.", number=number))
            continue
        if row["part"] == "full":
            sessions.append({"on": on, "full_day": True})
        elif row["minutes"].isascii() and row["minutes"].isdigit():
            sessions.append({"on": on, "minutes": int(row["minutes"])})
        else:
            faults.append(gettext("Day %(number)s: write the minutes as a whole number.", number=number))
    return sessions, faults


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
    takes_subject = any(one.once_per_subject for one in policy.categories if one.id in kind.categories)
    known = {subject.code for subject in policy.public_subjects}
    return ClaimData(
        year=year,
        kind=kind.id,
        title=form.title.data or str(UNNAMED),
        organiser_name=form.organiser_name.data,
        certificate_number=form.certificate_number.data,
        subject=form.subject.data if takes_subject and form.subject.data in known else None,
        facts=facts,
    )


class Uploads:
    """Files sent with the form. A refused form keeps them by signed tokens, so that nothing is chosen twice."""

    def __init__(self) -> None:
        self._signer = URLSafeSerializer(current_app.secret_key or "", salt="claim upload")
        self.faults: list[str] = []
        self.kept: list[tuple[str, str]] = []  # (file name, SHA-256)
        form: MultiDict[str, str] = request.form
        for token in form.getlist("kept")[: evidence.MAX_FILES]:
            try:
                name, sha256, user_id = self._signer.loads(token)
            except (BadSignature, ValueError):
                continue
            if user_id == current_actor().user_id:
                self.kept.append((name, sha256))
        for file in request.files.getlist("files")[: evidence.MAX_FILES]:
            if not file.filename:
                continue
            try:
                data = evidence.read_upload(file.stream)
                evidence.media_type_of(data)
            except Refused as refusal:
                self.faults.append(f"{file.filename[:120]}{gettext(': ')}{labels.refusal_text(refusal)}")
                continue
            self.kept.append((file.filename[:200], store().put(data)))

    @property
    def tokens(self) -> list[tuple[str, str]]:
        """(file name, token) of each file kept, for the form to carry."""
        user_id = current_actor().user_id
        return [(name, self._signer.dumps([name, sha256, user_id])) for name, sha256 in self.kept]

    def attach_to(self, session: Any, claim: Claim, now: Any) -> None:
        """Attach every file kept; the same file twice is taken once."""
        known = {one.sha256 for one in claim.evidence}
        for name, sha256 in self.kept:
            if sha256 not in known:
                evidence.attach(session, claim, name, io.BytesIO(store().read(sha256)), now)
                known.add(sha256)
