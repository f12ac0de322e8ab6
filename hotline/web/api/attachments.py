"""Files in a JSON body: looked at after the ticket is safe, each answered on its own (附件)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from apiflask import Schema
from marshmallow import fields, validate

from hotline.domain.errors import Unavailable
from hotline.domain.identity import CITIZEN, SYSTEM
from hotline.queries import progress, tickets
from hotline.services import attachments
from hotline.web.access import house, now
from hotline.web.fields import FileContent, Strict, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.models import Attachment

log = structlog.get_logger()
MOST = 50
LATER = "附件暂时无法保存，请稍后用工单编号和查询码补交"


class AttachmentIn(Strict):
    """One file."""

    name = Text(longest=255, required=True, metadata={"example": "现场照片.jpg"})
    content_base64 = FileContent(required=True, metadata={"type": "string", "format": "byte"})


class AttachmentOut(Schema):
    """What became of one file; a refused one never costs the ticket."""

    name = fields.String(required=True)
    accepted = fields.Boolean(required=True)
    reason = fields.String(metadata={"description": "未接收的原因"})
    media_type = fields.String()
    size = fields.Integer(required=True, metadata={"description": "字节"})


def files_in(**options: Any) -> fields.List[Any]:  # noqa: ANN401 - marshmallow's own options
    """The field ``attachments`` of a body."""
    limit = validate.Length(max=MOST, error=f"一次最多 {MOST} 个附件")
    return fields.List(fields.Nested(AttachmentIn), load_default=list, validate=limit, **options)


def keep(
    ticket_id: int, given: Sequence[dict[str, Any]], *, is_repeat: bool = False
) -> list[dict[str, Any]]:
    """Vet and keep the files; a repeated request is told again and adds what is missing."""
    known = _kept_before(ticket_id) if given and is_repeat else []
    report = [told(row) for row in known[: len(given)]]
    return report + [_added(ticket_id, file) for file in given[len(report) :]]


def _kept_before(ticket_id: int) -> Sequence[Attachment]:
    ticket = tickets.ticket_for(SYSTEM, ticket_id=ticket_id)
    return progress.progress(ticket, at=now()).files


def _added(ticket_id: int, file: dict[str, Any]) -> dict[str, Any]:
    name, content = file["name"], file["content_base64"]
    folder = house().settings.uploads
    try:
        row = attachments.add(ticket_id, name, content, CITIZEN, folder=folder, at=now())
    except (OSError, Unavailable):
        log.exception("attachment_lost", ticket=ticket_id)
        return {"name": name, "accepted": False, "reason": LATER, "size": len(content)}
    return told(row)


def told(row: Attachment) -> dict[str, Any]:
    """One stored or refused file as an answer shows it."""
    words: dict[str, Any] = {"name": row.name, "accepted": row.refused is None, "size": row.size}
    if row.refused is not None:
        words["reason"] = row.refused
    if row.media_type is not None:
        words["media_type"] = row.media_type
    return words
