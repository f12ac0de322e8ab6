"""What the doctor asks the database beside the probes: its clock, its newest and oldest (体检)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select, text

from hotline.db import db
from hotline.models import TimelineEntry


def clock() -> datetime:
    """The time of the database server; with SQLite that of this machine."""
    if db.session.get_bind().dialect.name == "sqlite":
        seconds = db.session.scalar(text("SELECT (julianday('now') - 2440587.5) * 86400.0"))
        return datetime.fromtimestamp(float(seconds or 0), UTC)
    moment: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)


def newest_entry_at() -> datetime | None:
    """When the last timeline entry was written."""
    newest = select(func.max(TimelineEntry.id)).scalar_subquery()
    return db.session.scalar(select(TimelineEntry.at).where(TimelineEntry.id == newest))


def oldest_unsettled_at() -> datetime | None:
    """Since when the longest waiting reaction has waited."""
    query = (
        select(TimelineEntry.at)
        .where(TimelineEntry.settled_at.is_(None))
        .order_by(TimelineEntry.id)
        .limit(1)
    )
    return db.session.scalar(query)
