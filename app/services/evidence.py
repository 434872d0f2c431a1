"""Evidence of a claim: uploads judged by their content, kept under their SHA-256, named as people named them.

The claim's reach is the file's reach: there is no other way to a file than through its evidence row.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO

from PIL import Image, ImageFile
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.domain.errors import Refused
from app.domain.evidence import PROOF, purposes
from app.domain.policy import pack
from app.models import Claim, Evidence
from app.security.actor import current_actor
from app.services import duplicates, mended
from app.services.refusals import No
from app.services.store import store

MAX_BYTES = 20 * 1024 * 1024
MAX_FILES = 12
MAX_PIXELS = 80_000_000  # a phone's 64-megapixel photo passes, a decompression bomb does not
NAME_LENGTH = 120
EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}


def media_type_of(data: bytes) -> str:
    """What the bytes are, whatever their name says. Raises Refused FILE_EMPTY, FILE_TYPE or FILE_DAMAGED."""
    if not data:
        raise Refused(No.FILE_EMPTY)
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-2048:] or b"startxref" not in data[-4096:]:
            raise Refused(No.FILE_DAMAGED)
        return "application/pdf"
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _image_type(data)
    raise Refused(No.FILE_TYPE)


def _image_type(data: bytes) -> str:
    # WeasyPrint switches this on for the whole process; with it half a picture would do. It prints whole ones only.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Refused(No.FILE_DAMAGED)
                media_type = _FORMATS[image.format or ""]
                image.verify()
            # verify() reads the structure; a picture cut off half-way shows only when it is decoded.
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
                image.draft("L", (64, 64))
                image.load()
    except Refused:
        raise
    except Exception as error:
        # Hostile bytes fail in as many ways as the reader has branches; none of them is a picture.
        raise Refused(No.FILE_DAMAGED) from error
    return media_type


def clean_name(name: str, media_type: str) -> str:
    """A file name fit to show and to download: Chinese stays, paths and control characters go."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    name = PurePosixPath(name).name
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    name = re.sub(r'[<>:"|?*/]+', "_", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    endings = EXTENSIONS[media_type]
    ending = f".{ending.lower()}"
    if ending not in endings:
        # The name lies about the content; the content is right.
        stem, ending = name, endings[0]
    stem = stem[:NAME_LENGTH].strip(" .") or "evidence"
    return stem + ending


def read_upload(stream: BinaryIO) -> bytes:
    """The bytes of an upload, at most twenty megabytes (DOMAIN: evidence). Raises Refused."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Refused(No.FILE_TOO_LARGE, most="20 MB")
    return data


def attach(
    session: Session, claim: Claim, filename: str, stream: BinaryIO, now: datetime, purpose: str = PROOF
) -> Evidence:
    """Judge, keep and name one upload. Only drafts and returned claims take evidence.

    ``purpose``: what the file is, the proof or one of the pack's companions (EVIDENCE).
    """
    mended.require_evidence_open(claim)
    _check_purpose(claim, purpose)
    data = read_upload(stream)
    media_type = media_type_of(data)
    sha256 = store().put(data)
    if any(known.sha256 == sha256 for known in claim.evidence):
        raise Refused(No.FILE_TWICE, filename=filename)
    if len(claim.evidence) >= MAX_FILES:
        raise Refused(No.FILES_TOO_MANY, most=MAX_FILES)
    evidence = Evidence(
        claim=claim,
        sha256=sha256,
        filename=clean_name(filename, media_type),
        media_type=media_type,
        purpose=purpose,
        size=len(data),
        uploaded_at=now,
        uploaded_by_id=current_actor().user_id,
    )
    session.add(evidence)
    _touch(claim)
    session.flush()
    return evidence


def declare(session: Session, evidence: Evidence, purpose: str) -> None:
    """Say what a file is. Raises Refused for what the claim's pack does not ask for."""
    claim = evidence.claim
    if claim.state not in ("draft", "returned"):
        raise Refused(No.CLAIM_CLOSED)
    _check_purpose(claim, purpose)
    if evidence.purpose != purpose:
        mended.require_evidence_open(claim)
        evidence.purpose = purpose
        _touch(claim)
        session.flush()


def _check_purpose(claim: Claim, purpose: str) -> None:
    if purpose not in purposes(pack(claim.policy)):
        raise Refused(No.PURPOSE_UNKNOWN)


def remove(session: Session, evidence: Evidence) -> None:
    """Take evidence off a draft or a returned claim. The bytes stay in the store: a decision may name them."""
    claim = evidence.claim
    mended.require_evidence_open(claim)
    beside = duplicates.marked_beside(session, claim)
    claim.evidence.remove(evidence)
    session.delete(evidence)
    _touch(claim)
    session.flush()
    duplicates.mark_again(session, beside)


def _touch(claim: Claim) -> None:
    """Raise the claim's version, so that it cannot be handed in at the same moment without this being seen."""
    flag_modified(claim, "changed_at")
