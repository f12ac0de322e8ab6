"""Whom to call now (回访清单): open callbacks by due time, with what was promised and replied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

import sla
from hotline.db import db
from hotline.domain.identity import mask_name
from hotline.domain.terms import Clock, Kind, Term
from hotline.models import (
    Callback,
    CallbackAttempt,
    Citizen,
    Deadline,
    Department,
    Ticket,
)
from hotline.queries import bounded, office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select

    _Found = Select[Callback, Ticket, str, datetime, Citizen]

PAGE = 20
COUNT_TO = 1000
SNIPPET = 60
"""Characters of the reply in the list; the whole of it stands on the ticket page."""


class Tab(Term):
    """The lists of the callback desk."""

    OPEN = "open", "待回访"
    RETRY = "retry", "再次拨打"
    SAMPLE = "sample", "抽样"
    DONE = "done", "已完成"


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackLine:
    """One citizen to call, and what the call is about."""

    ticket_no: str
    title: str
    kind: Kind
    round: int
    unit: str
    caller: str
    reply: str
    promised_at: datetime | None
    is_sample: bool
    attempts: int
    last_try_at: datetime | None
    due_at: datetime
    done_at: datetime | None
    lamp: str
    remaining: str


@dataclass(frozen=True, slots=True)
class CallbackPage:
    """Lines and the cursor of the next page."""

    lines: list[CallbackLine]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackCounts:
    """How the desk stands, COUNT_TO at the most each."""

    open: int
    due_today: int
    overdue: int
    retry: int
    done_today: int


def page(tab: Tab, *, at: datetime, cursor: str | None = None) -> CallbackPage:
    """One page: the earliest due first, what is done newest first (index ix_callback_open).

    Raises Invalid for a cursor that is not ours.
    """
    query = _columns().where(_belongs(tab))
    query = _newest_done(query, cursor) if tab is Tab.DONE else _earliest_due(query, cursor)
    rows = db.session.execute(query.limit(PAGE + 1)).all()
    tries = _last_tries([row[0].id for row in rows])
    lines = [_line(row, tries, at) for row in rows[:PAGE]]
    if len(rows) <= PAGE:
        return CallbackPage(lines, None)
    last: Callback = rows[PAGE - 1][0]
    moment = last.done_at if tab is Tab.DONE and last.done_at else last.due_at
    return CallbackPage(lines, bounded.moment_cursor(moment, last.id))


def _columns() -> _Found:
    clock = and_(
        Deadline.ticket_id == Callback.ticket_id,
        Deadline.round == Callback.round,
        Deadline.clock == Clock.CALLBACK,
    )
    return (
        select(Callback, Ticket, Department.short_name, Deadline.yellow_at, Citizen)
        .join(Ticket, Ticket.id == Callback.ticket_id)
        .outerjoin(Department, Department.id == Ticket.lead_department_id)
        .outerjoin(Deadline, clock)
        .outerjoin(Citizen, Citizen.id == Ticket.citizen_id)
    )


def _belongs(tab: Tab) -> ColumnElement[bool]:
    is_open = Callback.done_at.is_(None)
    return {
        Tab.OPEN: is_open,
        Tab.RETRY: and_(is_open, Callback.attempts > 0),
        Tab.SAMPLE: and_(is_open, Callback.is_sample),
        Tab.DONE: Callback.done_at.is_not(None),
    }[tab]


def _earliest_due(query: _Found, cursor: str | None) -> _Found:
    if cursor:
        due, row_id = bounded.read_moment_cursor(cursor)
        later = and_(Callback.due_at == due, Callback.id > row_id)
        query = query.where(or_(Callback.due_at > due, later))
    return query.order_by(Callback.due_at, Callback.id)


def _newest_done(query: _Found, cursor: str | None) -> _Found:
    if cursor:
        done, row_id = bounded.read_moment_cursor(cursor)
        earlier = and_(Callback.done_at == done, Callback.id < row_id)
        query = query.where(or_(Callback.done_at < done, earlier))
    return query.order_by(Callback.done_at.desc(), Callback.id.desc())


def _last_tries(callback_ids: Sequence[int]) -> dict[int, datetime]:
    query = (
        select(CallbackAttempt.callback_id, CallbackAttempt.at)
        .where(CallbackAttempt.callback_id.in_(callback_ids))
        .order_by(CallbackAttempt.id)
    )
    return dict(db.session.execute(query).all())


def _line(row: Row, tries: dict[int, datetime], at: datetime) -> CallbackLine:  # type: ignore[type-arg]
    callback, ticket, unit, yellow_at, citizen = row
    hidden = ticket.confidential or ticket.anonymous
    until = callback.done_at or at
    return CallbackLine(
        ticket_no=ticket.ticket_no,
        title=ticket.title,
        kind=ticket.kind,
        round=callback.round,
        unit=unit or "热线直接答复",
        caller="要求保密" if hidden else mask_name(citizen.name if citizen else None),
        reply=_snippet(ticket.reply),
        promised_at=ticket.promised_at,
        is_sample=callback.is_sample,
        attempts=callback.attempts,
        last_try_at=tries.get(callback.id),
        due_at=callback.due_at,
        done_at=callback.done_at,
        lamp=str(sla.lamp(until, yellow_at=yellow_at or callback.due_at, due=callback.due_at)),
        remaining=sla.remaining(office.calendar(), at, callback.due_at),
    )


def _snippet(reply: str | None) -> str:
    text = (reply or "").replace("\n", " ")
    return text if len(text) <= SNIPPET else text[:SNIPPET] + "…"


def counts(*, at: datetime) -> CallbackCounts:
    """How many wait, are due today or late, and how many were done today (local day)."""
    today = at.astimezone(sla.LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    is_open = select(Callback.id).where(Callback.done_at.is_(None))
    tonight = today + timedelta(days=1)
    return CallbackCounts(
        open=bounded.count(is_open, COUNT_TO),
        due_today=bounded.count(
            is_open.where(Callback.due_at >= at, Callback.due_at < tonight), COUNT_TO
        ),
        overdue=bounded.count(is_open.where(Callback.due_at < at), COUNT_TO),
        retry=bounded.count(is_open.where(Callback.attempts > 0), COUNT_TO),
        done_today=bounded.count(select(Callback.id).where(Callback.done_at >= today), COUNT_TO),
    )


def current(ticket_id: int) -> Callback | None:
    """Find the open callback of a ticket, if it has one."""
    query = select(Callback).where(Callback.ticket_id == ticket_id, Callback.done_at.is_(None))
    return db.session.scalar(query.order_by(Callback.id.desc()).limit(1))


def attempts(ticket_id: int) -> Sequence[CallbackAttempt]:
    """All calls made about a ticket, oldest first."""
    query = (
        select(CallbackAttempt)
        .join(Callback, Callback.id == CallbackAttempt.callback_id)
        .where(Callback.ticket_id == ticket_id)
        .order_by(CallbackAttempt.id)
    )
    return db.session.scalars(query).all()
