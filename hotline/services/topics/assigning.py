"""归入热点: each ticket is put into a topic once, in batches, oldest first.

A batch is one transaction with the progress row held: killed in between, the next worker begins
the same batch anew, and two workers take turns.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, or_, select, update

import classifier
from hotline.db import db, transaction
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Kind
from hotline.domain.topic_rules import topic_rules
from hotline.models import Ticket, TopicKey, TopicProgress, TopicRow, TopicTicket
from hotline.queries.topics import matching
from hotline.services.intake import LOCAL
from hotline.services.topics import _booking

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Row, Select

BATCH = 200
ONLY = 1
"""The one progress row."""
LATE = timedelta(minutes=2)
"""So long a ticket with a lower number may still be on its way to the database."""
UNREAD = timedelta(minutes=15)
"""So long a new ticket is left to the classifier first."""
READ: tuple[Any, ...] = (
    Ticket.id,
    Ticket.registered_at,
    Ticket.title,
    Ticket.content,
    Ticket.address,
    Ticket.area_code,
)


def is_waiting(at: datetime) -> bool:
    """Whether a batch would find anything to do; asks without holding anybody up."""
    progress = db.session.get(TopicProgress, ONLY, populate_existing=True)
    if progress is None or progress.checked_on < _day(at):
        return True
    return db.session.scalar(_waiting(progress.ticket_id, at, Ticket.id).limit(1)) is not None


def go_on(*, at: datetime, limit: int = BATCH) -> bool:
    """Place one batch of tickets; gives whether none is left.

    A batch ends with the day its first ticket came on: at the beginning of each day what has not
    been spoken of within the memory fades, so that no end of a batch decides what a ticket meets.
    """
    with transaction():
        progress = _held_progress(at)
        query = _waiting(progress.ticket_id, at, *READ).order_by(Ticket.id).limit(limit)
        found = db.session.execute(query).all()
        if not found:
            newest = db.session.scalar(select(func.max(Ticket.id))) or 0
            progress.ticket_id = _safe_end(progress.ticket_id, newest, at)
            return True
        day = _day(found[0].registered_at)
        rows = list(takewhile(lambda row: _day(row.registered_at) == day, found))
        if day > progress.on:
            _fade(day)
            progress.on = day
        messages = [_arrival(row) for row in rows]
        _booking.enter(matching.book(messages), messages, at=at)
        progress.ticket_id = _safe_end(progress.ticket_id, rows[-1].id, at)
        return False


def start_again(*, at: datetime) -> None:
    """重新聚合: forget every topic, so that the batches that follow gather all anew.

    Topics are called after their first ticket, so those that come out alike keep their number, and
    with it their address and the warnings they have had.
    """
    with transaction() as session:
        progress = _held_progress(at)
        session.execute(update(TopicRow).values(merged_into_id=None))
        for table in (TopicKey, TopicTicket, TopicRow):
            session.execute(delete(table))
        progress.ticket_id, progress.on = _first_id(at) - 1, _day(at - topic_rules().memory)


def _held_progress(at: datetime) -> TopicProgress:
    """The progress, held; once a day it goes back to the beginning, for what came in late."""
    row = db.session.get(TopicProgress, ONLY, with_for_update=True, populate_existing=True)
    if row is None:
        row = TopicProgress(id=ONLY, ticket_id=0, on=_day(at - topic_rules().memory))
        row.checked_on = row.on
        db.session.add(row)
    if row.checked_on < _day(at):
        row.ticket_id, row.checked_on = _first_id(at) - 1, _day(at)
    return row


def _first_id(at: datetime) -> int:
    query = select(func.min(Ticket.id)).where(Ticket.registered_at >= at - topic_rules().memory)
    return db.session.scalar(query) or 1


def _waiting(after: int, at: datetime, *columns: Any) -> Select[Any]:  # noqa: ANN401 - columns of any kind
    """Tickets without a topic: of late, and read by the classifier. Praise is about no trouble."""
    return select(*columns).where(
        Ticket.id > after,
        Ticket.registered_at >= at - topic_rules().memory,
        Ticket.kind != Kind.PRAISE,
        or_(Ticket.stage != Stage.REGISTERED, Ticket.registered_at <= at - UNREAD),
        ~exists().where(TopicTicket.ticket_id == Ticket.id),
    )


def _safe_end(before: int, last: int, at: datetime) -> int:
    """How far the next look need not go back: up to what may still come or be read."""
    recent = select(func.min(Ticket.id)).where(Ticket.id > before, Ticket.registered_at > at - LATE)
    unread = select(func.min(Ticket.id)).where(
        Ticket.id > before, Ticket.stage == Stage.REGISTERED, Ticket.registered_at > at - UNREAD
    )
    kept = [first for query in (recent, unread) if (first := db.session.scalar(query))]
    return min([last, *(first - 1 for first in kept)])


def _arrival(row: Row[Any]) -> classifier.Arrival:
    """The ticket as a message; without an address its area is only where somebody lives."""
    return classifier.Arrival(
        id=row.id,
        at=row.registered_at,
        keys=classifier.read_keys(row.title, row.content, row.address or ""),
        area=(row.area_code or "") if row.address else "",
    )


def _fade(day: date) -> None:
    """Topics nobody spoke of for the days of memory take no more in; their words are let go.

    What they looked like goes too: most topics are one ticket, and there are as many as tickets.
    """
    since = datetime.combine(day, time(), LOCAL).astimezone(UTC) - topic_rules().memory
    old = select(TopicRow.id).where(TopicRow.is_living, TopicRow.last_at < since)
    db.session.execute(delete(TopicKey).where(TopicKey.topic_id.in_(old)))
    faded = update(TopicRow).where(TopicRow.is_living, TopicRow.last_at < since)
    db.session.execute(faded.values(is_living=False, heat=0.0, profile={}, areas={}))


def _day(moment: datetime) -> date:
    return moment.astimezone(LOCAL).date()
