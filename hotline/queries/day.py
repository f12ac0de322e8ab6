"""What the staff of a simulated day find on their desks (模拟日)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from hotline.db import db
from hotline.models import Callback, Department, Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.domain.lifecycle import Stage


@dataclass(frozen=True, slots=True)
class Work:
    """One ticket as the next person to act needs it; ``token`` is that of an open rating link."""

    ticket_id: int
    ticket_no: str
    stage: Stage
    round: int
    unit_id: int | None
    unit: str | None
    token: str | None


def work(numbers: Sequence[str]) -> list[Work]:
    """These tickets, oldest first; a simulated day has a few hundred at the most."""
    is_open = and_(
        Callback.ticket_id == Ticket.id,
        Callback.round == Ticket.round,
        Callback.done_at.is_(None),
    )
    query = (
        select(
            Ticket.id,
            Ticket.ticket_no,
            Ticket.stage,
            Ticket.round,
            Department.id,
            Department.short_name,
            Callback.token,
        )
        .outerjoin(Department, Department.id == Ticket.lead_department_id)
        .outerjoin(Callback, is_open)
        .where(Ticket.ticket_no.in_(numbers))
        .order_by(Ticket.id)
    )
    return [Work(*row) for row in db.session.execute(query)]
