"""待办列表: one page of tickets for a desk, by keyset, with lamp and time left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, exists, func, or_, select

import sla
from hotline.db import db
from hotline.domain import numbering
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Clock, Kind, Mark, Urgency
from hotline.models import Area, Assignment, Category, Deadline, Department, Ticket
from hotline.queries import bounded, office

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

PAGE = 20
OPEN = (
    Stage.REGISTERED,
    Stage.SUPPLEMENTING,
    Stage.TO_DISPATCH,
    Stage.DISPATCHED,
    Stage.HANDLING,
    Stage.HUNG,
    Stage.REVIEWING,
    Stage.CALLBACK,
)
FRONT = (Stage.REGISTERED, Stage.SUPPLEMENTING, Stage.TO_DISPATCH)
PRESSING = case(
    (and_(Ticket.stage.in_(FRONT), Ticket.dispatched_at.is_(None)), Clock.DISPATCH.value),
    (Ticket.stage == Stage.CALLBACK, Clock.CALLBACK.value),
    else_=Clock.HANDLE.value,
)
"""Which clock presses where a ticket is now: dispatch, handle (a return stops it not), callback."""
PAUSED = "paused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What a list shows; every field left out does not filter."""

    stages: Sequence[Stage] = ()
    department_id: int | None = None
    helping_id: int | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    mark: Mark | None = None
    citizen_id: int | None = None
    channel: str | None = None
    area_code: str | None = None
    is_overdue_at: datetime | None = None
    words: str | None = None
    registered_by: int | None = None
    registered_since: datetime | None = None
    by_due: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One ticket in a list.

    ``lamp``: green, yellow, red, paused, or empty where no clock runs; ``clock`` names the one
    that presses, ``remaining`` says how much time it has left, in the office hours of its unit.
    """

    id: int
    ticket_no: str
    title: str
    kind: Kind
    stage: Stage
    urgency: Urgency
    marks: tuple[str, ...]
    area: str
    unit: str
    category: str
    registered_at: datetime
    due_at: datetime | None
    lamp: str
    round: int
    clock: Clock | None = None
    remaining: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines and the cursor of the next page, None at the end."""

    lines: list[Line]
    next_cursor: str | None


