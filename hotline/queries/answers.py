"""What came of a ticket: approved replies and the citizen's ratings (答复与评价)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.models import Assignment, Rating

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.models import Ticket

CLOSED = (Stage.CLOSED, Stage.ARCHIVED)
ANSWERED = frozenset(
    {
        Outcome.DIRECT,
        Outcome.RESOLVED,
        Outcome.PARTLY,
        Outcome.UNRESOLVED,
        Outcome.UNREACHED,
        Outcome.REPLIED,
    }
)
"""Outcomes behind which stands a reply that the hotline has approved or given itself."""
RATEABLE = frozenset({Outcome.DIRECT, Outcome.REPLIED, Outcome.UNREACHED})
"""Closed tickets that may still be rated, as ``services.callbacks.rate`` takes them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a unit answered in one round, after the hotline's approval."""

    round: int
    unit: str
    text: str
    at: datetime | None


def replies(ticket: Ticket, approved_at: datetime | None) -> list[Reply]:
    """Approved replies, newest round first; what is still under review is nobody's business yet."""
    query = (
        select(Assignment)
        .where(
            Assignment.ticket_id == ticket.id,
            Assignment.is_lead.is_(True),
            Assignment.reply.is_not(None),
            Assignment.round < ticket.round,
        )
        .order_by(Assignment.id)
    )
    found = {
        row.round: Reply(
            round=row.round, unit=row.department.name, text=row.reply or "", at=row.replied_at
        )
        for row in db.session.scalars(query)
    }
    is_approved = ticket.stage is Stage.CALLBACK or ticket.outcome in ANSWERED
    if ticket.reply and is_approved:
        unit = ticket.lead_department
        found[ticket.round] = Reply(
            round=ticket.round,
            unit=unit.name if unit else "12345 热线",
            text=ticket.reply,
            at=approved_at or ticket.closed_at,
        )
    return [found[number] for number in sorted(found, reverse=True)]


def rating_now(ticket: Ticket) -> Rating | None:
    """Find the rating of the present round; the last one once the ticket is closed.

    Of a merged ticket too: when its master is done again, each may rate again.
    """
    query = select(Rating).where(Rating.ticket_id == ticket.id).order_by(Rating.id.desc())
    if ticket.stage not in CLOSED or ticket.outcome is Outcome.MERGED:
        query = query.where(Rating.round == ticket.round)
    return db.session.scalar(query.limit(1))


def last_rating(ticket: Ticket) -> Rating | None:
    """Find the newest rating of any round, to thank for it."""
    query = select(Rating).where(Rating.ticket_id == ticket.id).order_by(Rating.id.desc())
    return db.session.scalar(query.limit(1))


def is_answered(ticket: Ticket) -> bool:
    """Whether a reply stands behind it that its citizen has been given."""
    is_closed = ticket.stage in CLOSED and ticket.outcome in ANSWERED
    return ticket.stage is Stage.CALLBACK or is_closed


def is_rateable(ticket: Ticket) -> bool:
    """Whether ``services.callbacks.rate`` would take a rating of a ticket that was not merged."""
    is_direct = ticket.stage is Stage.CLOSED and ticket.outcome in RATEABLE
    return ticket.stage is Stage.CALLBACK or is_direct
