"""通知已读: a desk says that it has seen a notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import update

from hotline.db import transaction
from hotline.domain.errors import NotFound
from hotline.models import Notice, Ticket
from hotline.queries import bell

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor


@dataclass(frozen=True, slots=True)
class Subject:
    """What a notice leads to: its ticket, or a list of them."""

    ticket_no: str | None
    link: str | None


def read(notice_id: int, actor: Actor, *, at: datetime) -> Subject:
    """Mark one notice as read and give what it speaks of; raises NotFound for another's."""
    with transaction() as session:
        row = session.get(Notice, notice_id)
        if row is None or not _is_for(row, actor):
            raise NotFound("没有这条通知")
        row.read_at = row.read_at or at
        ticket = session.get(Ticket, row.ticket_id) if row.ticket_id else None
        return Subject(ticket.ticket_no if ticket else None, row.link)


def read_all(actor: Actor, *, up_to: int, at: datetime) -> None:
    """Mark everything up to the newest notice on the screen; what came since stays unread."""
    with transaction() as session:
        session.execute(
            update(Notice)
            .where(bell.addressed_to(actor), Notice.id <= up_to, Notice.read_at.is_(None))
            .values(read_at=at)
        )


def _is_for(row: Notice, actor: Actor) -> bool:
    if row.staff_id is not None:
        return row.staff_id == actor.staff_id
    if row.department_id is not None:
        return row.department_id == actor.department_id
    return row.role == actor.role
