"""Files sent with a claim form. A refused form keeps them by signed tokens, so that nothing is chosen twice."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from flask import current_app, request
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeSerializer

from app.domain.errors import Refused
from app.domain.evidence import PROOF, purposes
from app.domain.policy import Policy
from app.models import Claim
from app.security.actor import current_actor
from app.services import evidence
from app.services.refusals import No
from app.services.store import Missing, store
from app.views import labels
from app.views.claim_form import files_name
from app.views.labels_claims import purpose_word


def purpose_name(sha256: str) -> str:
    """The name of the select that says what a file is."""
    return f"purpose-{sha256[:16]}"


def declare(session: Any, claim: Claim) -> None:
    """Note for each file of the claim what the form says it is. Raises Refused."""
    for row in claim.evidence:
        evidence.declare(session, row, request.form.get(purpose_name(row.sha256), row.purpose))


class Uploads:
    """What this request sent or carries on. ``faults``: a sentence for each file that could not be taken."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._signer = URLSafeSerializer(current_app.secret_key or "", salt="claim upload")
        self.faults: list[str] = []
        self.kept: list[tuple[str, str, str]] = []  # (file name, SHA-256, purpose)
        self._carry_on()
        self._receive()

    def _carry_on(self) -> None:
        """Files of an earlier attempt. A token holds for the account it was given to, and for no other."""
        for token in request.form.getlist("kept")[: evidence.MAX_FILES]:
            try:
                name, sha256, purpose, user_id = self._signer.loads(token)
            except (BadSignature, ValueError):
                name = sha256 = purpose = user_id = None
            if user_id is None or user_id != current_actor().user_id or not store().path(sha256).exists():
                self.faults.append(gettext("A file sent before could not be kept. Choose it again."))
            else:
                said = request.form.get(purpose_name(sha256), purpose)
                self.kept.append((name, sha256, said if said in purposes(self.policy) else purpose))

    def _receive(self) -> None:
        inputs = [("files", PROOF), *((files_name(one.id), one.id) for one in self.policy.companions)]
        sent = [
            (file, purpose) for name, purpose in inputs for file in request.files.getlist(name) if file.filename
        ]
        if len(sent) + len(self.kept) > evidence.MAX_FILES:
            self.faults.append(labels.refusal_text(Refused(No.FILES_TOO_MANY, most=evidence.MAX_FILES)))
        for file, purpose in sent[: evidence.MAX_FILES - len(self.kept)]:
            name = str(file.filename)[:200]
            try:
                data = evidence.read_upload(file.stream)
                evidence.media_type_of(data)
            except Refused as refusal:
                self.faults.append(f"{name}{gettext(': ')}{labels.refusal_text(refusal)}")
            else:
                self.kept.append((name, store().put(data), purpose))

    @property
    def tokens(self) -> list[dict[str, str]]:
        """Each file kept with the token by which the form carries it on."""
        user_id = current_actor().user_id
        return [
            {
                "name": name,
                "token": self._signer.dumps([name, sha256, purpose, user_id]),
                "purpose": purpose,
                "purpose_name": purpose_name(sha256),
            }
            for name, sha256, purpose in self.kept
        ]

    def attach_to(self, session: Any, claim: Claim, now: datetime) -> None:
        """Attach every file kept; the same file twice is taken once. Raises Refused."""
        known = {one.sha256 for one in claim.evidence}
        for name, sha256, purpose in self.kept:
            if sha256 in known:
                continue
            try:
                data = store().read(sha256)
            except Missing:
                raise Refused(No.FILE_MISSING) from None
            evidence.attach(session, claim, name, io.BytesIO(data), now, purpose)
            known.add(sha256)


def asked_beside(policy: Policy, claim: Claim | None, uploads: Uploads | None) -> dict[str, Any]:
    """What the files of the form may be, and of each companion whether one is at hand."""
    held = {one.purpose for one in claim.evidence} if claim is not None else set()
    held |= {purpose for _name, _sha256, purpose in uploads.kept} if uploads is not None else set()
    words = [(one, purpose_word(policy, one)) for one in purposes(policy)] if policy.companions else []
    return {"purposes": words, "held": held}
