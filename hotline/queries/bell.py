"""The bell: notices to a department, to everybody of a role, or to one person (站内通知)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, union_all

from hotline.db import db
from hotline.models import Notice, Ticket
from hotline.queries import bounded

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from hotline.domain.identity import Actor

PAGE = 20
LOOKED_AT = 200
"""Unread ones are counted among so many of the newest: older ones nobody reads any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BellLine:
    """One notice and the ticket or list it speaks of; ``is_own``: to this person alone."""

    id: int
    text: str
    created_at: datetime
    is_read: bool
    ticket_no: str | None
    title: str | None
    link: str | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class BellPage:
    """Notices, newest first, and the cursor of the next page."""

    lines: list[BellLine]
    next_cursor: str | None


def desk_of(actor: Actor) -> ColumnElement[bool]:
    """Whose bell: the unit's where the person works for a unit that handles, else the role's."""
    if actor.role.value.startswith("department"):
        return Notice.department_id == actor.department_id
    return Notice.role == actor.role


def addressed_to(actor: Actor) -> ColumnElement[bool]:
    """The notices of the desk and those to this person alone: a leader, or a leader's deputy."""
    if actor.staff_id is None:
        return desk_of(actor)
    return or_(desk_of(actor), Notice.staff_id == actor.staff_id)


def _newest(actor: Actor, count: int, before: int | None = None) -> Select[int]:
    """The ids of the newest notices, each of the two bells read by its own index."""
    bells = [desk_of(actor)]
    if actor.staff_id is not None:
        bells.append(Notice.staff_id == actor.staff_id)
    parts = []
    for bell in bells:
        part = select(Notice.id).where(bell)
        if before is not None:
            part = part.where(Notice.id < before)
        few = part.order_by(Notice.id.desc()).limit(count).subquery()
        parts.append(select(few.c.id))
    both = union_all(*parts).subquery()
    return select(both.c.id).order_by(both.c.id.desc()).limit(count)


def page(actor: Actor, *, cursor: str | None = None) -> BellPage:
    """One page of the bell, newest first. Raises Invalid for a cursor that is not ours."""
    before = bounded.read_id_cursor(cursor) if cursor else None
    query = (
        select(Notice, Ticket.ticket_no, Ticket.title)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .where(Notice.id.in_(_newest(actor, PAGE + 1, before)))
        .order_by(Notice.id.desc())
    )
    rows = db.session.execute(query).all()
    lines = [
        BellLine(
            id=notice.id,
            text=notice.text,
            created_at=notice.created_at,
            is_read=notice.read_at is not None,
            ticket_no=ticket_no,
            title=title,
            link=notice.link,
            is_own=notice.staff_id is not None,
        )
        for notice, ticket_no, title in rows[:PAGE]
    ]
    return BellPage(lines, str(lines[-1].id) if len(rows) > PAGE else None)


def unread(actor: Actor) -> int:
    """How many of the newest notices nobody at this desk has read."""
    newest = select(Notice.read_at).where(Notice.id.in_(_newest(actor, LOOKED_AT))).subquery()
    return bounded.count(select(newest.c.read_at).where(newest.c.read_at.is_(None)))
