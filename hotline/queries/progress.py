"""What a citizen may know of their own ticket: where it is, who has it, until when (办理进度)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

import classifier
from hotline.db import db
from hotline.domain.errors import NotFound
from hotline.domain.events import PUBLIC, Event
from hotline.domain.guards import Facts
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Action, Stage, open_actions
from hotline.domain.terms import Mark
from hotline.models import (
    Area,
    Attachment,
    Citizen,
    Department,
    Ticket,
    TimelineEntry,
)
from hotline.queries import answers, tickets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from hotline.domain.terms import Role
    from hotline.models import Rating

OF_MASTER = frozenset(
    {
        Event.DISPATCHED,
        Event.DELEGATED,
        Event.SIGNED,
        Event.APPROVED,
        Event.REDO_OPENED,
        Event.RETURN_GRANTED,
        Event.HANGING_GRANTED,
        Event.EXTENSION_GRANTED,
        Event.RESUMED,
        Event.CONCLUDED,
    }
)
"""What people behind a merged ticket see of the master: the work, never the other citizen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicEntry:
    """One public thing that happened; no name of any member of staff."""

    event: Event
    at: datetime
    role: Role
    unit: str
    reason: str
    payload: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Moments:
    """When the present round reached each step; None where it has not, or never will."""

    registered_at: datetime
    dispatched_at: datetime | None = None
    signed_at: datetime | None = None
    replied_at: datetime | None = None
    approved_at: datetime | None = None
    rated_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A ticket as its citizen sees it; ``work`` is the master where it was merged, else itself."""

    ticket: Ticket
    work: Ticket
    unit: str
    area: str
    moments: Moments
    entries: list[PublicEntry]
    replies: list[answers.Reply]
    rating: Rating | None
    files: Sequence[Attachment]
    question: str
    advice: str
    is_late: bool
    is_disputed: bool
    may_supplement: bool
    may_withdraw: bool
    may_rate: bool


def by_code(ticket_no: str, query_code: str) -> Ticket:
    """Find a ticket by number and query code; one and the same NotFound for every mistake."""
    ticket = by_number(ticket_no)
    known = ticket.query_code if ticket is not None else ""
    is_right = secrets.compare_digest(known.encode(), query_code.encode(errors="replace"))
    if ticket is None or not is_right:
        raise NotFound("没有找到这张工单，请核对工单编号和查询码")
    return ticket


def by_number(ticket_no: str, *, citizen_id: int | None = None) -> Ticket | None:
    """Find a ticket by its number, among this citizen's alone where one is given."""
    if not ticket_no.isprintable():  # PostgreSQL would choke on NUL, and no number has any
        return None
    query = select(Ticket).where(Ticket.ticket_no == ticket_no)
    if citizen_id is not None:
        query = query.where(Ticket.citizen_id == citizen_id)
    return db.session.scalar(query)


def phone_of(citizen_id: int) -> str:
    """Give the phone number a citizen signed in with, to fill their own form."""
    citizen = db.session.get(Citizen, citizen_id)
    return (citizen.phone or "") if citizen else ""


def progress(ticket: Ticket, *, at: datetime) -> Progress:
    """Gather what the citizen may know, in a fixed number of queries."""
    work = _worked_on(ticket)
    trail = _trail(ticket)
    trail_of_work = trail if work is ticket else _trail(work)
    moments = _moments(work, trail_of_work)
    area = db.session.get(Area, ticket.area_code) if ticket.area_code else None
    rating = answers.rating_now(ticket)
    is_open = work.stage not in answers.CLOSED
    return Progress(
        ticket=ticket,
        work=work,
        unit=_unit(work),
        area=tickets.area_path(area),
        moments=moments,
        entries=_public(ticket, trail, trail_of_work),
        replies=answers.replies(work, moments.approved_at),
        rating=rating,
        files=_files(ticket),
        question=_question(ticket, trail),
        advice=classifier.urgency(f"{ticket.title}。{ticket.content}").advice if is_open else "",
        is_disputed=is_open and Mark.ADJUDICATING in work.marks,
        is_late=_is_late(work, at),
        may_supplement=ticket.stage not in answers.CLOSED,
        may_withdraw=Action.WITHDRAW in open_actions(Facts(ticket.stage, ticket.kind), CITIZEN),
        may_rate=rating is None and _may_rate(ticket, work),
    )


