"""Who stands behind a master (并入诉求人): reports merged into it, masked, counted, their word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.identity import mask_name, mask_phone
from hotline.domain.outcomes import Outcome
from hotline.models import Citizen, Rating, Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hotline.domain.terms import Channel

MOST = 200
HIDDEN = "要求保密"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fellow:
    """One report behind a master; who asked to stay unknown is not even masked."""

    ticket_no: str
    title: str
    channel: Channel
    registered_at: datetime
    merged_at: datetime | None
    caller_name: str
    caller_phone: str
    satisfaction: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Master:
    """The ticket another one was merged into, as much as its page says of it."""

    ticket_no: str
    stage: str


def master_of(ticket: Ticket) -> Master | None:
    """Find the ticket this one was merged into."""
    if ticket.master_id is None:
        return None
    master = db.session.get_one(Ticket, ticket.master_id)
    return Master(ticket_no=master.ticket_no, stage=master.stage.label)


def of(master_id: int) -> list[Fellow]:
    """List the reports merged into a ticket, oldest first, at most `MOST`."""
    newest = (
        select(Rating.ticket_id, func.max(Rating.id).label("rating_id"))
        .join(Ticket, Ticket.id == Rating.ticket_id)
        .where(Ticket.master_id == master_id)
        .group_by(Rating.ticket_id)
        .subquery()
    )
    query = (
        select(Ticket, Citizen, Rating.satisfaction)
        .outerjoin(Citizen, Citizen.id == Ticket.citizen_id)
        .outerjoin(newest, newest.c.ticket_id == Ticket.id)
        .outerjoin(Rating, Rating.id == newest.c.rating_id)
        .where(Ticket.master_id == master_id, Ticket.outcome == Outcome.MERGED)
        .order_by(Ticket.id)
        .limit(MOST)
    )
    return [_fellow(*row) for row in db.session.execute(query)]


def _fellow(ticket: Ticket, citizen: Citizen | None, satisfaction: int | None) -> Fellow:
    hidden = ticket.confidential or ticket.anonymous
    return Fellow(
        ticket_no=ticket.ticket_no,
        title=HIDDEN if ticket.confidential else ticket.title,
        channel=ticket.channel,
        registered_at=ticket.registered_at,
        merged_at=ticket.closed_at,
        caller_name=HIDDEN if hidden else mask_name(citizen.name if citizen else None),
        caller_phone=HIDDEN if hidden else mask_phone(citizen.phone if citizen else None),
        satisfaction=satisfaction,
    )


def counts(master_ids: Iterable[int]) -> dict[int, int]:
    """How many reports were merged into each of these tickets; none for those without."""
    query = (
        select(Ticket.master_id, func.count())
        .where(Ticket.master_id.in_(list(master_ids)), Ticket.outcome == Outcome.MERGED)
        .group_by(Ticket.master_id)
    )
    return {master: count for master, count in db.session.execute(query) if master is not None}
