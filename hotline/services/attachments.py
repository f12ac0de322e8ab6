"""Files given with a ticket: vetted, stored by their hash, refused with a reason (附件)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db, transaction
from hotline.domain.errors import NotFound
from hotline.models import Attachment
from hotline.services import _checks
from integrations import files

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from hotline.domain.identity import Actor

MAX_PER_TICKET = 10


def add(
    ticket_id: int, name: str, content: bytes, actor: Actor, *, folder: Path, at: datetime
) -> Attachment:
    """Vet and keep one file; a refused one is noted with its reason and the ticket stays.

    The stored name is the content's hash, so a name can never choose a path.
    """
    row = Attachment(
        ticket_id=ticket_id,
        name=_checks.clean_text(name)[-120:] or "未命名",
        size=len(content),
        by=actor.name,
        at=at,
    )
    try:
        vetted = files.vet(name, content)
    except files.FileRefused as refused:
        row.refused = str(refused.message)[:200]
    else:
        row.name, row.media_type, row.sha256 = vetted.name, vetted.media_type, vetted.sha256
        _store(folder, vetted.sha256, content)
    with transaction() as session:
        count = session.scalar(
            select(func.count()).where(
                Attachment.ticket_id == ticket_id, Attachment.refused.is_(None)
            )
        )
        if row.refused is None and (count or 0) >= MAX_PER_TICKET:
            row.refused = f"每张工单最多 {MAX_PER_TICKET} 个附件"
            row.sha256 = None
        session.add(row)
    return row


def _store(folder: Path, sha256: str, content: bytes) -> None:
    """Write aside and rename, so that a killed process leaves no half file behind."""
    place = folder / sha256[:2] / sha256
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_suffix(f".{secrets.token_hex(4)}.part")  # two may bring the same file
    draft.write_bytes(content)
    draft.replace(place)


def path_of(attachment_id: int, ticket_id: int, *, folder: Path) -> tuple[Attachment, Path]:
    """An accepted attachment of that ticket and where it lies; raises NotFound."""
    row = db.session.get(Attachment, attachment_id)
    if row is None or row.ticket_id != ticket_id or row.sha256 is None:
        raise NotFound("没有这个附件")
    return row, folder / row.sha256[:2] / row.sha256
