"""Motions that wait for the hotline (待审申请), by kind, with the review clock of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from hotline.db import db
from hotline.domain.motions import FILED_IN, REVIEWED_BY, Motion, MotionState, MotionStep
from hotline.domain.terms import Clock
from hotline.models import Area, Deadline, MotionRow, Ticket
from hotline.queries import bounded

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

PAGE = 20
MOST = 100
DISPUTED = select(Deadline.ticket_id).where(
    Deadline.clock == Clock.ADJUDICATE, Deadline.stopped_at.is_(None)
)
"""Tickets that wait for a ruling; their returns are not judged like the others (疑难裁定)."""


@dataclass(frozen=True, slots=True)
class Plea:
    """An open motion beside its ticket, and until when it should be answered."""

    motion: MotionRow
    ticket: Ticket
    area: str
    due_at: datetime | None
    yellow_at: datetime | None


def page(kind: Motion, *, cursor: str | None = None) -> tuple[list[Plea], str | None]:
    """One page of open motions of a kind, the oldest first, and the cursor of the next.

    Raises Invalid for a cursor that is not ours.
    """
    clock = and_(
        Deadline.ticket_id == MotionRow.ticket_id,
        Deadline.clock == REVIEWED_BY[kind],
        Deadline.turn == MotionRow.id,
    )
    query = (
        _open(kind, MotionRow, Ticket, Area.name, Deadline.due_at, Deadline.yellow_at)
        .outerjoin(Area, Area.code == Ticket.area_code)
        .outerjoin(Deadline, clock)
        .order_by(MotionRow.id)
        .limit(PAGE + 1)
    )
    if cursor:
        query = query.where(MotionRow.id > bounded.read_id_cursor(cursor))
    found = [
        Plea(motion, ticket, area or "", due_at, yellow_at)
        for motion, ticket, area, due_at, yellow_at in db.session.execute(query)
    ]
    more = len(found) > PAGE
    return found[:PAGE], str(found[PAGE - 1].motion.id) if more else None


def counts() -> dict[Motion, int]:
    """How many wait of each kind, MOST at the most each."""
    return {kind: bounded.count(_open(kind, MotionRow.id), MOST) for kind in Motion}


def _open(kind: Motion, *columns: Any) -> Select[Any]:  # noqa: ANN401 - mapped columns
    """Past the unit's own step, and only while the ticket stands where it could be granted."""
    return (
        select(*columns)
        .join(Ticket, Ticket.id == MotionRow.ticket_id)
        .where(
            MotionRow.state == MotionState.OPEN,
            MotionRow.kind == kind,
            MotionRow.step != MotionStep.UNIT,
            _still_stands(kind),
        )
    )


def _still_stands(kind: Motion) -> ColumnElement[bool]:
    if kind is Motion.APPEAL:
        return or_(Ticket.closed_at.is_not(None))
    stands = Ticket.stage.in_(FILED_IN[kind])
    return and_(stands, Ticket.id.not_in(DISPUTED)) if kind is Motion.RETURN else stands


def ticket_of(motion_id: int) -> str | None:
    """Find the number of the ticket a motion speaks of."""
    query = (
        select(Ticket.ticket_no)
        .join(MotionRow, MotionRow.ticket_id == Ticket.id)
        .where(MotionRow.id == motion_id)
    )
    return db.session.scalar(query)


def kind_of(motion_id: int) -> Motion | None:
    """Find what a motion asks for."""
    return db.session.scalar(select(MotionRow.kind).where(MotionRow.id == motion_id))
