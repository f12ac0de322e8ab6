"""What the dispatch desk looks at: its queue, open returns, replies to review (派单审核台)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, or_, select, union

from hotline.db import db, keyed_hash
from hotline.domain.errors import Invalid
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Clock, Mark, Urgency
from hotline.models import (
    Area,
    Citizen,
    Deadline,
    SuggestionRow,
    Ticket,
    TimelineEntry,
)
from hotline.queries import bounded, pleas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, CompoundSelect, Select

PAGE = 20
MOST = 100
"""Counts on tabs stop here and say 99+: counting a whole backlog is what kills peers' lists."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """One ticket in a queue of the desk; ``suggestion`` is the machine's newest look."""

    ticket: Ticket
    area: str
    due_at: datetime | None
    yellow_at: datetime | None
    suggestion: SuggestionRow | None


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of a queue and the cursor of the next."""

    rows: list[Waiting]
    next_cursor: str | None


_ADJUDICATING = Ticket.marks.cast(db.Text).contains(f'"{Mark.ADJUDICATING.value}"')
_RANK: ColumnElement[int] = case(
    (Ticket.urgency == Urgency.CRITICAL, 0), (Ticket.urgency == Urgency.URGENT, 1), else_=2
)


def counts() -> dict[str, int]:
    """How many wait for dispatch, ruling and review; each reads at most MOST rows of an index."""
    waits = Ticket.stage == Stage.TO_DISPATCH
    return {
        "to_dispatch": _count(select(Ticket.id).where(waits, ~_ADJUDICATING)),
        "adjudicating": _count(select(Ticket.id).where(Ticket.id.in_(_disputed()))),
        "reviewing": _count(select(Ticket.id).where(Ticket.stage == Stage.REVIEWING)),
    }


def _disputed() -> CompoundSelect[tuple[int]]:
    """Tickets to be ruled on: with a unit still, or sent back to the desk by both of them."""
    sent_back = select(Ticket.id).where(Ticket.stage == Stage.TO_DISPATCH, _ADJUDICATING)
    return union(pleas.DISPUTED, sent_back)


def _count(query: Select[Any]) -> int:
    return bounded.count(query, MOST)


def to_dispatch(*, is_adjudicating: bool = False, cursor: str | None = None) -> Queue:
    """Tickets a person must dispatch: 特急 first, then 紧急, then who has waited longest.

    ``is_adjudicating``: those that need a ruling, wherever they lie (疑难协调); else all others.
    """
    query = select(Ticket, _RANK)
    if is_adjudicating:
        query = query.where(Ticket.id.in_(_disputed()))
    else:
        query = query.where(Ticket.stage == Stage.TO_DISPATCH, ~_ADJUDICATING)
    if cursor:
        rank, ticket_id = _read_cursor(cursor)
        query = query.where(or_(rank < _RANK, and_(_RANK.in_([rank]), Ticket.id > ticket_id)))
    rows = db.session.execute(query.order_by(_RANK, Ticket.id).limit(PAGE + 1)).all()
    more = len(rows) > PAGE
    last = rows[PAGE - 1] if more else None
    tickets = [ticket for ticket, _rank in rows[:PAGE]]
    return Queue(_waiting(tickets), f"{last[1]}-{last[0].id}" if last else None)


def to_review(*, cursor: str | None = None) -> Queue:
    """List replies that wait for the hotline's eye, the oldest ticket first (办结审核)."""
    query = select(Ticket).where(Ticket.stage == Stage.REVIEWING)
    if cursor:
        query = query.where(Ticket.id > _read_cursor(cursor)[1])
    rows = db.session.scalars(query.order_by(Ticket.id).limit(PAGE + 1)).all()
    more = len(rows) > PAGE
    return Queue(_waiting(rows[:PAGE]), f"0-{rows[PAGE - 1].id}" if more else None)


def newest_entries(ticket_id: int, limit: int) -> list[TimelineEntry]:
    """Read the last things that happened to a ticket, the oldest of them first."""
    entry = TimelineEntry
    query = select(entry).where(entry.ticket_id == ticket_id).order_by(entry.id.desc())
    return list(reversed(db.session.scalars(query.limit(limit)).all()))


_PRESSING = (Clock.HANDLE, Clock.DISPATCH, Clock.ADJUDICATE)


def _running(ids: list[int]) -> dict[int, Deadline]:
    """The clock that presses: the ruling, dispatch while it runs, after a return the handling."""
    query = select(Deadline).where(
        Deadline.ticket_id.in_(ids),
        Deadline.clock.in_(_PRESSING),
        Deadline.stopped_at.is_(None),
    )
    rows = db.session.scalars(query.order_by(Deadline.id)).all()
    return {row.ticket_id: row for row in sorted(rows, key=lambda row: _PRESSING.index(row.clock))}


def _waiting(tickets: Sequence[Ticket]) -> list[Waiting]:
    ids = [ticket.id for ticket in tickets]
    looks = select(SuggestionRow).where(SuggestionRow.ticket_id.in_(ids))
    newest = {row.ticket_id: row for row in db.session.scalars(looks.order_by(SuggestionRow.id))}
    running = _running(ids)
    codes = {ticket.area_code for ticket in tickets if ticket.area_code}
    found = select(Area.code, Area.name).where(Area.code.in_(codes))
    areas = dict(db.session.execute(found).all())
    rows = []
    for ticket in tickets:
        deadline = running.get(ticket.id)
        rows.append(
            Waiting(
                ticket=ticket,
                area=areas.get(ticket.area_code or "", ""),
                due_at=deadline.due_at if deadline else None,
                yellow_at=deadline.yellow_at if deadline else None,
                suggestion=newest.get(ticket.id),
            )
        )
    return rows


def _read_cursor(cursor: str) -> tuple[int, int]:
    rank, _, ticket_id = cursor.partition("-")
    if not (rank.isascii() and rank.isdigit() and ticket_id.isascii() and ticket_id.isdigit()):
        raise Invalid("cursor", "翻页参数不正确，请回到第一页")
    return min(int(rank), len(Urgency)), min(int(ticket_id), bounded.LARGEST_ID)


def citizen_of(phone: str) -> int | None:
    """Find the citizen with this number by its keyed hash; the number itself is sealed."""
    return db.session.scalar(select(Citizen.id).where(Citizen.phone_hash == keyed_hash(phone)))
