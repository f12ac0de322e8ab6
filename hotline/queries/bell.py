"""The bell of a desk: notices to a department or to everybody of a role (站内通知)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.models import Notice, Ticket
from hotline.queries import bounded

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from hotline.domain.identity import Actor

PAGE = 20
LOOKED_AT = 200
"""Unread ones are counted among so many of the newest: older ones nobody reads any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BellLine:
    """One notice and the ticket it speaks of."""

    id: int
    text: str
    created_at: datetime
    is_read: bool
    ticket_no: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class BellPage:
    """Notices, newest first, and the cursor of the next page."""

    lines: list[BellLine]
    next_cursor: str | None


def addressed_to(actor: Actor) -> ColumnElement[bool]:
    """Whose bell: the unit's where the person works for a unit that handles, else the role's."""
    if actor.role.value.startswith("department"):
        return Notice.department_id == actor.department_id
    return Notice.role == actor.role


def page(actor: Actor, *, cursor: str | None = None) -> BellPage:
    """One page of the bell, newest first. Raises Invalid for a cursor that is not ours."""
    query = (
        select(Notice, Ticket.ticket_no, Ticket.title)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .where(addressed_to(actor))
        .order_by(Notice.id.desc())
        .limit(PAGE + 1)
    )
    if cursor:
        query = query.where(Notice.id < bounded.read_id_cursor(cursor))
    rows = db.session.execute(query).all()
    lines = [
        BellLine(
            id=notice.id,
            text=notice.text,
            created_at=notice.created_at,
            is_read=notice.read_at is not None,
            ticket_no=ticket_no,
            title=title,
        )
        for notice, ticket_no, title in rows[:PAGE]
    ]
    return BellPage(lines, str(lines[-1].id) if len(rows) > PAGE else None)


def unread(actor: Actor) -> int:
    """How many of the newest notices nobody at this desk has read."""
    newest = (
        select(Notice.read_at)
        .where(addressed_to(actor))
        .order_by(Notice.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    return bounded.count(select(newest.c.read_at).where(newest.c.read_at.is_(None)))
