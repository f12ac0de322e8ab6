"""What became of the tickets of one replay, asked by their numbers (回放结果)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.models import Department, SuggestionRow, Ticket, TimelineEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a ticket stands, and what the machine thought first of all."""

    ticket_no: str
    stage: Stage
    category_code: str | None
    department: str | None
    suggested: str | None


def fates(numbers: Sequence[str]) -> Iterator[Fate]:
    """The tickets that are in the database; numbers that are not there give nothing."""
    for chunk in _chunks(numbers):
        query = (
            select(
                Ticket.id,
                Ticket.ticket_no,
                Ticket.stage,
                Ticket.category_code,
                Department.short_name,
            )
            .outerjoin(Department, Department.id == Ticket.lead_department_id)
            .where(Ticket.ticket_no.in_(chunk))
        )
        rows = db.session.execute(query).all()
        thoughts = _thoughts([row[0] for row in rows])
        for ticket_id, number, stage, category, unit in rows:
            yield Fate(number, stage, category, unit, thoughts.get(ticket_id))


def _thoughts(ticket_ids: list[int]) -> dict[int, str | None]:
    query = (
        select(SuggestionRow.ticket_id, SuggestionRow.top_code)
        .where(SuggestionRow.ticket_id.in_(ticket_ids))
        .order_by(SuggestionRow.id.desc())
    )
    return dict(db.session.execute(query).all())


def unfinished(numbers: Sequence[str]) -> list[str]:
    """Tickets still registered, or classified while the dispatch has not been tried yet."""
    undispatched = exists().where(
        TimelineEntry.ticket_id == Ticket.id,
        TimelineEntry.event == Event.CLASSIFIED,
        TimelineEntry.settled_at.is_(None),
    )
    found: list[str] = []
    for chunk in _chunks(numbers):
        query = select(Ticket.ticket_no).where(
            Ticket.ticket_no.in_(chunk), or_(Ticket.stage == Stage.REGISTERED, undispatched)
        )
        found.extend(db.session.scalars(query))
    return found


def _chunks(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(numbers), CHUNK):
        yield numbers[start : start + CHUNK]
