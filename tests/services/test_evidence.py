"""Evidence is judged by its bytes, kept once, named harmlessly; a claim that is being reviewed takes none."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm.exc import StaleDataError

from app.domain.errors import Refused
from app.models import Claim, Evidence, Teacher
from app.services import claims, evidence
from app.services.refusals import No
from app.services.store import store
from tests.factories import png
from tests.services.stage import Stage, claim_in, conference

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n45\n%%EOF\n"


def picture(kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    held = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(held, kind)
    return held.getvalue()


JPEG, PNG = picture("JPEG"), picture("PNG")


def png_of(width: int, height: int) -> bytes:
    """A PNG that announces a size and holds one row of zeros."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.pure
@pytest.mark.parametrize(
    ("data", "media_type"),
    [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png")],
    ids=["pdf", "jpeg", "png"],
)
def test_what_the_bytes_are_decides(data: bytes, media_type: str) -> None:
    assert evidence.media_type_of(data) == media_type


HOSTILE = {
    "nothing": (b"", No.FILE_EMPTY),
    "html": (b"<!doctype html><script>alert(1)</script>", No.FILE_TYPE),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", No.FILE_TYPE),
    "gif": (picture("GIF"), No.FILE_TYPE),
    "gif polyglot": (b"GIF89a/*" + PDF + b"*/=1", No.FILE_TYPE),
    "html before a pdf": (b"<script>alert(1)</script>" + PDF, No.FILE_TYPE),
    "zip": (b"PK\x03\x04" + PDF, No.FILE_TYPE),
    "program": (b"MZ\x90\x00", No.FILE_TYPE),
    "webp": (picture("WEBP"), No.FILE_TYPE),
    "cut jpeg": (JPEG[: len(JPEG) // 2], No.FILE_DAMAGED),
    "cut png": (PNG[: len(PNG) // 2], No.FILE_DAMAGED),
    "cut pdf": (PDF[:60], No.FILE_DAMAGED),
    "only a jpeg's start": (b"\xff\xd8\xff\xe0", No.FILE_DAMAGED),
    "png with a broken checksum": (PNG[:40] + bytes([PNG[40] ^ 255]) + PNG[41:], No.FILE_DAMAGED),
    "a bomb PIL refuses": (png_of(60_000, 60_000), No.FILE_DAMAGED),
    "a bomb PIL warns of": (png_of(10_000, 9_500), No.FILE_DAMAGED),
    "a bomb of ours": (png_of(9_000, 9_000), No.FILE_DAMAGED),
}


@pytest.mark.pure
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_evidence_is_refused(name: str) -> None:
    data, code = HOSTILE[name]
    with pytest.raises(Refused) as refused:
        evidence.media_type_of(data)
    assert refused.value.code == code


@pytest.mark.pure
def test_half_a_picture_is_no_evidence_although_the_printer_would_take_it() -> None:
    import weasyprint  # noqa: F401  (its import tells Pillow to accept truncated pictures)

    with pytest.raises(Refused) as refused:
        evidence.media_type_of(JPEG[: len(JPEG) * 9 // 10])
    assert refused.value.code == No.FILE_DAMAGED


@pytest.mark.pure
@pytest.mark.parametrize("data", [JPEG, PNG], ids=["jpeg", "png"])
def test_every_damage_is_a_refusal_or_a_picture(data: bytes) -> None:
    for place in range(0, min(len(data), 600), 7):
        broken = data[:place] + b"\xff\x00\x80" + data[place + 3 :]
        try:
            assert evidence.media_type_of(broken) in ("image/jpeg", "image/png")
        except Refused as refused:
            assert refused.code in (No.FILE_DAMAGED, No.FILE_TYPE)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("name", "media_type", "kept"),
    [
        ("学时证明（张三）.pdf", "application/pdf", "学时证明（张三）.pdf"),
        ("证书.JPG", "image/jpeg", "证书.jpg"),
        ("证书.jpeg", "image/jpeg", "证书.jpeg"),
        ("evil.html", "application/pdf", "evil.html.pdf"),
        ("证书.pdf.exe", "application/pdf", "证书.pdf.exe.pdf"),
        ("scan.png", "image/jpeg", "scan.png.jpg"),
        ("../../etc/passwd", "image/png", "passwd.png"),
        ("C:\\Users\\me\\证书.png", "image/png", "证书.png"),
        ("a\x00b\r\nX: y.png", "image/png", "abX_ y.png"),
        ("\u202egnp.exe.png", "image/png", "gnp.exe.png"),
        ("...", "image/png", "evidence.png"),
        ("", "application/pdf", "evidence.pdf"),
        (".pdf", "application/pdf", "pdf.pdf"),
        ('<b>"x"|?.png', "image/png", "_b_x_.png"),
    ],
)
def test_names_are_kept_but_harmless(name: str, media_type: str, kept: str) -> None:
    assert evidence.clean_name(name, media_type) == kept


@pytest.mark.pure
@pytest.mark.parametrize("letter", ["a", "证"])
def test_a_long_name_fits_its_column(letter: str) -> None:
    kept = evidence.clean_name(letter * 300 + ".pdf", "application/pdf")
    assert kept.endswith(".pdf") and len(kept) <= Evidence.__table__.c.filename.type.length


@pytest.mark.pure
def test_twenty_megabytes_and_not_a_byte_more() -> None:
    assert len(evidence.read_upload(io.BytesIO(b"x" * evidence.MAX_BYTES))) == 20 * 1024 * 1024
    with pytest.raises(Refused) as refused:
        evidence.read_upload(io.BytesIO(b"x" * (evidence.MAX_BYTES + 1)))
    assert refused.value.code == No.FILE_TOO_LARGE


@pytest.fixture
def claim(held: Any, stage: Stage, clock: datetime) -> Claim:
    teacher = held.get_one(Teacher, stage.world.ours.teacher)
    return claims.draft(held, teacher, conference(), stage.actors["teacher"], clock)


def put(session: Any, claim: Claim, data: bytes, now: datetime, name: str = "证书.png") -> Evidence:
    return evidence.attach(session, claim, name, io.BytesIO(data), now)


def test_the_bytes_are_kept_as_they_came(held: Any, claim: Claim, clock: datetime) -> None:
    kept = put(held, claim, PDF, clock, "学时证明.pdf")
    assert store().read(kept.sha256) == PDF
    assert (kept.filename, kept.media_type, kept.size, kept.uploaded_at) == (
        "学时证明.pdf",
        "application/pdf",
        len(PDF),
        clock,
    )


def test_the_same_file_twice_is_refused(held: Any, claim: Claim, clock: datetime) -> None:
    put(held, claim, PDF, clock, "一.pdf")
    with pytest.raises(Refused) as refused:
        put(held, claim, PDF, clock, "二.pdf")
    assert refused.value.code == No.FILE_TWICE and len(claim.evidence) == 1


def test_too_many_files_are_refused(held: Any, claim: Claim, clock: datetime) -> None:
    for shade in range(evidence.MAX_FILES):
        put(held, claim, png(shade), clock)
    with pytest.raises(Refused) as refused:
        put(held, claim, png(99), clock)
    assert refused.value.code == No.FILES_TOO_MANY and len(claim.evidence) == evidence.MAX_FILES


@pytest.mark.parametrize("state", ["submitted", "passed_first", "approved", "rejected", "withdrawn", "revoked"])
def test_a_claim_out_of_the_teachers_hands_keeps_its_evidence(
    held: Any, stage: Stage, clock: datetime, state: str
) -> None:
    claim = claim_in(held, stage, state, clock)
    for change in (lambda: put(held, claim, PDF, clock), lambda: evidence.remove(held, claim.evidence[0])):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.code == No.CLAIM_CLOSED
    assert len(claim.evidence) == 1


def test_a_returned_claim_takes_better_evidence(held: Any, stage: Stage, clock: datetime) -> None:
    claim = claim_in(held, stage, "returned", clock)
    put(held, claim, PDF, clock, "新.pdf")
    evidence.remove(held, claim.evidence[0])
    assert [row.filename for row in claim.evidence] == ["新.pdf"]


def test_evidence_cannot_slip_in_beside_a_submission(held: Any, claim: Claim, clock: datetime) -> None:
    """Attaching raises the claim's version: who hands in the claim they saw before fails, and the other way round."""
    held.flush()
    table = Claim.__table__
    held.connection().execute(table.update().where(table.c.id == claim.id).values(version=claim.version + 1))
    with pytest.raises(StaleDataError):
        put(held, claim, PDF, clock)
