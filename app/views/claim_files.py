"""Files sent with a claim form. A refused form keeps them by signed tokens, so that nothing is chosen twice."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from flask import current_app, request
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeSerializer

from app.domain.errors import Refused
from app.models import Claim
from app.security.actor import current_actor
from app.services import evidence
from app.services.refusals import No
from app.services.store import Missing, store
from app.views import labels


class Uploads:
    """What this request sent or carries on. ``faults``: a sentence for each file that could not be taken."""

    def __init__(self) -> None:
        self._signer = URLSafeSerializer(current_app.secret_key or "", salt="claim upload")
        self.faults: list[str] = []
        self.kept: list[tuple[str, str]] = []  # (file name, SHA-256)
        self._carry_on()
        self._receive()

    def _carry_on(self) -> None:
        """Files of an earlier attempt. A token holds for the account it was given to, and for no other."""
        for token in request.form.getlist("kept")[: evidence.MAX_FILES]:
            try:
                name, sha256, user_id = self._signer.loads(token)
            except BadSignature:
                name = sha256 = user_id = None
            if user_id is None or user_id != current_actor().user_id or not store().path(sha256).exists():
                self.faults.append(gettext("A file sent before could not be kept. Choose it again."))
            else:
                self.kept.append((name, sha256))

    def _receive(self) -> None:
        sent = [file for file in request.files.getlist("files") if file.filename]
        if len(sent) + len(self.kept) > evidence.MAX_FILES:
            self.faults.append(labels.refusal_text(Refused(No.FILES_TOO_MANY, most=evidence.MAX_FILES)))
        for file in sent[: evidence.MAX_FILES - len(self.kept)]:
            name = str(file.filename)[:200]
            try:
                data = evidence.read_upload(file.stream)
                evidence.media_type_of(data)
            except Refused as refusal:
                self.faults.append(f"{name}{gettext(': ')}{labels.refusal_text(refusal)}")
            else:
                self.kept.append((name, store().put(data)))

    @property
    def tokens(self) -> list[tuple[str, str]]:
        """(file name, token) of each file kept, for the form to carry."""
        user_id = current_actor().user_id
        return [(name, self._signer.dumps([name, sha256, user_id])) for name, sha256 in self.kept]

    def attach_to(self, session: Any, claim: Claim, now: datetime) -> None:
        """Attach every file kept; the same file twice is taken once. Raises Refused."""
        known = {one.sha256 for one in claim.evidence}
        for name, sha256 in self.kept:
            if sha256 in known:
                continue
            try:
                data = store().read(sha256)
            except Missing:
                raise Refused(No.FILE_MISSING) from None
            evidence.attach(session, claim, name, io.BytesIO(data), now)
            known.add(sha256)
