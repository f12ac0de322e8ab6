"""归档: closed tickets freeze after a month; old idempotency keys and codes are thrown away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import aliased

from hotline.db import transaction
from hotline.domain.identity import SYSTEM
from hotline.domain.lifecycle import Action, Stage
from hotline.models import IdempotencyKey, OneTimeCode, Ticket
from hotline.queries.worklists import OPEN
from hotline.services import _move

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor

AFTER = timedelta(days=30)


def archive_closed(at: datetime, limit: int = 200) -> int:
    """Archive a batch of tickets closed a month ago; returns how many.

    What was merged waits for its master: until then the merge may be taken back.
    """
    master = aliased(Ticket)
    waits = exists().where(master.id == Ticket.master_id, master.stage.in_(list(OPEN)))
    with transaction() as session:
        tickets = session.scalars(
            select(Ticket)
            .where(Ticket.stage == Stage.CLOSED, Ticket.closed_at < at - AFTER, ~waits)
            .order_by(Ticket.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for ticket in tickets:
            _move.move(ticket, Action.ARCHIVE, SYSTEM, at=at)
        return len(tickets)


def clean_doors(at: datetime) -> None:
    """Forget what the doors need only for a while (24 h keys, used or expired codes)."""
    with transaction() as session:
        session.execute(
            delete(IdempotencyKey).where(IdempotencyKey.created_at < at - timedelta(hours=48))
        )
        session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < at - timedelta(days=1)))


def archive(ticket_id: int, actor: Actor, *, at: datetime) -> None:
    """Archive one closed ticket before its month is over, by an administrator's hand."""
    with transaction():
        _move.move(_move.ticket_by_id(ticket_id), Action.ARCHIVE, actor, at=at)
