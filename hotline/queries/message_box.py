"""The newest text messages, for the demo's message box alone (演示短信箱)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.identity import mask_phone
from hotline.models import Carrier, Message

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sms:
    """One text message as it would stand on the citizen's phone."""

    at: datetime
    to: str
    body: str


def newest_sms(limit: int = 50) -> list[Sms]:
    """List the newest messages to citizens, sent or about to be; the number is masked."""
    query = (
        select(Message)
        .where(Message.carrier == Carrier.SMS)
        .order_by(Message.id.desc())
        .limit(limit)
    )
    return [
        Sms(row.created_at, mask_phone(row.recipient), row.body or "")
        for row in db.session.scalars(query)
    ]
