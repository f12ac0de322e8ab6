"""历史导入: the tickets of an older system become tickets of ours, closed ones and open ones."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import select

import classifier
from hotline.db import db, keyed_hash, next_id, transaction
from hotline.domain import numbering
from hotline.domain.errors import Invalid
from hotline.domain.events import Event
from hotline.domain.identity import Actor
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import SATISFACTION, Clock, Resolved, Role, Urgency
from hotline.models import Assignment, Citizen, Rating, Ticket
from hotline.queries import history
from hotline.services import _move
from hotline.services._past import Books, Clean, Record, checked
from hotline.services.intake import LOCAL
from hotline.services.timing import clocks, plans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    Refuse = Callable[[Record, Invalid], None]

__all__ = ["Record", "inspect", "load_all", "load_partly"]

IMPORTER = Actor(Role.SYSTEM, "历史导入")
BATCH = 500
REGION = "990000"
_OUTCOME = {
    Resolved.YES: Outcome.RESOLVED,
    Resolved.PARTLY: Outcome.PARTLY,
    Resolved.NO: Outcome.UNRESOLVED,
}


def inspect(records: Iterable[Record], *, at: datetime, refuse: Refuse) -> int:
    """Check every record and write nothing; returns how many could be loaded."""
    return sum(1 for _ in _accepted(records, at, refuse))


def load_all(records: Iterable[Record], *, at: datetime) -> int:
    """Write every record in one transaction, or none; raises Invalid for the first wrong one."""

    def refuse(_record: Record, error: Invalid) -> None:
        raise error

    with transaction():
        return sum(_written(batch, at) for batch in _batches(_accepted(records, at, refuse)))


def load_partly(records: Iterable[Record], *, at: datetime, refuse: Refuse) -> int:
    """Write what can be written, 500 rows a transaction; returns how many were."""
    count = 0
    for batch in _batches(_accepted(records, at, refuse)):
        with transaction():
            count += _written(batch, at)
    return count


def _accepted(records: Iterable[Record], at: datetime, refuse: Refuse) -> Iterator[Clean]:
    books = Books(history.areas(), history.departments(), history.old_numbers())
    for record in records:
        try:
            clean = checked(record, books, at)
        except Invalid as error:
            refuse(record, error)
            continue
        if record.old_no:
            books.old_numbers.add(record.old_no)
        yield clean


def _batches(records: Iterator[Clean]) -> Iterator[list[Clean]]:
    while batch := list(islice(records, BATCH)):
        yield batch


def _written(batch: list[Clean], at: datetime) -> int:
    """Write one batch inside the caller's transaction and let go of its rows."""
    with db.session.no_autoflush:  # each row is flushed once, with its timeline entry
        for clean in batch:
            _write(clean, at)
    db.session.flush()
    db.session.expunge_all()
    return len(batch)


def _write(clean: Clean, at: datetime) -> None:
    """The ticket with its entry; a closed one with what its unit did, an open one to dispatch."""
    ticket = _ticket(clean, at)
    db.session.add(ticket)
    record = clean.record
    _move.record(
        ticket, Event.IMPORTED, IMPORTER, at=at, reason=_words(record), payload=_payload(record)
    )
    if record.closed_at is None:
        clocks.start(ticket, Clock.DISPATCH, at=at)
    else:
        _add_past(ticket, clean, record.closed_at)


def _ticket(clean: Clean, at: datetime) -> Ticket:
    record = clean.record
    ticket_id = db.session.execute(select(next_id(Ticket))).scalar_one()
    danger = classifier.urgency(f"{record.title}。{record.content}")
    on = record.registered_at.astimezone(LOCAL).date()
    is_closed = record.closed_at is not None
    facts = plans.Facts(
        kind=clean.kind.value,
        urgency=danger.level,
        category_code=clean.category_code or "",
        area_code=clean.area_code or "",
        channel=record.channel.value,
    )
    promised = None if is_closed else clocks.promise(facts, at)
    return Ticket(
        id=ticket_id,
        ticket_no=numbering.ticket_no((clean.area_code or REGION)[:6], on, clean.kind, ticket_id),
        query_code=numbering.query_code(),
        kind=clean.kind,
        channel=record.channel,
        title=record.title,
        content=record.content,
        area_code=clean.area_code,
        address=record.address or None,
        citizen=_citizen(record, at),
        urgency=Urgency(danger.level),
        danger_words=list(danger.words),
        stage=Stage.CLOSED if is_closed else Stage.TO_DISPATCH,
        outcome=_outcome(record) if is_closed else None,
        category_code=clean.category_code,
        category_by=IMPORTER.name if clean.category_code else None,
        lead_department_id=clean.department_id if is_closed else None,
        reply=record.reply or None,
        registered_at=record.registered_at,
        closed_at=record.closed_at,
        promised_at=promised.at if promised else None,
        first_promised_at=promised.at if promised else None,
        is_provisional=bool(promised and promised.provisional),
    )


def _outcome(record: Record) -> Outcome:
    return Outcome.REPLIED if record.resolved is None else _OUTCOME[record.resolved]


def _citizen(record: Record, at: datetime) -> Citizen | None:
    """One citizen per phone number, as at the doors; an older name does not replace a newer."""
    if not (record.phone or record.name):
        return None
    phone_hash = keyed_hash(record.phone) if record.phone else None
    if phone_hash:
        known = db.session.scalar(select(Citizen).where(Citizen.phone_hash == phone_hash))
        if known is not None:
            known.name = known.name or record.name or None
            return known
    return Citizen(
        name=record.name or None,
        phone=record.phone or None,
        phone_hash=phone_hash,
        created_at=at,
    )


def _add_past(ticket: Ticket, clean: Clean, closed_at: datetime) -> None:
    record = clean.record
    if clean.department_id is not None:
        db.session.add(
            Assignment(
                ticket_id=ticket.id,
                department_id=clean.department_id,
                dispatched_at=record.registered_at,
                dispatched_by=IMPORTER.name,
                replied_at=closed_at,
                reply=record.reply or None,
                ended_at=closed_at,
                end_reason="办结",
            )
        )
    # Both halves or none: whether it was solved is not guessed from a grade.
    if record.satisfaction is not None and record.resolved is not None:
        db.session.add(
            Rating(
                ticket_id=ticket.id,
                round=1,
                satisfaction=record.satisfaction,
                resolved=record.resolved,
                channel=record.channel,
                rated_at=closed_at,
                by=IMPORTER.name,
            )
        )


def _words(record: Record) -> str:
    parts = [
        f"原工单号 {record.old_no}" if record.old_no else "",
        f"原承办单位 {record.department}" if record.department else "",
        f"满意度 {SATISFACTION[record.satisfaction]}" if record.satisfaction else "",
    ]
    return "，".join(part for part in parts if part) or "历史导入"


def _payload(record: Record) -> dict[str, object]:
    closed = record.closed_at.isoformat() if record.closed_at else None
    return {
        "old_no": record.old_no or None,
        "registered_at": record.registered_at.isoformat(),
        "closed_at": closed,
        "department": record.department or None,
        "satisfaction": record.satisfaction,
    }
