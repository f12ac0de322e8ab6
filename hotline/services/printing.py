"""工单指纹: open tickets are filed by what they say, so that the next report of it finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, insert, select

import classifier
from hotline.db import db, transaction
from hotline.models import PrintKey, Ticket, TicketPrint
from hotline.queries.worklists import OPEN

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 200
READ = 2_000
"""So much of a content is read at most; the print itself looks at the first sentences."""


def print_ticket(ticket_id: int) -> None:
    """File a ticket, or file it anew when its words have changed; nothing once it is over."""
    with transaction() as session:
        ticket = session.get(Ticket, ticket_id)
        if ticket is not None and ticket.stage in OPEN and ticket.master_id is None:
            file(ticket)


def fill() -> int:
    """File one batch of open tickets that have no print yet, newest first; gives how many.

    Old tickets of before, and what a killed worker left; runs until nothing is left to do.
    """
    with transaction() as session:
        query = (
            select(Ticket)
            .where(
                Ticket.stage.in_(list(OPEN)),
                Ticket.master_id.is_(None),
                ~exists().where(TicketPrint.ticket_id == Ticket.id),
            )
            .order_by(Ticket.id.desc())
            .limit(BATCH)
        )
        found = session.scalars(query).all()
        file_all(found)
        return len(found)


def file(ticket: Ticket) -> None:
    """File one ticket inside the caller's transaction."""
    file_all([ticket])


def file_all(found: Sequence[Ticket]) -> None:
    """File many tickets inside the caller's transaction, each with its keys."""
    if not found:
        return
    ids = [ticket.id for ticket in found]
    db.session.flush()
    db.session.execute(delete(PrintKey).where(PrintKey.ticket_id.in_(ids)))
    db.session.execute(delete(TicketPrint).where(TicketPrint.ticket_id.in_(ids)))
    prints = [_taken(ticket) for ticket in found]
    packed = [
        {"ticket_id": ticket_id, "packed": taken.pack()}
        for ticket_id, taken in zip(ids, prints, strict=True)
    ]
    db.session.execute(insert(TicketPrint), packed)
    keys = [
        {"key": key, "ticket_id": ticket_id}
        for ticket_id, taken in zip(ids, prints, strict=True)
        for key in classifier.index_keys(taken)
    ]
    if keys:
        db.session.execute(insert(PrintKey), keys)


def unfile(ticket_id: int) -> None:
    """Take an ended ticket out of the files, inside the caller's transaction."""
    db.session.execute(delete(PrintKey).where(PrintKey.ticket_id == ticket_id))
    db.session.execute(delete(TicketPrint).where(TicketPrint.ticket_id == ticket_id))


def _taken(ticket: Ticket) -> classifier.Fingerprint:
    return classifier.fingerprint(ticket.title, ticket.content[:READ], ticket.address or "")
