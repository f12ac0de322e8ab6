"""What one department leads, helps with and has answered (单位工作台)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Clock, Role, Term
from hotline.models import Assignment, Deadline, Department, Rating, Staff, Ticket
from hotline.queries import bounded, worklists

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

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


def takes_part(ticket_id: int, actor: Actor) -> bool:
    """Whether the actor's unit leads the ticket or helps with it now."""
    query = select(Assignment.id).where(
        Assignment.ticket_id == ticket_id,
        Assignment.department_id == actor.department_id,
        Assignment.ended_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class BadRating:
    """A bad rating that waits to be verified or put right, and until when (差评核实、整改)."""

    rating: Rating
    ticket: Ticket
    clock: Deadline


_OF_RATINGS = (Clock.VERIFY, Clock.CORRECT)


def bad_ratings(department_id: int) -> list[BadRating]:
    """What citizens were unhappy with and this unit answers for, the earliest due first."""
    query = (
        select(Rating, Ticket, Deadline)
        .join(Ticket, Ticket.id == Rating.ticket_id)
        .join(Deadline, Deadline.turn == Rating.id)
        .where(*_running(department_id), Deadline.ticket_id == Rating.ticket_id)
        .order_by(Deadline.due_at, Deadline.id)
        .limit(COUNT_TO)
    )
    return [BadRating(*row) for row in db.session.execute(query)]


def count_bad_ratings(department_id: int) -> int:
    """How many of them wait, COUNT_TO at the most."""
    return bounded.count(select(Deadline.id).where(*_running(department_id)), COUNT_TO)


def _running(department_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Deadline.department_id == department_id,
        Deadline.clock.in_(_OF_RATINGS),
        Deadline.stopped_at.is_(None),
    )


def possible_deputies(department_id: int, besides: int | None) -> list[tuple[int, str]]:
    """Who could stand in for a leader: colleagues of the unit and of the unit above."""
    above = select(Department.parent_id).where(Department.id == department_id)
    units = [department_id, *(unit for unit in db.session.scalars(above) if unit is not None)]
    query = (
        select(Staff.id, Staff.name, Staff.role, Department.short_name)
        .join(Department, Department.id == Staff.department_id)
        .where(
            Staff.department_id.in_(units),
            Staff.role.in_((Role.DEPARTMENT, Role.DEPARTMENT_LEAD)),
            Staff.is_active.is_(True),
        )
        .order_by(Staff.department_id.desc(), Staff.id)
    )
    return [
        (staff_id, f"{name}（{unit} {role.label}）")
        for staff_id, name, role, unit in db.session.execute(query)
        if staff_id != besides
    ]
