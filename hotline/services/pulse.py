"""Heartbeats of processes without a port (心跳)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.db import db, transaction
from hotline.models import Heartbeat

if TYPE_CHECKING:
    from datetime import datetime


def beat(name: str, *, at: datetime) -> None:
    """Write one sign of life."""
    with transaction() as session:
        session.merge(Heartbeat(name=name, at=at))


def last(name: str) -> datetime | None:
    """When the process last gave a sign."""
    row = db.session.get(Heartbeat, name, populate_existing=True)
    return row.at if row else None
