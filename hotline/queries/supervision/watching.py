"""The lists behind the figures: open clocks and tickets, the earliest due first (督办清单)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

import sla
from hotline.db import db
from hotline.domain.terms import Mark, Urgency
from hotline.models import Area, Assignment, Category, Deadline, Department, Ticket
from hotline.queries import bounded, office
from hotline.queries.supervision import causes
from hotline.queries.supervision.causes import LateCause
from hotline.queries.supervision.scope import SCANNED, Lamp, Scope, clocks, first_due

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select, Subquery

    from hotline.domain.lifecycle import Stage
    from hotline.queries.supervision.scope import Clocks

PAGE = 30
PAUSED = "暂停计时"


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchLine:
    """One open clock with its ticket, the unit that holds it and why it is not done.

    ``first_due_at``: what was due before it was extended or counted anew, if that differs.
    """

    ticket_id: int
    ticket_no: str
    title: str
    stage: Stage
    urgency: Urgency
    marks: tuple[str, ...]
    unit: str
    person: str
    cause: LateCause
    category: str
    area: str
    round: int
    due_at: datetime
    first_due_at: datetime | None
    lamp: str
    remaining: str


@dataclass(frozen=True, slots=True)
class WatchPage:
    """Lines and the cursor of the next page.

    ``is_partial``: so many clocks were looked through that the search stopped before the page was
    full; the cursor goes on from there.
    """

    lines: list[WatchLine]
    next_cursor: str | None
    is_partial: bool = False


def page(scope: Scope, *, at: datetime, cursor: str | None = None) -> WatchPage:
    """One page of open clocks, the earliest due first. Raises Invalid for a wrong cursor.

    What the index does not know (person, cause, category, mark, yellow) is looked for among the
    next SCANNED clocks; where these are over, the cursor leads on.
    """
    query = clocks(scope, at)
    if cursor:
        due, row_id = bounded.read_moment_cursor(cursor)
        later = and_(Deadline.due_at == due, Deadline.id > row_id)
        query = query.where(or_(Deadline.due_at > due, later))
    first = first_due(query, PAGE + 1 if scope.is_plain else SCANNED)
    rows = db.session.execute(_columns(scope, first, at).limit(PAGE + 1)).all()
    lines = [_line(row, at) for row in rows[:PAGE]]
    if len(rows) > PAGE:
        return WatchPage(lines, bounded.moment_cursor(rows[PAGE - 1].due_at, rows[PAGE - 1].id))
    last = None if scope.is_plain else _last_looked_at(query)
    return WatchPage(lines, last, is_partial=last is not None)


def _last_looked_at(query: Clocks) -> str | None:
    """Where a search that found too few stopped, if it did before the end."""
    rest = query.order_by(Deadline.due_at, Deadline.id).offset(SCANNED - 1).limit(2)
    rows = db.session.execute(rest).all()
    return bounded.moment_cursor(rows[0].due_at, rows[0].id) if len(rows) > 1 else None


def _columns(scope: Scope, first: Subquery, at: datetime) -> Select[*tuple[Any, ...]]:
    cause, person = causes.cause(scope.clock, first), causes.person()
    query = (
        select(
            first.c.id,
            first.c.due_at,
            Deadline,
            Ticket,
            Department.short_name.label("unit"),
            Department.code.label("unit_code"),
            Category.name.label("category"),
            Area.name.label("area"),
            cause.label("cause"),
            person.label("person"),
        )
        .select_from(first)
        .join(Deadline, Deadline.id == first.c.id)
        .join(Ticket, Ticket.id == first.c.ticket_id)
        .outerjoin(Assignment, causes.is_lead_of(first))
        .outerjoin(Department, Department.id == first.c.department_id)
        .outerjoin(Category, Category.code == Ticket.category_code)
        .outerjoin(Area, Area.code == Ticket.area_code)
        .order_by(first.c.due_at, first.c.id)
    )
    return query.where(*_narrowed(scope, first, at, cause, person))


def _narrowed(
    scope: Scope,
    first: Subquery,
    at: datetime,
    cause: ColumnElement[str],
    person: ColumnElement[str],
) -> list[ColumnElement[bool]]:
    wanted = []
    if scope.lamp is Lamp.SUPERVISED:
        wanted.append(_has(Mark.SUPERVISED))
    if scope.lamp is Lamp.SOON:
        wanted.append(first.c.yellow_at <= at)
    if scope.mark is not None:
        wanted.append(_has(scope.mark))
    if scope.cause is not None:
        wanted.append(cause == scope.cause.value)
    if scope.person:
        wanted.append(person == scope.person)
    if scope.category_code:
        wanted.append(Ticket.category_code.startswith(scope.category_code, autoescape=True))
    return wanted


def _has(mark: Mark) -> ColumnElement[bool]:
    has: ColumnElement[bool] = Ticket.marks.cast(db.Text).contains(f'"{mark.value}"')
    return has


def _line(row: Row[*tuple[Any, ...]], at: datetime) -> WatchLine:
    ticket: Ticket = row.Ticket
    clock: Deadline = row.Deadline
    calendar = office.calendar(ticket.area_code, row.unit_code)
    is_paused = clock.paused_at is not None
    return WatchLine(
        ticket_id=ticket.id,
        ticket_no=ticket.ticket_no,
        title=ticket.title,
        stage=ticket.stage,
        urgency=ticket.urgency,
        marks=tuple(Mark(m).label for m in ticket.marks),
        unit=row.unit or "",
        person=row.person,
        cause=LateCause(row.cause),
        category=row.category or "",
        area=row.area or "",
        round=ticket.round,
        due_at=clock.due_at,
        first_due_at=clock.first_due_at if clock.first_due_at != clock.due_at else None,
        lamp="paused" if is_paused else _lamp(clock, at),
        remaining=PAUSED if is_paused else _left(clock, calendar, at),
    )


def _lamp(clock: Deadline, at: datetime) -> str:
    return str(sla.lamp(at, yellow_at=clock.yellow_at, due=clock.due_at))


def _left(clock: Deadline, calendar: sla.Calendar, at: datetime) -> str:
    return sla.remaining(calendar, at, clock.due_at, unit=sla.Unit(clock.unit))


@dataclass(frozen=True, slots=True)
class Brief:
    """A ticket in one line."""

    id: int
    ticket_no: str
    title: str
    unit: str


def briefs(ticket_ids: Sequence[int]) -> list[Brief]:
    """Name some tickets with the units that hold them."""
    query = (
        select(Ticket.id, Ticket.ticket_no, Ticket.title, Department.short_name)
        .outerjoin(Department, Department.id == Ticket.lead_department_id)
        .where(Ticket.id.in_(ticket_ids))
        .order_by(Ticket.id)
    )
    return [Brief(*row[:3], row[3] or "待派单") for row in db.session.execute(query)]


def names(scope: Scope) -> tuple[str, str]:
    """Name the unit and the category of a scope, for the heading of its list."""
    unit = select(Department.short_name).where(Department.code == scope.unit_code)
    category = select(Category.name).where(Category.code == scope.category_code)
    return (
        (db.session.scalar(unit) or "") if scope.unit_code else "",
        (db.session.scalar(category) or "") if scope.category_code else "",
    )
