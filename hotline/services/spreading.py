"""一答众知: what is told about a master is told to everybody whose report was merged into it.

Each gets an own message with the own number, and rates on their own.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hotline.db import db, insert_alike, transaction
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.models import Callback, Message, Ticket, TimelineEntry
from hotline.services import notices

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_TOLD: dict[Event, str] = {
    Event.ANSWERED: "answered_citizen",
    Event.TRANSFERRED: "transferred_citizen",
    Event.APPROVED: "replied_rate",
    Event.CONCLUDED: "closed_citizen",
    Event.REDO_OPENED: "redo_citizen",
    Event.EXTENSION_GRANTED: "extension_citizen",
    Event.HANGING_GRANTED: "hanging_citizen",
    Event.RESUMED: "resumed_citizen",
}
"""What happens to a master and concerns all, with the text for each."""
_OWN: dict[Event, str] = {
    Event.MERGED: "merged_citizen",
    Event.UNMERGED: "unmerged_citizen",
}
"""What happens to a merged ticket itself."""


def members_of(master: Ticket) -> Sequence[Ticket]:
    """List the tickets merged into this one, oldest first."""
    query = select(Ticket).where(Ticket.master_id == master.id, Ticket.outcome == Outcome.MERGED)
    return db.session.scalars(query.order_by(Ticket.id)).all()


def answer_all(master: Ticket, *, at: datetime) -> None:
    """The reply is approved: everybody behind the master may rate this round, each by a link.

    Inside the caller's transaction. Nobody of them is called: the desk calls back for the master.
    """
    members = members_of(master)
    for member in members:
        member.round = master.round
        member.lead_department_id = master.lead_department_id
    db.session.flush()
    ids = [member.id for member in members]
    known = select(Callback.ticket_id).where(
        Callback.ticket_id.in_(ids), Callback.round == master.round
    )
    linked = set(db.session.scalars(known))
    rows = [_link(ticket_id, master.round, at) for ticket_id in ids if ticket_id not in linked]
    if rows:
        insert_alike(Callback, rows)


def _link(ticket_id: int, round_no: int, at: datetime) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "round": round_no,
        "token": secrets.token_urlsafe(24),
        "is_sample": False,
        "planned_at": at,
        "due_at": at,
        "done_at": at,
        "attempts": 0,
    }


def compose(entry_id: int, *, public_url: str, at: datetime) -> list[int]:
    """Write the messages an event calls for to all behind a master; ids of what is to deliver.

    Every row has a key made of entry and ticket, so running twice writes nothing twice.
    """
    with transaction() as session:
        entry = session.get(TimelineEntry, entry_id)
        ticket = session.get(Ticket, entry.ticket_id) if entry is not None else None
        if entry is None or ticket is None:
            return []
        case = notices.Case(ticket, entry, public_url, at)
        for member, template, more in _addressed(case):
            told = notices.Case(member, entry, public_url, at)
            notices.write_sms(told, template, f"e{entry_id}-m{member.id}", **more)
        session.flush()
        query = select(Message.id).where(
            Message.key.like(f"e{entry_id}-m%"), Message.sent_at.is_(None)
        )
        return list(session.scalars(query))


def _addressed(case: notices.Case) -> list[tuple[Ticket, str, dict[str, str]]]:
    """Who is told, by which text, with which words in it."""
    event, entry = Event(case.entry.event), case.entry
    if event in _OWN:
        at_once = event is Event.MERGED and (
            entry.from_stage is None or entry.at == case.ticket.registered_at
        )
        return [] if at_once else [(case.ticket, _OWN[event], {})]
    after_rating = event is Event.CONCLUDED and entry.from_stage is not Stage.REVIEWING
    if event not in _TOLD or after_rating:
        return []
    members = members_of(case.ticket)
    links = _links(members, case.public_url) if event is Event.APPROVED else {}
    shared = {name: case.fields()[name] for name in ("unit", "promised", "due", "reply", "target")}
    return [(member, _TOLD[event], shared | links.get(member.id, {})) for member in members]


def _links(members: Sequence[Ticket], public_url: str) -> dict[int, dict[str, str]]:
    """The rating link of each, of the newest round."""
    query = select(Callback.ticket_id, Callback.token).where(
        Callback.ticket_id.in_([member.id for member in members])
    )
    rows = db.session.execute(query.order_by(Callback.round))
    return {ticket_id: {"link": f"{public_url}/r/{token}"} for ticket_id, token in rows}
