"""What one department leads, helps with and has answered (单位工作台)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Term
from hotline.models import Assignment, MotionRow, Ticket
from hotline.queries import bounded, worklists

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select

    from hotline.domain.identity import Actor


class Tab(Term):
    """The lists of a unit's desk; hung tickets have one of their own, since no clock runs there."""

    TO_SIGN = "to_sign", "待签收"
    HANDLING = "handling", "办理中"
    HELPING = "helping", "协办"
    HUNG = "hung", "挂账"
    REPLIED = "replied", "已答复"
    ALL = "all", "全部"


STAGES: dict[Tab, tuple[Stage, ...]] = {
    Tab.TO_SIGN: (Stage.DISPATCHED,),
    Tab.HANDLING: (Stage.HANDLING,),
    Tab.HELPING: (Stage.DISPATCHED, Stage.HANDLING),
    Tab.HUNG: (Stage.HUNG,),
    Tab.REPLIED: (Stage.REVIEWING, Stage.CALLBACK, Stage.CLOSED, Stage.ARCHIVED),
    Tab.ALL: (),
}
BY_DUE = (Tab.TO_SIGN, Tab.HANDLING, Tab.HELPING)
"""Where a clock runs the earliest due comes first; what is done is shown newest first."""
COUNT_TO = 100


def page(
    department_id: int,
    tab: Tab,
    *,
    at: datetime,
    cursor: str | None = None,
    words: str | None = None,
) -> worklists.Page:
    """One page of a unit's list; ``words`` searches the unit's own tickets, whatever the tab."""
    if words:
        scope = worklists.Scope(department_id=department_id, words=words)
    else:
        is_helping = tab is Tab.HELPING
        scope = worklists.Scope(
            stages=STAGES[tab],
            department_id=None if is_helping else department_id,
            helping_id=department_id if is_helping else None,
            by_due=tab in BY_DUE,
        )
    return worklists.page(scope, at=at, cursor=cursor)


def counts(department_id: int) -> dict[Tab, int]:
    """How much waits on the tabs that ask for work, COUNT_TO at the most each."""
    return {
        Tab.TO_SIGN: bounded.count(_led(department_id, Tab.TO_SIGN), COUNT_TO),
        Tab.HANDLING: bounded.count(_led(department_id, Tab.HANDLING), COUNT_TO),
        Tab.HELPING: bounded.count(_helped(department_id), COUNT_TO),
        Tab.HUNG: bounded.count(_led(department_id, Tab.HUNG), COUNT_TO),
    }


def _led(department_id: int, tab: Tab) -> Select[int]:
    return select(Ticket.id).where(
        Ticket.lead_department_id == department_id, Ticket.stage.in_(STAGES[tab])
    )


def _helped(department_id: int) -> Select[int]:
    return (
        select(Assignment.id)
        .join(Ticket, Ticket.id == Assignment.ticket_id)
        .where(
            Assignment.department_id == department_id,
            Assignment.ended_at.is_(None),
            Assignment.is_lead.is_(False),
            Ticket.stage.in_(STAGES[Tab.HELPING]),
        )
    )


def has_open_return(ticket_id: int) -> bool:
    """Whether a return of this ticket waits for its decision (退单审核中)."""
    query = select(MotionRow.id).where(
        MotionRow.ticket_id == ticket_id,
        MotionRow.kind == Motion.RETURN,
        MotionRow.state == MotionState.OPEN,
    )
    return db.session.scalar(query.limit(1)) is not None


def takes_part(ticket_id: int, actor: Actor) -> bool:
    """Whether the actor's unit leads the ticket or helps with it now."""
    query = select(Assignment.id).where(
        Assignment.ticket_id == ticket_id,
        Assignment.department_id == actor.department_id,
        Assignment.ended_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None
