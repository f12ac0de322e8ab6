"""待我审核: the motions that wait for the yes of a unit's leader, or of the deputy today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.motions import FILED_IN, Motion, MotionState, MotionStep
from hotline.models import Department, MotionRow, Ticket
from hotline.queries import leaders
from hotline.services.timing import plans

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.domain.identity import Actor

LEVELS = 4
"""City, district, street and below: whoever leads above leads a unit that has no leader."""
MOST = 100


def waiting_at(actor: Actor, *, at: datetime) -> list[tuple[MotionRow, Ticket]]:
    """Motions this person has to look at as leader or deputy of a unit, the oldest first.

    Of the own unit and of the units below it, which the own leader leads where they have none.
    """
    if actor.department_id is None:
        return []
    working = FILED_IN[Motion.EXTENSION]
    query = (
        select(MotionRow, Ticket)
        .join(Ticket, Ticket.id == MotionRow.ticket_id)
        .where(
            MotionRow.state == MotionState.OPEN,
            MotionRow.step == MotionStep.UNIT,
            MotionRow.department_id.in_(_reach(actor.department_id)),
            Ticket.stage.in_(working),
        )
        .order_by(MotionRow.id)
        .limit(MOST)
    )
    found = db.session.execute(query).all()
    on = plans.today(at)
    units = {row.department_id for row, _ticket in found}
    own = {unit for unit in units if leaders.leads_today(actor, unit, on)}
    return [(row, ticket) for row, ticket in found if row.department_id in own]


def _reach(department_id: int) -> list[int]:
    """The unit and everything below it."""
    known, edge = {department_id}, {department_id}
    for _ in range(LEVELS):
        below = select(Department.id).where(Department.parent_id.in_(edge))
        edge = set(db.session.scalars(below)) - known
        if not edge:
            break
        known |= edge
    return sorted(known)
