"""疑难裁定: who may not agree on a ticket is heard, and the lead is fixed once for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.motions import Motion
from hotline.domain.terms import Clock, Mark
from hotline.models import MotionRow
from hotline.services import _checks, _move
from hotline.services.timing import clocks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.models import Department, Ticket


def is_disputed(ticket: Ticket) -> bool:
    """Whether the ticket waits for a ruling."""
    return Mark.ADJUDICATING.value in ticket.marks


def begin(ticket: Ticket, *, at: datetime, turn: int) -> None:
    """Put a ticket before the hotline for a ruling; the ruling has a clock of its own (1 工作日).

    ``turn``: the id of the return that began it. The handle clock runs on (story 5).
    """
    if not is_disputed(ticket):
        ticket.marks = [*ticket.marks, Mark.ADJUDICATING.value]
    clocks.start(ticket, Clock.ADJUDICATE, at=at, turn=turn)


def end(ticket: Ticket, *, at: datetime) -> None:
    """No ruling is needed any more: given, or the unit took its return back."""
    if is_disputed(ticket):
        ticket.marks = [mark for mark in ticket.marks if mark != Mark.ADJUDICATING.value]
    clocks.stop(ticket, (Clock.ADJUDICATE,), at=at)


def note(ticket: Ticket, unit: Department, actor: Actor, *, reason: str, at: datetime) -> None:
    """Fix the lead for good (禁止退回) and put both sides' reasons into the record."""
    ticket.no_return = True
    end(ticket, at=at)
    _move.record(
        ticket,
        Event.ADJUDICATED,
        actor,
        at=at,
        reason=_checks.clean_text(reason),
        payload={"unit": unit.name, "unit_code": unit.code, "sides": sides(ticket)},
    )


def sides(ticket: Ticket) -> list[dict[str, Any]]:
    """What each unit said when it returned the ticket, and what the hotline answered."""
    return [
        {
            "unit": row.department.name,
            "code": row.reason_code,
            "reason": row.reason,
            "evidence": row.evidence,
            "suggested": row.suggested_department.name if row.suggested_department else None,
            "state": row.state.value,
            "decision": row.decision,
            "decided_by": row.decided_by,
        }
        for row in returns_of(ticket)
    ]


def returns_of(ticket: Ticket) -> Sequence[MotionRow]:
    """Every return of a ticket, oldest first."""
    db.session.flush()
    query = select(MotionRow).where(
        MotionRow.ticket_id == ticket.id, MotionRow.kind == Motion.RETURN
    )
    return db.session.scalars(query.order_by(MotionRow.id)).all()
