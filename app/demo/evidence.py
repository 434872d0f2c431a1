"""Evidence of claims: which paper is handed in, drawn or written small, and kept in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.demo.evidence_files import (
    EvidenceFields,
    certificate_pdf,
    certificate_photo,
    certificate_png,
    small_certificate,
    small_papers,
)
from app.domain.hours import plain
from app.services.claims import ClaimData
from app.services.store import Store

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate somebody holds: whose name it bears, what it is for, and a number that sets it apart."""

    whose: str
    data: ClaimData
    hours: Decimal
    serial: int


def evidence_rows(rng: Random, paper: Paper, store: Store, drawn: bool, created_at: datetime) -> list[dict[str, Any]]:
    """Keep the files of one claim, two now and then; returns rows without ids. ``drawn``: pictures to look at."""
    data, rows = paper.data, []
    for copy in range(2 if rng.random() < 0.06 else 1):
        fields = EvidenceFields(
            name=paper.whose,
            title=data.title,
            organiser=data.organiser_name or "",
            hours=plain(paper.hours),
            dates=f"{data.starts_on} 至 {data.ends_on}",
            number=data.certificate_number or f"（无）{paper.serial}",
        )
        content, name, media = _file(rng, fields, paper.serial * 4 + copy, drawn, created_at)
        rows.append(
            {
                "sha256": store.put(content, durable=False),
                "filename": name,
                "media_type": media,
                "size": len(content),
                "uploaded_at": created_at + timedelta(minutes=5 + copy),
            }
        )
    return rows


def companion_row(paper: Paper, store: Store, purpose: str, created_at: datetime) -> dict[str, Any]:
    """Keep what the pack asks for beside the evidence (EVIDENCE): a sealed Chinese translation; a row without ids."""
    data = paper.data
    fields = EvidenceFields(
        name=paper.whose,
        title=f"{data.title}证书译文",
        organiser=data.organiser_name or "",
        hours=plain(paper.hours),
        dates=f"{data.starts_on} 至 {data.ends_on}",
        number=data.certificate_number or f"（无）{paper.serial}",
    )
    content = small_certificate(fields, paper.serial)
    return {
        "sha256": store.put(content, durable=False),
        "filename": "中文译本（盖章）.pdf",
        "media_type": PDF,
        "purpose": purpose,
        "size": len(content),
        "uploaded_at": created_at + timedelta(minutes=9),
    }


def agenda_row(paper: Paper, store: Store, created_at: datetime) -> dict[str, Any]:
    """Keep the programme of a conference, a page a part of it; a row without ids."""
    data, titles = paper.data, ("会议日程", "主题报告安排", "分会场与联系人")
    pages = [
        EvidenceFields(
            name=paper.whose,
            title=f"{data.title}：{title}",
            organiser=data.organiser_name or "",
            hours=plain(paper.hours),
            dates=f"{data.starts_on} 至 {data.ends_on}",
            number=f"{paper.serial}-{number}",
        )
        for number, title in enumerate(titles, 1)
    ]
    content = small_papers(pages, paper.serial)
    return {
        "sha256": store.put(content, durable=False),
        "filename": "会议日程.pdf",
        "media_type": PDF,
        "size": len(content),
        "uploaded_at": created_at + timedelta(minutes=8),
    }


def _file(rng: Random, fields: EvidenceFields, seed: int, drawn: bool, created_at: datetime) -> tuple[bytes, str, str]:
    """Content, file name and media type."""
    title = fields.title.replace("：", "")[:24]
    if not drawn:
        return small_certificate(fields, seed), f"{title}证书.pdf", PDF
    way = rng.random()
    if way < 0.5:
        return certificate_photo(fields, seed), f"IMG_{created_at:%Y%m%d_%H%M%S}_{seed % 4}.jpg", JPEG
    if way < 0.8:
        return certificate_pdf(fields, seed), f"{title}（扫描件）.pdf", PDF
    return certificate_png(fields, seed), f"扫描_{title}.png", PNG
