"""Delivering one message to another system (投递任务)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.jobs.calling import job, line, now
from hotline.jobs.queues import Queue
from hotline.services import outbox

if TYPE_CHECKING:
    from hotline.services.house import House


@job(Queue.OUTBOUND)
def deliver_message(message_id: int) -> None:
    """Send one message by its road; failures wait in the outbox for their next try."""
    house: House = line().app.extensions["hotline"]
    outbox.deliver(message_id, house.sms, house.platform, at=now())
