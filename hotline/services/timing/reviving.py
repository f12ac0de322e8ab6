"""Clocks of a ticket that ended by mistake run again (恢复计时): nobody's time is stolen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

import sla
from hotline.db import db
from hotline.domain.terms import Clock
from hotline.domain.timing import PAUSABLE, ChangeKind
from hotline.models import Deadline, DeadlineChange
from hotline.services.timing import clocks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Ticket

_UNITS = PAUSABLE - {Clock.DISPATCH}
"""Clocks of a unit, which could not work meanwhile; the hotline answers for its own mistake."""


def revive(
    ticket: Ticket,
    deadline_ids: Sequence[int],
    *,
    since: datetime,
    at: datetime,
    actor: Actor,
    reason: str,
) -> str:
    """Let these clocks, stopped at ``since``, run on; says in words how they were put right.

    The unit's clocks stood still: each is due later by exactly the working time that passed. The
    hotline's own (派单) keeps its due moment: the citizen has waited all the time.
    """
    query = select(Deadline).where(
        Deadline.id.in_(deadline_ids), Deadline.clock.in_(list(PAUSABLE))
    )
    told = []
    for row in db.session.scalars(query.order_by(Deadline.id)).all():
        if row.clock in _UNITS:
            _stood_still(row, ticket, since=since, at=at, actor=actor, reason=reason)
            told.append(f"{row.clock.label}期限顺延至 {_local(row.due_at)}")
        else:
            clocks.resume(ticket, row.clock, at=at)
            told.append(f"{row.clock.label}期限仍为 {_local(row.due_at)}")
        if row.clock is Clock.HANDLE:
            ticket.promised_at, ticket.is_provisional = row.due_at, row.is_provisional
    return "，".join(told)


def _stood_still(
    row: Deadline,
    ticket: Ticket,
    *,
    since: datetime,
    at: datetime,
    actor: Actor,
    reason: str,
) -> None:
    change = DeadlineChange(
        deadline_id=row.id,
        kind=ChangeKind.PAUSE,
        at=at,
        by=actor.name,
        reason=reason,
        since=since,
        until=max(at, since),
        due_before=row.due_at,
    )
    db.session.add(change)
    db.session.flush()
    row.stopped_at = None
    clocks.recount(row, ticket, at=at)
    change.due_after = row.due_at


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}"
