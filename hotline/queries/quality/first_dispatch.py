"""首次派单: one row a ticket, whom it went to first, by whom, and whether that stuck (一次派单).

The base of every figure of dispatch quality; the time base is an index of its own
(ix_assignment_lead_dispatched).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from hotline.domain.identity import SYSTEM
from hotline.domain.motions import Motion, MotionState
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Term
from hotline.models import Assignment, MotionRow, Ticket

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, ScalarSelect, Select

    from hotline.queries.indicators import Period

TAKEN_BACK = ("退单", "改派")
"""Why a lead ended when the hotline took the ticket away: an agreed return, or another unit."""
LEVELS = (2, 4, 6)
"""How many digits a category's code has on each level."""
First = aliased(Assignment, name="first")


class Sender(Term):
    """Who dispatched first."""

    MACHINE = "machine", "系统自动派单"
    PERSON = "person", "分派员派单"


class Judged(Term):
    """What became of a first dispatch."""

    RIGHT = "right", "一次派准"
    WRONG = "wrong", "派错"
    OPEN = "open", "尚无定论"
    LEFT_OUT = "left_out", "不计（撤单、并单）"


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrow:
    """What the figures are narrowed to; every field left out narrows nothing."""

    category: str = ""
    unit_id: int | None = None
    sender: Sender | None = None


def leads_of(ticket_id: Any) -> tuple[Any, ColumnElement[bool]]:  # noqa: ANN401 - a mapped column
    """Another alias of the assignments and the condition that they led this ticket."""
    other = aliased(Assignment)
    return other, and_(other.ticket_id == ticket_id, other.is_lead.is_(True))


def is_first() -> ColumnElement[bool]:
    """Whether no lead came before."""
    earlier, is_lead = leads_of(First.ticket_id)
    return ~exists().where(is_lead, earlier.id < First.id)


def was_moved() -> ColumnElement[bool]:
    """Whether the hotline took the ticket from its first unit; never unknown.

    What is unknown does not spare the database from looking at the other side of an "and".
    """
    return func.coalesce(First.end_reason, "").in_(TAKEN_BACK)


def stuck_with() -> ScalarSelect[int]:
    """The unit whose lead, after the first, was not taken back: where the ticket belonged.

    Empty as long as nobody has it, or for good when the ticket went elsewhere. The first unit
    itself where a ruling gave the ticket back to it: then the first dispatch was right.
    """
    later, is_lead = leads_of(First.ticket_id)
    holds = or_(later.end_reason.is_(None), later.end_reason.not_in(TAKEN_BACK))
    return (
        select(later.department_id)
        .where(is_lead, later.id > First.id, holds)
        .order_by(later.id)
        .limit(1)
        .correlate(First)
        .scalar_subquery()
    )


def is_wrong() -> ColumnElement[bool]:
    """Whether the first unit was changed: agreed return, redispatch or ruling for another one."""
    return and_(was_moved(), func.coalesce(stuck_with(), 0) != First.department_id)


def _judged(settled_until: datetime) -> ColumnElement[str]:
    """Right and wrong are told only when no return is possible any more, so that both are known.

    Returns come within a working day and answers within five: were wrong ones counted at once, the
    newest days would look worse than they are.
    """
    asks_back = exists().where(
        MotionRow.ticket_id == First.ticket_id,
        MotionRow.kind == Motion.RETURN,
        MotionRow.state == MotionState.OPEN,
    )
    left = or_(Ticket.master_id.is_not(None), Ticket.outcome == Outcome.WITHDRAWN)
    return case(
        (First.dispatched_at > settled_until, literal(Judged.OPEN.value)),
        (is_wrong(), literal(Judged.WRONG.value)),
        (left, literal(Judged.LEFT_OUT.value)),
        (asks_back, literal(Judged.OPEN.value)),
        else_=literal(Judged.RIGHT.value),
    )


def facts(period: Period, settled_until: datetime, narrow: Narrow) -> Select[*tuple[Any, ...]]:
    """First dispatches of a period: key, ticket_id, unit_id, sent_at, sender, code, judged, to_id.

    ``is_moved``: taken back from the first unit; ``to_id``: where it went then. Imported tickets
    were dispatched by another system and are not among them.
    """
    moved = and_(was_moved(), func.coalesce(stuck_with(), 0) != First.department_id)
    query = (
        select(
            First.id.label("key"),
            First.ticket_id.label("ticket_id"),
            First.department_id.label("unit_id"),
            First.dispatched_at.label("sent_at"),
            case(
                (First.dispatched_by == SYSTEM.name, literal(Sender.MACHINE.value)),
                else_=literal(Sender.PERSON.value),
            ).label("sender"),
            func.coalesce(Ticket.category_code, "").label("code"),
            _judged(settled_until).label("judged"),
            case((moved, 1), else_=0).label("is_moved"),
            case((was_moved(), stuck_with()), else_=None).label("to_id"),
        )
        .join(Ticket, Ticket.id == First.ticket_id)
        .where(
            First.is_lead.is_(True),
            First.dispatched_at >= period.since,
            First.dispatched_at < period.until,
            Ticket.dispatched_at.is_not(None),
            is_first(),
        )
    )
    return query.where(*_within(narrow))


def _within(narrow: Narrow) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if narrow.category:
        found.append(Ticket.category_code.startswith(narrow.category, autoescape=True))
    if narrow.unit_id is not None:
        found.append(First.department_id == narrow.unit_id)
    if narrow.sender is Sender.MACHINE:
        found.append(First.dispatched_by == SYSTEM.name)
    elif narrow.sender is Sender.PERSON:
        found.append(First.dispatched_by != SYSTEM.name)
    return found
