"""话务对接: calls that a telephone exchange reports; an incoming one is noted once (来电记录)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import structlog

from hotline.services import calls

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger()
LONGEST = 60
INBOUND = "in"


def report(event: str, call_id: str, *, direction: str, from_number: str, at: datetime) -> None:
    """Note an incoming call under the exchange's own id; again, or out of order, changes nothing.

    Outgoing calls are the desk's own and leave no row. The number is sealed and never logged.
    """
    log.info("cti", event_name=event, direction=direction)
    if direction == INBOUND:
        calls.begin(key_of(call_id), from_number, at=at)


def key_of(call_id: str) -> str:
    """The id under which the call stands in the table, apart from those of other providers."""
    if len(call_id) > LONGEST:
        call_id = hashlib.sha256(call_id.encode()).hexdigest()[:LONGEST]
    return f"cti:{call_id}"
