"""One key, one answer: a demand delivered again is told what it was told first (幂等)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hotline.db import db
from hotline.domain.errors import Conflict, NotFound
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Urgency
from hotline.models import IdempotencyKey, Ticket

if TYPE_CHECKING:
    from datetime import datetime

    from _typeshed import DataclassInstance

    from hotline.db import NewRow
    from hotline.services.intake import Receipt

KEY_LIFE = timedelta(hours=24)


def fingerprint(demand: DataclassInstance) -> str:
    """What tells two demands apart, field by field."""
    said = {field.name: getattr(demand, field.name) for field in fields(demand)}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def told_before(key: str, print_: str, at: datetime) -> dict[str, Any] | None:
    """The receipt once given to this key; a key older than 24 hours is forgotten here.

    Raises Conflict when the key came with another demand.
    """
    row = db.session.get(IdempotencyKey, key)
    if row is None:
        return None
    if row.created_at < at - KEY_LIFE:
        db.session.delete(row)
        db.session.flush()
        return None
    if row.request_hash != print_:
        raise Conflict("同一个 Idempotency-Key 已用于另一份内容，请换一个键")
    ticket = db.session.get(Ticket, row.ticket_id)
    if ticket is None:
        raise NotFound("没有这张工单")
    return {
        "ticket_id": row.ticket_id,
        "ticket_no": ticket.ticket_no,
        "query_code": ticket.query_code,
        "stage": Stage(row.answer["stage"]),
        "promised_at": row.answer["promised_at"],
        "urgency": Urgency(row.answer["urgency"]),
        "advice": row.answer["advice"],
    }


def answer_row(key: str, print_: str, receipt: Receipt, *, at: datetime) -> NewRow:
    """What is remembered of an answer with its key; its unique key lets one of two in."""
    answer = {
        "stage": receipt.stage.value,
        "promised_at": receipt.promised_at,
        "urgency": receipt.urgency.value,
        "advice": receipt.advice,
    }
    return IdempotencyKey, {
        "key": key,
        "request_hash": print_,
        "ticket_id": receipt.ticket_id,
        "answer": answer,
        "created_at": at,
    }
