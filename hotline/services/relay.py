"""The outbox of events: which timeline entries still wait for their reactions (中继)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from hotline.db import db, transaction
from hotline.domain.events import Event
from hotline.domain.terms import Urgency
from hotline.models import Ticket, TimelineEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

GRACE = timedelta(seconds=45)
"""So long a job may take before the sweep asks again; reactions are idempotent."""


@dataclass(frozen=True, slots=True)
class Due:
    """An entry whose reactions are to be run."""

    entry_id: int
    ticket_id: int
    event: Event
    is_critical: bool
    is_rung: bool = False
    """Whether the ladder alone tells of it: a milestone, or what a rung or trigger did."""


def entry(entry_id: int) -> Due | None:
    """The entry, if its reactions are not done yet."""
    row = db.session.get(TimelineEntry, entry_id, populate_existing=True)
    if row is None or row.settled_at is not None:
        return None
    return Due(row.id, row.ticket_id, Event(row.event), is_critical=False)


def unsettled(at: datetime, limit: int = 500) -> list[Due]:
    """Entries that a crash, a lost Redis or a killed worker left without their reactions."""
    query = (
        select(TimelineEntry, Ticket.urgency)
        .join(Ticket, Ticket.id == TimelineEntry.ticket_id)
        .where(TimelineEntry.settled_at.is_(None), TimelineEntry.relayed_at < at - GRACE)
        .order_by(TimelineEntry.id)
        .limit(limit)
    )
    return [
        Due(
            entry.id,
            entry.ticket_id,
            Event(entry.event),
            is_critical=urgency is Urgency.CRITICAL,
            is_rung=entry.event is Event.MILESTONE or "step" in entry.payload,
        )
        for entry, urgency in db.session.execute(query)
    ]


def stamp(entry_ids: Sequence[int], *, at: datetime) -> None:
    """Remember that a job was asked for again; the first time is written with the entry."""
    if entry_ids:
        with transaction() as session:
            session.execute(
                update(TimelineEntry).where(TimelineEntry.id.in_(entry_ids)).values(relayed_at=at)
            )


def settle(entry_ids: Sequence[int], *, at: datetime) -> None:
    """Remember that the reactions are done; nobody will ask again."""
    if entry_ids:
        with transaction() as session:
            session.execute(
                update(TimelineEntry).where(TimelineEntry.id.in_(entry_ids)).values(settled_at=at)
            )


def payload_of(entry_id: int) -> dict[str, Any]:
    """What an entry says beside its words."""
    row = db.session.get(TimelineEntry, entry_id)
    return dict(row.payload) if row is not None else {}


def lag() -> int:
    """How many entries wait now; `doctor` and the metrics show it."""
    query = select(TimelineEntry.id).where(TimelineEntry.settled_at.is_(None)).limit(10_000)
    return len(db.session.scalars(query).all())
