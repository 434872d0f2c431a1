"""One showing of the claim form, and where on it a refusal is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.errors import Code, Refused
from app.domain.mending import ALL, FormPart
from app.domain.policy import Policy
from app.models import Claim, Teacher
from app.services.refusals import No
from app.views import labels
from app.views.claim_files import Uploads
from app.views.claim_form import ClaimForm, answer_name, files_name

# The field a refusal is about; others stand at the top of the form.
FIELDS: dict[StrEnum, str] = {
    Code.KIND_UNKNOWN: "kind",
    Code.RELATED_MISSING: "related",
    Code.AUTHOR_MISSING: "author",
    Code.AUTHOR_UNKNOWN: "author",
    Code.PASSED_MISSING: "passed",
    Code.CATEGORY_UNKNOWN: "category",
    Code.CATEGORY_NOT_ALLOWED: "category",
    Code.HOURS_MISSING: "stated_hours",
    Code.HOURS_NOT_A_NUMBER: "stated_hours",
    Code.HOURS_NEGATIVE: "stated_hours",
    Code.HOURS_NOT_POSITIVE: "stated_hours",
    Code.HOURS_TOO_FINE: "stated_hours",
    Code.HOURS_TOO_MANY: "stated_hours",
    No.SUBJECT_NEEDED: "subject",
    No.TITLE_MISSING: "title",
    No.SAME_CERTIFICATE: "certificate_number",
    No.EVIDENCE_MISSING: "files",
    No.PURPOSE_UNKNOWN: "files",
    No.PART_CLOSED: "files",
}


@dataclass
class Sheet:
    """One showing of the form: whose, for which year, and what was wrong with what was sent."""

    form: ClaimForm
    policy: Policy
    year: int
    years: tuple[int, ...]
    teacher: Teacher | None
    claim: Claim | None
    rows: list[dict[str, str]]
    faults: list[str] = field(default_factory=list)
    uploads: Uploads | None = None
    changes: list[tuple[str, str, str]] | None = None
    status: int = 200
    parts: tuple[FormPart, ...] = ALL

    def refuse(self, refusal: Refused, status: int = 422) -> None:
        """Say why, at the field it is about: a declared field, a companion's files, a day, or one of ``FIELDS``."""
        words, facts = labels.refusal_text(refusal), refusal.facts
        self.status = status
        kind = self.policy.kind(self.form.kind.data or "")
        if "companion" in facts:
            self.form.refuse(words, files_name(str(facts["companion"])))
        elif "field" in facts and kind is not None:
            self.form.refuse(words, answer_name(kind, str(facts["field"])))
        elif wrong := self._rows_at_fault(refusal):
            for row in wrong:
                row["fault"] = words
            self.faults.append(words)
        else:
            self.form.refuse(words, FIELDS.get(refusal.code, ""))

    def _rows_at_fault(self, refusal: Refused) -> list[dict[str, str]]:
        if refusal.code == Code.DATE_OUTSIDE_YEAR:
            return [row for row in self.rows if row["on"] and row["on"][:4] != str(self.year)]
        on = refusal.facts.get("on")
        return [row for row in self.rows if isinstance(on, date) and row["on"] == on.isoformat()]
