"""并单之后: one citizen asks again and again, or many people of one matter (多次、多人诉求)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from hotline.db import db, transaction
from hotline.models import Ticket
from hotline.services import _move
from hotline.services.timing import sweeping

if TYPE_CHECKING:
    from datetime import datetime

LATELY = timedelta(minutes=60)


def note_merged(ticket: Ticket, *, at: datetime) -> None:
    """Pull the triggers of repeats and callers on the ticket this one was merged into.

    Inside the caller's transaction. The master is held only when something fires: a hundred
    merges at once must not wait for each other (story 7).
    """
    if ticket.master_id is None:
        return
    db.session.flush()
    master = db.session.get_one(Ticket, ticket.master_id)
    for when, count, words in _occasions(ticket, master):
        if sweeping.pending(master, when, at=at, count=count):
            held = _move.ticket_by_id(master.id)
            sweeping.fire_trigger(held, when, at=at, count=count, reason=words)


def count_again(ticket_id: int, *, at: datetime) -> None:
    """Count once more after the commit: of two merges at once neither saw the other (并发并单).

    What was set off is in the timeline, so nothing is set off twice.
    """
    with transaction():
        ticket = db.session.get_one(Ticket, ticket_id)
        master = db.session.get(Ticket, ticket.master_id) if ticket.master_id else None
        if master is None or master.stage in sweeping.ENDED:
            return
        for when, count, words in _occasions(ticket, master):
            if sweeping.pending(master, when, at=at, count=count):
                held = _move.ticket_by_id(master.id)
                sweeping.fire_trigger(held, when, at=at, count=count, reason=words)


def _occasions(ticket: Ticket, master: Ticket) -> list[tuple[str, int, str]]:
    repeats, callers = repeats_of(ticket, master), callers_of(master)
    lately = _lately(master, ticket.registered_at)
    return [
        ("repeats", repeats, f"同一诉求人就此事反映 {repeats} 次"),
        ("callers", callers, f"{callers} 人反映同一事项，最近 60 分钟 {lately} 件"),
    ]


def _lately(master: Ticket, until: datetime) -> int:
    """How many reports of this matter came in the hour before this one, itself included."""
    query = _matter(master).where(
        Ticket.registered_at > until - LATELY, Ticket.registered_at <= until
    )
    return db.session.scalar(query) or 0


def repeats_of(ticket: Ticket, master: Ticket) -> int:
    """How often the citizen of this ticket has asked for this matter; 1 for an unknown one."""
    if ticket.citizen_id is None:
        return 1
    query = _matter(master).where(Ticket.citizen_id == ticket.citizen_id)
    return db.session.scalar(query) or 0


def callers_of(master: Ticket) -> int:
    """How many people speak of this matter; those who left no name or number count as one."""
    known = _matter(master).with_only_columns(func.count(Ticket.citizen_id.distinct()))
    unknown = _matter(master).where(Ticket.citizen_id.is_(None))
    return (db.session.scalar(known) or 0) + bool(db.session.scalar(unknown))


def _matter(master: Ticket):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a select
    """The master and all that were merged into it."""
    return (
        select(func.count())
        .select_from(Ticket)
        .where(or_(Ticket.id == master.id, Ticket.master_id == master.id))
    )
