"""What runs late and where (督办监督): figures of open clocks, by unit and category, with lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, or_, select

import sla
from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion, MotionState
from hotline.domain.terms import Clock, Mark, Term, Urgency
from hotline.models import Callback, Category, Deadline, Department, MotionRow, Ticket
from hotline.queries import bounded, office

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row, Select, Subquery

    _Clocks = Select[int, int, int | None, datetime, datetime]

PAGE = 30
COUNT_TO = 10_000
"""Counts that the index alone answers stop here."""
SCANNED = 2000
"""So many open clocks, the earliest due first, are looked at for shares, marks and yellow lamps:
what is most late is always among them, and the page costs the same among a million tickets."""


class Lamp(Term):
    """Which open clocks a list shows."""

    OVERDUE = "overdue", "已超期"
    SOON = "soon", "将到期"
    TODAY = "today", "今日到期"
    SUPERVISED = "supervised", "督办中"
    OPEN = "open", "全部在办"


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """The tiles; figures stop at COUNT_TO, supervised and soon at SCANNED."""

    open: int
    due_today: int
    overdue: int
    soon: int
    supervised: int
    returns: int
    to_dispatch: int
    callbacks_due: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Open clocks of one unit or category, and how many of them are late or soon will be."""

    code: str
    name: str
    open: int
    overdue: int
    soon: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What the list shows: lamp, unit, category (any level)."""

    lamp: Lamp = Lamp.OVERDUE
    unit_code: str | None = None
    category_code: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchLine:
    """One running clock with its ticket and the unit that holds it."""

    ticket_id: int
    ticket_no: str
    title: str
    stage: Stage
    urgency: Urgency
    marks: tuple[str, ...]
    unit: str
    category: str
    round: int
    due_at: datetime
    lamp: str
    remaining: str


@dataclass(frozen=True, slots=True)
class WatchPage:
    """Lines and the cursor of the next page."""

    lines: list[WatchLine]
    next_cursor: str | None


_BY_INDEX = (Lamp.OVERDUE, Lamp.TODAY, Lamp.OPEN)
_SUPERVISED = Ticket.marks.cast(db.Text).contains(f'"{Mark.SUPERVISED.value}"')


def _tonight(at: datetime) -> datetime:
    day = at.astimezone(sla.LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


def _clocks(lamp: Lamp, at: datetime) -> _Clocks:
    """Select running clocks by what the index knows: clock and due time."""
    query = select(
        Deadline.id, Deadline.ticket_id, Deadline.department_id, Deadline.due_at, Deadline.yellow_at
    ).where(Deadline.clock == Clock.HANDLE, Deadline.stopped_at.is_(None))
    if lamp is Lamp.OVERDUE:
        return query.where(Deadline.due_at < at)
    if lamp is Lamp.TODAY:
        return query.where(Deadline.due_at >= at, Deadline.due_at < _tonight(at))
    return query.where(Deadline.due_at >= at) if lamp is Lamp.SOON else query


def _first(query: _Clocks, count: int = SCANNED) -> Subquery:
    """Take the clocks that are due first (ix_deadline_running_due)."""
    return query.order_by(Deadline.due_at, Deadline.id).limit(count).subquery()


def overview(*, at: datetime) -> Overview:
    """Count the tiles; no figure reads more than COUNT_TO entries of an index."""
    open_returns = select(MotionRow.id).where(
        MotionRow.state == MotionState.OPEN, MotionRow.kind == Motion.RETURN
    )
    waiting = select(Ticket.id).where(Ticket.stage == Stage.TO_DISPATCH)
    callbacks = select(Callback.id).where(
        Callback.done_at.is_(None), Callback.due_at < _tonight(at)
    )
    return Overview(
        open=_count(Lamp.OPEN, at),
        due_today=_count(Lamp.TODAY, at),
        overdue=_count(Lamp.OVERDUE, at),
        soon=bounded.count(_lit(Lamp.SOON, at), SCANNED),
        supervised=bounded.count(_lit(Lamp.SUPERVISED, at), SCANNED),
        returns=bounded.count(open_returns, COUNT_TO),
        to_dispatch=bounded.count(waiting, COUNT_TO),
        callbacks_due=bounded.count(callbacks, COUNT_TO),
    )


def _count(lamp: Lamp, at: datetime) -> int:
    """Count from the index alone: it holds the due times of running clocks."""
    return bounded.count(_clocks(lamp, at).with_only_columns(Deadline.due_at), COUNT_TO)


def _lit(lamp: Lamp, at: datetime) -> Select[int]:
    """Select what the index does not know (yellow lamp, mark) among the first clocks only."""
    first = _first(_clocks(lamp, at))
    query = select(first.c.id)
    if lamp is Lamp.SUPERVISED:
        return query.join(Ticket, Ticket.id == first.c.ticket_id).where(_SUPERVISED)
    return query.where(first.c.yellow_at <= at)


def by_unit(*, at: datetime, limit: int = 12) -> list[Share]:
    """Units with the most late clocks first, then the most that soon will be."""
    first = _first(_clocks(Lamp.OPEN, at))
    figures = _figures(first, at)
    query = (
        select(Department.code, Department.short_name, *figures)
        .select_from(first)
        .join(Department, Department.id == first.c.department_id)
        .group_by(Department.code, Department.short_name)
    )
    return _shares(query, figures, limit)


def by_category(*, at: datetime, limit: int = 15) -> list[Share]:
    """First-level categories of open clocks, those with late ones first."""
    first = _first(_clocks(Lamp.OPEN, at))
    figures = _figures(first, at)
    query = (
        select(Category.code, Category.name, *figures)
        .select_from(first)
        .join(Ticket, Ticket.id == first.c.ticket_id)
        .join(Category, Category.code == func.substr(Ticket.category_code, 1, 2))
        .group_by(Category.code, Category.name)
    )
    return _shares(query, figures, limit)


def _figures(first: Subquery, at: datetime) -> tuple[Any, Any, Any]:
    is_late = first.c.due_at < at
    is_soon = and_(first.c.due_at >= at, first.c.yellow_at <= at)
    return (
        func.count(),
        func.sum(case((is_late, 1), else_=0)),
        func.sum(case((is_soon, 1), else_=0)),
    )


def _shares(query: Select[Any], figures: tuple[Any, Any, Any], limit: int) -> list[Share]:
    total, late, soon = figures
    query = query.order_by(late.desc(), soon.desc(), total.desc()).limit(limit)
    rows = db.session.execute(query).all()
    return [
        Share(code=code, name=name, open=n, overdue=red, soon=yellow)
        for code, name, n, red, yellow in rows
    ]


def page(scope: Scope, *, at: datetime, cursor: str | None = None) -> WatchPage:
    """One page of running clocks, the earliest due first. Raises Invalid for a wrong cursor."""
    clocks = _clocks(scope.lamp, at)
    if scope.unit_code:
        unit = select(Department.id).where(Department.code == scope.unit_code)
        clocks = clocks.where(Deadline.department_id == unit.scalar_subquery())
    if cursor:
        due, row_id = bounded.read_moment_cursor(cursor)
        later = and_(Deadline.due_at == due, Deadline.id > row_id)
        clocks = clocks.where(or_(Deadline.due_at > due, later))
    is_plain = scope.lamp in _BY_INDEX and not scope.category_code
    first = _first(clocks, PAGE + 1 if is_plain else SCANNED)
    query = _columns(first)
    if scope.lamp is Lamp.SUPERVISED:
        query = query.where(_SUPERVISED)
    elif scope.lamp is Lamp.SOON:
        query = query.where(first.c.yellow_at <= at)
    if scope.category_code:
        query = query.where(Ticket.category_code.startswith(scope.category_code, autoescape=True))
    rows = db.session.execute(query.limit(PAGE + 1)).all()
    lines = [_line(row, at) for row in rows[:PAGE]]
    if len(rows) <= PAGE:
        return WatchPage(lines, None)
    return WatchPage(lines, bounded.moment_cursor(lines[-1].due_at, rows[PAGE - 1].id))


def _columns(first: Subquery) -> Select[*tuple[Any, ...]]:
    return (
        select(
            first.c.id,
            first.c.due_at,
            first.c.yellow_at,
            Ticket,
            Department.short_name.label("unit"),
            Category.name.label("category"),
        )
        .select_from(first)
        .join(Ticket, Ticket.id == first.c.ticket_id)
        .outerjoin(Department, Department.id == first.c.department_id)
        .outerjoin(Category, Category.code == Ticket.category_code)
        .order_by(first.c.due_at, first.c.id)
    )


def _line(row: Row[*tuple[Any, ...]], at: datetime) -> WatchLine:
    ticket: Ticket = row.Ticket
    return WatchLine(
        ticket_id=ticket.id,
        ticket_no=ticket.ticket_no,
        title=ticket.title,
        stage=ticket.stage,
        urgency=ticket.urgency,
        marks=tuple(Mark(m).label for m in ticket.marks),
        unit=row.unit or "",
        category=row.category or "",
        round=ticket.round,
        due_at=row.due_at,
        lamp=str(sla.lamp(at, yellow_at=row.yellow_at, due=row.due_at)),
        remaining=sla.remaining(office.calendar(), at, row.due_at),
    )


def names(scope: Scope) -> tuple[str, str]:
    """Name the unit and the category of a scope, for the heading of its list."""
    unit = select(Department.short_name).where(Department.code == scope.unit_code)
    category = select(Category.name).where(Category.code == scope.category_code)
    return (
        (db.session.scalar(unit) or "") if scope.unit_code else "",
        (db.session.scalar(category) or "") if scope.category_code else "",
    )