def page(scope: Scope, *, at: datetime, cursor: str | None = None, limit: int = PAGE) -> Page:
    """One page, newest first, or the earliest due first with ``by_due``.

    No page counts all rows: peers' lists died of that (peers.md 4). Raises Invalid for a cursor
    that is not ours.
    """
    deadline = _is_of_ticket(Clock.HANDLE)
    query = select(Ticket, Deadline, Department, Area, Category)
    if scope.by_due or scope.is_overdue_at is not None:
        query = query.join(Deadline, deadline).where(Deadline.stopped_at.is_(None))
        query = _from_cursor(_filtered(query, scope), scope, cursor)
    else:
        # The page's tickets first: of thousands that match, only these few are joined.
        few = _from_cursor(_filtered(select(Ticket.id), scope), scope, cursor).limit(limit + 1)
        query = query.outerjoin(Deadline, _is_of_ticket(PRESSING))
        query = query.where(Ticket.id.in_(few.correlate(None)))
        query = query.order_by(Ticket.id.desc())
    query = (
        query.outerjoin(Department, Department.id == Ticket.lead_department_id)
        .outerjoin(Area, Area.code == Ticket.area_code)
        .outerjoin(Category, Category.code == Ticket.category_code)
    )
    rows = db.session.execute(query.limit(limit + 1)).all()
    lines = [_line(row, at) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(lines, _cursor(lines[-1], scope) if more else None)


def _is_of_ticket(clock: Clock | ColumnElement[str]) -> ColumnElement[bool]:
    return and_(
        Deadline.ticket_id == Ticket.id, Deadline.clock == clock, Deadline.round == Ticket.round
    )


def _filtered(query: Select, scope: Scope) -> Select:  # type: ignore[type-arg]
    if scope.stages:
        query = query.where(Ticket.stage.in_(list(scope.stages)))
    simple = {
        Ticket.lead_department_id: scope.department_id,
        Ticket.kind: scope.kind,
        Ticket.urgency: scope.urgency,
        Ticket.citizen_id: scope.citizen_id,
        Ticket.channel: scope.channel,
        Ticket.registered_by: scope.registered_by,
    }
    for column, value in simple.items():
        if value is not None:
            query = query.where(column == value)
    return query.where(*_conditions(scope))


def _conditions(scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.registered_since is not None:
        yield Ticket.registered_at >= scope.registered_since
    if scope.area_code:
        yield Ticket.area_code.startswith(scope.area_code)
    if scope.helping_id is not None:
        yield _helps(scope.helping_id)
    if scope.is_overdue_at is not None:
        yield Deadline.due_at < scope.is_overdue_at
        yield Deadline.paused_at.is_(None)
    if scope.mark is not None:
        yield Ticket.marks.cast(db.Text).contains(f'"{scope.mark.value}"')
    if scope.words:
        yield _matches(scope.words.strip())


def _helps(department_id: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - an SQL clause
    return exists().where(
        Assignment.ticket_id == Ticket.id,
        Assignment.department_id == department_id,
        Assignment.is_lead.is_(False),
        Assignment.ended_at.is_(None),
    )


def _matches(words: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - an SQL clause
    if words.isascii() and words.isdigit() and len(words) >= 6:  # noqa: PLR2004 - a number's end
        return _is_numbered(words)
    spoken = Ticket.title.contains(words, autoescape=True)
    if len(words) > 1 and db.session.get_bind().dialect.name == "postgresql":
        # The index of pairs (ix_ticket_title_pairs) finds candidates; SQLite reads all titles.
        has_pairs = func.text_pairs(Ticket.title).op("@>")(func.text_pairs(words))
        return and_(has_pairs, spoken)
    return spoken


def _is_numbered(digits: str) -> ColumnElement[bool]:
    """Match a ticket number or its end; an end is found by the ids it can come from.

    No index helps to find how a text ends, and a million numbers read one by one take a second.
    """
    if len(digits) >= numbering.LENGTH:
        return Ticket.ticket_no == digits
    first, step = numbering.serials_ending(digits)
    newest = db.session.scalar(select(func.max(Ticket.id))) or 0
    return and_(Ticket.id.in_(range(first, newest + 1, step)), Ticket.ticket_no.endswith(digits))


def _from_cursor(query: Select, scope: Scope, cursor: str | None) -> Select:  # type: ignore[type-arg]
    by_due = scope.by_due or scope.is_overdue_at is not None
    if cursor:
        due, ticket_id = bounded.read_moment_cursor(cursor)
        if by_due:
            query = query.where(
                or_(Deadline.due_at > due, and_(Deadline.due_at == due, Ticket.id > ticket_id))
            )
        else:
            query = query.where(Ticket.id < ticket_id)
    if by_due:
        return query.order_by(Deadline.due_at, Ticket.id)
    return query.order_by(Ticket.id.desc())


def _cursor(line: Line, scope: Scope) -> str:
    by_due = scope.by_due or scope.is_overdue_at is not None
    if by_due and line.due_at:
        return bounded.moment_cursor(line.due_at, line.id)
    return f"0-{line.id}"


def _line(row: tuple, at: datetime) -> Line:  # type: ignore[type-arg]
    ticket, clock, unit, area, category = row
    is_shown = clock is not None and clock.stopped_at is None and ticket.stage in OPEN
    return Line(
        id=ticket.id,
        ticket_no=ticket.ticket_no,
        title=ticket.title,
        kind=ticket.kind,
        stage=ticket.stage,
        urgency=ticket.urgency,
        marks=tuple(Mark(m).label for m in ticket.marks),
        area=area.name if area else "",
        unit=unit.short_name if unit else "",
        category=category.name if category else "",
        registered_at=ticket.registered_at,
        due_at=clock.due_at if clock else None,
        lamp=_lamp(clock, at) if is_shown else "",
        round=ticket.round,
        clock=clock.clock if clock else None,
        remaining=_left(clock, ticket.area_code, unit, at) if is_shown else "",
    )


def _lamp(clock: Deadline, at: datetime) -> str:
    if clock.paused_at is not None:
        return PAUSED
    return str(sla.lamp(at, yellow_at=clock.yellow_at, due=clock.due_at))


def _left(clock: Deadline, area_code: str | None, unit: Department | None, at: datetime) -> str:
    if clock.paused_at is not None:
        return "暂停计时"
    is_units = clock.clock is Clock.HANDLE and unit is not None
    calendar = office.calendar(area_code, unit.code if unit and is_units else None)
    return sla.remaining(calendar, at, clock.due_at, unit=sla.Unit(clock.unit))