def _may_rate(ticket: Ticket, work: Ticket) -> bool:
    """Who was merged rates on their own, as soon as the master has answered."""
    return answers.is_answered(work) if work is not ticket else answers.is_rateable(ticket)


def _is_late(work: Ticket, at: datetime) -> bool:
    """Whether the promise is past while the work goes on; what hangs waits by decision (挂账)."""
    is_open = work.stage not in answers.CLOSED and work.stage is not Stage.HUNG
    return is_open and work.promised_at is not None and at > work.promised_at


def _unit(work: Ticket) -> str:
    """Who works on it; nobody is named while two units dispute whose it is (疑难裁定)."""
    if work.lead_department is None:
        return ""
    is_disputed = Mark.ADJUDICATING in work.marks and work.stage not in answers.CLOSED
    return "" if is_disputed else work.lead_department.name


def _worked_on(ticket: Ticket) -> Ticket:
    """Follow a merged ticket to the one that is worked on; the master may be merged itself."""
    while ticket.master_id and (master := db.session.get(Ticket, ticket.master_id)):
        ticket = master
    return ticket


def _trail(ticket: Ticket) -> Sequence[TimelineEntry]:
    query = select(TimelineEntry).where(TimelineEntry.ticket_id == ticket.id)
    return db.session.scalars(query.order_by(TimelineEntry.id)).all()


def _public(
    ticket: Ticket, trail: Sequence[TimelineEntry], trail_of_work: Sequence[TimelineEntry]
) -> list[PublicEntry]:
    """Newest first; of a master only what happened after the merge, and no words of others."""
    shown = [(entry, entry.reason or "") for entry in trail if entry.event in PUBLIC]
    if ticket.master_id is not None and trail is not trail_of_work:
        since = ticket.closed_at
        shown += [
            (entry, "")
            for entry in trail_of_work
            if entry.event in OF_MASTER and (since is None or entry.at >= since)
        ]
    ids = {entry.department_id for entry, _ in shown if entry.department_id is not None}
    query = select(Department.id, Department.name).where(Department.id.in_(ids))
    units = dict(db.session.execute(query).all()) if ids else {}
    shown.sort(key=lambda pair: (pair[0].at, pair[0].id), reverse=True)
    return [
        PublicEntry(
            event=Event(entry.event),
            at=entry.at,
            role=entry.role,
            unit=units.get(entry.department_id or 0, ""),
            reason=reason,
            payload=entry.payload,
        )
        for entry, reason in shown
    ]


def _moments(ticket: Ticket, trail: Sequence[TimelineEntry]) -> Moments:
    """Take the last time of each step since the present round began."""
    last: dict[Event, datetime] = {}
    for entry in trail:
        if entry.event == Event.REDO_OPENED:
            last = {Event.DISPATCHED: entry.at}
        elif entry.event == Event.RETURN_GRANTED:
            last.pop(Event.DISPATCHED, None)
        elif entry.event == Event.CONCLUDED and entry.from_stage is Stage.REVIEWING:
            last[Event.APPROVED] = entry.at
        else:
            last[Event(entry.event)] = entry.at
    return Moments(
        registered_at=ticket.registered_at,
        dispatched_at=last.get(Event.DISPATCHED),
        signed_at=last.get(Event.SIGNED),
        replied_at=last.get(Event.REPLIED),
        approved_at=last.get(Event.APPROVED),
        rated_at=last.get(Event.RATED),
        closed_at=ticket.closed_at,
    )


def _files(ticket: Ticket) -> Sequence[Attachment]:
    """List the citizen's own files and what became of them; the units' papers stay inside."""
    query = select(Attachment).where(
        Attachment.ticket_id == ticket.id, Attachment.by == CITIZEN.name
    )
    return db.session.scalars(query.order_by(Attachment.id)).all()


def has_files(ticket_id: int) -> bool:
    """Whether any file, kept or refused, stands with the ticket already."""
    query = select(Attachment.id).where(Attachment.ticket_id == ticket_id)
    return db.session.scalar(query.limit(1)) is not None


def _question(ticket: Ticket, trail: Sequence[TimelineEntry]) -> str:
    """Tell what the hotline asks the citizen now (退回补充)."""
    if ticket.stage is not Stage.SUPPLEMENTING:
        return ""
    asked = [entry.reason for entry in trail if entry.event == Event.ASKED_INFO]
    return (asked[-1] or "") if asked else ""
