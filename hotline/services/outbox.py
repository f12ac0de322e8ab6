"""The outbox: each message once, retried with growing pauses, failures visible (消息投递)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from hotline.db import db, transaction
from hotline.domain.errors import NotFound
from hotline.models import Carrier, Message, MessageState
from integrations import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from integrations import PlatformClient, Sms

log = structlog.get_logger()
PAUSES = (30, 120, 600, 1800, 7200, 21600, 43200)
"""Seconds before the next try; after the last the message is dead and waits for a person."""
CLAIM = timedelta(seconds=120)
"""So long a delivery may take before another worker may try; the receiver knows repeats by key."""


def deliver(message_id: int, sms: Sms, platform: PlatformClient | None, *, at: datetime) -> bool:
    """Send one message now; True when it is gone. Any number of workers may ask.

    The row is claimed in a transaction of its own, the sending is outside of any, and the result
    is written afterwards: a worker killed in between sends again later, under the same key.
    """
    claimed = _claim(message_id, at)
    if claimed is None:
        return False
    try:
        provider_id = _send(claimed, sms, platform)
    except DeliveryError as error:
        _failed(message_id, str(error.reason), may_retry=error.retryable, at=at)
        return False
    with transaction() as session:
        row = session.get(Message, message_id)
        if row is not None:
            row.state, row.sent_at, row.next_try_at = MessageState.SENT, at, None
            row.provider_id, row.last_error = provider_id, None
    return True


def _claim(message_id: int, at: datetime) -> Message | None:
    with transaction() as session:
        row = session.get(Message, message_id, with_for_update=True, populate_existing=True)
        if row is None or row.state is not MessageState.WAITING:
            return None
        if row.next_try_at is None or row.next_try_at > at:
            return None
        row.tries += 1
        row.next_try_at = at + CLAIM
        return row


def _send(row: Message, sms: Sms, platform: PlatformClient | None) -> str:
    if row.carrier is Carrier.SMS:
        receipt = sms.send(to=row.recipient or "", body=row.body or "", message_id=row.key)
        return receipt.provider_id
    if platform is None:
        raise DeliveryError("未配置政务服务平台地址（HOTLINE_PLATFORM_URL）", retryable=True)
    return platform.push(message_id=row.key, kind=row.topic, payload=row.payload).provider_id


def _failed(message_id: int, reason: str, *, may_retry: bool, at: datetime) -> None:
    with transaction() as session:
        row = session.get(Message, message_id)
        if row is None:
            return
        row.last_error = reason[:500]
        if may_retry and row.tries <= len(PAUSES):
            row.next_try_at = at + timedelta(seconds=PAUSES[row.tries - 1])
        else:
            row.state, row.next_try_at = MessageState.DEAD, None
        log.warning("delivery_failed", message_id=row.id, tries=row.tries, state=row.state.value)


def due(at: datetime, limit: int = 200) -> Sequence[int]:
    """Ids of messages whose time to try has come."""
    query = (
        select(Message.id)
        .where(Message.next_try_at <= at)
        .order_by(Message.next_try_at)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def retry(message_id: int, *, at: datetime) -> None:
    """A person asks for another try from the failure list; the count starts anew."""
    with transaction() as session:
        row = session.get(Message, message_id)
        if row is None:
            raise NotFound("没有这条消息")
        if row.state is not MessageState.SENT:
            row.state, row.tries, row.next_try_at = MessageState.WAITING, 0, at
