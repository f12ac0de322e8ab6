"""A phone call that speaks to the machine: kind, words, ticket, recording (电话受理)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db, keyed_hash, transaction
from hotline.domain.errors import Conflict, Invalid, NotFound
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Kind
from hotline.models import Call, Citizen, Ticket
from hotline.services import _checks, intake

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.services.intake import Receipt


def begin(call_sid: str, from_number: str, *, at: datetime) -> None:
    """Note that a call came in; the same webhook again changes nothing."""
    if _call(call_sid) is not None:
        return
    try:
        with transaction() as session:
            session.add(Call(call_sid=call_sid, from_number=from_number or None, started_at=at))
    except Conflict:
        return  # delivered twice at the same moment; the first one is enough


def choose_kind(call_sid: str, kind: str | None, *, at: datetime) -> None:
    """Keep what the caller pressed or said; a later answer replaces an earlier one."""
    begin(call_sid, "", at=at)
    with transaction():
        call = _call(call_sid)
        if call is not None and call.ticket_id is None:
            call.kind = kind


def speak(call_sid: str, words: str, *, from_number: str, at: datetime) -> Receipt:
    """Make the ticket from the spoken words; the call id is the idempotency key.

    A repeated webhook may carry slightly other words: the first ones count.
    """
    begin(call_sid, from_number, at=at)
    call = _call(call_sid)
    if call is None:
        raise NotFound("没有这通电话")
    said = call.content or words
    number = callable_number(call.from_number or from_number)
    demand = intake.Demand(
        content=said,
        kind=Kind(call.kind) if call.kind else None,
        channel=Channel.PHONE,
        phone=number,
        is_number_withheld=number is None,
    )
    receipt = intake.register(demand, CITIZEN, at=at, key=f"call:{call_sid}")
    with transaction():
        call = _call(call_sid)
        if call is not None:
            call.content, call.ticket_id = said, receipt.ticket_id
    return receipt


def callable_number(number: str | None) -> str | None:
    """The number in our form; a withheld or impossible one must not lose the ticket."""
    try:
        return _checks.checked_phone(number)
    except Invalid:
        return None


def record_url(call_sid: str, url: str, seconds: int | None, *, at: datetime) -> None:
    """Keep where the recording lies, whenever the provider tells."""
    begin(call_sid, "", at=at)
    with transaction():
        call = _call(call_sid)
        if call is not None:
            call.recording_url, call.recording_seconds = url[:500], seconds


def _call(call_sid: str) -> Call | None:
    return db.session.scalar(select(Call).where(Call.call_sid == call_sid))


def of_ticket(ticket_id: int) -> Call | None:
    """The call behind a ticket, with its recording."""
    return db.session.scalar(select(Call).where(Call.ticket_id == ticket_id))


def ticket_to_rate(from_number: str) -> Ticket | None:
    """The newest ticket of a phone that waits for the citizen's word (短信评价)."""
    number = _checks.checked_phone(from_number)
    if number is None:
        return None
    return db.session.scalar(
        select(Ticket)
        .join(Citizen, Citizen.id == Ticket.citizen_id)
        .where(Citizen.phone_hash == keyed_hash(number), Ticket.stage == Stage.CALLBACK)
        .order_by(Ticket.id.desc())
        .limit(1)
    )
