"""What each indicator looks at: one row a matter, with whether it counts in the numerator (口径).

Every query gives the same columns: key, ticket_id, unit_id, hit (0 or 1), is_paused, began_at,
done_at, due_at. The time base stands in its where clause, always on an index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import and_, case, exists, literal, or_, select
from sqlalchemy.orm import aliased

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Clock, Mark
from hotline.models import Assignment, Deadline, MotionRow, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from hotline.queries.indicators.period import Period

    Matters: TypeAlias = Select[*tuple[Any, ...]]
    Query: TypeAlias = Callable[[Period, datetime], Matters]

_CLOSED = Ticket.stage.in_((Stage.CLOSED, Stage.ARCHIVED))
_WAS_SUPERVISED = or_(
    *(
        Ticket.marks.cast(db.Text).contains(f'"{mark.value}"')
        for mark in (Mark.SUPERVISED, Mark.RELEASED)
    )
)
_IS_SENT_TO = and_(
    Assignment.ticket_id == Deadline.ticket_id,
    Assignment.is_lead.is_(True),
    Assignment.dispatched_at == Deadline.started_at,
)
"""The dispatch a sign clock was started with: both carry the same moment."""


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _clocks(hit: ColumnElement[bool], done_at: Any = Deadline.stopped_at) -> Matters:  # noqa: ANN401 - a mapped column
    return select(
        Deadline.id.label("key"),
        Deadline.ticket_id.label("ticket_id"),
        Deadline.department_id.label("unit_id"),
        _one(hit).label("hit"),
        _one(Deadline.paused_at.is_not(None)).label("is_paused"),
        Deadline.started_at.label("began_at"),
        done_at.label("done_at"),
        Deadline.due_at.label("due_at"),
    )


def _of(clock: Clock, moment: Any, period: Period) -> ColumnElement[bool]:  # noqa: ANN401 - same
    """Clocks of a kind whose due moment or start lies in the period (ix_deadline_clock_…)."""
    return and_(Deadline.clock == clock, moment >= period.since, moment < period.until)


def _is_late(at: datetime) -> ColumnElement[bool]:
    """Stopped after its due moment, or past it and still running; the very moment is on time."""
    stopped, due = Deadline.stopped_at, Deadline.due_at
    return or_(stopped > due, and_(stopped.is_(None), due < at))


def _is_decided(at: datetime) -> ColumnElement[bool]:
    return or_(Deadline.stopped_at.is_not(None), Deadline.due_at < at)


def _signing(period: Period, at: datetime) -> Matters:
    signed = Assignment.signed_at
    return (
        _clocks(signed <= Deadline.due_at, signed)
        .join(Assignment, _IS_SENT_TO)
        .where(_of(Clock.SIGN, Deadline.due_at, period), or_(signed.is_not(None), _is_late(at)))
    )


def _signed(period: Period, at: datetime) -> Matters:
    return _signing(period, at).where(Assignment.signed_at.is_not(None))


def _contacting(period: Period, at: datetime) -> Matters:
    in_time = exists().where(
        Assignment.ticket_id == Deadline.ticket_id,
        Assignment.is_lead.is_(True),
        Assignment.round == Deadline.round,
        Assignment.contacted_at <= Deadline.due_at,
    )
    return _clocks(in_time).where(_of(Clock.CONTACT, Deadline.due_at, period), _is_decided(at))


def _handling(period: Period, at: datetime) -> Matters:
    return _clocks(Deadline.stopped_at <= Deadline.due_at).where(
        _of(Clock.HANDLE, Deadline.due_at, period), _is_decided(at)
    )


def _late(period: Period, at: datetime) -> Matters:
    return _clocks(_is_late(at)).where(_of(Clock.HANDLE, Deadline.due_at, period), _is_decided(at))


def _answered(period: Period, at: datetime) -> Matters:
    return _handling(period, at).where(Deadline.stopped_at.is_not(None))


def _first_dispatched(hit: ColumnElement[bool], period: Period) -> Matters:
    """Tickets first dispatched in the period, by the handle clock that began with it."""
    return (
        _clocks(hit, Ticket.closed_at)
        .join(Ticket, Ticket.id == Deadline.ticket_id)
        .where(_of(Clock.HANDLE, Deadline.started_at, period), Deadline.round == 1)
    )


def _closing(period: Period, _at: datetime) -> Matters:
    return _first_dispatched(_CLOSED, period)


def _supervised(period: Period, _at: datetime) -> Matters:
    return _first_dispatched(_WAS_SUPERVISED, period)


def _supervised_closed(period: Period, _at: datetime) -> Matters:
    last = aliased(Deadline)
    in_time = exists().where(
        last.ticket_id == Ticket.id,
        last.clock == Clock.HANDLE,
        last.round == Ticket.round,
        last.stopped_at <= last.due_at,
    )
    return _first_dispatched(and_(_CLOSED, in_time), period).where(_WAS_SUPERVISED)


def _tickets(hit: ColumnElement[bool]) -> Matters:
    return select(
        Ticket.id.label("key"),
        Ticket.id.label("ticket_id"),
        Ticket.lead_department_id.label("unit_id"),
        _one(hit).label("hit"),
        literal(0).label("is_paused"),
        Ticket.dispatched_at.label("began_at"),
        Ticket.closed_at.label("done_at"),
        Ticket.promised_at.label("due_at"),
    )


def _closed_in(hit: ColumnElement[bool], period: Period) -> Matters:
    """Tickets that a unit had and that were closed in the period (ix_ticket_closed_at)."""
    return _tickets(hit).where(
        Ticket.closed_at >= period.since,
        Ticket.closed_at < period.until,
        Ticket.dispatched_at.is_not(None),
    )


def _extended(period: Period, _at: datetime) -> Matters:
    granted = exists().where(
        MotionRow.ticket_id == Ticket.id,
        MotionRow.kind == Motion.EXTENSION,
        MotionRow.state == MotionState.GRANTED,
    )
    return _closed_in(granted, period)


def _redone(period: Period, _at: datetime) -> Matters:
    return _closed_in(Ticket.round > 1, period)


def _hung(_period: Period, _at: datetime) -> Matters:
    return _tickets(Ticket.stage == Stage.HUNG).where(Ticket.stage == Stage.HUNG)


def _returned(period: Period, _at: datetime) -> Matters:
    granted = exists().where(
        MotionRow.ticket_id == Deadline.ticket_id,
        MotionRow.kind == Motion.RETURN,
        MotionRow.state == MotionState.GRANTED,
        MotionRow.department_id == Assignment.department_id,
        MotionRow.filed_at >= Assignment.dispatched_at,
        or_(Assignment.ended_at.is_(None), MotionRow.filed_at <= Assignment.ended_at),
    )
    return (
        _clocks(granted, Assignment.ended_at)
        .join(Assignment, _IS_SENT_TO)
        .where(_of(Clock.SIGN, Deadline.started_at, period))
    )


def _refused(period: Period, _at: datetime) -> Matters:
    return (
        select(
            MotionRow.id.label("key"),
            MotionRow.ticket_id.label("ticket_id"),
            MotionRow.department_id.label("unit_id"),
            _one(MotionRow.state == MotionState.REFUSED).label("hit"),
            literal(0).label("is_paused"),
            MotionRow.filed_at.label("began_at"),
            MotionRow.decided_at.label("done_at"),
            Ticket.promised_at.label("due_at"),
        )
        .join(Ticket, Ticket.id == MotionRow.ticket_id)
        .where(
            MotionRow.kind == Motion.RETURN,
            MotionRow.filed_at >= period.since,
            MotionRow.filed_at < period.until,
        )
    )


QUERIES: dict[str, Query] = {
    "sign_on_time": _signing,
    "contact_on_time": _contacting,
    "close_on_time": _handling,
    "overdue": _late,
    "closed": _closing,
    "extended": _extended,
    "returned": _returned,
    "improper_return": _refused,
    "supervised": _supervised,
    "supervised_closed": _supervised_closed,
    "redone": _redone,
    "hung": _hung,
    "sign_hours": _signed,
    "handle_hours": _answered,
}
"""Which query counts which saved definition; a test holds the two lists against each other."""
