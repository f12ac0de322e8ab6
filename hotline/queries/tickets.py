"""The whole of one ticket for a page or the API: facts, timeline, clocks (工单详情)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

import sla
from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.events import PUBLIC, Event
from hotline.domain.identity import mask_name, mask_phone
from hotline.domain.permissions import SEES_ALL_TICKETS
from hotline.domain.terms import Mark, Role
from hotline.models import (
    Area,
    Assignment,
    Attachment,
    Category,
    MotionRow,
    Rating,
    SuggestionRow,
    Ticket,
    TimelineEntry,
)
from hotline.queries import explaining, leaders, office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.queries.explaining import ClockStory

_Row = TypeVar("_Row")


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockView:
    """One clock as people read it, with its whole story."""

    story: ClockStory
    lamp: str
    remaining: str

    @property
    def label(self) -> str:
        """签收, 办理 …, with the round from the second on."""
        again = f"（第 {self.story.round} 次）" if self.story.round > 1 else ""
        return f"{self.story.clock.label}{again}"

    @property
    def is_stopped(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.story.stopped_at is not None

    @property
    def is_paused(self) -> bool:
        """Whether it stands still for now (补充材料、挂账)."""
        return self.story.paused_at is not None and not self.is_stopped


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketView:
    """Everything a staff page shows of a ticket; names and numbers are masked."""

    ticket: Ticket
    area: str
    category_path: str
    marks: tuple[str, ...]
    caller_name: str
    caller_phone: str
    timeline: Sequence[TimelineEntry]
    clocks: list[ClockView]
    assignments: Sequence[Assignment]
    motions: Sequence[MotionRow]
    ratings: Sequence[Rating]
    attachments: Sequence[Attachment]
    suggestion: SuggestionRow | None


def ticket_for(
    actor: Actor, *, ticket_no: str | None = None, ticket_id: int | None = None
) -> Ticket:
    """A ticket this actor may see; to everybody else it does not exist (raises NotFound)."""
    if ticket_id is not None:
        ticket = db.session.get(Ticket, ticket_id)
    else:
        ticket = db.session.scalar(select(Ticket).where(Ticket.ticket_no == ticket_no))
    if ticket is None or not _may_see(ticket, actor):
        raise NotFound("没有这张工单，或您无权查看")
    return ticket


def _may_see(ticket: Ticket, actor: Actor) -> bool:
    if actor.role in SEES_ALL_TICKETS or actor.role is Role.SYSTEM:
        return True
    if actor.department_id is None:
        return False
    if actor.department_id == ticket.lead_department_id:
        return True
    query = select(Assignment.id).where(
        Assignment.ticket_id == ticket.id, Assignment.department_id == actor.department_id
    )
    if db.session.scalar(query.limit(1)) is not None:
        return True
    return leaders.is_above(actor.department_id, ticket.lead_department_id)


def sees(actor: Actor, ticket_id: int) -> bool:
    """Whether this actor may open a ticket."""
    ticket = db.session.get(Ticket, ticket_id)
    return ticket is not None and _may_see(ticket, actor)


def view(ticket: Ticket, *, at: datetime) -> TicketView:
    """Gather one ticket in a fixed number of queries."""
    area = db.session.get(Area, ticket.area_code) if ticket.area_code else None
    citizen = ticket.citizen
    hidden = ticket.confidential or ticket.anonymous
    return TicketView(
        ticket=ticket,
        area=area_path(area),
        category_path=category_path(ticket.category_code),
        marks=tuple(Mark(m).label for m in ticket.marks),
        caller_name="要求保密" if hidden else mask_name(citizen.name if citizen else None),
        caller_phone="要求保密" if hidden else mask_phone(citizen.phone if citizen else None),
        timeline=_all(TimelineEntry, ticket.id),
        clocks=clocks(ticket, at=at),
        assignments=_all(Assignment, ticket.id),
        motions=_all(MotionRow, ticket.id),
        ratings=_all(Rating, ticket.id),
        attachments=_all(Attachment, ticket.id),
        suggestion=db.session.scalar(
            select(SuggestionRow)
            .where(SuggestionRow.ticket_id == ticket.id)
            .order_by(SuggestionRow.id.desc())
            .limit(1)
        ),
    )


def _all(model: type[_Row], ticket_id: int) -> Sequence[_Row]:
    query = select(model).where(model.ticket_id == ticket_id).order_by(model.id)  # type: ignore[attr-defined]
    return db.session.scalars(query).all()


def clocks(ticket: Ticket, *, at: datetime) -> list[ClockView]:
    """The clocks of a ticket, oldest first, with lamp and words."""
    calendar = office.calendar(ticket.area_code)
    return [_clock(story, calendar, at) for story in explaining.of(ticket, at=at)]


def _clock(story: ClockStory, calendar: sla.Calendar, at: datetime) -> ClockView:
    until = story.stopped_at or story.paused_at or at
    lamp = sla.lamp(until, yellow_at=story.yellow_at, due=story.due_at)
    words = sla.remaining(calendar, until, story.due_at)
    if story.stopped_at is not None:
        words = "超期完成" if story.is_late else "按时完成"
    elif story.paused_at is not None:
        words = f"暂停计时，{words}"
    return ClockView(story=story, lamp=str(lamp), remaining=words)


def category_path(code: str | None) -> str:
    """城乡建设 / 住房保障与房地产 from a code."""
    names: list[str] = []
    while code:
        category = db.session.get(Category, code)
        if category is None:
            break
        names.insert(0, category.name)
        code = category.parent_code
    return " / ".join(names)


def area_path(area: Area | None) -> str:
    """东湖区 湖滨街道 from a street."""
    if area is None:
        return ""
    parent = db.session.get(Area, area.parent_code) if area.parent_code else None
    return f"{parent.name} {area.name}" if parent and parent.level == "district" else area.name


def public_timeline(ticket: Ticket) -> list[TimelineEntry]:
    """What the citizen may read of the timeline."""
    return [entry for entry in _all(TimelineEntry, ticket.id) if Event(entry.event) in PUBLIC]
