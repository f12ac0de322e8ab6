"""The deadlines of one ticket with the limits they were counted by (期限说明)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.models import Deadline, Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence


def of_ticket(ticket_no: str) -> Sequence[Deadline]:
    """All clocks of a ticket in the order they were started; raises NotFound."""
    ticket_id = db.session.scalar(select(Ticket.id).where(Ticket.ticket_no == ticket_no))
    if ticket_id is None:
        raise NotFound(f"没有编号为 {ticket_no} 的工单")
    query = select(Deadline).where(Deadline.ticket_id == ticket_id).order_by(Deadline.id)
    return db.session.scalars(query).all()
