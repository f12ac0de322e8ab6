"""One hot topic (热点详情): its tickets page by page, its areas, the ticket that stands for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.lifecycle import TRANSITIONS, Action, Stage
from hotline.domain.topic_rules import topic_rules
from hotline.models import Area, Department, Ticket, TopicRow, TopicTicket
from hotline.queries import bounded
from hotline.queries.topics.listing import TopicLine, lines_of
from hotline.queries.worklists import OPEN

if TYPE_CHECKING:
    from datetime import datetime

PAGE = 20
MOST_AREAS = 8
MERGEABLE = frozenset(rule.stage for rule in TRANSITIONS if rule.action is Action.MERGE)
"""Where a ticket may still be merged into another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicTicketLine:
    """A ticket of a topic; whoever called stays unnamed. ``likeness``: to the topic, 0 to 1."""

    id: int
    ticket_no: str
    title: str
    stage: Stage
    unit: str
    area: str
    marks: tuple[str, ...]
    at: datetime
    likeness: float
    master_no: str | None
    is_mergeable: bool
    is_confidential: bool


@dataclass(frozen=True, slots=True)
class TopicTicketPage:
    """Lines, newest first, and the cursor of the next page."""

    lines: list[TopicTicketLine]
    next_cursor: str | None


def topic(topic_id: int) -> TopicLine:
    """One topic by its number, or the one it became part of. Raises NotFound."""
    seen: set[int] = set()
    row = db.session.get(TopicRow, topic_id) if topic_id <= bounded.LARGEST_ID else None
    while row is not None and row.merged_into_id is not None and row.id not in seen:
        seen.add(row.id)
        row = db.session.get(TopicRow, row.merged_into_id)
    if row is None or row.counted_at is None:
        raise NotFound("没有这个热点，可能已并入其他热点或尚未统计，请回到热点列表")
    return lines_of([row])[0]


def tickets(topic_id: int, *, cursor: str | None = None, limit: int = PAGE) -> TopicTicketPage:
    """A page of a topic's tickets, newest first. Raises Invalid for a cursor that is not ours."""
    query = _members(topic_id).order_by(TopicTicket.at.desc(), Ticket.id.desc())
    if cursor:
        moment, last = bounded.read_moment_cursor(cursor)
        older = and_(TopicTicket.at == moment, Ticket.id < last)
        query = query.where(or_(TopicTicket.at < moment, older))
    rows = db.session.execute(query.limit(limit + 1)).all()
    lines = [_line(row) for row in rows[:limit]]
    more = len(rows) > limit
    return TopicTicketPage(
        lines, bounded.moment_cursor(lines[-1].at, lines[-1].id) if more else None
    )


def _members(topic_id: int) -> Any:  # noqa: ANN401 - a select of many columns
    master = select(Ticket.id, Ticket.ticket_no).subquery("master")
    return (
        select(
            Ticket.id,
            Ticket.ticket_no,
            Ticket.title,
            Ticket.stage,
            Ticket.marks,
            Ticket.confidential,
            TopicTicket.at,
            TopicTicket.likeness,
            Department.short_name,
            Area.name,
            master.c.ticket_no.label("master_no"),
        )
        .join(TopicTicket, TopicTicket.ticket_id == Ticket.id)
        .outerjoin(Department, Department.id == Ticket.lead_department_id)
        .outerjoin(Area, Area.code == Ticket.area_code)
        .outerjoin(master, master.c.id == Ticket.master_id)
        .where(TopicTicket.topic_id == topic_id)
    )


def _line(row: Any) -> TopicTicketLine:  # noqa: ANN401 - a row of the select above
    return TopicTicketLine(
        id=row.id,
        ticket_no=row.ticket_no,
        title=row.title,
        stage=row.stage,
        unit=row.short_name or "",
        area=row.name or "",
        marks=tuple(row.marks),
        at=row.at,
        likeness=row.likeness,
        master_no=row.master_no,
        is_confidential=row.confidential,
        is_mergeable=row.stage in MERGEABLE and row.master_no is None,
    )


def master_no(topic_id: int) -> str | None:
    """Which open ticket stands for the topic: the one most were merged into, else the oldest."""
    merged = select(func.count()).where(Ticket.master_id == TopicTicket.ticket_id)
    query = (
        select(Ticket.ticket_no)
        .join(TopicTicket, TopicTicket.ticket_id == Ticket.id)
        .where(
            TopicTicket.topic_id == topic_id,
            Ticket.stage.in_(OPEN),
            Ticket.master_id.is_(None),
        )
        .order_by(merged.correlate(TopicTicket).scalar_subquery().desc(), TopicTicket.at, Ticket.id)
    )
    return db.session.scalar(query.limit(1))


def areas(topic_id: int, *, at: datetime) -> list[tuple[str, int]]:
    """From which streets or districts the tickets of the window come, most first."""
    count = func.count()
    query = (
        select(Area.name, count)
        .join(Ticket, Ticket.area_code == Area.code)
        .join(TopicTicket, TopicTicket.ticket_id == Ticket.id)
        .where(TopicTicket.topic_id == topic_id, TopicTicket.at >= at - topic_rules().window)
        .group_by(Area.code, Area.name)
        .order_by(count.desc(), Area.code)
    )
    return list(db.session.execute(query.limit(MOST_AREAS)).all())


def ids_of(topic_id: int, ticket_nos: set[str]) -> dict[str, int]:
    """Which of these numbers are tickets of the topic, and their ids."""
    query = (
        select(Ticket.ticket_no, Ticket.id)
        .join(TopicTicket, TopicTicket.ticket_id == Ticket.id)
        .where(TopicTicket.topic_id == topic_id, Ticket.ticket_no.in_(ticket_nos))
    )
    return dict(db.session.execute(query).all())
